"""Following hashtags: their public posts are on the home timeline."""

from __future__ import annotations

from echo import db
from echo.errors import Invalid, NotFound
from echo.events import TagsChosen
from echo.store import hashtags
from echo.text.hashtags import normalise

MOST_FOLLOWED = 500


async def follow(account_id: int, name: str) -> str:
    """Follow a hashtag; twice is once.

    Returns: its folded name
    Raises:  NotFound for what is no hashtag; Invalid beyond `MOST_FOLLOWED`
    """
    folded = _folded(name)
    async with db.unit_of_work() as unit:
        is_new = await db.execute(
            "INSERT INTO tag_follows (account_id, hashtag_id, created_at) VALUES ($1, $2, now())"
            " ON CONFLICT (account_id, hashtag_id) DO NOTHING",
            account_id,
            await hashtags.ensure(name),
        )
        if is_new:
            if await hashtags.count_followed(account_id) > MOST_FOLLOWED:
                raise Invalid(f"Validation failed: At most {MOST_FOLLOWED} hashtags can be followed")
            unit.emit(TagsChosen(local=True, account_id=account_id))
    return folded


async def unfollow(account_id: int, name: str) -> str:
    """Follow a hashtag no more. Returns its folded name. Raises NotFound for what is no hashtag."""
    folded = _folded(name)
    async with db.unit_of_work() as unit:
        was_followed = await db.execute(
            "DELETE FROM tag_follows WHERE account_id = $1"
            " AND hashtag_id = (SELECT id FROM hashtags WHERE name = $2)",
            account_id,
            folded,
        )
        if was_followed:
            unit.emit(TagsChosen(local=True, account_id=account_id))
    return folded


def _folded(name: str) -> str:
    folded = normalise(name)
    if folded is None:
        raise NotFound
    return folded
