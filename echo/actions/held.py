"""What moderators decide about things that policies held back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from echo.actions import chat_messages, chats, editing, permissions, polls, posting, posts, quotes, staff
from echo.actions.chat_messages import MessageDraft
from echo.actions.drafts import EditDraft, RemotePost
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import EchoError, Forbidden, NotFound
from echo.events import HeldAccepted
from echo.kinds import Held, HeldKind
from echo.models import HeldThing, Post
from echo.policy.deeds import Deed
from echo.policy.interacting import Interaction
from echo.policy.roles import Staff
from echo.store import accounts, policies
from echo.store import permissions as permission_store
from echo.store import posts as post_store

log = logging.getLogger(__name__)
Draft = TypeVar("Draft")
AT_ONCE = 200


async def accept(by: Staff, held_id: int) -> HeldThing:
    """Let something through, with the changes that policies made. What was decided before stays as it is.

    Raises:  NotFound; Forbidden
    """
    thing = await policies.get_held(held_id)
    async with staff.acting(by, Deed.HELD_ACCEPT, on=_target(thing), details=_details(thing)) as unit:
        thing = await policies.lock_held(held_id)
        _require_waiting(thing)
        thing.state = "accepted"
        if thing.kind == HeldKind.POST:
            await _release(unit, thing)
        else:
            # Other servers may have to be asked for it: that is no work for a transaction.
            unit.emit(HeldAccepted(local=True, held_id=thing.id))
        await policies.settle_held(thing.id, thing.state, by.account_id)
    return thing


async def reject(by: Staff, held_id: int) -> HeldThing:
    """Do not take something. A post of somebody here is read by them alone from then on; the rest is dropped.
    What was decided before stays as it is.

    Raises:  NotFound; Forbidden
    """
    thing = await policies.get_held(held_id)
    async with staff.acting(by, Deed.HELD_REJECT, on=_target(thing), details=_details(thing)):
        thing = await policies.lock_held(held_id)
        _require_waiting(thing)
        thing.state = "rejected"
        if thing.kind == HeldKind.POST and thing.post_id is not None:
            await permission_store.settle(thing.post_id, Held.REFUSED.value, "")
        await policies.settle_held(thing.id, thing.state, by.account_id)
        await policies.drop_draft(thing.id)
    return thing


async def decide(by: Staff, held_ids: Sequence[int], *, is_accepted: bool) -> int:
    """Decide about several, each for itself and in the order in which they came; unknown ones are left out.
    Returns how many were decided.
    """
    done = 0
    for held_id in sorted(list(dict.fromkeys(held_ids))[:AT_ONCE]):
        try:
            await (accept if is_accepted else reject)(by, held_id)
        except NotFound:
            continue
        done += 1
    return done


async def take_in(held_id: int) -> None:
    """Do what was accepted; what has become impossible meanwhile is logged and left."""
    thing = await policies.find_held(held_id)
    if thing is None or thing.state != "accepted" or not thing.draft:
        return
    try:
        await _take_in(thing)
    except EchoError as error:
        if error.status >= 500:
            raise
        log.info("held %s is not taken in: %s", held_id, error)
    await policies.drop_draft(held_id)


def _require_waiting(thing: HeldThing) -> None:
    if thing.state != "waiting":
        raise staff.NothingToDo


async def _take_in(thing: HeldThing) -> None:
    match thing.kind:
        case HeldKind.REMOTE_POST:
            author = await accounts.get(thing.author_id)
            await posts.receive(author, _read(thing, RemotePost), is_judged=True)
        case HeldKind.REMOTE_EDIT:
            author = await accounts.get(thing.author_id)
            await editing.receive_edit(author, _read(thing, RemotePost), is_judged=True)
        case HeldKind.EDIT if thing.post_id is not None:
            draft = _read(thing, EditDraft)
            await editing.edit(thing.author_id, thing.post_id, draft, is_judged=True)
        case HeldKind.MESSAGE if thing.chat_id is not None:
            draft_of_message = _read(thing, MessageDraft)
            await chat_messages.send(thing.author_id, thing.chat_id, draft_of_message, is_judged=True)


async def _release(unit: UnitOfWork, thing: HeldThing) -> None:
    """A post of somebody here is shown; an answer may have to wait for the word of who is answered."""
    if thing.post_id is None:
        return
    await post_store.lock(thing.post_id)
    post = await Post.get_or_none(id=thing.post_id, held=Held.REVIEW.value, deleted_at=None)
    if post is None:
        return
    held = await _still_asked(post)
    await permission_store.settle(post.id, held.value, "")
    post = await post_store.get_unscoped_for_worker(post.id)
    if not post.held:
        await chats.released(unit, post)
        await polls.begin(post)
    await posting.release(unit, post)
    if not post.held:
        await quotes.published_late(unit, post)


async def _still_asked(post: Post) -> Held:
    """Whether the author of what it answers has to say yes as well."""
    parent = None if post.in_reply_to_id is None else await Post.get_or_none(id=post.in_reply_to_id)
    if parent is None:
        return Held.NOT
    try:
        return await permissions.require(
            post.author_id, parent, Interaction.REPLY, may_ask=not post.local_only
        )
    except Forbidden:
        return Held.REFUSED


def _read(thing: HeldThing, kind: type[Draft]) -> Draft:
    return msgspec.json.decode(thing.draft, type=kind)


def _target(thing: HeldThing) -> Target:
    return Target("held", thing.id, thing.policy)


def _details(thing: HeldThing) -> dict[str, object]:
    return {"kind": thing.kind, "author": str(thing.author_id), "found": thing.found}
