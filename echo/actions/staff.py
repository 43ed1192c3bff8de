"""The only way to use the rights of a role: checked, ranked and written down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from echo import db
from echo.db import UnitOfWork
from echo.errors import Forbidden
from echo.policy.deeds import NEEDED, Deed
from echo.policy.roles import REFUSED, Seat, Staff
from echo.store import audit, roles, second_factors


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a deed concerns.

    Shapes:  kind: account, report, role, domain ...; id: theirs, as text or number; name: for readers
    """

    kind: str = ""
    id: int | str = ""
    name: str = ""


class NothingToDo(Exception):
    """Raised inside `acting` where what was wanted is so already: somebody else was faster. Nothing is kept
    or written down, and nobody hears of it.
    """


def require_change(known: object, wanted: Mapping[str, object]) -> None:
    """Whoever saves what is there already does nothing. Raises NothingToDo."""
    if all(getattr(known, name) == value for name, value in wanted.items()):
        raise NothingToDo


@asynccontextmanager
async def acting(
    by: Staff, deed: Deed, *, on: Target = Target(), details: Mapping[str, object] | None = None
) -> AsyncIterator[UnitOfWork]:
    """A unit of work for somebody with the right to this deed; what they did is part of it.

    Shapes:  details: {what: how}, for those who read it later; no secrets
    Raises:  Forbidden for those whose role does not allow it, or does not stand above the role of the account
             that it concerns; the try is written down
    """
    now = await seat_now(by)
    allowed = now.may(NEEDED[deed])
    if allowed and on.kind == "account" and by.account_id is not None:
        allowed = now.outranks(await roles.seat(int(on.id)))
    if allowed and by.account_id is not None and await second_factors.is_missing(by.account_id):
        await _write(by, deed, on, details, refused=True)
        raise Forbidden("Your role needs a second factor: set one up first")
    if not allowed:
        await _write(by, deed, on, details, refused=True)
        raise Forbidden(REFUSED)
    try:
        async with db.unit_of_work() as unit:
            yield unit
            await _write(by, deed, on, details)
    except NothingToDo:
        return
    except Forbidden:
        await _write(by, deed, on, details, refused=True)
        raise


async def seat_now(by: Staff) -> Seat:
    """What they may do at this moment: a role may have been taken away since the request began."""
    return by.seat if by.account_id is None else await roles.seat(by.account_id)


async def _write(
    by: Staff, deed: Deed, on: Target, details: Mapping[str, object] | None, *, refused: bool = False
) -> None:
    await audit.insert(
        by,
        deed.value,
        target_kind=on.kind,
        target_id=str(on.id),
        target_name=on.name,
        details=dict(details or {}),
        refused=refused,
    )
