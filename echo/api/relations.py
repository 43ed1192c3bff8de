"""Following, blocking, muting, and the people who ask to follow."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import blocks, follows, notes
from echo.api.reading import account_page
from echo.errors import NotFound
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, entity
from echo.render import account, relationship
from echo.store import accounts, home, relations

blueprint = Blueprint("relations", __name__)


async def relationship_to(target_id: int) -> Response:
    """What the caller is to somebody, now."""
    rows = await relations.relationships(account_id(), [target_id])
    if not rows:
        raise NotFound
    return entity(relationship.one(rows[0]))


@blueprint.post("/api/v1/accounts/<target>/follow")
@needs("follow", "write:follows")
async def follow(target: str) -> Response:
    """Follow somebody, or change how one does."""
    target_id, given = read_id(target), await params()
    await count_for_account("follows")
    await follows.follow(
        account_id(),
        target_id,
        boosts=given.boolean("reblogs"),
        notify=given.boolean("notify"),
        languages=given.list("languages") if given.has("languages") else None,
    )
    await home.forget_if_possible(account_id())
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/unfollow")
@needs("follow", "write:follows")
async def unfollow(target: str) -> Response:
    """Stop following, or take the request back."""
    target_id = read_id(target)
    await follows.unfollow(account_id(), target_id)
    await home.forget_if_possible(account_id())
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/remove_from_followers")
@needs("follow", "write:follows")
async def remove_from_followers(target: str) -> Response:
    """Stop somebody from following oneself."""
    target_id = read_id(target)
    await follows.remove_follower(account_id(), target_id)
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/block")
@needs("follow", "write:blocks")
async def block(target: str) -> Response:
    """Block somebody."""
    target_id = read_id(target)
    await blocks.block(account_id(), target_id)
    await home.forget_if_possible(account_id(), target_id)
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/unblock")
@needs("follow", "write:blocks")
async def unblock(target: str) -> Response:
    """Take a block back."""
    target_id = read_id(target)
    await blocks.unblock(account_id(), target_id)
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/mute")
@needs("follow", "write:mutes")
async def mute(target: str) -> Response:
    """Stop seeing somebody."""
    target_id, given = read_id(target), await params()
    await blocks.mute(
        account_id(),
        target_id,
        notifications_too=given.boolean("notifications", default=True),
        duration_seconds=max(0, given.integer("duration") or 0),
    )
    await home.forget_if_possible(account_id())
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/unmute")
@needs("follow", "write:mutes")
async def unmute(target: str) -> Response:
    """See somebody again."""
    target_id = read_id(target)
    await blocks.unmute(account_id(), target_id)
    await home.forget_if_possible(account_id())
    return await relationship_to(target_id)


@blueprint.post("/api/v1/accounts/<target>/note")
@needs("write:accounts")
async def note(target: str) -> Response:
    """Write down something about somebody, for oneself."""
    target_id, given = read_id(target), await params()
    await notes.write_note(account_id(), target_id, given.text("comment", ""))
    return await relationship_to(target_id)


@blueprint.get("/api/v1/blocks")
@needs("follow", "read:blocks")
async def blocked() -> Response:
    """Whom one blocks."""
    cursor = cursor_of(await params(), default=40, maximum=80)
    return await account_page(await accounts.blocked(account_id(), cursor), cursor)


@blueprint.get("/api/v1/mutes")
@needs("follow", "read:mutes")
async def muted() -> Response:
    """Whom one mutes, and until when."""
    cursor = cursor_of(await params(), default=40, maximum=80)
    rows = await accounts.muted(account_id(), cursor)
    people = await account.by_id([row["account_id"] for row in rows])
    rendered = []
    for row in rows:
        if row["account_id"] in people:
            expires_at = row["expires_at"]
            until = f'"{expires_at:%Y-%m-%dT%H:%M:%S.000Z}"' if expires_at else "null"
            rendered.append(people[row["account_id"]][:-1] + f',"mute_expires_at":{until}}}'.encode())
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], prev="since_id", with_next=len(rows) >= cursor.limit)
    return array(rendered, link=link)


@blueprint.get("/api/v1/follow_requests")
@needs("follow", "read:follows")
async def follow_requests() -> Response:
    """Who waits to be let in."""
    cursor = cursor_of(await params(), default=40, maximum=80)
    return await account_page(await accounts.follow_requests(account_id(), cursor), cursor)


@blueprint.post("/api/v1/follow_requests/<asker>/authorize")
@needs("follow", "write:follows")
async def authorize(asker: str) -> Response:
    """Let somebody follow."""
    asker_id = read_id(asker)
    await follows.accept(account_id(), asker_id)
    return await relationship_to(asker_id)


@blueprint.post("/api/v1/follow_requests/<asker>/reject")
@needs("follow", "write:follows")
async def reject(asker: str) -> Response:
    """Refuse somebody."""
    asker_id = read_id(asker)
    await follows.reject(account_id(), asker_id)
    return await relationship_to(asker_id)
