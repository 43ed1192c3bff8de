"""People with an app, in the process of the load: they log in through OAuth, read, look around and post."""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from PIL import Image

HOST = "127.0.0.1"
REDIRECT = "https://app.test/back"
PASSWORD = "a password that everybody has"
FORM = "application/x-www-form-urlencoded"
_INPUT = re.compile(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"')
_BOUNDARY = "----the-end-of-a-part"
# Whoever has waited so long gives up: a failure.
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 1.0
# Of their steps, every so many-th is a post with a picture; of the others one in three is a profile.
POSTS_EVERY = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Shapes:  status: 0 when the connection broke or nothing came"""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Tally:
    """What came of requests, by kind; latencies in milliseconds."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    failures: int = 0
    first_failure: str = ""

    def record(self, kind: str, answer: Answer, seconds: float) -> None:
        self.latencies.setdefault(kind, []).append(seconds * 1000)
        if not 200 <= answer.status < 400:
            self.failures += 1
            if not self.first_failure:
                self.first_failure = f"{kind}: {answer.status} {answer.body[-200:].decode(errors='replace')}"


class Line:
    """A person's connection to the server, opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request and read its answer; nothing is asked twice."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self._port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._exchange("\r\n".join([*lines, "", ""]).encode() + body)
        except (OSError, EOFError, TimeoutError) as error:
            self.hang_up()
            return Answer(0, body=repr(error).encode())

    async def _exchange(self, request: bytes) -> Answer:
        if self._reader is not None and self._reader.at_eof():
            # The server ends what is silent for long; every client looks before it asks.
            self.hang_up()
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(HOST, self._port, limit=2**20)
        self._writer.write(request)
        head, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers: dict[str, str] = {}
        for name, _, value in (line.partition(": ") for line in lines if line):
            before = headers.get(name.lower())
            headers[name.lower()] = value if before is None else f"{before}\n{value}"
        status = int(head.split()[1])
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.hang_up()
        return Answer(status, headers, body)

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@dataclass(slots=True)
class Visitor:
    """Somebody: `names` are the account ids they may look at."""

    name: str
    line: Line
    tally: Tally
    chance: random.Random
    accounts: list[int]
    token: str = ""
    steps: int = 0

    async def log_in(self, client_id: str, secret: str) -> None:
        """What an app and a browser do: five requests, each counted, and a password that is slow to check."""
        question = {"client_id": client_id, "redirect_uri": REDIRECT, "response_type": "code"}
        address = f"/oauth/authorize?{urlencode(question | {'scope': 'read write'})}"
        cookies: dict[str, str] = {}
        page = await self._browse("GET", f"/login?{urlencode({'next': address})}", cookies)
        form = _fields(page, "/login") | {"name": self.name, "password": PASSWORD}
        await self._browse("POST", "/login", cookies, form)
        consent = _fields(await self._browse("GET", address, cookies), "/oauth/authorize")
        answer = await self._browse("POST", "/oauth/authorize", cookies, consent)
        code = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code", [""])[0]
        body = urlencode(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
            | {"client_id": client_id, "client_secret": secret}
        )
        told = await self._ask("login", "POST", "/oauth/token", body.encode(), FORM)
        if told.status == 200:
            self.token = json.loads(told.body)["access_token"]

    async def _browse(
        self, method: str, path: str, cookies: dict[str, str], form: dict[str, str] | None = None
    ) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if form is not None:
            headers |= {"Content-Type": FORM}
        began = time.perf_counter()
        answer = await self.line.ask(method, path, headers=headers, body=urlencode(form or {}).encode())
        self.tally.record("login", answer, time.perf_counter() - began)
        for given in answer.headers.get("set-cookie", "").splitlines():
            name, _, value = given.partition(";")[0].partition("=")
            cookies[name] = value
        return answer

    async def step(self) -> None:
        """Read the feed, look at somebody, or post with a picture: what comes next."""
        self.steps += 1
        if self.steps % POSTS_EVERY == 0:
            await self.post_picture()
        elif self.steps % 3 == 0:
            await self.look_at_somebody()
        else:
            await self.read("/api/v1/timelines/home", "feed")

    async def look_at_somebody(self) -> None:
        """A profile and what is written there."""
        id_ = self.chance.choice(self.accounts)
        await self.read(f"/api/v1/accounts/{id_}", "profile")
        await self.read(f"/api/v1/accounts/{id_}/statuses", "profile")

    async def read(self, path: str, kind: str) -> None:
        """One read."""
        await self._ask(kind, "GET", path)

    async def write(self) -> None:
        """A post without a picture."""
        await self._publish([])

    async def post_picture(self) -> None:
        """Upload a picture and publish it."""
        kind, body = picture_form(self.chance.random())
        answer = await self._ask("upload", "POST", "/api/v2/media", body, kind)
        if answer.status not in (200, 202):
            return
        media_id = json.loads(answer.body)["id"]
        began = time.perf_counter()
        while answer.status in (202, 206):  # an app that is told to wait looks again
            if time.perf_counter() - began > _PATIENCE_SECONDS:
                self.tally.record("wait", Answer(0, body=b"never ready"), _PATIENCE_SECONDS)
                return
            await asyncio.sleep(_LOOK_SECONDS)
            answer = await self._ask("wait", "GET", f"/api/v1/media/{media_id}")
        if answer.status == 200:
            await self._publish([media_id])

    async def _publish(self, media_ids: list[str]) -> None:
        text = f"What {self.name} says, for the {self.steps}. time: {self.chance.random()} #benchmark"
        body = json.dumps({"status": text, "media_ids": media_ids}).encode()
        await self._ask("post", "POST", "/api/v1/statuses", body, "application/json")

    async def _ask(self, kind: str, method: str, path: str, body: bytes = b"", form: str = "") -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if form:
            headers["Content-Type"] = form
        began = time.perf_counter()
        answer = await self.line.ask(method, path, headers=headers, body=body)
        self.tally.record(kind, answer, time.perf_counter() - began)
        return answer


class Visitors:
    """Everybody who was ever there: who has logged in stays so."""

    def __init__(self) -> None:
        self._people: list[Visitor] = []

    async def log_in(
        self, *, port: int, names: list[str], accounts: list[int], at_once: int
    ) -> dict[str, object]:
        """Have these people log in with one app, so many at once."""
        client_id, secret = await register(Line(port))
        tally, turns = Tally(), asyncio.Semaphore(at_once)
        fresh = [Visitor(name, Line(port), tally, random.Random(name), accounts) for name in names]

        async def enter(visitor: Visitor) -> None:
            async with turns:
                await visitor.log_in(client_id, secret)

        async with _timed(tally) as said:
            await asyncio.gather(*(enter(visitor) for visitor in fresh))
        self._people += fresh
        return said

    async def live(self, *, count: int, seconds: float, think_seconds: float) -> dict[str, object]:
        """So many people take steps, each a moment after the answer to the one before."""

        async def spend(visitor: Visitor, until: float) -> None:
            await asyncio.sleep(visitor.chance.uniform(0, think_seconds))
            while time.perf_counter() < until:
                await visitor.step()
                await asyncio.sleep(visitor.chance.uniform(0.5, 1.5) * think_seconds)

        return await self._all(count, seconds, spend)

    async def spend_days(self, *, count: int, seconds: float) -> dict[str, object]:
        """The requests of days, ten reads to a write, as fast as so many people at once get answers."""

        async def spend(visitor: Visitor, until: float) -> None:
            while time.perf_counter() < until:
                visitor.steps += 1
                if visitor.steps % 11 == 0:
                    await visitor.write()
                elif visitor.steps % 4 == 0:
                    await visitor.look_at_somebody()
                    visitor.steps += 1
                else:
                    await visitor.read("/api/v1/timelines/home", "feed")

        return await self._all(count, seconds, spend)

    async def _all(
        self, count: int, seconds: float, spend: Callable[[Visitor, float], Awaitable[None]]
    ) -> dict[str, object]:
        tally = Tally()
        people = self._people[:count]
        for visitor in people:
            visitor.tally = tally
        async with _timed(tally) as said:
            until = time.perf_counter() + seconds
            await asyncio.gather(*(spend(visitor, until) for visitor in people))
        return said


async def register(line: Line) -> tuple[str, str]:
    """Make an app known. Returns its id and secret."""
    draft = {"client_name": "Bench", "redirect_uris": REDIRECT, "scopes": "read write"}
    answer = await line.ask(
        "POST", "/api/v1/apps", headers={"Content-Type": FORM}, body=urlencode(draft).encode()
    )
    line.hang_up()
    app = json.loads(answer.body)
    return app["client_id"], app["client_secret"]


@asynccontextmanager
async def _timed(tally: Tally) -> AsyncIterator[dict[str, object]]:
    said: dict[str, object] = {}
    began = time.perf_counter()
    yield said
    said |= {
        "seconds": time.perf_counter() - began,
        "latencies": tally.latencies,
        "failures": tally.failures,
        "first_failure": tally.first_failure,
    }


def _fields(page: Answer, action: str) -> dict[str, str]:
    """The hidden fields of the first form of a page that goes there."""
    text = page.body.decode().partition(f'action="{action}"')[2].partition("</form>")[0]
    return {name: value.replace("&amp;", "&") for name, value in _INPUT.findall(text)}


def picture_form(salt: float) -> tuple[str, bytes]:
    """The content type and the body of a form that uploads a picture."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + _picture(salt)
    return f"multipart/form-data; boundary={_BOUNDARY}", body + f"\r\n--{_BOUNDARY}--\r\n".encode()


_pictures: list[bytes] = []


def _picture(salt: float) -> bytes:
    """A photograph of 1,280 by 960 dots, about 200 kB, each a little different."""
    if not _pictures:
        noise = Image.effect_noise((160, 120), 60).resize((1280, 960))
        picture = Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        _pictures.append(file.getvalue())
    return _pictures[0] + str(salt).encode()
