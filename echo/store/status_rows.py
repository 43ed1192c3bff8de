"""What rendering posts needs, for a whole page at a time: the moving half in one statement, the standing half
(which is cached by version) in one more for those that are not cached."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.policy.avoidance import avoided_by
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to

# Not all: what a look-up returns is kept for the next one of the same id, long texts included.
_POST_COLUMNS = """q.id, q.version, q.author_id, q.boost_of_id, q.visibility, q.thread_id, q.poll_id,
    q.quote_of_id, q.quote_state, q.quote_automatic, q.quote_manual, q.pinned_at, q.deleted_at,
    q.local_only, q.held"""


def _moving(viewer: str, source: str, shown: str = "") -> str:
    """The statement for the viewer in an SQL expression; `source` is what every post is joined to.

    LATERAL and OFFSET 0 hold the planner to twenty look-ups, whatever it believes of unmeasured tables. What
    few posts have (a poll, a quote) is in `store.status_more`: looking for it here would cost every page. A
    boost is shown with the counters and marks of what it boosts, so its own are not looked for.

    Shapes:  shown: which of them, in place of those that the viewer may read
    """
    wanted = shown or visible_to(viewer)
    condition = f"p.boost_of_id IS NULL AND {viewer}::bigint IS NOT NULL"
    return f"""
    WITH wanted AS (SELECT id, boost_of_id FROM posts WHERE id = ANY($2)),
    every AS (SELECT id FROM wanted UNION SELECT boost_of_id FROM wanted WHERE boost_of_id IS NOT NULL)
    SELECT {viewer}::bigint AS viewer_id,
        p.id, p.version, p.author_id, a.version AS author_version, p.boost_of_id, p.visibility,
        p.poll_id, p.quote_of_id, p.quote_state, p.quote_automatic, p.quote_manual,
        p.pinned_at IS NOT NULL AS pinned,
        coalesce(s.replies, 0) AS replies, coalesce(s.boosts, 0) AS boosts, coalesce(s.likes, 0) AS likes,
        coalesce(s.quotes, 0) AS quotes, coalesce(s.reactions, 0) AS reactions,
        greatest(t.followers, t.told_followers, 0) AS followers,
        greatest(t.following, t.told_following, 0) AS following,
        greatest(t.posts, t.told_posts, 0) AS posts, t.last_post_on,
        {condition} AND EXISTS (SELECT 1 FROM likes l
            WHERE l.post_id = p.id AND l.account_id = {viewer} OFFSET 0) AS liked,
        {condition} AND EXISTS (SELECT 1 FROM posts b WHERE b.boost_of_id = p.id
            AND b.author_id = {viewer} AND b.deleted_at IS NULL OFFSET 0) AS boosted,
        {condition} AND EXISTS (SELECT 1 FROM bookmarks k
            WHERE k.post_id = p.id AND k.account_id = {viewer} OFFSET 0) AS bookmarked,
        {condition} AND EXISTS (SELECT 1 FROM thread_mutes tm
            WHERE tm.thread_id = p.thread_id AND tm.account_id = {viewer} OFFSET 0) AS thread_muted,
        {viewer}::bigint IS NOT NULL AND {avoided_by(viewer)} AS author_muted,
        (SELECT vu.filters_version FROM users vu WHERE vu.id = {viewer} OFFSET 0) AS filters_version
    FROM {source} JOIN LATERAL (SELECT {_POST_COLUMNS} FROM posts q WHERE q.id = every.id OFFSET 0) p ON true
    JOIN LATERAL (SELECT q.id, q.version, q.domain, q.suspended_at, q.deleted_at
        FROM accounts q WHERE q.id = p.author_id OFFSET 0) a ON true
    LEFT JOIN LATERAL (SELECT * FROM post_stats q WHERE q.post_id = p.id AND p.boost_of_id IS NULL OFFSET 0) s
        ON true
    LEFT JOIN LATERAL (SELECT * FROM account_stats q WHERE q.account_id = p.author_id OFFSET 0) t ON true
    WHERE {wanted}
"""


_MOVING = _moving("$1", "every")
_MOVING_FOR_STAFF = _moving("$1", "every", "true")
_MOVING_FOR_EACH = _moving("v.id", "unnest($1::bigint[]) AS v(id) CROSS JOIN every")

_STAMP = """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""
_STANDING = f"""
    SELECT p.*, a.username, a.domain, a.sensitized_at IS NOT NULL AS author_sensitized,
        app.name AS app_name, app.website AS app_website,
        (SELECT json_agg(json_build_object('id', m.id, 'kind', m.kind, 'file_key', m.file_key,
                'preview_key', m.preview_key, 'remote_url', m.remote_url,
                'preview_remote_url', m.preview_remote_url, 'state', m.state,
                'description', m.description, 'blurhash', m.blurhash, 'meta', m.meta))
            FROM media m WHERE m.post_id = p.id) AS media,
        (SELECT json_agg(json_build_object('id', ma.id, 'username', ma.username, 'domain', ma.domain,
                'url', ma.url) ORDER BY mn.id)
            FROM mentions mn JOIN accounts ma ON ma.id = mn.account_id
            WHERE mn.post_id = p.id AND NOT mn.silent) AS mentions,
        (SELECT json_agg(h.name ORDER BY ph.id)
            FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id WHERE ph.post_id = p.id)
            AS hashtags,
        (SELECT row_to_json(c) FROM cards c WHERE c.id = p.card_id AND c.fetched_at IS NOT NULL) AS card,
        (SELECT json_build_object('id', r.id, 'title', r.title, 'video', r.video,
                'started_at', to_char(r.created_at AT TIME ZONE 'UTC', {_STAMP}),
                'ended_at', to_char(r.ended_at AT TIME ZONE 'UTC', {_STAMP}))
            FROM rooms r WHERE r.post_id = p.id ORDER BY r.id DESC LIMIT 1) AS room
    FROM posts p JOIN accounts a ON a.id = p.author_id LEFT JOIN apps app ON app.id = p.app_id
    WHERE p.id = ANY($1)
"""


async def moving(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, Row]:
    """Versions, counters and the viewer's own marks of these posts and of what they boost, by post id.

    Posts that the viewer may not read are left out: this is the check that every rendering goes through.
    """
    rows = await db.fetch(_MOVING, viewer.account_id, list(post_ids))
    return {row["id"]: row for row in rows}


async def moving_unscoped_for_staff(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, Row]:
    """The same of posts that moderators were told of, whoever else may read them."""
    return {row["id"]: row for row in await db.fetch(_MOVING_FOR_STAFF, viewer.account_id, list(post_ids))}


async def moving_for_each(account_ids: Sequence[int], post_ids: Sequence[int]) -> dict[int, dict[int, Row]]:
    """The same for many viewers in one statement: by viewer, then by post id."""
    found: dict[int, dict[int, Row]] = {}
    for row in await db.fetch(_MOVING_FOR_EACH, list(account_ids), list(post_ids)):
        found.setdefault(row["viewer_id"], {})[row["id"]] = row
    return found


async def standing(post_ids: Sequence[int]) -> dict[int, Row]:
    """What is the same for every viewer: text, files, mentions, hashtags. Only for ids from `moving`."""
    if not post_ids:
        return {}
    return {row["id"]: row for row in await db.fetch(_STANDING, list(post_ids))}


async def account_counters(account_ids: Sequence[int]) -> list[Row]:
    """What moves of accounts, and which version they have; deleted ones are left out."""
    if not account_ids:
        return []
    return await db.fetch(
        "SELECT a.id, a.version, greatest(t.followers, t.told_followers, 0) AS followers,"
        " greatest(t.following, t.told_following, 0) AS following,"
        " greatest(t.posts, t.told_posts, 0) AS posts, t.last_post_on"
        " FROM accounts a LEFT JOIN account_stats t ON t.account_id = a.id"
        " WHERE a.id = ANY($1) AND a.deleted_at IS NULL",
        list(account_ids),
    )


async def account_rows(account_ids: Sequence[int]) -> dict[int, Row]:
    """Accounts with their counters, role and where they moved (both say so), by id, for rendering."""
    if not account_ids:
        return {}
    rows = await db.fetch(
        "SELECT a.*, greatest(t.followers, t.told_followers, 0) AS followers,"
        " greatest(t.following, t.told_following, 0) AS following,"
        " greatest(t.posts, t.told_posts, 0) AS posts, t.last_post_on, r.id AS role_id, r.name AS role_name,"
        " r.color AS role_color, r.highlighted AS role_highlighted, CASE WHEN a.moved_to_uri <> '' THEN"
        " (SELECT mv.id FROM accounts mv WHERE mv.uri = a.moved_to_uri AND mv.id <> a.id"
        " AND mv.also_known_as ? a.uri AND mv.deleted_at IS NULL AND mv.suspended_at IS NULL) END"
        " AS moved_to_id"
        " FROM accounts a LEFT JOIN account_stats t ON t.account_id = a.id LEFT JOIN users u ON u.id = a.id"
        " LEFT JOIN roles r ON r.id = u.role_id WHERE a.id = ANY($1)",
        list(account_ids),
    )
    return {row["id"]: row for row in rows}
