"""Filters: what somebody does not want to read, with the words that it is known by."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo import clock
from echo.actions import filters as actions
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.db import Row
from echo.errors import Invalid, NotFound
from echo.http.access import page
from echo.http.params import Params
from echo.ids import parse_id
from echo.kinds import FilterAction, FilterContext
from echo.store import filters
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_filters", __name__)
PATH = "/settings/filters"
CONTEXTS = {
    FilterContext.HOME: "The home timeline and lists",
    FilterContext.NOTIFICATIONS: "Notifications",
    FilterContext.PUBLIC: "Public timelines",
    FilterContext.THREAD: "Threads",
    FilterContext.ACCOUNT: "Pages of people",
}
ACTIONS = {
    FilterAction.WARN: "Show a warning first",
    FilterAction.HIDE: "Hide it",
    FilterAction.BLUR: "Hide its pictures behind a warning",
}
NEVER, KEEP = "never", "keep"
DURATIONS = {
    NEVER: "Never",
    "1800": "In half an hour",
    "3600": "In an hour",
    "21600": "In six hours",
    "86400": "In a day",
    "604800": "In a week",
    "2592000": "In 30 days",
}
BLANK_ROWS = 3


@blueprint.get(PATH)
@page
@member()
async def index() -> Response:
    """All of them."""
    rows = await filters.all_of([me().user_id])
    return await show_page(
        "settings/filters.html", "Filters", filters=[(row, _keywords(row), _ended(row)) for row in rows]
    )


@blueprint.get(f"{PATH}/new")
@page
@member()
async def new() -> Response:
    """An empty form."""
    return await _form(None)


@blueprint.post(PATH)
@page
@member()
async def create() -> Response:
    """A new one."""
    try:
        await actions.create(me().user_id, _draft(given()))
    except Invalid as error:
        return await _form(None, problem=error.public, status=422)
    return done(PATH, "added")


@blueprint.get(f"{PATH}/<filter_id>")
@page
@member()
async def show_filter(filter_id: str) -> Response:
    """The form of one."""
    return await _form(await filters.get(me().user_id, _number(filter_id)))


@blueprint.post(f"{PATH}/<filter_id>")
@page
@member()
async def change(filter_id: str) -> Response:
    """Change one, and its words."""
    number = _number(filter_id)
    known = await filters.get(me().user_id, number)
    try:
        await actions.change(me().user_id, number, _draft(given()))
    except Invalid as error:
        return await _form(known, problem=error.public, status=422)
    return done(PATH, "kept")


@blueprint.post(f"{PATH}/<filter_id>/delete")
@page
@member()
async def delete(filter_id: str) -> Response:
    """One less."""
    await actions.remove(me().user_id, _number(filter_id))
    return done(PATH, "removed")


def _draft(form: Params) -> FilterDraft:
    """What a form says; the rows of words that were left empty are no words, or are to go."""
    ends = form.text("expires_in", KEEP)
    seconds = int(ends) if ends in DURATIONS and ends != NEVER else None
    return FilterDraft(
        title=form.text("title", ""),
        contexts=form.list("context"),
        action=form.text("filter_action", ""),
        sets_expiry=ends in DURATIONS,
        expires_in_seconds=seconds,
        keywords=[_keyword(row) for row in form.objects("keywords") if row.has("id") or row.text("keyword")],
    )


def _keyword(row: Params) -> KeywordDraft:
    text = row.text("keyword", "").strip()
    is_removed = row.boolean("remove", default=False) or not text
    return KeywordDraft(
        keyword_id=row.id("id"),
        keyword=text,
        whole_word=row.boolean("whole_word", default=False),
        is_removed=is_removed,
    )


async def _form(row: Row | None, *, problem: str = "", status: int = 200) -> Response:
    words = [] if row is None else _keywords(row)
    durations = dict(DURATIONS)
    if row is not None and row["expires_at"] is not None:
        durations = {KEEP: f"As now: {row['expires_at']:%d %B %Y, %H:%M} UTC"} | durations
    return await show_page(
        "settings/filter.html",
        "New filter" if row is None else "Change a filter",
        problem=problem,
        status=status,
        row=row,
        chosen=list(FilterContext) if row is None else msgspec.json.decode(row["contexts"]),
        words=[*words, *[("", "", True)] * BLANK_ROWS],
        contexts=CONTEXTS,
        actions=ACTIONS,
        durations=durations,
        duration=KEEP if KEEP in durations else NEVER,
    )


def _keywords(row: Row) -> list[tuple[int, str, bool]]:
    """(id, word, whether it is a whole one)."""
    known = row["keywords"]
    return msgspec.json.decode(known, type=list[tuple[int, str, bool]]) if known else []


def _ended(row: Row) -> bool:
    return row["expires_at"] is not None and row["expires_at"] < clock.now()


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number
