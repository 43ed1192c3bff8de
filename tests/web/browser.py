"""A browser for tests: keeps cookies, follows nothing by itself, finds and sends the forms of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

from quart.typing import TestClientProtocol as Client


@dataclass(slots=True)
class Form:
    """A form of a page, with the values that it has."""

    action: str
    method: str
    values: dict[str, str]


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str
    forms: list[Form] = field(default_factory=list)

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def form(self, action: str) -> Form:
        """The first form that is sent to this path."""
        return next(form for form in self.forms if form.action.partition("?")[0] == action)


class _Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.typed = ""  # the text area or list of options that is being read
        self.choice: str | None = None  # empty while the words of the chosen option are awaited

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", self.path), values.get("method", "get"), {}))
        elif tag == "input" and "name" in values and values.get("type") != "checkbox":
            if values.get("type") != "radio" or "checked" in values:
                self.forms[-1].values[values["name"]] = values.get("value", "")
        elif tag in {"textarea", "select"} and "name" in values:
            self.typed = values["name"]
            self.forms[-1].values[self.typed] = ""
        elif tag == "option" and self.typed:
            self._choose(values)

    def handle_data(self, data: str) -> None:
        if self.typed and self.choice is None:
            self.forms[-1].values[self.typed] += data
        elif self.choice == "":
            self.forms[-1].values[self.typed] = data.strip()
            self.choice = "chosen"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.typed, self.choice = "", None

    def _choose(self, values: dict[str, str]) -> None:
        """An option: the first one, and then the one that is selected."""
        is_first = self.choice is None
        if is_first:
            self.forms[-1].values[self.typed] = ""
        if not is_first and "selected" not in values:
            return
        self.choice = "chosen" if "value" in values else ""
        self.forms[-1].values[self.typed] = values.get("value", "")


@dataclass(slots=True)
class Browser:
    """One browser; the server's cookies stay in it."""

    client: Client
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, headers=headers)

    async def submit(self, form: Form, **values: str) -> Answer:
        """Send a form with some values typed into it."""
        return await self.send(form.method.upper(), form.action, values=form.values | values)

    async def send(
        self,
        method: str,
        path: str,
        *,
        values: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Any request."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        response = await self.client.open(
            urljoin("/", path), method=method, scheme="https", headers=sent, form=values
        )
        self.set_cookies = response.headers.getlist("Set-Cookie")
        self._keep(self.set_cookies)
        text = (await response.get_data()).decode("utf-8", "replace")
        parser = _Forms(urlsplit(path).path)
        if "html" in response.headers.get("Content-Type", ""):
            parser.feed(text)
        return Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            text,
            parser.forms,
        )

    async def log_in(self, name: str, password: str) -> Answer:
        """Through the form."""
        page = await self.get("/login")
        return await self.submit(page.form("/login"), name=name, password=password)

    def _keep(self, headers: list[str]) -> None:
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
