"""Actors and posts of this server as ActivityPub documents, for everybody."""

from __future__ import annotations

from quart import Blueprint

from activitypub import write
from activitypub.objects import QuoteAuthorization, Tombstone
from echo import addresses
from echo.db import Row
from echo.errors import Forbidden, Gone, NotFound
from echo.http.access import signed
from echo.kinds import AccountKind
from echo.policy.interacting import Interaction
from echo.store import federation_reads, permissions, quotes
from echo.store.federation_reads import ActorSource, PostSource
from federation import outbox
from federation.admission import answers_unsigned, check_welcome, is_stranger, show_to_all, viewer
from federation.answers import Answer, activity_json, number, page_instead
from federation.translate.accounts import actor_of
from federation.translate.posts import note_of

blueprint = Blueprint("federation_documents", __name__)
_KINDS_OF_LEAVE = {
    Interaction.LIKE: "LikeAuthorization",
    Interaction.REPLY: "ReplyAuthorization",
    Interaction.BOOST: "AnnounceAuthorization",
}


@blueprint.get("/ap/actors/<account_id>")
@signed
@answers_unsigned
async def actor(account_id: str) -> Answer:
    """Whoever asks unsigned in secure mode learns the key, without which nobody could check a signature."""
    source = await local_actor(account_id)
    found = actor_of(source)
    if source.kind == AccountKind.APPLICATION:
        show_to_all()
    elif is_stranger():
        return page_instead(found.url or "") or activity_json(write.write_key_holder(found))
    return page_instead(found.url or "") or activity_json(write.write_actor(found))


@blueprint.get("/ap/posts/<post_id>")
@signed
async def post(post_id: str) -> Answer:
    source = await _public_post(number(post_id))
    if source is None:
        return _tombstone(number(post_id))
    if source.boost_of_uri:
        raise NotFound
    return page_instead(source.url) or activity_json(write.write_note(note_of(source)))


@blueprint.get("/ap/posts/<post_id>/activity")
@signed
async def publication(post_id: str) -> Answer:
    source = await _public_post(number(post_id))
    if source is None:
        return _tombstone(number(post_id))
    if source.boost_of_uri:
        raise NotFound
    return activity_json(write.write_activity(outbox.created(source)))


@blueprint.get("/ap/stamps/<secret>")
@signed
async def stamp(secret: str) -> Answer:
    """That something is allowed. Who knows the address was told it, so it is open whatever the posts are."""
    uri = addresses.here().stamp(secret)
    given = await permissions.find(uri)
    if given is not None:
        return activity_json(write.write_quote_authorization(_leave(uri, given)))
    quoting = await quotes.find_by_stamp(uri)
    if quoting is None or quoting.quote_of_id is None:
        raise NotFound
    quoted = (await federation_reads.posts(viewer(), [quoting.quote_of_id])).get(quoting.quote_of_id)
    if quoted is None or not quoted.local:
        raise NotFound
    found = QuoteAuthorization(
        id=uri,
        attributed_to=quoted.author_uri,
        interacting_object=quoting.uri,
        interaction_target=quoted.uri,
    )
    return activity_json(write.write_quote_authorization(found))


@blueprint.get("/ap/activities/boost/<post_id>")
@signed
async def boost(post_id: str) -> Answer:
    source = await _public_post(number(post_id))
    if source is None or not source.boost_of_uri:
        raise NotFound
    return activity_json(write.write_activity(outbox.created(source)))


def _leave(uri: str, given: Row) -> QuoteAuthorization:
    return QuoteAuthorization(
        id=uri,
        kind=_KINDS_OF_LEAVE[Interaction(given["interaction"])],
        attributed_to=given["author_uri"],
        interacting_object=given["instrument_uri"],
        interaction_target=given["post_uri"],
    )


async def local_actor(account_id: str) -> ActorSource:
    """Somebody of this server. Raises NotFound, Gone, Forbidden for suspended ones."""
    source = await federation_reads.actor(number(account_id))
    if source is None:
        raise NotFound
    if source.deleted_at is not None:
        raise Gone
    if source.suspended_at is not None:
        raise Forbidden
    await check_welcome(source.id)
    return source


async def _public_post(post_id: int) -> PostSource | None:
    """A post of this server that everybody may read; None when it was, and is deleted. Raises NotFound."""
    source = (await federation_reads.posts(viewer(), [post_id])).get(post_id)
    if source is not None and source.local:
        await check_welcome(source.author_id)
        return source
    if await federation_reads.is_deleted_post(post_id):
        return None
    raise NotFound


def _tombstone(post_id: int) -> Answer:
    stone = Tombstone(id=addresses.here().post(post_id), former_type="Note")
    return activity_json(write.write_tombstone(stone), status=410)
