"""Moderators say what may trend, and how hashtags may be used."""

from __future__ import annotations

from dataclasses import dataclass

from echo.actions import staff
from echo.actions.staff import Target
from echo.errors import Invalid, NotFound
from echo.kinds import TrendKind
from echo.models import Hashtag
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import trend_reviews
from echo.text.hashtags import normalise


async def review(by: Staff, kind: TrendKind, item_id: int, *, allowed: bool) -> None:
    """Say whether something may trend. Raises NotFound for what there is not; Forbidden."""
    name = await trend_reviews.name_of(kind, item_id)
    if name is None:
        raise NotFound
    deed = Deed.TREND_APPROVE if allowed else Deed.TREND_REJECT
    async with staff.acting(by, deed, on=Target(kind.value, item_id, name)):
        await trend_reviews.review(kind, item_id, allowed=allowed, by_id=by.account_id)


async def review_author(by: Staff, post_id: int, *, allowed: bool) -> int:
    """Say of whoever wrote a post whether their posts may trend, this one too. Returns their id.

    Raises:  NotFound, Forbidden
    """
    author_id = await trend_reviews.author_of(post_id)
    name = None if author_id is None else await trend_reviews.name_of(TrendKind.AUTHOR, author_id)
    if author_id is None or name is None:
        raise NotFound
    deed = Deed.TREND_APPROVE if allowed else Deed.TREND_REJECT
    async with staff.acting(by, deed, on=Target("author", author_id, name)):
        await trend_reviews.review(TrendKind.AUTHOR, author_id, allowed=allowed, by_id=by.account_id)
        # What was said of this one alone does not stand against it.
        await trend_reviews.forget(TrendKind.POST, [post_id])
    return author_id


@dataclass(frozen=True, slots=True, kw_only=True)
class HashtagDraft:
    """How a hashtag may be used; None keeps a value.

    Shapes:  display_name: how it is written, with the same letters
    """

    display_name: str | None = None
    trendable: bool | None = None
    usable: bool | None = None
    listable: bool | None = None


async def change_hashtag(by: Staff, hashtag_id: int, draft: HashtagDraft) -> None:
    """Change what may be done with a hashtag. Raises NotFound; Invalid for another name; Forbidden."""
    known = await Hashtag.get_or_none(id=hashtag_id)
    if known is None:
        raise NotFound
    if draft.display_name and normalise(draft.display_name) != known.name:
        raise Invalid("Validation failed: Display name must be the same letters as the name")
    values = {
        name: value
        for name in ("display_name", "usable", "listable")
        if (value := getattr(draft, name)) is not None
    }
    told = values | ({} if draft.trendable is None else {"trendable": draft.trendable})
    async with staff.acting(
        by, Deed.HASHTAG_CHANGE, on=Target("hashtag", hashtag_id, known.name), details=told
    ):
        said = await trend_reviews.said(TrendKind.HASHTAG, [hashtag_id])
        if draft.trendable is None or said.get(hashtag_id) == draft.trendable:
            staff.require_change(known, values)
        if values:
            await Hashtag.filter(id=hashtag_id).update(**values)
        if draft.trendable is not None:
            await trend_reviews.review(
                TrendKind.HASHTAG, hashtag_id, allowed=draft.trendable, by_id=by.account_id
            )
