"""The one client, over real loopback sockets: hops, deadlines, lids, cookies, slots, pauses."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from federation.client import ANSWER_BYTES, Client
from federation.errors import Refused, Resting, Unbelievable, Unreachable, Unwelcome
from federation.knocking import Knock
from federation.reach import Reach, parse_networks
from federation.transport import Oversize, open_transport
from tests.fediverse import Router

LOOPBACK = Reach(extra=tuple(parse_networks(["127.0.0.0/8"])), ports=None, plain_http=True)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str, dict[str, str]], Awaitable[None]]


class Server:
    """A web server of a few lines that answers as it is told, by path."""

    def __init__(self) -> None:
        self.paths: dict[str, Serve] = {}
        self.heads: list[tuple[str, dict[str, str]]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()

    def says(self, path: str, body: bytes = b"ok", *, status: int = 200, **headers: str) -> None:
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())

        async def serve(_: object, writer: asyncio.StreamWriter, __: str, ___: dict[str, str]) -> None:
            writer.write(f"HTTP/1.1 {status} X\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

        self.paths[path] = serve

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while line := await reader.readline():
                target = line.split()[1].decode()
                headers = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                await reader.readexactly(int(headers.get("content-length", 0)))
                self.heads.append((target, headers))
                await self.paths[target](reader, writer, target, headers)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = Client(
        transport=open_transport(LOOPBACK), reach=LOOPBACK, user_agent="Echo/test", deadline_seconds=30.0
    )
    yield made
    await made.close()


def signs(asked: list[str]) -> Callable[[Knock], Mapping[str, str]]:
    """A signature that only remembers what was signed."""

    def sign(knock: Knock) -> Mapping[str, str]:
        asked.append(f"{knock.method} {knock.url}")
        return {"signature": knock.url}

    return sign


async def test_it_asks_and_keeps_no_cookies(server: Server, client: Client) -> None:
    server.says("/a?b=c", b"hello", Set_Cookie="a=b")
    for _ in range(2):
        answer = await client.get(f"{server.url}/a?b=c", accept="application/activity+json")
    assert (answer.status, answer.body) == (200, b"hello")
    _, headers = server.heads[-1]
    assert headers["user-agent"] == "Echo/test"
    assert headers["accept"] == "application/activity+json"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in headers
    assert server.connections == 1


async def test_environment_proxies_are_not_asked(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.says("/x")
    assert (await client.get(f"{server.url}/x", accept="*/*")).status == 200


@pytest.mark.parametrize("path", ["/plain", "/a?q=1&x=%41~", "/with|odd{chars}", "/héé?é=ü", "/a%20b"])
async def test_what_is_signed_is_what_is_sent(server: Server, client: Client, path: str) -> None:
    signed: list[str] = []

    async def ok(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    class Any(dict[str, Serve]):
        def __missing__(self, key: str) -> Serve:
            return ok

    server.paths = Any()
    await client.get(server.url + path, accept="*/*", sign=signs(signed))
    [(target, headers)] = server.heads
    assert headers["signature"] == server.url + target


# S-B04


async def test_s_b04_two_honest_hops_are_followed_and_signed_anew(server: Server, client: Client) -> None:
    server.says("/1", status=302, Location="/2")
    server.says("/2", status=301, Location=f"{server.url}/3")
    server.says("/3", b"there")
    signed: list[str] = []
    answer = await client.get(f"{server.url}/1", accept="*/*", sign=signs(signed))
    assert (answer.body, answer.url) == (b"there", f"{server.url}/3")
    assert signed == [f"GET {server.url}/{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "location", ["https://127.0.0.1/x", "http://peer.test/x", "file:///etc/passwd", "https://peer.test:22/"]
)
async def test_s_b04_a_hop_to_where_nobody_may_go_is_refused(location: str) -> None:
    router = Router()

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": location})

    router.hosts["peer.test"] = answer
    client = Client(transport=router, reach=Reach(), user_agent="x", deadline_seconds=2.0)
    with pytest.raises(Refused):
        await client.get("https://peer.test/start", accept="*/*")
    assert len(router.asked) == 1


async def test_s_b04_circles_and_long_chains_are_refused(server: Server, client: Client) -> None:
    server.says("/self", status=302, Location="/self")
    for number in range(10):
        server.says(f"/{number}", status=302, Location=f"/{number + 1}")
    for path in ("/self", "/0"):
        server.heads.clear()
        with pytest.raises(Refused):
            await client.get(server.url + path, accept="*/*")
        assert len(server.heads) <= 4


async def test_s_b04_away_and_back_is_refused() -> None:
    router = Router()

    async def there(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://b.test/x"})

    async def back(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://a.test/y"})

    router.hosts |= {"a.test": there, "b.test": back}
    client = Client(transport=router, reach=Reach(), user_agent="x", deadline_seconds=2.0)
    with pytest.raises(Refused):
        await client.get("https://a.test/x", accept="*/*")
    assert len(router.asked) == 2


async def test_a_delivery_follows_no_redirect(server: Server, client: Client) -> None:
    server.says("/inbox", status=308, Location="/other")
    answer = await client.post(f"{server.url}/inbox", b"{}", sign=signs([]))
    assert answer.status == 308
    assert len(server.heads) == 1


# S-B05 at connect time


async def test_s_b05_the_address_dialled_is_checked(server: Server) -> None:
    strict = Reach()
    lenient = Client(
        transport=open_transport(strict),
        reach=Reach(extra=LOOPBACK.extra, ports=None, plain_http=True),
        user_agent="x",
        deadline_seconds=2.0,
    )
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(Refused):
            await lenient.get(f"http://{host}:{server.port}/", accept="*/*")
    await lenient.close()
    assert server.connections == 0


# S-B12, S-B13


async def test_s_b12_a_dripping_peer_is_left_at_the_deadline(server: Server) -> None:
    async def drip(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    server.paths["/drip"] = drip
    hasty = Client(transport=open_transport(LOOPBACK), reach=LOOPBACK, user_agent="x", deadline_seconds=1.0)
    with pytest.raises(Unreachable):
        async with asyncio.timeout(30):  # it drips for longer
            await hasty.get(f"{server.url}/drip", accept="*/*")
    await hasty.close()


async def test_s_b13_too_much_is_not_read(server: Server, client: Client) -> None:
    async def endless(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await writer.drain()

    server.paths["/endless"] = endless
    server.says("/long", b"x" * (ANSWER_BYTES + 1))
    server.says("/bomb", gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")
    server.says("/odd", b"x", Content_Encoding="br")
    for path in ("/endless", "/long", "/bomb", "/odd"):
        with pytest.raises((Unbelievable, Unreachable)):
            await client.get(server.url + path, accept="*/*")
    server.says("/exact", b"x" * ANSWER_BYTES)
    server.says("/zipped", gzip.compress(b"hello"), Content_Encoding="gzip")
    assert len((await client.get(f"{server.url}/exact", accept="*/*")).body) == ANSWER_BYTES
    assert (await client.get(f"{server.url}/zipped", accept="*/*")).body == b"hello"


async def test_a_lying_length_and_garbage_are_no_answers(server: Server, client: Client) -> None:
    async def short(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")
        writer.close()

    async def garbage(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        writer.write(b"\x00\x01\x02 nonsense\r\n\r\n")
        writer.close()

    server.paths |= {"/short": short, "/garbage": garbage}
    for path in server.paths:
        with pytest.raises(Unreachable):
            await client.get(server.url + path, accept="*/*")


async def test_a_dropped_connection_is_tried_once_more(server: Server, client: Client) -> None:
    answers = iter((False, True))

    async def drop(_: object, writer: asyncio.StreamWriter, __: str, ___: object) -> None:
        if next(answers):
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        else:
            writer.close()

    server.paths["/inbox"] = drop
    assert (await client.post(f"{server.url}/inbox", b"{}", sign=signs([]))).status == 202


async def test_who_is_not_there_is_unreachable(client: Client) -> None:
    with pytest.raises(Unreachable):
        await client.get("http://127.0.0.1:1/", accept="*/*")
    with pytest.raises(Unreachable):
        await client.get("http://nobody.invalid/", accept="*/*")


# S-B16


async def test_s_b16_a_slow_host_takes_no_place_from_others(server: Server) -> None:
    other = Server()
    await other.start()
    other.says("/fine")

    async def hang(_: object, __: object, ___: str, ____: object) -> None:
        await asyncio.sleep(60)

    server.paths["/hang"] = hang
    client = Client(
        transport=open_transport(LOOPBACK), reach=LOOPBACK, user_agent="x", deadline_seconds=40.0, in_all=8
    )
    stuck = [asyncio.create_task(client.get(f"{server.url}/hang", accept="*/*")) for _ in range(100)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    fine = await asyncio.gather(*(client.get(f"{other.url}/fine", accept="*/*") for _ in range(20)))
    assert {answer.status for answer in fine} == {200}
    assert time.monotonic() - began < 30.0  # nobody waits until the stuck ones are given up
    assert len(server.heads) <= 4
    for task in stuck:
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
    await client.close()
    await other.stop()


# S-B19


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("120", 120.0),
        ("date", 7200.0),
        ("99999999999999", 86_400.0),
    ],
    ids=["seconds", "date", "absurd"],
)
async def test_s_b19_a_pause_that_was_asked_for_is_kept(
    server: Server, client: Client, after: str, seconds: float
) -> None:
    if after == "date":
        after = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    server.says("/busy", status=429, Retry_After=after)
    with pytest.raises(Unwelcome):
        await client.get(f"{server.url}/busy", accept="*/*")
    with pytest.raises(Resting) as caught:
        await client.get(f"{server.url}/other", accept="*/*")
    assert caught.value.retry_after_seconds == pytest.approx(seconds, rel=0.05)
    assert len(server.heads) == 1


@pytest.mark.parametrize("after", ["soon", "-5", "", "Thu, 99 Foo 2026 00:00:00 GMT"])
async def test_a_senseless_pause_is_none(server: Server, client: Client, after: str) -> None:
    server.says("/busy", status=503, Retry_After=after)
    server.says("/fine")
    with pytest.raises(Unwelcome):
        await client.get(f"{server.url}/busy", accept="*/*")
    assert (await client.get(f"{server.url}/fine", accept="*/*")).status == 200


# S-B11


@pytest.mark.parametrize("part", ["&x=1", "#frag", "\r\nX-Evil: 1", "a b"])
async def test_s_b11_values_in_addresses_stay_values(part: str) -> None:
    router = Router()

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404)

    router.hosts["peer.test"] = answer
    client = Client(transport=router, reach=Reach(), user_agent="x", deadline_seconds=2.0)
    with pytest.raises((Refused, Unwelcome)):
        await client.get(f"https://peer.test/x{part}", accept="*/*")
    for request in router.asked:
        assert "x-evil" not in request.headers
        assert b"\r" not in request.url.raw_path


async def test_a_file_is_written_piece_by_piece(server: Server, client: Client, tmp_path: Path) -> None:
    server.says("/file", b"x" * 300_000)
    server.says("/moved", status=302, Location="/file")
    server.says("/packed", gzip.compress(b"y" * 300_000), Content_Encoding="gzip")
    for path, letter in (("/file", b"x"), ("/moved", b"x"), ("/packed", b"y")):
        target = tmp_path / "file"
        await client.download(
            server.url + path, target, accept="*/*", limit_bytes=300_000, deadline_seconds=20.0
        )
        assert target.read_bytes() == letter * 300_000


async def test_a_file_that_is_too_large_is_not_written_to_its_end(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.says("/told", b"x" * 300_000)
    server.says("/bomb", gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    for path in ("/told", "/bomb"):
        target = tmp_path / path.strip("/")
        with pytest.raises(Oversize):
            await client.download(
                server.url + path, target, accept="*/*", limit_bytes=100_000, deadline_seconds=20.0
            )
        assert not target.exists() or target.stat().st_size <= 100_000


async def test_s_b12_a_file_that_drips_is_given_up(server: Server, client: Client, tmp_path: Path) -> None:
    async def drip(_: object, writer: asyncio.StreamWriter, __: str, ___: dict[str, str]) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.paths["/drip"] = drip
    with pytest.raises(Unreachable):
        await client.download(
            server.url + "/drip", tmp_path / "f", accept="*/*", limit_bytes=5000, deadline_seconds=0.5
        )
    server.says("/no", status=404)
    with pytest.raises(Unwelcome):
        await client.download(
            server.url + "/no", tmp_path / "f", accept="*/*", limit_bytes=5000, deadline_seconds=20.0
        )
