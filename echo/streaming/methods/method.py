"""One line of the table of methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec

from echo.policy.access import Access
from echo.streaming.session import Session


@dataclass(frozen=True, slots=True)
class Method:
    """Shapes:  scope: that the token must cover; run(access, params) returns what JSON can say: a struct, a
    dict, a list, `msgspec.Raw`, None. It raises EchoError to refuse.
    """

    params: type[msgspec.Struct]
    scope: str
    run: Callable[[Access, Any], Awaitable[object]]


# Set while a method runs: the socket that asks, after hello.
session: ContextVar[Session | None] = ContextVar("echo_socket_session", default=None)
# And the key under which its client may ask again.
idempotency_key: ContextVar[str] = ContextVar("echo_socket_idempotency_key", default="")
