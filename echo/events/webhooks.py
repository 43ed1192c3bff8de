"""What programs of the operator may be told of. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSignedUp(Event):
    """There is a new account here; its address may have to be confirmed, and a moderator to say yes."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLetIn(Event):
    """A new account can be used from now on: its address is confirmed, and nobody has to say yes any more."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade(Event):
    report_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChanged(Event):
    """Moderators did something with a report."""

    report_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDue(Event):
    """A program is to be told. `happened_at`: ISO 8601"""

    webhook_id: int
    event: str
    object_id: int
    happened_at: str
