"""Blocks and mutes."""

from __future__ import annotations

from echo import addresses, clock, db, ids
from echo.actions import follows
from echo.db import UnitOfWork
from echo.errors import Forbidden
from echo.events import Blocked, Met, Muted, Related, Unblocked, Unmuted
from echo.models import Account, Block, Mute
from echo.store import accounts, conversations, notification_policies, notifications, posts, relations


async def block(blocker_id: int, blocked_id: int) -> None:
    """Block somebody: both stop following each other, neither sees the other. Twice is once.

    Raises:  NotFound; Forbidden for oneself
    """
    if blocker_id == blocked_id:
        raise Forbidden
    async with db.unit_of_work() as unit:
        await accounts.get(blocked_id)
        await _block(
            unit, blocker_id, blocked_id, addresses.here().activity("block", ids.new_id()), local=True
        )


async def receive(blocker: Account, blocked_id: int, uri: str) -> bool:
    """Somebody elsewhere blocks somebody here; False when it is known."""
    async with db.unit_of_work() as unit:
        return await _block(unit, blocker.id, blocked_id, uri, local=False)


async def unblock(blocker_id: int, blocked_id: int) -> None:
    """Take a block back; follows do not come back by themselves."""
    async with db.unit_of_work() as unit:
        known = await Block.get_or_none(blocker_id=blocker_id, blocked_id=blocked_id)
        if known is not None:
            await _unblock(unit, known, local=True)


async def receive_undo(blocker: Account, *, uri: str = "", blocked_id: int | None = None) -> bool:
    """Somebody elsewhere took a block back, named by its id or by whom."""
    async with db.unit_of_work() as unit:
        known = await Block.get_or_none(uri=uri, blocker_id=blocker.id) if uri else None
        if known is None and blocked_id is not None:
            known = await Block.get_or_none(blocker_id=blocker.id, blocked_id=blocked_id)
        if known is None:
            if uri:
                await posts.bury(uri, blocker.id)  # it may not have come yet
            return False
        await _unblock(unit, known, local=False)
    return True


async def mute(
    muter_id: int, muted_id: int, *, notifications_too: bool = True, duration_seconds: int = 0
) -> None:
    """Stop seeing somebody, who does not notice; for a while, or for good with 0 seconds.
    The same again changes nothing.

    Raises:  NotFound; Forbidden for oneself
    """
    if muter_id == muted_id:
        raise Forbidden
    now = clock.now()
    expires_at = clock.after(duration_seconds) if duration_seconds > 0 else None
    async with db.unit_of_work() as unit:
        await accounts.get(muted_id)
        is_another = await db.execute(
            "INSERT INTO mutes AS m (muter_id, muted_id, notifications, expires_at, created_at)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (muter_id, muted_id)"
            " DO UPDATE SET notifications = $3, expires_at = $4"
            " WHERE (m.notifications, m.expires_at) IS DISTINCT FROM ($3, $4)",
            muter_id,
            muted_id,
            notifications_too,
            expires_at,
            now,
        )
        await notification_policies.forget_person(muter_id, muted_id)
        if is_another:
            unit.emit(Muted(local=True, muter_id=muter_id, muted_id=muted_id))
            unit.emit(Related(local=True, account_id=muter_id, other_id=muted_id, is_mutual=False))


async def unmute(muter_id: int, muted_id: int) -> None:
    """See somebody again."""
    async with db.unit_of_work() as unit:
        if await Mute.filter(muter_id=muter_id, muted_id=muted_id).delete():
            unit.emit(Unmuted(local=True, muter_id=muter_id, muted_id=muted_id))
            unit.emit(Related(local=True, account_id=muter_id, other_id=muted_id, is_mutual=False))


async def _block(unit: UnitOfWork, blocker_id: int, blocked_id: int, uri: str, *, local: bool) -> bool:
    rows = await db.fetch(
        "INSERT INTO blocks (blocker_id, blocked_id, uri, created_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (blocker_id, blocked_id) DO NOTHING RETURNING id",
        blocker_id,
        blocked_id,
        uri,
        clock.now(),
    )
    if not rows:
        return False
    mine = await relations.find_follow(blocker_id, blocked_id)
    if mine is not None:
        await follows.end(unit, mine, local=local)
    theirs = await relations.find_follow(blocked_id, blocker_id)
    if theirs is not None:
        await follows.refuse(unit, theirs, local=local)
    await notifications.delete_from(blocker_id, blocked_id)
    await notifications.delete_from(blocked_id, blocker_id)
    await notification_policies.forget_person(blocker_id, blocked_id)
    await conversations.delete_with(blocker_id, blocked_id)
    unit.emit(Blocked(local=local, blocker_id=blocker_id, blocked_id=blocked_id, uri=uri))
    unit.emit(Related(local=local, account_id=blocker_id, other_id=blocked_id, is_mutual=False))
    unit.emit(Met(local=local, account_id=blocker_id, other_ids=(blocked_id,)))
    return True


async def _unblock(unit: UnitOfWork, known: Block, *, local: bool) -> None:
    if not await Block.filter(id=known.id).delete():
        return
    unit.emit(Unblocked(local=local, blocker_id=known.blocker_id, blocked_id=known.blocked_id, uri=known.uri))
    unit.emit(Related(local=local, account_id=known.blocker_id, other_id=known.blocked_id, is_mutual=False))
    unit.emit(Met(local=local, account_id=known.blocker_id, other_ids=(known.blocked_id,)))
