"""What moderators do with reports: who looks at them, what they are about, that they are dealt with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from echo import clock
from echo.actions import staff
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import ReportChanged
from echo.kinds import ReportCategory
from echo.models import Report
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import reports

BULK_MAX = 200
VIOLATION = ReportCategory.VIOLATION


async def resolve(by: Staff, report_id: int) -> None:
    """It is dealt with; twice is once. Raises NotFound; Forbidden."""
    await _get(report_id)
    async with staff.acting(by, Deed.REPORT_RESOLVE, on=_on(report_id)) as unit:
        known = await _locked(report_id)
        if known.resolved_at is not None:
            raise staff.NothingToDo
        await _write(unit, known, resolved_at=clock.now(), resolved_by_id=by.account_id)


async def reopen(by: Staff, report_id: int) -> None:
    """It is to be looked at again; twice is once. Raises NotFound; Forbidden."""
    await _get(report_id)
    async with staff.acting(by, Deed.REPORT_REOPEN, on=_on(report_id)) as unit:
        known = await _locked(report_id)
        if known.resolved_at is None:
            raise staff.NothingToDo
        await _write(unit, known, resolved_at=None, resolved_by_id=None)


async def take(by: Staff, report_id: int) -> None:
    """Whoever says it looks at it from now on. Raises NotFound; Invalid from the shell; Forbidden."""
    await _get(report_id)
    if by.account_id is None:
        raise Invalid("Nobody in particular cannot look at a report")
    async with staff.acting(by, Deed.REPORT_ASSIGN, on=_on(report_id)) as unit:
        await _write(unit, await _locked(report_id), assigned_to_id=by.account_id)


async def leave(by: Staff, report_id: int) -> None:
    """Nobody looks at it. Raises NotFound; Forbidden."""
    await _get(report_id)
    async with staff.acting(by, Deed.REPORT_UNASSIGN, on=_on(report_id)) as unit:
        await _write(unit, await _locked(report_id), assigned_to_id=None)


async def change(
    by: Staff,
    report_id: int,
    *,
    category: ReportCategory | None = None,
    rule_ids: Sequence[str] | None = None,
) -> None:
    """Say what it is about; None keeps that. Rules are those of a violation.

    Raises:  NotFound; Forbidden
    """
    await _get(report_id)
    details = {"category": category, "rule_ids": None if rule_ids is None else list(rule_ids)}
    async with staff.acting(by, Deed.REPORT_CHANGE, on=_on(report_id), details=details) as unit:
        known = await _locked(report_id)
        kind = category or ReportCategory(known.category)
        rules = list(known.rule_ids if rule_ids is None else rule_ids)
        await _write(unit, known, category=kind.value, rule_ids=rules if kind == VIOLATION else [])


Step = Callable[[Staff, int], Awaitable[None]]


async def each(by: Staff, report_ids: Sequence[int], step: Step) -> int:
    """Do the same to many; what is gone meanwhile is left out. How many it was done to.

    Shapes:  step: `resolve`, `reopen`, `take` or `leave`
    """
    done = 0
    for report_id in sorted(set(report_ids))[:BULK_MAX]:
        try:
            await step(by, report_id)
        except NotFound:
            continue
        done += 1
    return done


def _on(report_id: int) -> Target:
    return Target("report", report_id, f"#{report_id}")


async def _get(report_id: int) -> None:
    if not await Report.exists(id=report_id):
        raise NotFound


async def _locked(report_id: int) -> Report:
    known = await reports.lock(report_id)
    if known is None:
        raise NotFound
    return known


async def _write(unit: UnitOfWork, known: Report, **changes: object) -> None:
    staff.require_change(known, changes)
    known.update_from_dict(changes | {"updated_at": clock.now()})
    await known.save(update_fields=[*changes, "updated_at"])
    unit.emit(ReportChanged(local=True, report_id=known.id))
