"""What moderators do, and what those say to it. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSuspended(Event):
    """Moderators here suspended somebody elsewhere: they shall not be sent what people here post."""

    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeTold(Event):
    """The person is to get a letter about it."""

    strike_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealMade(Event):
    strike_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecided(Event):
    strike_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForwarded(Event):  # a report goes to other servers as well
    report_id: int
