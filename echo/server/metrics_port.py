"""Where Prometheus asks a process what it has counted: a port of its own, off the ways of strangers."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
from collections.abc import Awaitable, Callable

from echo import metrics
from echo.config import Config

log = logging.getLogger(__name__)
# Processes of one machine take the port that is configured and those after it, as they come.
MOST_PROCESSES = 100
_HEAD_BYTES = 8192
_SECONDS = 5.0


class MetricsPort:
    """A listener that answers `GET /metrics` and nothing else.

    Shapes:  refresh: called before each answer, for what is only known when it is asked for
    """

    def __init__(self, config: Config, refresh: Callable[[], Awaitable[None]]) -> None:
        self._config = config.metrics
        self._refresh = refresh
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen, if a port is configured. What goes wrong is logged: nobody is served less because of it."""
        host, first = self._config.host, self._config.port
        if not first:
            return
        if not _is_loopback(host) and not self._config.token:
            log.error("metrics.host is open to others, and metrics.token is not set: metrics are not served")
            return
        for port in range(first, min(first + MOST_PROCESSES, 65_536)):
            try:
                self._server = await asyncio.start_server(self._answer, host, port, limit=_HEAD_BYTES)
            except OSError:
                continue
            self.port = port
            log.info("metrics at http://%s:%d/metrics", host, port)
            return
        log.error("no port is free for metrics from %d on", first)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._reply(head))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _reply(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        asked = lines[0].split(" ")
        if len(asked) != 3 or asked[0] != "GET" or asked[1].partition("?")[0] != "/metrics":
            return _reply("404 Not Found", b"")
        token = self._config.token
        if token and not any(_is_token(line, token) for line in lines[1:]):
            return _reply("401 Unauthorized", b"")
        await self._refresh()
        return _reply("200 OK", metrics.text())


def _is_token(line: str, token: str) -> bool:
    name, _, value = line.partition(":")
    said = value.strip().removeprefix("Bearer ").strip()
    return name.strip().lower() == "authorization" and hmac.compare_digest(said.encode(), token.encode())


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reply(status: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: {metrics.CONTENT_TYPE}\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
