"""Figures about this server and its hashtags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from echo import cache, db
from echo.db import Row
from echo.kinds import Role
from echo.policy.roles import Permission
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.replica import late
from echo.store.hashtags import SHOWN


@dataclass(frozen=True, slots=True)
class Usage:
    """People and posts of this server; active means logged in or posting within the time.

    Shapes:  members_invite: whether the role that everybody has allows invitations
    """

    users: int
    active_month: int
    active_half_year: int
    local_posts: int
    known_hosts: int
    members_invite: bool = False


# Every app asks for the figures when it starts, and nobody minds if they are a minute old.
USAGE_SECONDS = 60.0


async def usage() -> Usage:
    """Today's figures, for nodeinfo and instance; counted once a minute."""
    known = cast("Usage | None", cache.memory().recall("usage", None))
    if known is None:
        known = await _count_usage()
        cache.memory().keep("usage", None, known, seconds=USAGE_SECONDS)
    return known


async def _count_usage() -> Usage:
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL) AS users,"
        " (SELECT count(*) FROM users WHERE last_active_at > now() - interval '30 days') AS month,"
        " (SELECT count(*) FROM users WHERE last_active_at > now() - interval '180 days') AS half_year,"
        " (SELECT coalesce(sum(s.posts), 0)::bigint FROM account_stats s JOIN users u ON u.id = s.account_id)"
        " AS posts, (SELECT count(DISTINCT host) FROM accounts WHERE host <> '') AS hosts,"
        " EXISTS (SELECT 1 FROM roles WHERE id = $1 AND permissions & $2 <> 0) AS members_invite",
        Role.USER,
        Permission.INVITE_USERS,
    )
    if row is None:
        return Usage(0, 0, 0, 0, 0)
    return Usage(
        row["users"],
        row["month"],
        row["half_year"],
        row["posts"],
        row["hosts"],
        members_invite=row["members_invite"],
    )


async def contact_account_id(username: str = "") -> int | None:
    """The account of this name, or else the owner of this server, if there is one yet."""
    found = await db.fetch_value(
        "SELECT u.id FROM users u JOIN accounts a ON a.id = u.id"
        " WHERE (u.role_id IN (2, 3) OR a.username_key = $1)"
        " AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
        " ORDER BY a.username_key = $1 DESC, u.role_id = 3 DESC, u.id LIMIT 1",
        username.lower(),
    )
    return None if found is None else int(found)


async def has_owner() -> bool:
    """Whether somebody has taken this server over."""
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM users WHERE role_id = 3)"))


async def peers() -> list[str]:
    """The other servers that we know people of."""
    rows = await db.fetch("SELECT DISTINCT host FROM accounts WHERE host <> '' ORDER BY host")
    return [row["host"] for row in rows]


# A hashtag `h` without public use that $4 may know of all the same: moderators gave it its spelling, it
# stands on a profile, they follow it, or they may read a post that has it.
_KNOWN = f"""(h.display_name <> ''
    OR EXISTS (SELECT 1 FROM featured_tags ft JOIN accounts a ON a.id = ft.account_id
        WHERE ft.hashtag_id = h.id AND a.suspended_at IS NULL AND a.deleted_at IS NULL OFFSET 0)
    OR EXISTS (SELECT 1 FROM tag_follows tf WHERE tf.account_id = $4 AND tf.hashtag_id = h.id OFFSET 0)
    OR EXISTS (SELECT 1 FROM post_hashtags ph JOIN posts p ON p.id = ph.post_id
        JOIN accounts a ON a.id = p.author_id
        WHERE ph.hashtag_id = h.id AND {visible_to("$4")} OFFSET 0))"""
# `~>=~` compares byte by byte, as the index does; LIKE with an argument would read every hashtag.
_HASHTAGS_LIKE = f"""
    SELECT h.id, h.name FROM (SELECT id, name, display_name FROM hashtags
        WHERE name ~>=~ $1 AND name ~<~ ($1 || chr(1114111)) AND listable
        ORDER BY name = $1 DESC, fame DESC, name LIMIT 100) h
    CROSS JOIN LATERAL (SELECT count(*) AS uses FROM (SELECT 1 FROM post_hashtags ph
        JOIN posts p ON p.id = ph.post_id AND p.visibility = 'public' AND p.deleted_at IS NULL
            AND p.held = ''
        WHERE ph.hashtag_id = h.id ORDER BY ph.post_id DESC LIMIT 50) q) u
    WHERE u.uses > 0 OR {_KNOWN} ORDER BY h.name = $1 DESC, u.uses DESC, h.name LIMIT $2 OFFSET $3
"""


async def refresh_hashtag_fame() -> None:
    """Note anew how much hashtags are used, where it has doubled or halved."""
    await db.execute(
        "UPDATE hashtags h SET fame = n.fame FROM (SELECT hashtag_id,"
        " ceil(log(2, count(*) + 1))::smallint AS fame FROM post_hashtags GROUP BY hashtag_id) n"
        " WHERE n.hashtag_id = h.id AND n.fame <> h.fame"
    )


@late
async def hashtags_like(viewer: Viewer, text: str, *, limit: int, offset: int) -> list[Row]:
    """Rows (id, name) of hashtags that begin with a folded text, most used first.

    Those that are known from posts alone which the viewer may not read are not told. Of many, the most famous
    are counted, each to fifty.
    """
    return await db.fetch(_HASHTAGS_LIKE, text, limit, offset, viewer.account_id)


@late
async def hashtag_days(names: Sequence[str]) -> list[Row]:
    """Rows (name, shown, day, uses, accounts) of the last seven days.

    Days without use are left out; of a hashtag without any there is one row, in which they are null.
    """
    return await db.fetch(
        f"SELECT h.name, {SHOWN} AS shown, d.day, d.uses, d.accounts FROM hashtags h LEFT JOIN ("
        "  SELECT ph.hashtag_id, date_trunc('day', p.created_at AT TIME ZONE 'UTC') AS day, count(*) AS uses,"
        "  count(DISTINCT p.author_id) AS accounts"
        "  FROM hashtags g JOIN post_hashtags ph ON ph.hashtag_id = g.id JOIN posts p ON p.id = ph.post_id"
        "  WHERE g.name = ANY($1) AND p.created_at > now() - interval '7 days' AND p.deleted_at IS NULL"
        "  AND p.visibility = 'public' GROUP BY 1, 2) d ON d.hashtag_id = h.id WHERE h.name = ANY($1)",
        list(names),
    )


async def tasks() -> dict[str, int]:
    """How many reports are open, and how many people wait to be let in."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM reports WHERE resolved_at IS NULL) AS reports,"
        " (SELECT count(*) FROM users WHERE approved_at IS NULL AND confirmed_at IS NOT NULL) AS pending"
    )
    return (
        {"reports": 0, "pending": 0}
        if row is None
        else {"reports": row["reports"], "pending": row["pending"]}
    )


async def people() -> dict[str, int]:
    """How many have a login here, and how many of them were here within a day and within 30 days."""
    row = await db.fetch_one(
        "SELECT count(*) AS all, count(*) FILTER (WHERE last_active_at > now() - interval '1 day') AS"
        " active_day,"
        " count(*) FILTER (WHERE last_active_at > now() - interval '30 days') AS active_month"
        " FROM users WHERE confirmed_at IS NOT NULL AND approved_at IS NOT NULL AND disabled_at IS NULL"
    )
    return {} if row is None else {name: row[name] for name in ("all", "active_day", "active_month")}
