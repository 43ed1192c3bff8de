"""Letters that are to be written. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDue(Event):
    """Somebody who is away may want a letter about a notification."""

    notification_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue(Event):  # somebody has been away for long and wants to know what happened
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAsked(Event):
    """A letter is to be written; only then is the secret of a link in it made, so that no job holds it.
    `user_id` 0: nobody has the address, the work is the same.
    """

    user_id: int
    template: str
