"""Timelines: ids of posts, newest first. One statement each; rendering reads them with the viewer's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import db
from echo.db import Row
from echo.policy.avoidance import avoided_by, estranged_from
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.replica import late
from echo.store.cursor import Cursor
from echo.store.together import Together

# Blocks are part of visibility.
UNMUTED = f"NOT {avoided_by('$1')}"
_HAS_MEDIA = "p.media_ids <> '[]'::jsonb"


# What $1 wants to see of somebody they follow: boosts, if boosts of that person are wanted and the boosted
# author is neither avoided nor blocked; posts in the languages they chose. `fo` is the follow of the author,
# absent for one's own posts. OFFSET 0: see `visible_to`.
WANTED = f"""(
    p.deleted_at IS NULL
    AND (p.boost_of_id IS NULL OR ((p.author_id = $1 OR fo.boosts) AND NOT EXISTS (
        SELECT 1 FROM posts o JOIN accounts oa ON oa.id = o.author_id WHERE o.id = p.boost_of_id
            AND (o.deleted_at IS NOT NULL OR {estranged_from("$1", "oa")}
                OR (p.author_id <> $1 AND (o.author_id = $1 OR {avoided_by("$1", "oa")}))) OFFSET 0)))
    AND (fo.languages IS NULL OR p.language IS NULL OR fo.languages ? p.language))"""

# Posts of people on an exclusive list of $1 are read there and nowhere else; one's own are always at home.
_NOT_ON_EXCLUSIVE_LIST = """(p.author_id = $1 OR NOT EXISTS (SELECT 1 FROM list_members xm
    JOIN lists x ON x.id = xm.list_id AND x.exclusive
    WHERE xm.account_id = p.author_id AND xm.owner_id = $1 OFFSET 0))"""

# A reply belongs on the home of $1 when it answers someone they follow, themselves, or continues a thread of
# its author. Direct posts go to those mentioned.
BELONGS_HOME = f"""(
    {WANTED} AND {_NOT_ON_EXCLUSIVE_LIST}
    AND (p.visibility <> 'direct' OR p.author_id = $1 OR EXISTS (
        SELECT 1 FROM mentions hm WHERE hm.post_id = p.id AND hm.account_id = $1 OFFSET 0))
    AND (p.author_id = $1 OR (p.in_reply_to_id IS NULL AND p.in_reply_to_uri = '')
        OR p.in_reply_to_account_id IN (p.author_id, $1)
        OR EXISTS (SELECT 1 FROM follows fr WHERE fr.follower_id = $1 AND fr.state = 'accepted'
            AND fr.followee_id = p.in_reply_to_account_id OFFSET 0)))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFilter:
    """Which public posts: of this server, of others, with files."""

    local: bool = False
    remote: bool = False
    only_media: bool = False

    def condition(self) -> str:
        parts = ["true"]
        if self.local:
            parts.append("p.local")
        elif self.remote:
            parts.append("NOT p.local")
        if self.only_media:
            parts.append(_HAS_MEDIA)
        return " AND ".join(parts)


@late
async def public(viewer: Viewer, cursor: Cursor, wanted: PublicFilter) -> list[int]:
    """Public posts that are no boosts and answer nobody else."""
    return await _ids(
        "p.visibility = 'public' AND p.boost_of_id IS NULL AND p.deleted_at IS NULL AND a.silenced_at IS NULL"
        " AND (p.in_reply_to_id IS NULL OR p.in_reply_to_account_id = p.author_id)"
        f" AND p.in_reply_to_uri = '' AND {wanted.condition()} AND {UNMUTED}",
        viewer,
        cursor,
    )


@late
async def hashtag(
    viewer: Viewer,
    cursor: Cursor,
    wanted: PublicFilter,
    *,
    any_of: Sequence[str],
    all_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
) -> list[int]:
    """Public posts with one of `any_of`, all of `all_of` and none of `none_of` (folded names)."""

    def has(parameter: str) -> str:
        return (
            "(SELECT count(DISTINCT h.id) FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id"
            f" WHERE ph.post_id = p.id AND h.name = ANY({parameter}))"
        )

    return await _ids(
        "p.id IN (SELECT ph.post_id FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id"
        " WHERE h.name = ANY($2)) AND p.visibility = 'public' AND p.boost_of_id IS NULL"
        f" AND {has('$3')} >= cardinality($3::text[]) AND {has('$4')} = 0"
        f" AND {wanted.condition()} AND {UNMUTED}",
        viewer,
        cursor,
        list(any_of),
        list(set(all_of)),
        list(none_of),
    )


@late
async def link(viewer: Viewer, card_id: int, cursor: Cursor, wanted: PublicFilter) -> list[int]:
    """Public posts that show this link preview."""
    return await _ids(
        "p.card_id = $2 AND p.visibility = 'public' AND p.boost_of_id IS NULL AND a.silenced_at IS NULL"
        f" AND {wanted.condition()} AND {UNMUTED}",
        viewer,
        cursor,
        card_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which posts of an account."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_boosts: bool = False
    exclude_direct: bool = False
    hashtag: str = ""


@late
async def account(viewer: Viewer, account_id: int, cursor: Cursor, wanted: AccountFilter) -> list[int]:
    """The posts and boosts of an account that the viewer may read."""
    conditions = ["p.author_id = $2", "($3 = '' OR p.id IN (SELECT ph.post_id FROM post_hashtags ph"]
    conditions[-1] += " JOIN hashtags h ON h.id = ph.hashtag_id WHERE h.name = $3))"
    if wanted.only_media:
        conditions.append(_HAS_MEDIA)
    if wanted.exclude_replies:
        conditions.append("p.in_reply_to_uri = ''")
        conditions.append("(p.in_reply_to_id IS NULL OR p.in_reply_to_account_id = p.author_id)")
    if wanted.exclude_boosts:
        conditions.append("p.boost_of_id IS NULL")
    if wanted.exclude_direct:
        conditions.append("p.visibility <> 'direct'")
    return await _ids(" AND ".join(conditions), viewer, cursor, account_id, wanted.hashtag)


async def home_candidates(account_id: int, limit: int) -> list[Row]:
    """The home timeline from the rows: (id) of the newest posts that belong there, newest first."""
    return await db.fetch(_HOME, account_id, limit)


# Posts with a hashtag that $1 follows, whoever wrote them.
BELONGS_TO_FOLLOWED_TAG = f"""(p.visibility = 'public' AND p.boost_of_id IS NULL AND p.deleted_at IS NULL
    AND a.silenced_at IS NULL AND {_NOT_ON_EXCLUSIVE_LIST})"""
# Of each hashtag only the newest are looked at: somebody may follow hundreds.
_HOME = f"""
    WITH followed AS (
        SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id
        LEFT JOIN follows fo ON fo.follower_id = $1 AND fo.followee_id = p.author_id AND fo.state = 'accepted'
        WHERE (p.author_id = $1 OR fo.id IS NOT NULL) AND {BELONGS_HOME} AND {visible_to("$1")} AND {UNMUTED}
        ORDER BY p.id DESC LIMIT $2),
    tagged AS (
        SELECT p.id FROM (SELECT DISTINCT newest.post_id FROM tag_follows tf
            JOIN LATERAL (SELECT ph.post_id FROM post_hashtags ph WHERE ph.hashtag_id = tf.hashtag_id
                ORDER BY ph.post_id DESC LIMIT least($2, 200)) newest ON true
            WHERE tf.account_id = $1 ORDER BY newest.post_id DESC LIMIT 2 * $2) found
        JOIN LATERAL (SELECT * FROM posts q WHERE q.id = found.post_id OFFSET 0) p ON true
        JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = p.author_id OFFSET 0) a ON true
        WHERE {BELONGS_TO_FOLLOWED_TAG} AND {visible_to("$1")} AND {UNMUTED})
    SELECT id FROM (SELECT id FROM followed UNION SELECT id FROM tagged) AS found ORDER BY id DESC LIMIT $2
"""


async def liked(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the like, post_id), newest like first."""
    return await _marked("likes", account_id, cursor)


async def bookmarked(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the bookmark, post_id), newest bookmark first."""
    return await _marked("bookmarks", account_id, cursor)


async def _marked(table: str, account_id: int, cursor: Cursor) -> list[Row]:
    rows = await db.fetch(
        f"SELECT id, post_id FROM {table} WHERE account_id = $1"
        f" AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def _ids(condition: str, viewer: Viewer, cursor: Cursor, *arguments: object) -> list[int]:
    rows = await db.fetch(
        f"SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id WHERE {condition}"
        f" AND {visible_to('$1')} AND {cursor.condition('p.id')} {cursor.order('p.id')}",
        viewer.account_id,
        *arguments,
    )
    return [row["id"] for row in cursor.newest_first(rows)]


async def home_recipients(post_id: int) -> list[int]:
    """The people here on whose home timeline a post belongs: its author, followers, those of its hashtags.
    Who was here last comes first.
    """
    return await _RECIPIENTS.ask(post_id) or []


async def _recipients(post_ids: Sequence[int]) -> dict[int, list[int]]:
    rows = await db.fetch(_HOME_RECIPIENTS, list(post_ids))
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["post_id"], []).append(row["id"])
    return found


_RECIPIENTS = Together(_recipients)

_HOME_RECIPIENTS = f"""
    SELECT wanted.post_id, r.id FROM unnest($1::bigint[]) AS wanted(post_id)
    JOIN LATERAL (SELECT u.id FROM posts p JOIN accounts a ON a.id = p.author_id
    JOIN LATERAL (SELECT p.author_id AS follower_id, NULL::boolean AS boosts, NULL::jsonb AS languages
        UNION ALL SELECT f.follower_id, f.boosts, f.languages FROM follows f
        WHERE f.followee_id = p.author_id AND f.state = 'accepted') fo ON true
    JOIN LATERAL (SELECT q.id FROM users q WHERE q.id = fo.follower_id OFFSET 0) u ON true
    WHERE p.id = wanted.post_id AND {BELONGS_HOME.replace("$1", "u.id")} AND {visible_to("u.id")}
        AND {UNMUTED.replace("$1", "u.id")}
    UNION SELECT tf.account_id FROM posts p JOIN accounts a ON a.id = p.author_id
    JOIN post_hashtags ph ON ph.post_id = p.id JOIN tag_follows tf ON tf.hashtag_id = ph.hashtag_id
    WHERE p.id = wanted.post_id AND {BELONGS_TO_FOLLOWED_TAG.replace("$1", "tf.account_id")}
        AND {visible_to("tf.account_id")} AND {UNMUTED.replace("$1", "tf.account_id")}) found ON true
    JOIN LATERAL (SELECT q.id, q.last_active_at FROM users q WHERE q.id = found.id OFFSET 0) r ON true
    ORDER BY r.last_active_at DESC NULLS LAST
"""


async def home_readers(author_id: int) -> list[int]:
    """Everybody here who may have something of this author on their home timeline."""
    rows = await db.fetch(
        "SELECT u.id FROM users u WHERE u.id = $1 UNION SELECT f.follower_id FROM follows f"
        " JOIN users u ON u.id = f.follower_id WHERE f.followee_id = $1",
        author_id,
    )
    return [row["id"] for row in rows]


async def tag_readers(post_id: int) -> list[int]:
    """Everybody here who follows a hashtag of this post."""
    rows = await db.fetch(
        "SELECT DISTINCT tf.account_id FROM post_hashtags ph"
        " JOIN tag_follows tf ON tf.hashtag_id = ph.hashtag_id WHERE ph.post_id = $1",
        post_id,
    )
    return [row["account_id"] for row in rows]
