"""Filters: making and changing them, as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from echo import clock, db
from echo.actions import filter_keywords
from echo.actions.filter_keywords import KeywordDraft
from echo.errors import Invalid
from echo.events import FiltersChanged
from echo.kinds import FilterAction, FilterContext
from echo.models import Filter
from echo.store import filters

TITLE_CHARACTERS = 256
MOST_FILTERS, MOST_KEYWORDS, MOST_POSTS = 200, 1_000, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterDraft:
    """What a filter shall be; None keeps what is there, or takes the default.

    Shapes:  expires_in_seconds: from now on; None: never. It counts only with `sets_expiry`
    """

    title: str | None = None
    contexts: tuple[str, ...] | None = None
    action: str | None = None
    sets_expiry: bool = False
    expires_in_seconds: int | None = None
    keywords: Sequence[KeywordDraft] = ()


@asynccontextmanager
async def changing(account_id: int) -> AsyncIterator[None]:
    """A change of somebody's filters: one after the other, within bounds; their apps hear when something is
    another than before.

    Raises:  Invalid when there are too many filters, keywords or posts afterwards
    """
    async with db.unit_of_work() as unit:
        await filters.raise_version(account_id)
        before = await filters.all_of([account_id])
        yield
        for most, count, what in zip(
            (MOST_FILTERS, MOST_KEYWORDS, MOST_POSTS),
            await filters.counts(account_id),
            ("filters", "keywords", "filtered posts"),
            strict=True,
        ):
            if count > most:
                raise Invalid(f"Validation failed: You have reached the maximum number of {what}")
        if await filters.all_of([account_id]) != before:
            unit.emit(FiltersChanged(local=True, account_id=account_id))


async def create(account_id: int, draft: FilterDraft) -> int:
    """Make a filter; its id. Raises Invalid, NotFound."""
    made = Filter(account_id=account_id, title="", contexts=[], created_at=clock.now())
    made.update_from_dict(_changes(draft))
    _check(made)
    async with changing(account_id):
        await made.save(force_create=True)
        await filter_keywords.change_all(made.id, draft.keywords)
    return int(made.id)


async def change(account_id: int, filter_id: int, draft: FilterDraft) -> None:
    """Change a filter and its keywords. Raises NotFound, Invalid."""
    async with changing(account_id):
        known = await filters.model(account_id, filter_id)
        changes = _changes(draft)
        _check(known.update_from_dict(changes))
        if changes:
            await known.save(update_fields=list(changes))
        await filter_keywords.change_all(filter_id, draft.keywords)


async def remove(account_id: int, filter_id: int) -> None:
    """Delete a filter. Raises NotFound."""
    async with changing(account_id):
        known = await filters.model(account_id, filter_id)
        await Filter.filter(id=known.id).delete()


def _changes(draft: FilterDraft) -> dict[str, object]:
    changes: dict[str, object] = {}
    if draft.title is not None:
        changes["title"] = draft.title
    if draft.contexts is not None:
        stripped = (context.strip() for context in draft.contexts)
        changes["contexts"] = list(dict.fromkeys(context for context in stripped if context))
    if draft.action is not None:
        changes["action"] = draft.action
    if draft.sets_expiry:
        seconds = draft.expires_in_seconds
        changes["expires_at"] = None if seconds is None else clock.after(max(seconds, 0))
    return changes


def _check(checked: Filter) -> None:
    """Raises:  Invalid with everything that is wrong, in the words that clients know"""
    wrong = []
    if checked.action not in set(FilterAction):
        wrong.append("Action is not included in the list")
    if not checked.title.strip():
        wrong.append("Title can't be blank")
    if not checked.contexts:
        wrong.append("Context can't be blank")
    if len(checked.title) > TITLE_CHARACTERS:
        wrong.append(f"Title is too long (maximum is {TITLE_CHARACTERS} characters)")
    if not checked.contexts or not set(checked.contexts) <= set(FilterContext):
        wrong.append("Context None or invalid context supplied")
    if wrong:
        raise Invalid("Validation failed: " + ", ".join(wrong))
