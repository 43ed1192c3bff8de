"""Emojis under posts: what is there, who put it there, and what a page of posts shows of it."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Reaction
from echo.policy.viewer import Viewer

# Under one post: different emojis, those of one person, and those that are counted.
NAMES_MAX = 50
OWN_MAX = 10
COUNTED = 10_000
# Of those who put an emoji there, how many are named.
PEOPLE_MAX = 80


def tallies(viewer: str, post: str, *, people: bool = False) -> str:
    """The emojis under a post as JSON, the oldest first: `echo.render.reaction` reads it.

    Those of people whom the viewer blocks or mutes, or who block the viewer, are not counted.

    Shapes:  viewer, post: expressions of SQL; people: name those who put them there, newest first
    """
    known = f", 'people', (t.people)[1:{PEOPLE_MAX}]" if people else ""
    who = ", array_agg(r.account_id ORDER BY r.id DESC) AS people" if people else ""
    return f"""(SELECT json_agg(json_build_object('name', t.name, 'count', t.count, 'me', t.me, 'url', t.url,
            'file_key', e.file_key, 'static_key', e.static_key{known}) ORDER BY t.first_id)
        FROM (SELECT r.name, count(*) AS count, min(r.id) AS first_id,
                (array_agg(r.url ORDER BY r.id))[1] AS url,
                coalesce(bool_or(r.account_id = {viewer}), false) AS me{who}
            FROM (SELECT id, name, account_id, url FROM reactions WHERE post_id = {post}
                ORDER BY id LIMIT {COUNTED}) r
            WHERE r.account_id NOT IN (SELECT rb.blocked_id FROM blocks rb WHERE rb.blocker_id = {viewer}
                UNION ALL SELECT rb.blocker_id FROM blocks rb WHERE rb.blocked_id = {viewer}
                UNION ALL SELECT rm.muted_id FROM mutes rm WHERE rm.muter_id = {viewer}
                    AND (rm.expires_at IS NULL OR rm.expires_at > now()))
            GROUP BY r.name ORDER BY first_id LIMIT {NAMES_MAX}) t
        LEFT JOIN custom_emojis e ON e.shortcode = t.name AND t.url = '')"""


_PAGE = f"SELECT {tallies('$1::bigint', '$2::bigint', people=True)} AS tallies"


async def page(viewer: Viewer, post_id: int) -> str | None:
    """What is under a post, with those who put it there, as JSON; None when there is nothing."""
    found: str | None = await db.fetch_value(_PAGE, viewer.account_id, post_id)
    return found


async def find(account_id: int, post_id: int, name: str) -> Reaction | None:
    """One emoji of one person under a post."""
    return await Reaction.get_or_none(account_id=account_id, post_id=post_id, name=name)


async def names(post_id: int) -> dict[str, str]:
    """The different emojis under a post, with their pictures where these lie elsewhere."""
    rows = await db.fetch(
        "SELECT name, (array_agg(url ORDER BY id))[1] AS url FROM (SELECT id, name, url FROM reactions"
        " WHERE post_id = $1 ORDER BY id LIMIT $2) r GROUP BY name",
        post_id,
        COUNTED,
    )
    return {row["name"]: row["url"] for row in rows}


async def own(account_id: int, post_id: int) -> list[Reaction]:
    """What one person has put under a post, the oldest first."""
    return await Reaction.filter(account_id=account_id, post_id=post_id).order_by("id").limit(OWN_MAX * 2)


async def has_like(account_id: int, post_id: int) -> bool:
    """Whether other servers know of a Like of this post: a like, or an emoji in the form of one."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM likes WHERE post_id = $2 AND account_id = $1)"
            " OR EXISTS (SELECT 1 FROM reactions WHERE post_id = $2 AND account_id = $1 AND as_like)",
            account_id,
            post_id,
        )
    )


async def insert(reaction: Reaction) -> int | None:
    """The id of a new one, or None when it is there."""
    found: int | None = await db.fetch_value(
        "INSERT INTO reactions (post_id, account_id, name, url, uri, as_like, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id",
        reaction.post_id,
        reaction.account_id,
        reaction.name,
        reaction.url,
        reaction.uri,
        reaction.as_like,
        reaction.created_at,
    )
    return found


async def by_ids(ids: Sequence[int]) -> dict[int, Row]:
    """Rows (name, url, file_key) by id."""
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT r.id, r.name, r.url, e.file_key FROM reactions r"
        " LEFT JOIN custom_emojis e ON e.shortcode = r.name AND r.url = '' WHERE r.id = ANY($1)",
        list(ids),
    )
    return {row["id"]: row for row in rows}
