"""What happens in chats. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChanged(Event):
    """The log of a chat has an event more. `account_ids`: the people here who may know of it."""

    chat_id: int
    seq: int
    account_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMarked(Event):
    """Somebody got or has read a chat up to somewhere; `account_ids`: who may know."""

    chat_id: int
    member_id: int
    account_ids: tuple[int, ...]
