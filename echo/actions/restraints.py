"""What an account is held back by, and how that ends: limited, sensitised, frozen, suspended."""

from __future__ import annotations

from datetime import timedelta

from echo import clock, db
from echo.actions import accounts as account_actions
from echo.actions import canonical_email_blocks, owners, severances, staff
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid
from echo.events import AccessEnded, AccountChanged, AccountSuspended, FollowRejected
from echo.kinds import SeveranceKind
from echo.kinds_of_moderation import StrikeKind
from echo.models import Account, Erasure, User
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, relations

# So long what belongs to a suspended account is kept, in case that it was a mistake.
GRACE = timedelta(days=30)
BATCH = 100


def handle(account: Account) -> str:
    """The name of an account for those who run the server: with its domain when it is not from here."""
    return f"{account.username}@{account.domain}" if account.domain else account.username


def on(target: Account) -> Target:
    """The account, as the audit log names it."""
    return Target("account", target.id, handle(target))


async def apply(unit: UnitOfWork, target: Account, kind: StrikeKind) -> None:
    """Hold somebody back; twice is once. The caller has the row locked.

    Raises:  Invalid for the login of somebody elsewhere, and for the last owner where they could not go on
    """
    now = clock.now()
    match kind:
        case StrikeKind.SENSITIVE:
            await _write(unit, target, sensitized_at=target.sensitized_at or now)
        case StrikeKind.SILENCE:
            await _write(unit, target, silenced_at=target.silenced_at or now)
        case StrikeKind.DISABLE:
            if target.domain:
                raise Invalid("Validation failed: Only people of this server log in here")
            await owners.require_another(target.id)
            await User.filter(id=target.id, disabled_at=None).update(disabled_at=now)
            unit.emit(AccessEnded(local=True, user_id=target.id, token_id=None))
        case StrikeKind.SUSPEND:
            await suspend(unit, target)


async def lift(unit: UnitOfWork, target: Account, kind: StrikeKind) -> None:
    """The end of it; nothing happens when there is nothing to end."""
    match kind:
        case StrikeKind.SENSITIVE:
            await _write(unit, target, sensitized_at=None)
        case StrikeKind.SILENCE:
            await _write(unit, target, silenced_at=None)
        case StrikeKind.DISABLE:
            await User.filter(id=target.id).update(disabled_at=None)
        case StrikeKind.SUSPEND:
            await Erasure.filter(account_id=target.id).delete()
            await canonical_email_blocks.let_in(target.id)
            await _write(unit, target, suspended_at=None, suspended_elsewhere=False)


async def suspend(unit: UnitOfWork, target: Account, *, elsewhere: bool = False) -> None:
    """Hide an account and all it posted, and let nobody use it. Its data go after `GRACE`.

    Shapes:  elsewhere: its own server says so, and alone can lift it
    Raises:  Invalid for the last owner
    """
    now = clock.now()
    if not target.domain:
        await owners.require_another(target.id)
    await _write(unit, target, suspended_at=target.suspended_at or now, suspended_elsewhere=elsewhere)
    if not elsewhere:
        await db.execute(
            "INSERT INTO erasures (account_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            target.id,
            now + GRACE,
        )
    if target.domain:
        unit.emit(AccountSuspended(local=False, account_id=target.id))
    else:
        # Nobody comes back with the same mailbox meanwhile.
        await canonical_email_blocks.shut_out(target.id)
        unit.emit(AccessEnded(local=True, user_id=target.id, token_id=None))


LIFTING = {
    StrikeKind.SENSITIVE: Deed.ACCOUNT_UNSENSITISE,
    StrikeKind.SILENCE: Deed.ACCOUNT_UNLIMIT,
    StrikeKind.DISABLE: Deed.ACCOUNT_UNFREEZE,
    StrikeKind.SUSPEND: Deed.ACCOUNT_RESTORE,
}


async def end(by: Staff, target_id: int, kind: StrikeKind) -> bool:
    """Moderators end what holds somebody back; twice is once.

    Returns: whether it was in force
    Raises:  NotFound; Forbidden for a suspension that is not of this server
    """
    target = await accounts.get(target_id)
    async with staff.acting(by, LIFTING[kind], on=on(target)) as unit:
        target = await accounts.get_locked(target_id)
        if kind == StrikeKind.SUSPEND and target.suspended_elsewhere:
            raise Forbidden
        if not await _is_held_back(target, kind):
            raise staff.NothingToDo
        await lift(unit, target, kind)
        return True
    return False


async def _is_held_back(target: Account, kind: StrikeKind) -> bool:
    match kind:
        case StrikeKind.SENSITIVE:
            return target.sensitized_at is not None
        case StrikeKind.SILENCE:
            return target.silenced_at is not None
        case StrikeKind.DISABLE:
            return await User.exists(id=target.id, disabled_at__not_isnull=True)
        case _:
            return target.suspended_at is not None


async def delete_now(by: Staff, target_id: int, *, also_active: bool = False) -> None:
    """Delete a suspended account with all its data, without waiting any longer.

    Shapes:  also_active: from the shell, also one that is not suspended
    Raises:  NotFound; Forbidden while it is not suspended; Invalid for the last owner
    """
    target = await accounts.get(target_id)
    async with staff.acting(by, Deed.ACCOUNT_DELETE, on=on(target)):
        if target.suspended_at is None and not also_active:
            raise Forbidden
        if not target.domain:
            await owners.require_another(target.id)
        await _delete(target)


async def delete_due() -> int:
    """Delete accounts whose grace is over; how many."""
    due = await db.fetch(
        "SELECT account_id FROM erasures WHERE due_at <= $1 ORDER BY due_at LIMIT $2", clock.now(), BATCH
    )
    for row in due:
        async with db.unit_of_work():
            await Erasure.filter(account_id=row["account_id"]).delete()
            account = await accounts.find(row["account_id"])
            if account is not None and account.suspended_at is not None:
                await _delete(account)
    return len(due)


async def part_from(account_id: int) -> bool:
    """End the follows of somebody suspended elsewhere of people here, who are told: their server would go on
    getting what these post.

    Returns: whether everything is done; a batch at a time, so that no transaction is long
    """
    async with db.unit_of_work() as unit:
        account = await accounts.find(account_id)
        if account is None or account.suspended_at is None:
            return True
        found = await relations.follows_of_people_here(account_id, BATCH)
        for known in found:
            # Their server is to know that it gets nothing more.
            pair = {"follower_id": known.follower_id, "followee_id": known.followee_id}
            unit.emit(FollowRejected(local=True, **pair, uri=known.uri))
        await severances.sever(unit, SeveranceKind.SUSPENSION, handle(account), found, cause_id=account_id)
    return len(found) < BATCH


async def _delete(account: Account) -> None:
    if account.domain:
        await account_actions.receive_deletion(account)
    else:
        await account_actions.delete_local(account.id)


async def _write(unit: UnitOfWork, target: Account, **changes: object) -> None:
    target.update_from_dict(changes | {"version": target.version + 1})
    await target.save(update_fields=[*changes, "version"])
    unit.emit(AccountChanged(local=not target.domain, account_id=target.id))
