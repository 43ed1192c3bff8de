"""Single rules of filters: a keyword or a post; and filters as old apps see them, one for each keyword."""

from __future__ import annotations

from dataclasses import replace

from echo import clock, db
from echo.actions import filter_keywords
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft, change, changing, create
from echo.db import TAKEN
from echo.errors import Invalid
from echo.models import FilterKeyword, FilterPost
from echo.policy.viewer import Viewer
from echo.store import filters, posts

SHARED = (
    "These parameters cannot be changed from this application because they apply to more than one filter"
    " keyword. Use a more recent application or the web interface."
)


async def add_keyword(account_id: int, filter_id: int, draft: KeywordDraft) -> FilterKeyword:
    """Add a keyword to a filter. Raises NotFound, Invalid."""
    async with changing(account_id):
        known = await filters.model(account_id, filter_id)
        return await filter_keywords.create(known.id, draft)


async def change_keyword(account_id: int, keyword_id: int, draft: KeywordDraft) -> FilterKeyword:
    """Change a keyword. Raises NotFound, Invalid."""
    async with changing(account_id):
        known = await filters.keyword(account_id, keyword_id)
        await filter_keywords.change(known, draft)
    return known


async def remove_keyword(account_id: int, keyword_id: int) -> None:
    """Delete a keyword; its filter stays, with what else it has. Raises NotFound."""
    async with changing(account_id):
        known = await filters.keyword(account_id, keyword_id)
        await FilterKeyword.filter(id=known.id).delete()


async def add_post(account_id: int, filter_id: int, post_id: int) -> FilterPost:
    """Let a filter be for a single post, too.

    Raises:  NotFound, also for a post that one may not read; Invalid when it is known
    """
    async with changing(account_id):
        known = await filters.model(account_id, filter_id)
        post = await posts.get(Viewer(account_id), post_id)
        try:
            return await FilterPost.create(filter_id=known.id, post_id=post.id, created_at=clock.now())
        except TAKEN as error:
            raise Invalid("Validation failed: Status has already been taken") from error


async def remove_post(account_id: int, filter_post_id: int) -> None:
    """Let a filter be for a single post no more. Raises NotFound."""
    async with changing(account_id):
        known = await filters.post(account_id, filter_post_id)
        await FilterPost.filter(id=known.id).delete()


async def create_single(account_id: int, draft: FilterDraft, keyword: KeywordDraft) -> int:
    """A filter of one keyword, which is its title as well; the id of the filter. Raises Invalid."""
    return await create(account_id, replace(draft, keywords=[keyword]))


async def change_single(account_id: int, keyword_id: int, draft: FilterDraft, keyword: KeywordDraft) -> None:
    """Change a keyword and the filter that it belongs to.

    Raises:  NotFound; Invalid, also when the filter would change and has other keywords
    """
    async with db.unit_of_work():
        await filters.raise_version(account_id)
        known = await filters.keyword(account_id, keyword_id)
        before = await _shared(account_id, known.filter_id)
        await change(
            account_id, known.filter_id, replace(draft, keywords=[replace(keyword, keyword_id=keyword_id)])
        )
        is_changed = before != await _shared(account_id, known.filter_id)
        if is_changed and await FilterKeyword.filter(filter_id=known.filter_id).count() > 1:
            raise Invalid(SHARED)


async def _shared(account_id: int, filter_id: int) -> tuple[object, ...]:
    """What all keywords of a filter have in common."""
    known = await filters.model(account_id, filter_id)
    return known.title, list(known.contexts), known.action, known.expires_at
