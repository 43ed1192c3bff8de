"""Announcements, with what somebody did with them."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Announcement

# Most different emojis under an announcement.
REACTIONS_MAX = 8

# Reactions in the order in which each emoji came first; custom ones that are gone are left out.
_SHOWN = """
    SELECT a.*, d.id IS NOT NULL AS was_read,
        (SELECT json_agg(json_build_object('name', r.name, 'count', r.count, 'me', r.me,
                'file_key', e.file_key, 'static_key', e.static_key) ORDER BY r.first_id)
            FROM (SELECT name, count(*) AS count, min(id) AS first_id,
                    coalesce(bool_or(account_id = $1), false) AS me
                FROM announcement_reactions WHERE announcement_id = a.id GROUP BY name) r
            LEFT JOIN custom_emojis e ON e.shortcode = r.name
            WHERE e.id IS NOT NULL OR r.name !~ '^[A-Za-z0-9_]+$') AS reactions,
        (SELECT json_agg(json_build_object('id', m.id, 'username', m.username, 'domain', m.domain,
                'url', m.url, 'uri', m.uri))
            FROM accounts m WHERE m.deleted_at IS NULL AND m.id IN (
                SELECT value::bigint FROM jsonb_array_elements_text(a.mentioned_ids))) AS mentions,
        (SELECT json_agg(json_build_object('id', p.id, 'url', p.url) ORDER BY p.id)
            FROM posts p WHERE p.id IN (SELECT value::bigint FROM jsonb_array_elements_text(a.post_ids))
              AND p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted')) AS linked_posts
    FROM announcements a
    LEFT JOIN announcement_dismissals d ON d.announcement_id = a.id AND d.account_id = $1
"""


async def published(account_id: int | None) -> list[Row]:
    """Rows of those that are published, with what this person did with them, oldest first."""
    return await db.fetch(
        f"{_SHOWN} WHERE a.published_at IS NOT NULL"
        " ORDER BY coalesce(a.starts_at, a.publish_at, a.published_at), a.id",
        account_id,
    )


async def find_published(account_id: int | None, announcement_id: int) -> Row | None:
    """One of them."""
    return await db.fetch_one(
        f"{_SHOWN} WHERE a.published_at IS NOT NULL AND a.id = $2", account_id, announcement_id
    )


async def lock(announcement_id: int) -> Announcement | None:
    """The announcement; nobody else changes it or what is under it until the end of the unit of work."""
    rows = await db.fetch("SELECT id FROM announcements WHERE id = $1 FOR UPDATE", announcement_id)
    return await Announcement.get(id=announcement_id) if rows else None


async def listing() -> list[Announcement]:
    """All of them, drafts too, newest first."""
    return await Announcement.all().order_by("-id")


async def due() -> tuple[list[int], list[int]]:
    """Those that are to be published now, and those that are over."""
    rows = await db.fetch(
        "SELECT id, published_at IS NULL AS is_draft FROM announcements"
        " WHERE (published_at IS NULL AND publish_at <= now())"
        " OR (published_at IS NOT NULL AND ends_at < now()) ORDER BY id"
    )
    return [row["id"] for row in rows if row["is_draft"]], [row["id"] for row in rows if not row["is_draft"]]


async def dismiss(account_id: int, announcement_id: int) -> None:
    """Remember that somebody has read one."""
    await db.execute(
        "INSERT INTO announcement_dismissals (announcement_id, account_id) VALUES ($1, $2)"
        " ON CONFLICT DO NOTHING",
        announcement_id,
        account_id,
    )


async def forget_dismissals(announcement_id: int) -> None:
    """It is news again."""
    await db.execute("DELETE FROM announcement_dismissals WHERE announcement_id = $1", announcement_id)


async def reaction_names(announcement_id: int) -> list[str]:
    """The different emojis under an announcement."""
    rows = await db.fetch(
        "SELECT DISTINCT name FROM announcement_reactions WHERE announcement_id = $1", announcement_id
    )
    return [row["name"] for row in rows]


async def react(account_id: int, announcement_id: int, name: str) -> int:
    """Put an emoji under an announcement; 0 when it is there already."""
    return await db.execute(
        "INSERT INTO announcement_reactions (announcement_id, account_id, name, created_at)"
        " VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING",
        announcement_id,
        account_id,
        name,
    )


async def unreact(account_id: int, announcement_id: int, name: str) -> int:
    """Take it back; 0 when it was not there."""
    return await db.execute(
        "DELETE FROM announcement_reactions WHERE announcement_id = $1 AND account_id = $2 AND name = $3",
        announcement_id,
        account_id,
        name,
    )


async def reaction(announcement_id: int, name: str) -> Row | None:
    """A row (name, count, file_key, static_key) of one emoji under a published announcement."""
    return await db.fetch_one(
        "SELECT $2::text AS name, (SELECT count(*) FROM announcement_reactions"
        "  WHERE announcement_id = a.id AND name = $2) AS count, e.file_key, e.static_key"
        " FROM announcements a LEFT JOIN custom_emojis e ON e.shortcode = $2"
        " WHERE a.id = $1 AND a.published_at IS NOT NULL",
        announcement_id,
        name,
    )


async def public_posts(post_ids: Sequence[int]) -> list[int]:
    """Those of these posts that everybody may read."""
    rows = await db.fetch(
        "SELECT id FROM posts WHERE id = ANY($1) AND deleted_at IS NULL AND boost_of_id IS NULL"
        " AND visibility IN ('public', 'unlisted') ORDER BY id",
        list(post_ids),
    )
    return [row["id"] for row in rows]
