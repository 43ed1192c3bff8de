"""A push service for tests: takes messages on a port of this machine, opens them as an app would, and checks
who they come from. It shares no code with what it tests but the library for RFC 8188.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from echo.policy.push_keys import decode, encode, point_of

PARTS = re.compile(r"(?P<name>[a-z0-9]+)=(?P<value>[^;,]+)")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class App:
    """The keys of an app that is pushed to."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = bytes(range(16))

    def subscription(self, endpoint: str, *, standard: bool = False) -> dict[str, Any]:
        """What it sends to subscribe."""
        keys = {"p256dh": encode(point_of(self.private.public_key())), "auth": encode(self.secret)}
        return {"endpoint": endpoint, "keys": keys, "standard": standard}

    def opened(self, arrived: Arrived) -> dict[str, Any]:
        """The message in it."""
        encoding = arrived.headers["content-encoding"]
        more: dict[str, Any] = {}
        if encoding == "aesgcm":
            more = {
                "salt": decode(_parts(arrived.headers["encryption"])["salt"]),
                "dh": decode(_parts(arrived.headers["crypto-key"])["dh"]),
            }
        opened = http_ece.decrypt(
            arrived.body, private_key=self.private, auth_secret=self.secret, version=encoding, **more
        )
        found: dict[str, Any] = msgspec.json.decode(opened)
        return found


def proof(arrived: Arrived) -> tuple[str, dict[str, Any]]:
    """The key of the server that a message comes from, and what it states; its signature is checked."""
    scheme, _, rest = arrived.headers["authorization"].partition(" ")
    if scheme == "vapid":
        parts = _parts(rest)
        token, key = parts["t"], parts["k"]
    else:
        assert scheme == "WebPush"
        token, key = rest, _parts(arrived.headers["crypto-key"])["p256ecdsa"]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "ES256"}
    claims: dict[str, Any] = jwt.decode(token, public, algorithms=["ES256"], options={"verify_aud": False})
    return key, claims


def _parts(text: str) -> dict[str, str]:
    return {match["name"]: match["value"] for match in PARTS.finditer(text)}


@dataclass(slots=True)
class PushSink:
    """The service. `answers`: statuses for the next messages, the last one for ever."""

    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [201])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")[1:]
                pairs = (line.partition(":") for line in lines if line)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.arrived.append(Arrived(headers, body))
                status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def push_sink() -> AsyncIterator[PushSink]:
    """A running push service."""
    sink = PushSink()
    server = await asyncio.start_server(sink._serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    async with server:
        yield sink
        server.close()
