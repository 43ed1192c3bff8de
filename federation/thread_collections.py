"""What belongs to a post and its thread, for other servers: replies, counts, all that is open in the thread.

Only what everybody may read has such collections, and only that stands in them.
"""

from __future__ import annotations

from quart import Blueprint, request

from activitypub import write
from activitypub.objects import Collection, ObjectRef
from echo import addresses
from echo.errors import NotFound
from echo.http.access import signed
from echo.store import federation_lists, federation_reads
from echo.store.federation_reads import PostSource
from federation.admission import check_welcome, viewer
from federation.answers import DOCUMENT_SECONDS, Answer, activity_json, number, page_mark, wants_page

blueprint = Blueprint("federation_thread_collections", __name__)

REPLIES = 40
# As many as Mastodon puts on a page.
THREAD_POSTS = 60


@blueprint.get("/ap/posts/<post_id>/replies")
@signed
async def replies(post_id: str) -> Answer:
    """The author's own replies first, then those of others: what the author adds is the rest of the post.

    Source:  FEP-7458
    """
    source = await _open_post(post_id)
    place = f"{source.uri}/replies"
    if not wants_page():
        first = ObjectRef(id=f"{place}?page=true")
        front = Collection(kind="Collection", id=place, total_items=source.replies, first=first)
        return activity_json(write.write_collection(front), seconds=0)
    by_others = request.args.get("others") == "true"
    rows = await federation_lists.reply_uris(
        source.id, source.author_id, by_others=by_others, after=page_mark("after") or 0, limit=REPLIES
    )
    following_page = None
    if len(rows) == REPLIES:
        following_page = f"{place}?page=true{'&others=true' if by_others else ''}&after={rows[-1][0]}"
    elif not by_others:
        following_page = f"{place}?page=true&others=true"
    return _page("CollectionPage", place, rows, following_page, seconds=0)


@blueprint.get("/ap/posts/<post_id>/likes")
@signed
async def likes(post_id: str) -> Answer:
    """How many like a post; who does is not told."""
    source = await _open_post(post_id)
    return _count(f"{source.uri}/likes", source.likes)


@blueprint.get("/ap/posts/<post_id>/shares")
@signed
async def shares(post_id: str) -> Answer:
    """How many boosted a post."""
    source = await _open_post(post_id)
    return _count(f"{source.uri}/shares", source.boosts)


@blueprint.get("/ap/contexts/<thread_id>")
@signed
async def context(thread_id: str) -> Answer:
    """The posts of a thread that began here, whoever wrote them, in the order of time.

    Source:  FEP-7888, FEP-f228
    """
    wanted = number(thread_id)
    if not await federation_lists.has_open_post(wanted):
        raise NotFound
    place = addresses.here().context(wanted)
    if not wants_page():
        front = Collection(kind="OrderedCollection", id=place, first=ObjectRef(id=f"{place}?page=true"))
        return activity_json(write.write_collection(front))
    rows = await federation_lists.thread_uris(wanted, after=page_mark("after") or 0, limit=THREAD_POSTS)
    following_page = f"{place}?page=true&after={rows[-1][0]}" if len(rows) == THREAD_POSTS else None
    return _page("OrderedCollectionPage", place, rows, following_page, seconds=DOCUMENT_SECONDS)


async def _open_post(post_id: str) -> PostSource:
    """A post of ours that everybody may read. Raises NotFound."""
    wanted = number(post_id)
    source = (await federation_reads.posts(viewer(), [wanted])).get(wanted)
    if source is None or not source.local or source.boost_of_uri:
        raise NotFound
    await check_welcome(source.author_id)
    return source


def _count(place: str, total: int) -> Answer:
    return activity_json(
        write.write_collection(Collection(kind="Collection", id=place, total_items=total)), seconds=0
    )


def _page(
    kind: str, place: str, rows: list[tuple[int, str]], following_page: str | None, *, seconds: int
) -> Answer:
    page = Collection(
        kind=kind,
        id=f"{place}?{request.query_string.decode('ascii', errors='replace')}",
        part_of=place,
        next=following_page,
        items=tuple(ObjectRef(id=uri) for _, uri in rows),
    )
    return activity_json(write.write_collection(page), seconds=seconds)
