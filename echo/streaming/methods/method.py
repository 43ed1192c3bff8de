"""One line of the table of methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from echo.errors import BadRequest
from echo.ids import parse_id
from echo.policy.access import Access
from echo.streaming.session import Session

# An id where there may be none, and one of a list.
OptionalId = Annotated[str, Meta(pattern=r"\A[0-9]{0,19}\Z")]
ListedId = Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")]


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


def optional_id(text: str) -> int | None:
    """An id, or None for an empty text. Raises BadRequest for one that is too large."""
    number = parse_id(text)
    if text and number is None:
        raise BadRequest("This is no id")
    return number


def listed_ids(texts: Iterable[str]) -> list[int]:
    """The ids of a list. Raises BadRequest for one that is too large."""
    return [number for text in texts if (number := optional_id(text)) is not None]
