"""Link previews."""

from __future__ import annotations

from echo import clock, db
from echo.db import Row
from echo.models import Card

FRESH_DAYS = 14


async def find_fresh(url: str) -> Row | None:
    """The row (id, fetched_at, failed) of an address that was looked at lately, successfully or not."""
    return await db.fetch_one(
        "SELECT id, title = '' AS failed FROM cards WHERE url = $1"
        " AND coalesce(fetched_at, created_at) > $2::timestamptz - make_interval(days => $3)",
        url,
        clock.now(),
        FRESH_DAYS,
    )


async def save(card: Card) -> int:
    """Store a preview under its address, in place of an older one; its id.

    Returns: the id under which posts show it
    """
    # Two posts with the same link come at the same moment: one of them would insert in vain, and wait for
    # another try.
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 6))", card.url)
    found = await db.fetch_value("SELECT id FROM cards WHERE url = $1 FOR UPDATE", card.url)
    if found is None:
        await card.save()
        return int(card.id)
    card.id = found
    await card.save(force_update=True)
    return int(found)


async def attach(post_id: int, card_id: int) -> bool:
    """Show a preview with a post and its boosts; False when the post is gone or shows it already."""
    return bool(
        await db.execute(
            "UPDATE posts SET card_id = CASE WHEN id = $1 THEN $2 ELSE card_id END, version = version + 1"
            " WHERE (id = $1 OR boost_of_id = $1) AND deleted_at IS NULL"
            " AND EXISTS (SELECT 1 FROM posts p WHERE p.id = $1 AND p.card_id IS DISTINCT FROM $2)",
            post_id,
            card_id,
        )
    )


async def outdate(card_id: int) -> None:
    """What showed an older preview is to be rendered anew."""
    await db.execute(
        "UPDATE posts p SET version = p.version + 1 FROM posts s WHERE s.card_id = $1"
        " AND (p.id = s.id OR p.boost_of_id = s.id) AND p.deleted_at IS NULL",
        card_id,
    )
