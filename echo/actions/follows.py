"""Following: asked for, accepted, refused, ended."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses, clock, db, ids
from echo.actions import lists
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.errors import Forbidden, NotFound
from echo.events import (
    FollowAccepted,
    FollowAsked,
    FollowChanged,
    FollowEnded,
    FollowRejected,
    Met,
    OwnChanged,
    Related,
)
from echo.kinds import AccountKind, FollowState, NotificationKind
from echo.models import Account, Follow
from echo.store import accounts, avoided_domains, counters, notifications, posts, relations


async def follow(
    follower_id: int,
    followee_id: int,
    *,
    boosts: bool | None = None,
    notify: bool | None = None,
    languages: Sequence[str] | None = None,
) -> Follow:
    """Follow somebody, or change how; None keeps a choice. Locked people and those elsewhere accept first.

    Raises:  NotFound; Forbidden for oneself, for people who have moved, when either blocks the other, and
             for people of a server that the follower avoids
    """
    if follower_id == followee_id:
        raise Forbidden
    async with db.unit_of_work() as unit:
        followee = await accounts.get(followee_id)
        if followee.suspended_at is not None or followee.kind == AccountKind.APPLICATION:
            raise NotFound
        if (
            followee.moved_to_uri
            or await relations.is_blocked_either_way(follower_id, followee_id)
            or await avoided_domains.is_avoided(follower_id, followee_id)
        ):
            raise Forbidden
        known = await relations.find_follow(follower_id, followee_id)
        if known is None:
            uri = addresses.here().activity("follow", ids.new_id())
            known, is_new = await _insert(unit, follower_id, followee, uri)
            if is_new:
                unit.emit(FollowAsked(local=True, follow_id=known.id))
        await _choose(unit, known, boosts=boosts, notify=notify, languages=languages)
    return known


async def receive(follower: Account, followee_id: int, uri: str) -> Follow | None:
    """A follow from elsewhere of somebody here; None when it is refused, for a block or a move.

    A repeated one gets its answer again: its server may have missed the first.
    """
    async with db.unit_of_work() as unit:
        followee = await accounts.find(followee_id)
        if followee is None or followee.domain or followee.suspended_at is not None:
            return None
        if (
            followee.moved_to_uri
            or await relations.is_blocked_either_way(follower.id, followee_id)
            or await avoided_domains.is_avoided(followee_id, follower.id)
        ):
            unit.emit(FollowRejected(local=True, follower_id=follower.id, followee_id=followee_id, uri=uri))
            return None
        known = await relations.find_follow(follower.id, followee_id)
        if known is None:
            known, _ = await _insert(unit, follower.id, followee, uri)
            return known
        if known.uri != uri:
            known.uri = uri
            await known.save(update_fields=["uri"])
        if known.state == FollowState.ACCEPTED:
            unit.emit(FollowAccepted(local=True, follow_id=known.id))
    return known


async def accept(followee_id: int, follower_id: int) -> None:
    """Let somebody follow who asked. Raises NotFound when nobody asked."""
    async with db.unit_of_work() as unit:
        asked = await Follow.get_or_none(
            follower_id=follower_id, followee_id=followee_id, state=FollowState.REQUESTED
        )
        if asked is None or not await _accept(unit, asked, local=True):
            raise NotFound


async def reject(followee_id: int, follower_id: int) -> None:
    """Refuse somebody who asked. Raises NotFound when nobody asked."""
    async with db.unit_of_work() as unit:
        asked = await Follow.get_or_none(
            follower_id=follower_id, followee_id=followee_id, state=FollowState.REQUESTED
        )
        if asked is None or not await refuse(unit, asked, local=True):
            raise NotFound


async def remove_follower(followee_id: int, follower_id: int) -> None:
    """Stop somebody from following; nothing happens when they do not."""
    async with db.unit_of_work() as unit:
        known = await relations.find_follow(follower_id, followee_id)
        if known is not None:
            await refuse(unit, known, local=True)


async def receive_accept(followee: Account, *, uri: str = "", follower_id: int | None = None) -> bool:
    """Somebody elsewhere accepted our follow, named by its id or by who asked."""
    async with db.unit_of_work() as unit:
        asked = await _ours(followee, uri, follower_id)
        return asked is not None and await _accept(unit, asked, local=False)


async def receive_reject(followee: Account, *, uri: str = "", follower_id: int | None = None) -> bool:
    """Somebody elsewhere refused our follow, or removed us as a follower."""
    async with db.unit_of_work() as unit:
        known = await _ours(followee, uri, follower_id)
        return known is not None and await refuse(unit, known, local=False)


async def unfollow(follower_id: int, followee_id: int) -> None:
    """Stop following, or take the request back; nothing happens without one."""
    async with db.unit_of_work() as unit:
        known = await relations.find_follow(follower_id, followee_id)
        if known is not None:
            await end(unit, known, local=True)


async def receive_undo(follower: Account, *, uri: str = "", followee_id: int | None = None) -> bool:
    """Somebody elsewhere stopped following, named by the id of the follow or by whom."""
    async with db.unit_of_work() as unit:
        known = await Follow.get_or_none(uri=uri, follower_id=follower.id) if uri else None
        if known is None and followee_id is not None:
            known = await relations.find_follow(follower.id, followee_id)
        if known is None and uri:
            await posts.bury(uri, follower.id)  # it may not have come yet
        return known is not None and await end(unit, known, local=False)


async def end(unit: UnitOfWork, known: Follow, *, local: bool) -> bool:
    """Delete a follow, as its follower wants; False when it is gone already."""
    if not await delete(known):
        return False
    unit.emit(
        FollowEnded(local=local, follower_id=known.follower_id, followee_id=known.followee_id, uri=known.uri)
    )
    _part(unit, known.follower_id, known.followee_id, local=local)
    return True


def _relate(unit: UnitOfWork, known: Follow, *, local: bool) -> None:
    unit.emit(Related(local=local, account_id=known.follower_id, other_id=known.followee_id, is_mutual=True))


def _part(unit: UnitOfWork, by_id: int, other_id: int, *, local: bool) -> None:
    """Who ends something sees it on all their devices; the other one is not told so."""
    unit.emit(Related(local=local, account_id=by_id, other_id=other_id, is_mutual=False))
    unit.emit(Met(local=local, account_id=by_id, other_ids=(other_id,)))


async def _insert(unit: UnitOfWork, follower_id: int, followee: Account, uri: str) -> tuple[Follow, bool]:
    """Write a follow; whether it is new. People here who are not locked accept at once."""
    rows = await db.fetch(
        "INSERT INTO follows (follower_id, followee_id, state, uri, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (follower_id, followee_id) DO NOTHING RETURNING id",
        follower_id,
        followee.id,
        FollowState.REQUESTED.value,
        uri,
        clock.now(),
    )
    known = await Follow.get(follower_id=follower_id, followee_id=followee.id)
    if not rows:  # the same at the same moment
        return known, False
    if not followee.domain and not followee.locked:
        await _accept(unit, known, local=True)
    else:
        await tell(unit, [followee.id], NotificationKind.FOLLOW_REQUEST, follower_id)
        _relate(unit, known, local=True)
    return known, True


async def _accept(unit: UnitOfWork, asked: Follow, *, local: bool) -> bool:
    """Let a follow that was asked for stand; False when it was answered or ended already."""
    waiting = Follow.filter(id=asked.id, state=FollowState.REQUESTED.value)
    if not await waiting.update(state=FollowState.ACCEPTED.value):
        return False
    asked.state = FollowState.ACCEPTED.value
    await counters.count_follow(asked.follower_id, asked.followee_id, 1)
    await notifications.delete_from(asked.followee_id, asked.follower_id, [NotificationKind.FOLLOW_REQUEST])
    unit.emit(OwnChanged(local=True, account_id=asked.followee_id, what="notices"))
    await tell(unit, [asked.followee_id], NotificationKind.FOLLOW, asked.follower_id)
    unit.emit(FollowAccepted(local=local, follow_id=asked.id))
    _relate(unit, asked, local=local)
    return True


async def refuse(unit: UnitOfWork, known: Follow, *, local: bool) -> bool:
    """Delete a follow, as its followee wants; False when it is gone already."""
    if not await delete(known):
        return False
    unit.emit(
        FollowRejected(
            local=local, follower_id=known.follower_id, followee_id=known.followee_id, uri=known.uri
        )
    )
    _part(unit, known.followee_id, known.follower_id, local=local)
    return True


async def delete(known: Follow) -> bool:
    """Take a follow away with all that hangs on it, and tell nobody; False when it is gone already."""
    state = await db.fetch_value("DELETE FROM follows WHERE id = $1 RETURNING state", known.id)
    if state is None:
        return False
    await lists.forget_unfollowed(known.follower_id, known.followee_id)
    if state == FollowState.ACCEPTED:
        await counters.count_follow(known.follower_id, known.followee_id, -1)
    await notifications.delete_from(
        known.followee_id, known.follower_id, [NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST]
    )
    # One shows only whom one follows.
    await db.execute(
        "DELETE FROM endorsements WHERE account_id = $1 AND target_id = $2",
        known.follower_id,
        known.followee_id,
    )
    return True


async def _ours(followee: Account, uri: str, follower_id: int | None) -> Follow | None:
    """Our follow of this very account, by its id, else by who asked."""
    known = await Follow.get_or_none(uri=uri, followee_id=followee.id) if uri else None
    if known is None and follower_id is not None:
        known = await relations.find_follow(follower_id, followee.id)
    return known


async def _choose(
    unit: UnitOfWork,
    known: Follow,
    *,
    boosts: bool | None,
    notify: bool | None,
    languages: Sequence[str] | None,
) -> None:
    """Change what is shown and told of somebody who is followed."""
    chosen: dict[str, object] = {}
    if boosts is not None:
        chosen["boosts"] = boosts
    if notify is not None:
        chosen["notify"] = notify
    if languages is not None:
        chosen["languages"] = list(languages) or None
    changes = {name: value for name, value in chosen.items() if getattr(known, name) != value}
    if not changes:
        return
    known.update_from_dict(changes)
    await Follow.filter(id=known.id).update(**changes)
    if changes.keys() & {"boosts", "languages"}:
        unit.emit(FollowChanged(local=True, follow_id=known.id))
    _relate(unit, known, local=True)
