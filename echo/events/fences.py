"""Servers that are blocked, lists of them, and people who are let in. `echo.events` has all events."""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.happening import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBlocked(Event):
    """A block of a server was made, changed or taken back."""

    block_id: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockListAgreed(Event):
    """Somebody wants all done that a list wants; the first is done, and this is who, for the rest.

    Shapes:  up_to: the last change that they saw; account_id, address, door: of `echo.policy.roles.Staff`
    """

    list_id: int
    up_to: int
    account_id: int | None
    address: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockListDue(Event):
    """A list of blocked servers is to be read now."""

    list_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockListEnded(Event):
    """A list was removed with more blocks than are taken back at once."""

    list_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdmitted(Event):
    """A guest was approved, or has confirmed their address: one of the two may still be missing."""

    account_id: int
