"""What a community passes on: activities of others, inside an Announce that the community has signed.

The community speaks for its own server: what somebody of that server did is taken as it stands inside.
Of everybody else the origin is asked; so it is for whatever is named by its id alone. Only communities are
heard that somebody here follows, or in whose threads somebody here talks.

Source:  FEP-1b12; Lemmy, Mbin, PieFed, NodeBB
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from activitypub.activities import (
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    Like,
    Remove,
    Undo,
    Unknown,
    Update,
)
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import ObjectRef
from activitypub.read import is_actor, is_note, read_activity
from echo import clock
from echo.actions import boosts, editing
from echo.actions import posts as post_actions
from echo.errors import Gone
from echo.kinds import AccountKind, Visibility
from echo.models import Account, Post
from echo.store import accounts, groups, interest
from federation import ingest, moderators, origins, permitted, resolve
from federation.errors import Unwelcome
from federation.fetch import fetch
from federation.handlers import community_rules, like, undo
from federation.handlers.people import kind_of, known_post
from federation.judge import is_same_origin
from federation.network import allow_http, is_ours
from federation.reasons import Reason
from federation.resolve import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """Shapes:  is_proven: the actor really did this, for their own server says so"""

    inner: Activity
    announce: Announce
    group: Account
    is_proven: bool


async def unwrap(announce: Announce, group: Account) -> Reason:
    """Do what an activity inside an Announce says, as far as it is proven.

    Raises:  FederationError when an origin does not answer
    """
    document = announce.object.document
    if document is None or group.kind != AccountKind.GROUP:
        return Reason.UNSUPPORTED_OBJECT
    try:
        inner = read_activity(document, allow_http=allow_http())
    except Malformed:
        return Reason.MALFORMED
    is_proven = is_same_origin(inner.actor, group.uri)
    return await _do(PassedOn(inner=inner, announce=announce, group=group, is_proven=is_proven))


async def named(announce: Announce, document: Document, group: Account) -> Reason:
    """The same for an activity that was named by its id, and that its own server has served.

    Raises:  FederationError when another origin is needed, and does not answer
    """
    if group.kind != AccountKind.GROUP:
        return Reason.UNSUPPORTED_OBJECT
    try:
        inner = read_activity(document, allow_http=allow_http())
    except Malformed:
        return Reason.MALFORMED
    if inner.id is None or not is_same_origin(inner.id, inner.actor):
        return Reason.FOREIGN_ID
    return await _do(PassedOn(inner=inner, announce=announce, group=group, is_proven=True))


async def is_heard(group: Account) -> bool:
    """Whether what a community names is asked for: somebody here follows it, or has written to it."""
    if group.kind != AccountKind.GROUP:
        return False
    return await interest.is_followed(group.id) or await groups.is_addressed(group.id)


async def _do(passed: PassedOn) -> Reason:
    group = passed.group
    match passed.inner:
        case Create() | Update():
            return await _post(passed, passed.inner)
        case Delete():
            return await _deletion(passed.inner, group)
        case Dislike():
            return Reason.DISLIKE
        case Like():
            return await _like(passed, passed.inner)
        case Undo():
            return await _undo(passed, passed.inner)
        case Block():
            return Reason.BAN
        case Add() | Remove():
            return await community_rules.listed(passed.inner, group)
        case Unknown(type_name="Lock"):
            return await community_rules.locked(passed.inner, group, is_locked=True)
        case _:  # reported, followed: nothing of that is shown here
            return Reason.UNSUPPORTED_OBJECT


async def _post(passed: PassedOn, inner: Create | Update) -> Reason:
    """Store a post of a community, or what it says now."""
    uri, group = inner.object.id, passed.group
    if uri is None:
        return Reason.NO_ID
    if inner.object.document is not None and is_actor(inner.object.document):
        return await _change(uri, group)
    known = await known_post(uri)
    has_changed = False
    if known is None:
        if is_ours(uri):
            return Reason.UNKNOWN_OBJECT
        is_followed = await interest.is_followed(group.id)
        if not is_followed and not await origins.is_in_wanted_thread(inner.object):
            return Reason.UNRELATED
        try:
            known = await _store(passed, uri)
        except Gone:
            return Reason.DELETED
        has_changed = True
    elif isinstance(inner, Update) and not known.local:
        has_changed = await _edit(passed, known)
    shown = await _show(known, passed.announce, group)
    return Reason.EFFECT if has_changed or shown else Reason.DUPLICATE


async def _change(uri: str, group: Account) -> Reason:
    """Read the community anew when it says that it has changed."""
    if uri != group.uri:
        return Reason.FOREIGN_OBJECT
    await resolve.refresh(group)
    return Reason.EFFECT


async def _store(passed: PassedOn, uri: str) -> Post:
    inner, document = passed.inner, _believed(passed)
    if document is not None and not (document.has("to") or document.has("cc")):
        # Discourse: what is passed on has no addressing of its own, and is for whom it is passed on to.
        said_in = inner if inner.to or inner.cc else passed.announce
        document = Document({**document.data, "to": [*said_in.to], "cc": [*said_in.cc]})
    budget = Budget(ingest.PARENTS)
    return await (resolve.post(uri, budget=budget) if document is None else resolve.take(document, budget))


async def _edit(passed: PassedOn, known: Post) -> bool:
    """Take over what a post says now; whether that is something new."""
    document = _believed(passed)
    if document is None:
        return await origins.check_edit(known) is Reason.EFFECT
    note = ingest.read(document)
    author = await accounts.get(known.author_id)
    if note.id != known.uri or note.attributed_to != author.uri:
        return False
    # As in `handlers.update`: an Update is an edit, however soon after `published` it was.
    draft = replace(await ingest.draft_of(note, author), edited_at=note.updated)
    return await editing.receive_edit(author, draft)


def _believed(passed: PassedOn) -> Document | None:
    """The post inside an activity, where it is of the server that has said so."""
    inner = passed.inner
    document, uri = inner.object.document, inner.object.id
    is_own = passed.is_proven and uri is not None and is_same_origin(uri, inner.actor)
    return document if is_own and document is not None and is_note(document) else None


async def _show(post: Post, announce: Announce, group: Account) -> bool:
    """Show a post as boosted by the community: what begins a thread, for those who follow the community.

    Who has addressed a community wants it shown there; of others their word is asked, as for any boost.
    """
    if post.in_reply_to_id is not None or post.in_reply_to_uri or announce.id is None:
        return False
    if not post.local and not await interest.is_followed(group.id):
        return False
    if group.id not in await groups.addressed_by(post.id) and not await permitted.may_boost(
        announce.id, announce.authorization, group, post
    ):
        return False
    published_at = announce.published or clock.now()
    return await boosts.receive(group, post.id, announce.id, published_at, Visibility.PUBLIC) is not None


async def _deletion(inner: Delete, group: Account) -> Reason:
    """Delete a post whose origin says so; what only the community does not want any more is not shown by it.

    For the community speak its moderators, and its own server.
    """
    uri = inner.object.id
    known = await known_post(uri)
    if known is None or uri is None:
        return Reason.UNKNOWN_OBJECT
    if not await community_rules.concerns(known, group):
        return Reason.UNRELATED
    speaks = await moderators.speaks(group, inner.actor)
    if not known.local:
        if speaks and is_same_origin(uri, group.uri):
            author = await accounts.get(known.author_id)
            return Reason.EFFECT if await post_actions.receive_removal(author, uri) else Reason.DUPLICATE
        if await origins.check_deleted(known) is Reason.EFFECT:
            return Reason.EFFECT
    if speaks and await boosts.receive_undo(group, post_id=known.id):
        return Reason.EFFECT
    return Reason.UNPROVEN


async def _like(passed: PassedOn, inner: Like) -> Reason:
    """Count a like of a post that is known here."""
    post = await known_post(inner.object.id)
    if post is None or post.boost_of_id is not None:
        return Reason.UNKNOWN_OBJECT
    voter = await _voter(passed, post)
    if voter is None:
        return Reason.UNPROVEN
    return await like.handle(inner, voter)


async def _undo(passed: PassedOn, inner: Undo) -> Reason:
    """Take a like back, or a lock; bans and removals that are taken back change nothing here."""
    undone = inner.object.document
    kind = kind_of(undone)
    if kind == "Lock" and undone is not None:
        unlocked = msgspec.structs.replace(inner, object=ObjectRef(id=undone.reference("object")))
        return await community_rules.locked(unlocked, passed.group, is_locked=False)
    if kind in ("Dislike", "Block"):
        return Reason.DISLIKE if kind == "Dislike" else Reason.BAN
    if kind not in ("Like", "EmojiReact") or undone is None:
        return Reason.UNSUPPORTED_OBJECT
    post = await known_post(undone.reference("object"))
    if post is None or undone.reference("actor") not in (None, inner.actor):
        return Reason.UNKNOWN_OBJECT
    voter = await _voter(passed, post)
    if voter is None:
        return Reason.UNPROVEN
    return await undo.handle(inner, voter)


async def _voter(passed: PassedOn, post: Post) -> Account | None:
    """Who voted, if that is proven. Nobody is asked for votes about posts of others: there are too many."""
    inner = passed.inner
    if inner.id is not None and not is_same_origin(inner.id, inner.actor):
        return None
    if post.local:
        is_heard = await community_rules.concerns(post, passed.group)
        is_proven = is_heard and (passed.is_proven or await _is_told_by_origin(inner))
        return await resolve.account(inner.actor) if is_proven else None
    if not passed.is_proven:
        return None
    known = await accounts.find_by_uri(inner.actor)
    return known if known is not None and known.deleted_at is None and known.suspended_at is None else None


async def _is_told_by_origin(inner: Activity) -> bool:
    """Whether the server of the actor serves this very activity."""
    if inner.id is None or not is_same_origin(inner.id, inner.actor):
        return False
    try:
        told = read_activity(await fetch(inner.id), allow_http=allow_http())
    except (Malformed, Unwelcome):
        return False
    return (told.type, told.actor, told.object.id) == (inner.type, inner.actor, inner.object.id)
