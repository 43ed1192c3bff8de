"""The keywords of a filter; each function runs inside `echo.actions.filters.changing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo.errors import Invalid, NotFound
from echo.models import FilterKeyword

KEYWORD_CHARACTERS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordDraft:
    """A keyword that shall be made, or with an id changed or removed; None keeps, or takes the default."""

    keyword_id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    is_removed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was filled in: apps send such rows of their forms along."""
        return self.keyword_id is None and not (self.keyword or "").strip() and not self.whole_word


async def change_all(filter_id: int, drafts: Sequence[KeywordDraft]) -> None:
    """Make, change and remove keywords of one filter. Raises Invalid; NotFound for those of another."""
    for draft in drafts:
        if draft.is_blank or (draft.is_removed and draft.keyword_id is None):
            continue
        if draft.keyword_id is None:
            await create(filter_id, draft, field="Keywords keyword")
            continue
        known = await FilterKeyword.get_or_none(id=draft.keyword_id, filter_id=filter_id)
        if known is None:
            raise NotFound
        if draft.is_removed:
            await FilterKeyword.filter(id=known.id).delete()
        else:
            await change(known, draft, field="Keywords keyword")


async def create(filter_id: int, draft: KeywordDraft, *, field: str = "Keyword") -> FilterKeyword:
    """Add a keyword. Raises Invalid."""
    text = draft.keyword or ""
    _check(text, field)
    whole_word = draft.whole_word is not False
    return await FilterKeyword.create(filter_id=filter_id, keyword=text, whole_word=whole_word)


async def change(known: FilterKeyword, draft: KeywordDraft, *, field: str = "Keyword") -> None:
    """Change a keyword. Raises Invalid."""
    if draft.keyword is not None:
        _check(draft.keyword, field)
        known.keyword = draft.keyword
    if draft.whole_word is not None:
        known.whole_word = draft.whole_word
    await known.save(update_fields=["keyword", "whole_word"])


def _check(text: str, field: str) -> None:
    if not text.strip():
        raise Invalid(f"Validation failed: {field} can't be blank")
    if len(text) > KEYWORD_CHARACTERS:
        raise Invalid(f"Validation failed: {field} is too long (maximum is {KEYWORD_CHARACTERS} characters)")
