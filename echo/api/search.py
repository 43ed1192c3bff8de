"""Search: people, posts and hashtags by words; posts and people by address."""

from __future__ import annotations

import logging

import msgspec
from quart import Blueprint, Response

from echo import addresses, ports
from echo.errors import BadRequest, Unauthorized, Unavailable
from echo.http.access import account_id, has_token, needs, optional, viewer
from echo.http.families import count_search
from echo.http.params import Params
from echo.http.reading import params
from echo.http.replies import array, raw
from echo.render import account, status, tag
from echo.search import finding
from echo.search.people import people
from echo.store import accounts, instance, posts
from echo.store.costly import costly
from echo.text.hashtags import normalise
from echo.text.search_query import QUERY_CHARACTERS

log = logging.getLogger(__name__)
blueprint = Blueprint("search", __name__)


@blueprint.get("/api/v2/search")
@optional("read:search")
async def search() -> Response:
    """Everything that a text may mean."""
    given = await params()
    text = given.require_text("q").strip()
    if len(text) > QUERY_CHARACTERS:
        raise BadRequest(f"q is longer than {QUERY_CHARACTERS} characters")
    kind = given.text("type", "")
    limit, offset = _range(given)
    resolve = given.boolean("resolve", default=False)
    if viewer().is_anonymous and (resolve or offset):
        raise Unauthorized("Search queries that resolve remote resources or paginate require a login")
    if not kind:
        offset = 0
    await count_search(asks_elsewhere=resolve)
    found_people: list[int] = []
    found_posts: list[int] = []
    tags: list[bytes] = []
    if text.startswith(("https://", "http://")):
        if offset == 0:
            found_people, found_posts = await _by_address(text, resolve=resolve)
    else:
        if kind in ("", "accounts"):
            found_people = await _people(given, text, limit=limit, offset=offset, resolve=resolve)
        if kind in ("", "statuses"):
            found_posts = await _posts(given, text, limit=limit, offset=offset, is_all=not kind)
        if kind in ("", "hashtags"):
            tags = await _tags(text, limit=limit, offset=offset)
    parts = (
        b",".join(await account.many(found_people)) if kind in ("", "accounts") else b"",
        b",".join(await status.many(viewer(), found_posts)) if kind in ("", "statuses") else b"",
        b",".join(tags),
    )
    return raw(b'{"accounts":[%b],"statuses":[%b],"hashtags":[%b],"collections":[]}' % parts)


@blueprint.get("/api/v1/accounts/search")
@needs("read:accounts")
async def accounts_search() -> Response:
    """People by name or handle; a full handle is asked for at its server with `resolve`."""
    given = await params()
    limit = given.integer("limit")
    await count_search(asks_elsewhere=given.boolean("resolve", default=False))
    found = await people(
        account_id(),
        given.text("q", "")[:QUERY_CHARACTERS],
        limit=min(40 if limit is None else abs(limit), 80),
        offset=max(0, given.integer("offset") or 0),
        following_only=given.boolean("following", default=False),
        resolve=given.boolean("resolve", default=False),
    )
    return array(await account.many(found))


def _range(given: Params) -> tuple[int, int]:
    limit, offset = given.integer("limit"), given.integer("offset")
    if (limit or 0) < 0 or (offset or 0) < 0:
        raise BadRequest("limit and offset must not be negative")
    return min(20 if limit is None else limit, 40), offset or 0


async def _by_address(address: str, *, resolve: bool) -> tuple[list[int], list[int]]:
    """What stands at an address: known here, or asked for at its server."""
    here = addresses.here()
    known = await accounts.find_by_uri(address)
    if known is not None:
        return ([] if known.suspended_at or known.deleted_at else [known.id]), []
    post = await posts.find_by_uri(viewer(), address) or await _own_page(address)
    if post is not None:
        return [], [post] if isinstance(post, int) else [post.id]
    if here.is_ours(address):
        shown = await _own_profile_page(address)
        return ([] if shown is None else [shown]), []
    if not resolve:
        return [], []
    post_id = await ports.directory().post_by_iri(address)
    if post_id is not None:
        return [], [post_id]
    account_id = await ports.directory().account_by_iri(address)
    return ([account_id] if account_id is not None else []), []


async def _own_profile_page(address: str) -> int | None:
    """The id of whom a page of ours shows, who may be of another server."""
    handle = address.removeprefix(f"{addresses.here().base}/@")
    if handle == address:
        return None
    name, _, domain = handle.rstrip("/").partition("@")
    found = await accounts.find_by_handle(name, domain)
    return None if found is None or found.suspended_at is not None else found.id


async def _own_page(address: str) -> int | None:
    """The id of a post of ours in the address of its page."""
    here = addresses.here()
    tail = address.rpartition("/")[2]
    if not here.is_ours(address) or not tail.isascii() or not tail.isdigit() or len(tail) > 19:
        return None
    found = await posts.find(viewer(), int(tail))
    return None if found is None else found.id


async def _people(given: Params, text: str, *, limit: int, offset: int, resolve: bool) -> list[int]:
    if text.startswith("#") or ("@" in text and " " in text):
        return []
    return await people(
        viewer().account_id,
        text,
        limit=limit,
        offset=offset,
        following_only=given.boolean("following", default=False),
        resolve=resolve,
    )


async def _posts(given: Params, text: str, *, limit: int, offset: int, is_all: bool) -> list[int]:
    """Posts by what is in them, for people who have signed in.

    Shapes:  is_all: people and hashtags are asked for as well, and are not held up by an index that is away
    """
    asker_id = viewer().account_id
    if asker_id is None:
        return []
    try:
        return await finding.posts(
            asker_id,
            text,
            limit=limit,
            offset=offset,
            author_id=given.id("account_id"),
            max_id=given.id("max_id"),
            min_id=given.id("min_id"),
        )
    except Unavailable as error:
        if not is_all:
            raise
        log.warning("posts cannot be searched: %s", error)
        return []


async def _tags(text: str, *, limit: int, offset: int) -> list[bytes]:
    folded = normalise(text.lstrip("#"))
    if folded is None:
        return []
    async with costly():
        rows = await instance.hashtags_like(viewer(), folded, limit=limit, offset=offset)
    found = await tag.many(rows, signed_in=has_token(), viewer=viewer())
    return [msgspec.json.encode(one) for one in found]
