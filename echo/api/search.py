"""Search: people by handle, posts and people by address, hashtags."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo import addresses, ports
from echo.api.reading import params
from echo.errors import BadRequest, Unauthorized
from echo.http.access import has_token, optional, viewer
from echo.http.params import Params
from echo.http.replies import raw
from echo.render import account, status, tag
from echo.store import accounts, instance, posts
from echo.text.hashtags import normalise

blueprint = Blueprint("search", __name__)
TYPES = ("accounts", "statuses", "hashtags")


@blueprint.get("/api/v2/search")
@optional("read:search")
async def search() -> Response:
    """Everything that a text may mean."""
    given = await params()
    text = given.require_text("q").strip()
    kind = given.text("type", "")
    limit, offset = _range(given)
    resolve = given.boolean("resolve", default=False)
    if not has_token() and (resolve or offset):
        raise Unauthorized("Search queries that resolve remote resources or paginate require a login")
    if not kind:
        offset = 0
    people: list[int] = []
    found_posts: list[int] = []
    tags: list[bytes] = []
    if text.startswith(("https://", "http://")):
        if offset == 0:
            people, found_posts = await _by_address(text, resolve=resolve)
    else:
        if kind in ("", "accounts"):
            people = await _people(given, text, limit=limit, offset=offset, resolve=resolve)
        if kind in ("", "hashtags"):
            tags = await _tags(text, limit=limit, offset=offset)
    parts = (
        b",".join(await account.many(people)) if kind in ("", "accounts") else b"",
        b",".join(await status.many(viewer(), found_posts)) if kind in ("", "statuses") else b"",
        b",".join(tags),
    )
    return raw(b'{"accounts":[%b],"statuses":[%b],"hashtags":[%b],"collections":[]}' % parts)


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
        return [known.id], []
    post = await posts.find_by_uri(viewer(), address) or await _own_page(address)
    if post is not None:
        return [], [post] if isinstance(post, int) else [post.id]
    if here.is_ours(address):
        profile = address.removeprefix(f"{here.base}/@")
        local = await accounts.find_by_handle(profile) if profile != address else None
        return ([local.id] if local else []), []
    if not resolve:
        return [], []
    post_id = await ports.directory().post_by_iri(address)
    if post_id is not None:
        return [], [post_id]
    account_id = await ports.directory().account_by_iri(address)
    return ([account_id] if account_id is not None else []), []


async def _own_page(address: str) -> int | None:
    """The id of a post of ours in the address of its page."""
    here = addresses.here()
    tail = address.rpartition("/")[2]
    if not here.is_ours(address) or not tail.isascii() or not tail.isdigit() or len(tail) > 19:
        return None
    found = await posts.find(viewer(), int(tail))
    return None if found is None else found.id


async def _people(given: Params, text: str, *, limit: int, offset: int, resolve: bool) -> list[int]:
    found = await accounts.search(
        viewer().account_id,
        text,
        limit=limit,
        offset=offset,
        following_only=given.boolean("following", default=False),
    )
    name, _, domain = text.lstrip("@").partition("@")
    here = addresses.here()
    if domain.lower() in (here.domain.lower(), here.host.lower()):
        local = await accounts.find_by_handle(name)
        found = [local.id, *(i for i in found if i != local.id)] if local else found
    elif resolve and domain and offset == 0:
        resolved = await ports.directory().account_by_handle(name, domain)
        if resolved is not None:
            found = [resolved, *(i for i in found if i != resolved)]
    return found[:limit]


async def _tags(text: str, *, limit: int, offset: int) -> list[bytes]:
    folded = normalise(text.lstrip("#"))
    if folded is None:
        return []
    rows = await instance.hashtags_like(folded, limit=limit, offset=offset)
    found = await tag.many(rows, signed_in=has_token(), viewer=viewer())
    return [msgspec.json.encode(one) for one in found]
