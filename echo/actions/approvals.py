"""New people and those who look after them: told that somebody came, saying yes or no."""

from __future__ import annotations

from echo import clock, db
from echo.actions.notify import tell_moderators
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import AccessEnded, MailAsked
from echo.kinds import LetterKind, NotificationKind
from echo.models import Account, User
from echo.store import notifications


async def announce(unit: UnitOfWork, user: User) -> None:
    """Somebody new has proved their address: moderators are told, and asked for a yes where one is needed."""
    await tell_moderators(unit, NotificationKind.SIGN_UP, user.id)
    if user.approved_at is None:
        for moderator_id in await notifications.moderator_ids():
            unit.emit(MailAsked(local=True, user_id=moderator_id, template=LetterKind.WAITING))


async def approve(user_id: int) -> None:
    """A moderator says yes to somebody new, who gets a letter. Raises NotFound when nobody waits."""
    async with db.unit_of_work() as unit:
        if not await User.filter(id=user_id, approved_at=None).update(approved_at=clock.now()):
            raise NotFound("Nobody of this name waits for approval")
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.APPROVED))


async def reject(user_id: int) -> None:
    """A moderator says no: the account goes as if it had never been, and its name is free again.

    Raises:  NotFound when nobody waits
    """
    async with db.unit_of_work() as unit:
        user = await User.get_or_none(id=user_id, approved_at=None)
        if user is None:
            raise NotFound("Nobody of this name waits for approval")
        unit.emit(AccessEnded(local=True, user_id=user_id, token_id=None))
        await Account.filter(id=user_id).delete()
