"""Hashtags that somebody shows on their profile."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db
from echo.errors import FieldError, Invalid, NotFound
from echo.events import TagFeatured, TagUnfeatured
from echo.models import Account, FeaturedTag
from echo.store import accounts, hashtags
from echo.text.hashtags import normalise, normalised, spelling

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
    async with db.unit_of_work() as unit:
        # Others of the same person wait, so that there are never more than ten.
        await accounts.get_locked(account_id)
        hashtag_id = await hashtags.ensure(name)
        known = await FeaturedTag.get_or_none(account_id=account_id, hashtag_id=hashtag_id)
        if known is not None:
            return int(known.id)
        if await FeaturedTag.filter(account_id=account_id).count() >= MOST_FEATURED:
            raise Invalid("Validation failed: You have already featured the maximum number of hashtags")
        made = await FeaturedTag.create(
            account_id=account_id, hashtag_id=hashtag_id, spelling=spelling(name), created_at=clock.now()
        )
        unit.emit(TagFeatured(local=True, account_id=account_id, name=folded))
    return int(made.id)


async def unfeature(account_id: int, name: str) -> None:
    """Show a hashtag no more, by its name. Raises NotFound for what is no hashtag."""
    folded = normalise(name)
    if folded is None:
        raise NotFound
    async with db.unit_of_work() as unit:
        if await hashtags.unfeature(account_id, [folded]):
            unit.emit(TagUnfeatured(local=True, account_id=account_id, name=folded))


async def remove(account_id: int, featured_id: int) -> None:
    """The same by the id of its row. Raises NotFound for another's."""
    names = [row["name"] for row in await hashtags.featured(account_id) if row["id"] == featured_id]
    if not names:
        raise NotFound
    await unfeature(account_id, names[0])


async def receive(account: Account, name: str, *, is_featured: bool) -> bool:
    """A hashtag is on a profile elsewhere, or not any more; False when that was so, or there is no room.

    Shapes:  name: as it is written there
    """
    async with db.unit_of_work():
        if not is_featured:
            return await hashtags.unfeature(account.id, normalised([name])) > 0
        await accounts.get_locked(account.id)
        if await FeaturedTag.filter(account_id=account.id).count() >= MOST_FEATURED:
            return False
        return await hashtags.feature(account.id, [name]) > 0


async def receive_all(account: Account, names: Sequence[str]) -> None:
    """These hashtags are on the profile of somebody elsewhere, and no others."""
    async with db.unit_of_work():
        await accounts.get_locked(account.id)
        there = [row["name"] for row in await hashtags.featured(account.id)]
        kept = normalised(names)
        await hashtags.unfeature(account.id, [name for name in there if name not in kept])
        await hashtags.feature(account.id, names[:MOST_FEATURED])
