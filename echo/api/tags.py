"""Hashtags: shown, followed, and featured on profiles."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import featured_tags, tag_follows
from echo.db import Row
from echo.errors import NotFound
from echo.http.access import account_id, has_token, needs, optional, viewer
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import empty, entity
from echo.render import featured_tag, tag
from echo.store import accounts, hashtags, home
from echo.text.hashtags import normalise

blueprint = Blueprint("tags", __name__)
SUGGESTED = 10


@blueprint.get("/api/v1/tags/<name>")
@optional()
async def show(name: str) -> Response:
    """A hashtag; one that nobody has used yet is made up."""
    folded = normalise(name)
    if folded is None:
        raise NotFound
    return await _one(folded)


@blueprint.post("/api/v1/tags/<name>/follow")
@needs("follow", "write:follows")
async def follow(name: str) -> Response:
    """Have its public posts on one's home timeline."""
    folded = await tag_follows.follow(account_id(), name)
    await home.forget_if_possible(account_id())
    return await _one(folded)


@blueprint.post("/api/v1/tags/<name>/unfollow")
@needs("follow", "write:follows")
async def unfollow(name: str) -> Response:
    """No longer."""
    folded = await tag_follows.unfollow(account_id(), name)
    await home.forget_if_possible(account_id())
    return await _one(folded)


@blueprint.post("/api/v1/tags/<name>/feature")
@needs("write:accounts")
async def feature(name: str) -> Response:
    """Show it on one's profile."""
    folded = normalise(name)
    if folded is None:
        raise NotFound
    await featured_tags.feature(account_id(), name)
    return await _one(folded)


@blueprint.post("/api/v1/tags/<name>/unfeature")
@needs("write:accounts")
async def unfeature(name: str) -> Response:
    """Show it no more."""
    await featured_tags.unfeature(account_id(), name)
    return await _one(normalise(name) or "")


@blueprint.get("/api/v1/followed_tags")
@needs("follow", "read:follows")
async def followed() -> Response:
    """The hashtags one follows, newest first."""
    cursor = cursor_of(await params(), default=100, maximum=200)
    rows = await hashtags.followed(account_id(), cursor)
    response = entity(await tag.many(rows, signed_in=True, viewer=viewer()))
    if rows:
        first_id, last_id = rows[0]["follow_id"], rows[-1]["follow_id"]
        link = page_link(first_id, last_id, prev="since_id", with_next=len(rows) >= cursor.limit)
        response.headers["Link"] = link or ""
    return response


@blueprint.get("/api/v1/featured_tags")
@needs("read:accounts")
async def featured() -> Response:
    """What one shows on one's profile."""
    return entity(featured_tag.many(await hashtags.featured(account_id())))


@blueprint.post("/api/v1/featured_tags")
@needs("write:accounts")
async def add_featured() -> Response:
    """Show one more."""
    featured_id = await featured_tags.feature(account_id(), (await params()).require_text("name"))
    rows = [row for row in await hashtags.featured(account_id()) if row["id"] == featured_id]
    return entity(featured_tag.many(rows)[0])


@blueprint.delete("/api/v1/featured_tags/<featured_id>")
@needs("write:accounts")
async def remove_featured(featured_id: str) -> Response:
    """Show one less."""
    await featured_tags.remove(account_id(), read_id(featured_id))
    return empty()


@blueprint.get("/api/v1/featured_tags/suggestions")
@needs("read:accounts")
async def suggestions() -> Response:
    """Hashtags that one has used lately."""
    rows = await hashtags.recently_used(account_id(), SUGGESTED)
    return entity(await tag.many(rows, signed_in=True, viewer=viewer()))


@blueprint.get("/api/v1/accounts/<target>/featured_tags")
@optional()
async def featured_by(target: str) -> Response:
    """What somebody shows on their profile; of a suspended one nothing."""
    found = await accounts.get(read_id(target))
    rows: list[Row] = []
    if found.suspended_at is None:
        rows = await hashtags.featured(found.id)
    return entity(featured_tag.many(rows))


async def _one(folded: str) -> Response:
    (found,) = await tag.many([await hashtags.find(folded)], signed_in=has_token(), viewer=viewer())
    return entity(found)
