"""What happens to whole threads and conversations. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationChanged(Event):
    """A conversation of this person has another last post, or was read or marked as unread."""

    conversation_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsJoined(Event):
    """A post came that connects threads: `old_ids` are part of `thread_id` now."""

    thread_id: int
    old_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadOpened(Event):
    """Somebody reads a thread of which others may have more; `fetch_id` says what is known of that."""

    fetch_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentMissed(Event):
    """A reply was delivered, and what it answers is not known here."""

    post_id: int
