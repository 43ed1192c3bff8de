"""Renders templates, and says to the browser what a page of ours may do: show, and send its own forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined
from quart import Response, request

from echo import settings
from echo.addresses import here
from echo.web import markup, staff_pages, static_files, visitor, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What a page tells search engines and other programs about itself."""

    title: str = ""
    description: str = ""
    url: str = ""
    image: str = ""
    kind: str = "website"
    activity: str = ""  # the same thing as ActivityPub
    indexed: bool = False


async def show(
    template: str,
    *,
    meta: Meta | None = None,
    status: int = 200,
    has_form: bool = False,
    is_failing: bool = False,
    form_source: str = "",
    **values: Any,
) -> Response:
    """A page.

    Shapes:  meta: pages without stay out of search engines; has_form: it may be sent without a log-in, and
             needs a cookie; is_failing: nothing may be read from the database any more; form_source: where
             its form may lead besides us
    """
    config = settings.here()
    who = visitor.known_login() if is_failing else await visitor.login()
    csrf = await visitor.form_token() if has_form or who else ""
    html = fill(
        template,
        instance=config.instance,
        registrations=config.registrations,
        addresses=here(),
        meta=meta or Meta(),
        visitor=who,
        csrf=csrf,
        path=request.path,
        runs_it=who is not None and bool(staff_pages.shown_to(who.seat)),
        **values,
    )
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    response.headers.update(_headers(form_source))
    if meta is not None and meta.activity:
        response.headers["Link"] = f'<{meta.activity}>; rel="alternate"; type="application/activity+json"'
    visitor.remember_form_token(response)
    return response


def fill(template: str, **values: Any) -> str:
    """The text that a template makes of these values; what is not marked as HTML or XML is escaped."""
    return _environment().get_template(template).render(**values)


def content_policy(form_source: str = "") -> str:
    """The content security policy of a page: no scripts, no frames, nothing from elsewhere but pictures."""
    media = urlsplit(here().media)
    pictures = f"'self' data: https: {media.scheme}://{media.netloc}"
    if not settings.here().is_secure:
        # In development other servers have no TLS either.
        pictures += " http:"
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            f"img-src {pictures}",
            f"media-src {pictures}",
            f"form-action 'self' {form_source}".rstrip(),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def allow_scripts(response: Response) -> Response:
    """Let a page run scripts of ours, from files, which speak with us alone."""
    response.headers["Content-Security-Policy"] += "; script-src 'self'; connect-src 'self'"
    return response


def _headers(form_source: str) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_policy(form_source),
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Vary": "Accept, Cookie",
    }
    # Web apps open the consent page in a window of theirs and wait for it to come back; the log-in page is
    # on that way.
    if not request.path.startswith(("/oauth/", "/login")):
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return headers


def read_files() -> None:
    """Read templates and style sheets now, once: a process that serves on while another release takes their
    place shows its own.
    """
    _environment()
    static_files.every_file()


def _templates() -> dict[str, str]:
    folder = Path(__file__).parent / "templates"
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader(_templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        near=markup.near,
        rich=markup.rich,
        plain=markup.plain,
        words=markup.words,
        short_date=markup.short_date,
        long_date=markup.long_date,
        day=markup.day,
        moment=markup.moment,
        month=markup.month,
        said=words.said,
        short_number=markup.short_number,
    )
    environment.globals["static"] = static_files.address
    return environment
