"""What somebody does that their other devices show: nobody else hears of it. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted(Event):
    """Somebody here did something with a post, or took it back: liked, kept, boosted, voted, ..."""

    account_id: int
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Event):
    """Somebody is something else to another one; `is_mutual`: the other to them as well."""

    account_id: int
    other_id: int
    is_mutual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChanged(Event):
    """Something of their own is to be read anew; `what`: `lists`, `markers`, `profile`, `notices` or
    `home`, what is shown of posts there.
    """

    account_id: int
    what: str
