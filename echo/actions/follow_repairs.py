"""Follows across servers of which the two sides think differently: found out, and made to agree."""

from __future__ import annotations

from datetime import timedelta

from echo import addresses, clock, db, ids
from echo.actions import follows
from echo.events import FollowEnded, FollowersDiffer
from echo.kinds import FollowState
from echo.models import Account, Follow
from echo.store import accounts, followers

# A follow as young as this may have been on its way when the other side made its list.
YOUNG = timedelta(minutes=10)


async def note_difference(account_id: int, url: str, digest: str) -> None:
    """Have the list of another server looked at."""
    async with db.unit_of_work() as unit:
        unit.emit(FollowersDiffer(local=False, account_id=account_id, url=url, digest=digest))


async def agree(followee: Account, follower_ids: set[int], *, is_whole: bool) -> int:
    """Make our side say what the server of the followee says, or ask it to mend its own.

    Shapes:  follower_ids: people here that follow, as the other side says; is_whole: whether these are proven
             to be all of them
    Returns: how many follows were not as they should be
    """
    rows = {row["follower_id"]: row for row in await followers.here(followee.id)}
    mended = 0
    for follower_id in sorted(follower_ids):
        row = rows.get(follower_id)
        if row is None:
            mended += await _disown(follower_id, followee)
        elif row["state"] != FollowState.ACCEPTED:
            mended += await follows.receive_accept(followee, follower_id=follower_id)
    if is_whole:
        old = clock.now() - YOUNG
        for follower_id, row in sorted(rows.items()):
            is_lost = row["state"] == FollowState.ACCEPTED and follower_id not in follower_ids
            if is_lost and row["created_at"] < old:
                mended += await follows.receive_reject(followee, follower_id=follower_id)
    return mended


async def _disown(follower_id: int, followee: Account) -> bool:
    """Take back a follow that only the other side knows of: somebody here does not want it (any more)."""
    person = await accounts.find(follower_id)
    if person is None or person.host:
        return False
    async with db.unit_of_work() as unit:
        if await Follow.exists(follower_id=follower_id, followee_id=followee.id):
            return False
        uri = addresses.here().activity("follow", ids.new_id())
        unit.emit(FollowEnded(local=True, follower_id=follower_id, followee_id=followee.id, uri=uri))
    return True
