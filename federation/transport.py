"""How bytes travel: connections to allowed addresses only, bodies with a lid, failures with a meaning.

Used by `federation.client` and by nothing else.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from activitypub.iri import Iri
from federation.errors import FederationError, Refused, Unbelievable, Unreachable
from federation.reach import Reach

Transport = httpx.AsyncBaseTransport
FAILURES = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError, zlib.error)


class Dropped(Unreachable):
    """The connection was closed before an answer began."""


class NotDialled(OSError):
    """The connector was about to dial an address that is not allowed."""


class _Resolver(AbstractResolver):
    """Looks names up in threads of its own, so that a slow name server stops no other work."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(self._threads, _look_up, host, port, family)
        found = [
            ResolveResult(hostname=host, host=str(place[0]), port=port, family=kind, proto=0, flags=0)
            for kind, _, _, _, place in infos
            if self._reach.allows(str(place[0]))
        ]
        if infos and not found:
            raise NotDialled(f"{host} has no address that may be dialled")
        return found

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def open_transport(reach: Reach, *, connections: int = 256) -> httpx.AsyncBaseTransport:
    """The transport of real life: kept-alive connections to allowed addresses, TLS with the system's CAs.

    Shapes:  SSL_CERT_FILE and SSL_CERT_DIR of the environment name other CAs, as OpenSSL reads them
    """

    def make_socket(info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        if not reach.allows(str(info[4][0])):
            raise NotDialled(f"{info[4][0]} may not be dialled")
        made = socket.socket(info[0], info[1], info[2])
        made.setblocking(False)
        return made

    def open_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=ssl.create_default_context(),
            resolver=_Resolver(reach),
            limit=connections,
            keepalive_timeout=30.0,
            socket_factory=make_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        )

    return AiohttpTransport(client=open_session, verify=False, trust_env=False)


def _look_up(host: str, port: int, family: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    return list(socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM))


class Oversize(Unbelievable):
    """More bytes than are taken."""


async def take_body(response: httpx.Response, limit_bytes: int, into: Path | None, *, cut: bool) -> bytes:
    """The decoded body; that of a success is written into a file where there is one, and empty here."""
    if into is None:
        return await read_body(response, limit_bytes, cut=cut)
    if not response.is_success:
        return await read_body(response, limit_bytes, cut=True)
    await write_body(response, limit_bytes, into)
    return b""


async def read_body(response: httpx.Response, limit_bytes: int, *, cut: bool) -> bytes:
    """The decoded body. More than the limit is an error, or with `cut` left out."""
    parts: list[bytes] = []
    size = 0
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    async for part in _decoded(response, encoding, limit_bytes):
        parts.append(part)
        size += len(part)
        if size > limit_bytes:
            if cut:
                break
            raise Oversize(f"{response.request.url}: more than {limit_bytes} bytes")
    return b"".join(parts)[:limit_bytes]


async def write_body(response: httpx.Response, limit_bytes: int, path: Path) -> None:
    """Write the decoded body there, piece by piece. More than the limit is an error."""
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > limit_bytes:
        raise Oversize(f"{response.request.url}: {length} bytes")
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    size = 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for part in _decoded(response, encoding, limit_bytes):
            size += len(part)
            if size > limit_bytes:
                raise Oversize(f"{response.request.url}: more than {limit_bytes} bytes")
            await asyncio.to_thread(file.write, part)
    finally:
        await asyncio.to_thread(file.close)


async def _decoded(response: httpx.Response, encoding: str, limit_bytes: int) -> AsyncIterator[bytes]:
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    if encoding in ("", "identity"):
        async for chunk in stream:
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip"):
        raise Unbelievable(f"{response.request.url}: encoded as {encoding[:40]!r}")
    # A chunk of 16 kB can unpack to 16 MB: never more than the limit at once.
    unpack = zlib.decompressobj(wbits=31)
    async for chunk in stream:
        yield unpack.decompress(chunk, limit_bytes + 1)
        if unpack.unconsumed_tail:
            raise Oversize(f"{response.request.url}: more than {limit_bytes} bytes")


def meaning_of(error: BaseException, target: Iri) -> FederationError:
    """The error of ours for one of the libraries below."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NotDialled):
            return Refused(f"{target.authority}: {cause}")
        if isinstance(cause, aiohttp.ServerDisconnectedError):
            return Dropped(f"{target.authority}: closed the connection")
        cause = cause.__cause__
    return Unreachable(f"{target.authority}: {type(error).__name__}: {error}")
