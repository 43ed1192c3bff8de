"""New people and those who look after them: told that somebody came, saying yes or no."""

from __future__ import annotations

from echo import clock
from echo.actions.notify import tell_staff
from echo.actions.staff import Target, acting
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import AccessEnded, MailAsked, PersonAdmitted, PersonLetIn
from echo.kinds import LetterKind, NotificationKind
from echo.models import Account, User
from echo.policy.deeds import Deed
from echo.policy.roles import Permission, Staff
from echo.store import roles


async def announce(unit: UnitOfWork, user: User) -> None:
    """Somebody new has proved their address: moderators are told, and asked for a yes where one is needed."""
    await tell_staff(unit, Permission.MANAGE_USERS, NotificationKind.SIGN_UP, user.id)
    if user.approved_at is not None:
        _admit(unit, user)
        unit.emit(PersonLetIn(local=True, account_id=user.id))
    else:
        for moderator_id in await roles.who_may(Permission.MANAGE_USERS):
            unit.emit(MailAsked(local=True, user_id=moderator_id, template=LetterKind.WAITING))


async def approve(by: Staff, user_id: int) -> None:
    """Say yes to somebody new, who gets a letter. Raises NotFound when nobody waits, Forbidden."""
    async with acting(by, Deed.ACCOUNT_APPROVE, on=await _waiting(user_id)) as unit:
        if not await User.filter(id=user_id, approved_at=None).update(approved_at=clock.now()):
            raise NotFound("Nobody of this name waits for approval")
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.APPROVED))
        user = await User.get(id=user_id)
        _admit(unit, user)
        if user.confirmed_at is not None:
            unit.emit(PersonLetIn(local=True, account_id=user_id))


async def reject(by: Staff, user_id: int) -> None:
    """Say no to somebody new: the account goes as if it had never been, and its name is free again.

    Raises:  NotFound when nobody waits, Forbidden
    """
    async with acting(by, Deed.ACCOUNT_REJECT, on=await _waiting(user_id)) as unit:
        # Held: somebody else may be saying yes.
        user = await User.filter(id=user_id, approved_at=None).select_for_update().get_or_none()
        if user is None:
            raise NotFound("Nobody of this name waits for approval")
        unit.emit(AccessEnded(local=True, user_id=user_id, token_id=None))
        await Account.filter(id=user_id).delete()


async def _waiting(user_id: int) -> Target:
    account = await Account.get_or_none(id=user_id)
    if account is None:
        raise NotFound("Nobody of this name waits for approval")
    return Target("account", user_id, account.username)


def _admit(unit: UnitOfWork, user: User) -> None:
    if user.invite_id is not None:
        unit.emit(PersonAdmitted(local=True, account_id=user.id))
