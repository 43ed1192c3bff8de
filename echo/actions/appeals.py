"""Appeals: somebody says that a strike is wrong, once, and a moderator answers."""

from __future__ import annotations

from datetime import timedelta

from echo import clock, db
from echo.actions import post_marks, restraints, staff
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid, NotFound
from echo.events import AppealDecided, AppealMade
from echo.kinds_of_moderation import StrikeKind
from echo.models import Appeal, Post, Strike
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, strikes

# Source: Mastodon takes appeals for as long.
APPEAL_WITHIN = timedelta(days=20)
TEXT_CHARACTERS = 2000


async def appeal(user_id: int, strike_id: int, text: str) -> Appeal:
    """Somebody says that what was done to them is wrong.

    Raises:  NotFound when it is not about them; Forbidden when it is too late, or was said before;
             Invalid for no text and for too long a one
    """
    said = text.strip()
    if not said:
        raise Invalid("Validation failed: Text can't be blank")
    if len(said) > TEXT_CHARACTERS:
        raise Invalid(f"Validation failed: Text is too long (maximum is {TEXT_CHARACTERS} characters)")
    async with db.unit_of_work() as unit:
        strike = await strikes.lock(strike_id)
        if strike is None or strike.target_id != user_id:
            raise NotFound
        if not may_appeal(strike) or await Appeal.exists(strike_id=strike_id):
            raise Forbidden("It is too late for an appeal, or there was one")
        made = await Appeal.create(strike_id=strike_id, account_id=user_id, text=said, created_at=clock.now())
        unit.emit(AppealMade(local=True, strike_id=strike_id))
    return made


def may_appeal(strike: Strike) -> bool:
    """Whether there is still time to, as far as the strike itself tells."""
    return strike.overruled_at is None and strike.created_at > clock.now() - APPEAL_WITHIN


async def approve(by: Staff, strike_id: int) -> None:
    """A moderator says that the person is right: what was done is undone, as far as it can be. Posts that
    were deleted are gone.

    Raises:  NotFound without an appeal that waits; Forbidden
    """
    strike, said = await _waiting(strike_id)
    async with staff.acting(by, Deed.APPEAL_APPROVE, on=await _on(strike)) as unit:
        await _decide(said, by, approved_at=clock.now())
        strike.overruled_at = clock.now()
        await strike.save(update_fields=["overruled_at"])
        await _undo(unit, strike)
        unit.emit(AppealDecided(local=True, strike_id=strike.id))


async def reject(by: Staff, strike_id: int) -> None:
    """A moderator says that it stays as it is. Raises NotFound without an appeal that waits; Forbidden."""
    strike, said = await _waiting(strike_id)
    async with staff.acting(by, Deed.APPEAL_REJECT, on=await _on(strike)) as unit:
        await _decide(said, by, rejected_at=clock.now())
        unit.emit(AppealDecided(local=True, strike_id=strike.id))


async def _waiting(strike_id: int) -> tuple[Strike, Appeal]:
    strike = await Strike.get_or_none(id=strike_id)
    said = await Appeal.get_or_none(strike_id=strike_id, approved_at=None, rejected_at=None)
    if strike is None or said is None:
        raise NotFound
    return strike, said


async def _decide(said: Appeal, by: Staff, **decision: object) -> None:
    """Only one moderator answers."""
    waiting = Appeal.filter(id=said.id, approved_at=None, rejected_at=None)
    if not await waiting.update(decided_by_id=by.account_id, **decision):
        raise NotFound


async def _on(strike: Strike) -> Target:
    return Target("strike", strike.id, restraints.handle(await accounts.get(strike.target_id)))


async def _undo(unit: UnitOfWork, strike: Strike) -> None:
    kind = StrikeKind(strike.kind)
    if kind == StrikeKind.MARK_SENSITIVE:
        for post in await Post.filter(id__in=strike.post_ids, deleted_at=None):
            await post_marks.mark(unit, post, is_sensitive=False)
    else:
        await restraints.lift(unit, await accounts.get_locked(strike.target_id), kind)
