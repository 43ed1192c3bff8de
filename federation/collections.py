"""Collections of this server: outbox, followers, following, featured, hashtags; a page at a time."""

from __future__ import annotations

from quart import Blueprint, request

from activitypub import write
from activitypub.objects import Collection, ObjectRef
from activitypub.write import embedded
from echo import addresses
from echo.http.access import signed
from echo.store import federation_lists, federation_reads, hashtags, pins
from federation import outbox, outbox_profiles
from federation.admission import viewer
from federation.answers import DOCUMENT_SECONDS, Answer, activity_json, page_mark, wants_page
from federation.documents import local_actor

blueprint = Blueprint("federation_collections", __name__)

OUTBOX_ITEMS = 20
PEOPLE = 40


@blueprint.get("/ap/actors/<account_id>/outbox")
@signed
async def posts(account_id: str) -> Answer:
    source = await local_actor(account_id)
    place = addresses.here().collection(source.id, "outbox")
    if not wants_page():
        return _front(place, source.posts)
    post_ids = await federation_lists.outbox_ids(source.id, before=page_mark("before"), limit=OUTBOX_ITEMS)
    found = await federation_reads.posts(viewer(), post_ids)
    items = [embedded(write.activity_body(outbox.created(found[each]))) for each in post_ids if each in found]
    return _page(place, items, post_ids[-1] if len(post_ids) == OUTBOX_ITEMS else None)


@blueprint.get("/ap/actors/<account_id>/followers")
@signed
async def followers(account_id: str) -> Answer:
    return await _people(account_id, "followers")


@blueprint.get("/ap/actors/<account_id>/following")
@signed
async def following(account_id: str) -> Answer:
    return await _people(account_id, "following")


@blueprint.get("/ap/actors/<account_id>/featured")
@signed
async def featured(account_id: str) -> Answer:
    source = await local_actor(account_id)
    place = addresses.here().collection(source.id, "featured")
    uris = tuple(ObjectRef(id=addresses.here().post(i)) for i in await pins.of_account(viewer(), source.id))
    found = Collection(kind="OrderedCollection", id=place, total_items=len(uris), items=uris)
    return activity_json(write.write_collection(found))


@blueprint.get("/ap/actors/<account_id>/featured_tags")
@signed
async def featured_tags(account_id: str) -> Answer:
    source = await local_actor(account_id)
    place = addresses.here().collection(source.id, "featured_tags")
    items = tuple(
        outbox_profiles.tag(row["name"], row["shown"]) for row in await hashtags.featured(source.id)
    )
    found = Collection(kind="Collection", id=place, total_items=len(items), items=items)
    return activity_json(write.write_collection(found))


async def _people(account_id: str, relation: str) -> Answer:
    source = await local_actor(account_id)
    place = addresses.here().collection(source.id, relation)
    total = source.followers if relation == "followers" else source.following
    if source.hide_collections:
        return activity_json(
            write.write_collection(Collection(kind="OrderedCollection", id=place, total_items=total))
        )
    if not wants_page():
        return _front(place, total)
    rows = await federation_lists.related_uris(source.id, relation, before=page_mark("before"), limit=PEOPLE)
    return _page(place, [ObjectRef(id=uri) for _, uri in rows], rows[-1][0] if len(rows) == PEOPLE else None)


def _front(place: str, total: int) -> Answer:
    """A collection: how much there is, and where it begins."""
    front = Collection(
        kind="OrderedCollection",
        id=place,
        total_items=total,
        first=ObjectRef(id=f"{place}?page=true"),
    )
    return activity_json(write.write_collection(front))


def _page(place: str, items: list[ObjectRef], last: int | None) -> Answer:
    """A page: `last` is the id after which the next one begins, None at the end."""
    page = Collection(
        kind="OrderedCollectionPage",
        id=f"{place}?{request.query_string.decode('ascii', errors='replace')}",
        part_of=place,
        next=None if last is None else f"{place}?page=true&before={last}",
        items=tuple(items),
    )
    return activity_json(write.write_collection(page), seconds=DOCUMENT_SECONDS)
