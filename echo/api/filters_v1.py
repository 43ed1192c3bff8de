"""Filters as old apps know them: a view on version 2, one filter for each keyword."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import filter_rules
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.api.filters import expiry
from echo.http.access import account_id, needs
from echo.http.params import Params
from echo.http.reading import params, read_id, update_route
from echo.http.replies import empty, entity
from echo.kinds import FilterAction
from echo.render import filter as rendering
from echo.store import filters

blueprint = Blueprint("filters_v1", __name__)
FILTERS = "/api/v1/filters"


@blueprint.get(FILTERS)
@needs("read:filters")
async def index() -> Response:
    """All keywords."""
    rows = await filters.all_of([account_id()])
    return entity([one for row in rows for one in rendering.version_1(row)])


@blueprint.post(FILTERS)
@needs("write:filters")
async def create() -> Response:
    """Make a filter of one keyword."""
    filter_id = await filter_rules.create_single(account_id(), *_drafts(await params()))
    return entity(rendering.version_1(await filters.get(account_id(), filter_id))[0])


@blueprint.get(f"{FILTERS}/<keyword_id>")
@needs("read:filters")
async def show(keyword_id: str) -> Response:
    """One keyword."""
    return await _shown(read_id(keyword_id))


@update_route(blueprint, f"{FILTERS}/<keyword_id>")
@needs("write:filters")
async def change(keyword_id: str) -> Response:
    """Change a keyword, and its filter if that has no others."""
    number = read_id(keyword_id)
    await filter_rules.change_single(account_id(), number, *_drafts(await params()))
    return await _shown(number)


@blueprint.delete(f"{FILTERS}/<keyword_id>")
@needs("write:filters")
async def remove(keyword_id: str) -> Response:
    """Delete a keyword."""
    await filter_rules.remove_keyword(account_id(), read_id(keyword_id))
    return empty()


async def _shown(keyword_id: int) -> Response:
    known = await filters.keyword(account_id(), keyword_id)
    shown = rendering.version_1(await filters.get(account_id(), known.filter_id))
    return entity(next(one for one in shown if one.id == str(keyword_id)))


def _drafts(given: Params) -> tuple[FilterDraft, KeywordDraft]:
    phrase, hides = given.text("phrase"), given.boolean("irreversible")
    action = None if hides is None else FilterAction.HIDE if hides else FilterAction.WARN
    draft = FilterDraft(
        title=phrase,
        contexts=given.list("context") if given.has("context") else None,
        action=action,
        sets_expiry="expires_in" in given.values,
        expires_in_seconds=expiry(given),
    )
    return draft, KeywordDraft(keyword=phrase, whole_word=given.boolean("whole_word"))
