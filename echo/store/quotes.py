"""Quotes: posts that quote another, what became of that, and who may."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo import db
from echo.db import Row
from echo.kinds import QuoteState
from echo.models import Post
from echo.policy.quoting import QuoteRight, right_as_sql
from echo.policy.viewer import Viewer
from echo.store import loading
from echo.store.cursor import Cursor

# For the document of a post `p`: `QuotePart`, or null.
QUOTE_OF_POST = """CASE WHEN p.quote_uri <> '' THEN (
    SELECT json_build_object('uri', p.quote_uri, 'state', p.quote_state, 'stamp_uri', p.quote_stamp_uri,
        'author_id', qd.author_id, 'author_uri', qa.uri)
    FROM (VALUES (p.quote_of_id)) AS one(id) LEFT JOIN posts qd ON qd.id = one.id
    LEFT JOIN accounts qa ON qa.id = qd.author_id) END"""


class QuotePart(msgspec.Struct, frozen=True, kw_only=True):
    """What a post quotes. The author is not known where the quoted post is not."""

    uri: str
    state: str
    stamp_uri: str
    author_id: int | None
    author_uri: str | None

    @property
    def proof(self) -> str | None:
        """Where it stands that the quote is allowed."""
        return self.stamp_uri or None if self.state == QuoteState.ACCEPTED else None


async def page(viewer: Viewer, post_id: int, cursor: Cursor) -> list[int]:
    """Ids of the posts that quote a post and may, newest first; none of people whom the viewer hides.

    Whether they may be read is seen when they are rendered, so that paging goes on.
    """
    rows = await db.fetch(
        "SELECT p.id FROM posts p WHERE p.quote_of_id = $2 AND p.quote_state = 'accepted'"
        " AND p.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM blocks b"
        " WHERE (b.blocker_id = $1 AND b.blocked_id = p.author_id)"
        " OR (b.blocker_id = p.author_id AND b.blocked_id = $1) OFFSET 0)"
        " AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = $1 AND m.muted_id = p.author_id"
        " AND (m.expires_at IS NULL OR m.expires_at > now()) OFFSET 0)"
        f" AND {cursor.condition('p.id')} {cursor.order('p.id')}",
        viewer.account_id,
        post_id,
    )
    return [row["id"] for row in cursor.newest_first(rows)]


async def right(viewer: Viewer, post_id: int) -> QuoteRight:
    """What the viewer is told before they quote a post, which they can read."""
    found = await db.fetch_value(
        f"SELECT {right_as_sql('$1')} FROM posts p WHERE p.id = $2", viewer.account_id, post_id
    )
    return QuoteRight(found)


async def find(quoting_id: int, quoted_id: int) -> Post | None:
    """The post that quotes another one, locked until the end of the unit of work."""
    return await loading.first(
        Post, "id = $1 AND quote_of_id = $2 AND deleted_at IS NULL FOR UPDATE", quoting_id, quoted_id
    )


async def find_by_stamp(stamp_uri: str) -> Post | None:
    """The post whose quote this stamp allows."""
    return await loading.first(
        Post, "quote_stamp_uri = $1 AND quote_stamp_uri <> '' AND deleted_at IS NULL", stamp_uri
    )


async def settle(quoting_id: int, state: QuoteState, *, stamp_uri: str = "") -> None:
    """Write down what became of a quote. The post gets a new version, so that other servers are told anew."""
    await db.execute(
        "UPDATE posts SET quote_state = $2, quote_stamp_uri = $3, version = version + 1 WHERE id = $1",
        quoting_id,
        state.value,
        stamp_uri,
    )


async def attach(quoting_id: int, quoted_id: int | None, quoted_uri: str, state: QuoteState) -> None:
    """Say what a post quotes, because it was not known before."""
    await db.execute(
        "UPDATE posts SET quote_of_id = $2, quote_uri = $3, quote_state = $4, version = version + 1"
        " WHERE id = $1",
        quoting_id,
        quoted_id,
        quoted_uri,
        state.value,
    )


async def set_policy(post_id: int, automatic: Sequence[str], manual: Sequence[str]) -> bool:
    """Say who may quote a post; False when it said so before."""
    return bool(
        await db.execute(
            "UPDATE posts SET quote_automatic = $2::jsonb, quote_manual = $3::jsonb, version = version + 1"
            " WHERE id = $1 AND (quote_automatic <> $2::jsonb OR quote_manual <> $3::jsonb)",
            post_id,
            _json(automatic),
            _json(manual),
        )
    )


async def waiting_for(quoted_uri: str) -> list[Row]:
    """Rows (id, author_id) of posts that quote something we did not have when they came."""
    return await db.fetch(
        "SELECT id, author_id FROM posts WHERE quote_uri = $1 AND quote_uri <> '' AND quote_of_id IS NULL"
        " AND deleted_at IS NULL",
        quoted_uri,
    )


async def quoters(quoted_id: int) -> list[Row]:
    """Rows (id, author_id) of posts of people here that quote a post, and may."""
    return await db.fetch(
        "SELECT id, author_id FROM posts WHERE quote_of_id = $1 AND quote_state = 'accepted' AND local"
        " AND deleted_at IS NULL",
        quoted_id,
    )


def _json(words: Sequence[str]) -> str:
    return msgspec.json.encode(list(words)).decode()
