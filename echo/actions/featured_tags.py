"""Hashtags that somebody shows on their profile."""

from __future__ import annotations

from echo import clock, db
from echo.errors import FieldError, Invalid, NotFound
from echo.models import FeaturedTag
from echo.store import accounts, hashtags
from echo.text.hashtags import normalise

MOST_FEATURED = 10


async def feature(account_id: int, name: str) -> int:
    """Show a hashtag; one that is shown already stays.

    Returns: the id of its row
    Raises:  Invalid for what is no hashtag, and beyond ten
    """
    folded = normalise(name)
    if folded is None:
        reason = FieldError("ERR_INVALID", "is not a valid hashtag")
        raise Invalid("Validation failed: Name is not a valid hashtag", details={"name": [reason]})
    async with db.unit_of_work():
        # Others of the same person wait, so that there are never more than ten.
        await accounts.get_locked(account_id)
        hashtag_id = await hashtags.ensure(folded)
        known = await FeaturedTag.get_or_none(account_id=account_id, hashtag_id=hashtag_id)
        if known is not None:
            return int(known.id)
        if await FeaturedTag.filter(account_id=account_id).count() >= MOST_FEATURED:
            raise Invalid("Validation failed: You have already featured the maximum number of hashtags")
        made = await FeaturedTag.create(account_id=account_id, hashtag_id=hashtag_id, created_at=clock.now())
    return int(made.id)


async def unfeature(account_id: int, name: str) -> None:
    """Show a hashtag no more, by its name. Raises NotFound for what is no hashtag."""
    folded = normalise(name)
    if folded is None:
        raise NotFound
    await db.execute(
        "DELETE FROM featured_tags WHERE account_id = $1"
        " AND hashtag_id = (SELECT id FROM hashtags WHERE name = $2)",
        account_id,
        folded,
    )


async def remove(account_id: int, featured_id: int) -> None:
    """The same by the id of its row. Raises NotFound for another's."""
    if not await FeaturedTag.filter(id=featured_id, account_id=account_id).delete():
        raise NotFound
