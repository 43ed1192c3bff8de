"""What only some posts need to be rendered: polls, quotes, emojis under them, and a right to quote that
depends on who follows whom. One statement for all such posts of a page; a page without any costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.policy.quoting import right_as_sql
from echo.policy.viewer import Viewer
from echo.store.reactions import tallies


def _gone_quote(viewer: str) -> str:
    """Why the quoted post, which may not be among the rows, is not shown: deleted, or its author blocked."""
    return f"""(SELECT CASE
        WHEN qp.id IS NULL OR qp.deleted_at IS NOT NULL THEN 'deleted'
        WHEN EXISTS (SELECT 1 FROM blocks qb WHERE qb.blocker_id = {viewer} AND qb.blocked_id = qp.author_id
            OFFSET 0) THEN 'blocked_account'
        END FROM (VALUES (p.quote_of_id)) AS one(id) LEFT JOIN posts qp ON qp.id = one.id)"""


def _poll(viewer: str) -> str:
    """The poll of a post as JSON: `echo.render.poll` reads it."""
    return f"""(SELECT json_build_object('id', po.id, 'expires_at', po.expires_at, 'multiple', po.multiple,
        'hide_totals', po.hide_totals, 'voters', po.voters, 'emojis', p.emojis,
        'options', (SELECT json_agg(json_build_array(o.title, o.votes) ORDER BY o.position)
            FROM poll_options o WHERE o.poll_id = po.id),
        'own', (SELECT json_agg(v.position ORDER BY v.position)
            FROM poll_votes v WHERE v.poll_id = po.id AND v.account_id = {viewer}))
        FROM polls po WHERE po.id = p.poll_id)"""


def _more(viewer: str, source: str) -> str:
    return f"""
    SELECT {viewer}::bigint AS viewer_id, p.id, {right_as_sql(viewer)} AS quote_right,
        CASE WHEN p.quote_of_id IS NOT NULL THEN {_gone_quote(viewer)} END AS quote_gone,
        CASE WHEN p.poll_id IS NOT NULL THEN {_poll(viewer)} END AS poll,
        {tallies(viewer, "p.id")} AS reactions
    FROM {source} WHERE p.id = ANY($2)
"""


_MORE = _more("$1", "posts p")
_MORE_FOR_EACH = _more("v.id", "unnest($1::bigint[]) AS v(id) CROSS JOIN posts p")


async def more(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, Row]:
    """Rows (quote_right, quote_gone, poll, reactions) by post id. Only for ids from `status_rows.moving`."""
    return {row["id"]: row for row in await db.fetch(_MORE, viewer.account_id, list(post_ids))}


async def more_for_each(account_ids: Sequence[int], post_ids: Sequence[int]) -> dict[int, dict[int, Row]]:
    """The same for many viewers in one statement: by viewer, then by post id."""
    found: dict[int, dict[int, Row]] = {}
    for row in await db.fetch(_MORE_FOR_EACH, list(account_ids), list(post_ids)):
        found.setdefault(row["viewer_id"], {})[row["id"]] = row
    return found
