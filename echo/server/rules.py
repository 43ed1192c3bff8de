"""How connections are treated: what they may send, and how long they may take."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass

from hypercorn.config import Config as HypercornConfig

from echo.streaming.protocol import FRAME_BYTES

# What a process keeps open besides connections: engines, files, outgoing requests.
RESERVED_FILES = 256
MOST_CONNECTIONS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Limits of every connection. `reuse`: whether a connection may carry a second request."""

    connections: int = MOST_CONNECTIONS
    first_byte_seconds: float = 10.0
    keep_alive_seconds: float = (
        75.0  # longer than a proxy keeps its side, which then never meets a closed one
    )
    head_seconds: float = 10.0  # a request that has begun must have told its head by then
    stall_seconds: float = 30.0  # a peer that takes nothing for so long is cut off
    linger_seconds: float = 2.0  # how long the peer may go on talking after we have finished
    ping_seconds: float = 30.0  # WebSockets: a peer that is silent from one ping to the next is gone
    shutdown_seconds: float = 25.0
    header_bytes: int = 16 * 1024
    websocket_message_bytes: int = FRAME_BYTES
    reuse: bool = True


def hypercorn_config(rules: Rules) -> HypercornConfig:
    """The part of the rules that Hypercorn keeps; its own access log stays off (addresses hold tokens)."""
    config = HypercornConfig()
    config.accesslog = None
    config.errorlog = logging.getLogger("echo.server.asgi")
    config.include_server_header = False
    config.h11_max_incomplete_size = rules.header_bytes
    config.websocket_max_message_size = rules.websocket_message_bytes
    config.websocket_ping_interval = None  # it has no deadline for the answer; `Connection` pings
    config.keep_alive_max_requests = 1_000_000 if rules.reuse else 0
    return config


def raise_file_limit() -> int:
    """Allow this process as many open files as it may have.

    Returns: how many connections that is enough for
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + RESERVED_FILES
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(64, min(MOST_CONNECTIONS, max(soft, limit) - RESERVED_FILES))
