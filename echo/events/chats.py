"""What happens in chats. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMarked(Event):
    """A member of a group of several servers has got or read it up to somewhere, and lets others know."""

    chat_id: int
    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHidden(Event):
    """Somebody here took a message off their own view; their other devices are told."""

    account_id: int
    chat_id: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRefused(Event):
    """The server of a group does not do what somebody here wanted; they are told."""

    account_id: int
    wish_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Met(Event):
    """Somebody and these others may see each other's presence now, or may not any more."""

    account_id: int
    other_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChosen(Event):
    """Somebody wants to be seen here, or not to be."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTold(Event):
    """The log of a group of ours that other servers know has an event more."""

    chat_id: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDoubted(Event):
    """The server of a group is to be asked for what did not come."""

    chat_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWished(Event):
    """Somebody here wants something to happen in a group of another server; `said`: as JSON. The copy of the
    group may be gone before it is told.
    """

    chat_uri: str
    inbox: str
    account_id: int
    kind: str
    message_seq: int | None
    said: str
    wish_id: int
