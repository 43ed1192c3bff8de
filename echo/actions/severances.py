"""Ending many follows at once. Those who lose some are told, and can look up whom they lost."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db
from echo.actions import follows
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.events import FollowEnded
from echo.kinds import BlockSeverity, FollowState, NotificationKind, SeveranceKind
from echo.models import Follow, ServerBlock
from echo.store import accounts, severances

BATCH = 100


async def leave_server(block_id: int) -> bool:
    """End the follows between people here and a server that is suspended, a batch of them.

    Nothing is sent to that server. They do not come back when the block is taken back.

    Returns: whether everything is done
    """
    async with db.unit_of_work() as unit:
        block = await ServerBlock.get_or_none(id=block_id)
        if block is None or block.severity != BlockSeverity.SUSPEND:
            return True
        found = await severances.follows_with_server(block.domain, BATCH)
        await sever(unit, SeveranceKind.SERVER_BLOCK, block.domain, found, cause_id=block.id)
    return len(found) < BATCH


async def sever(
    unit: UnitOfWork, kind: SeveranceKind, target: str, found: Sequence[Follow], *, cause_id: int | None
) -> None:
    """End follows without telling the other side, inside the caller's unit of work.

    Each person here who loses accepted ones gets one severance for each cause, which is told once.

    Shapes:  target: the domain, or the handle of who was suspended; cause_id: of the block or the account
    """
    lost: dict[int, list[Follow]] = {}
    local = await accounts.local_among({i for f in found for i in (f.follower_id, f.followee_id)})
    for known in sorted(found, key=lambda follow: follow.id):
        if not await follows.delete(known):
            continue
        unit.emit(
            FollowEnded(
                local=False, follower_id=known.follower_id, followee_id=known.followee_id, uri=known.uri
            )
        )
        if known.state == FollowState.ACCEPTED:
            for account_id in local & {known.follower_id, known.followee_id}:
                lost.setdefault(account_id, []).append(known)
    for account_id, ended in sorted(lost.items()):
        following = sum(f.follower_id == account_id for f in ended)
        row = await severances.count(
            account_id,
            kind,
            target,
            cause_id,
            followers=len(ended) - following,
            following=following,
            at=clock.now(),
        )
        await severances.keep(row["id"], account_id, ended)
        if row["is_new"]:
            await tell(unit, [account_id], NotificationKind.SEVERED, account_id, object_id=row["id"])
