"""What operators and moderators do to accounts."""

from __future__ import annotations

from echo import clock
from echo.actions import owners, restraints
from echo.actions.staff import Target, acting, require_change
from echo.errors import FieldError, Invalid, NotFound
from echo.events import AccessEnded, AccountChanged, MailAsked
from echo.kinds import LetterKind
from echo.kinds_of_moderation import StrikeKind
from echo.models import User
from echo.policy import emails
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, users


async def change_user(
    by: Staff,
    user_id: int,
    *,
    email: str | None = None,
    is_confirmed: bool = False,
    is_approved: bool = False,
    is_enabled: bool | None = None,
) -> None:
    """Change the login of somebody here; what is not given stays.

    Raises:  NotFound, Forbidden; Invalid where the last owner could not log in any more, and for an address
             that is none or somebody else's
    """
    if not await User.exists(id=user_id):
        raise NotFound("This account has no login here")
    normal = None if email is None else emails.normal(email)
    changes: dict[str, object] = {
        "email": email is not None,
        "confirmed": is_confirmed,
        "approved": is_approved,
        "enabled": is_enabled,
    }
    told = {name: value for name, value in changes.items() if value or (value is False and name == "enabled")}
    async with acting(by, Deed.ACCOUNT_CHANGE, on=await _target(user_id), details=told) as unit:
        if is_enabled is False:
            await owners.require_another(user_id)
        # Held until it is saved: what somebody else changes meanwhile is not written over.
        user, now = await User.filter(id=user_id).select_for_update().get(), clock.now()
        if normal is not None:
            await _require_usable(normal, user)
            user.email, user.email_key, user.confirmed_at = normal, emails.key(normal), now
        if is_confirmed:
            user.confirmed_at = user.confirmed_at or now
        if is_approved and user.approved_at is None:
            user.approved_at = now
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.APPROVED))
        if is_enabled is not None:
            user.disabled_at = None if is_enabled else now
        await user.save()
        if is_enabled is False:
            unit.emit(AccessEnded(local=True, user_id=user_id, token_id=None))


async def _require_usable(email: str, user: User) -> None:
    problem = emails.problem(email)
    if problem is None and emails.key(email) != user.email_key and await users.is_email_taken(email):
        problem = FieldError("ERR_TAKEN", "has already been taken")
    if problem is not None:
        raise Invalid(f"Validation failed: E-mail {problem.description}", details={"email": [problem]})


async def suspend(by: Staff, account_id: int, *, is_suspended: bool) -> bool:
    """Hide an account and everything it posted, without a word, or show it again.

    Returns: whether it was suspended before
    Raises:  NotFound; Forbidden; Invalid for the last owner
    """
    if not is_suspended:
        return await restraints.end(by, account_id, StrikeKind.SUSPEND)
    async with acting(by, Deed.ACCOUNT_SUSPEND, on=await _target(account_id)) as unit:
        account = await accounts.get_locked(account_id)
        was_suspended = account.suspended_at is not None
        await restraints.suspend(unit, account)
    return was_suspended


async def remember(by: Staff, account_id: int, *, is_memorial: bool) -> None:
    """Make an account the memorial of somebody who has died: it stays to be read, and can do nothing.

    Raises:  NotFound, Forbidden; Invalid for the last owner
    """
    told = {"memorial": is_memorial}
    async with acting(by, Deed.ACCOUNT_MEMORIAL, on=await _target(account_id), details=told) as unit:
        account = await accounts.get_locked(account_id)
        require_change(account, told)
        if is_memorial:
            await owners.require_another(account_id)
        account.memorial = is_memorial
        account.version += 1
        await account.save(update_fields=["memorial", "version"])
        unit.emit(AccountChanged(local=not account.domain, account_id=account_id))
        if is_memorial and not account.domain:
            unit.emit(AccessEnded(local=True, user_id=account_id, token_id=None))


async def _target(account_id: int) -> Target:
    return restraints.on(await accounts.get(account_id))
