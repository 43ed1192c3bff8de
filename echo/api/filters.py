"""Filters, their keywords and their posts."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import filter_rules
from echo.actions import filters as filter_actions
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.errors import NotFound
from echo.http.access import account_id, needs
from echo.http.params import Params
from echo.http.reading import params, read_id, update_route
from echo.http.replies import empty, entity
from echo.ids import parse_id
from echo.render import filter as rendering
from echo.store import filters

blueprint = Blueprint("filters", __name__)
FILTERS = "/api/v2/filters"


@blueprint.get(FILTERS)
@needs("read:filters")
async def index() -> Response:
    """All filters, those that ended too."""
    return entity([rendering.one(row) for row in await filters.all_of([account_id()])])


@blueprint.post(FILTERS)
@needs("write:filters")
async def create() -> Response:
    """Make a filter, with its first keywords."""
    return await _shown(await filter_actions.create(account_id(), _draft(await params())))


@blueprint.get(f"{FILTERS}/<filter_id>")
@needs("read:filters")
async def show(filter_id: str) -> Response:
    """One filter."""
    return await _shown(read_id(filter_id))


@update_route(blueprint, f"{FILTERS}/<filter_id>")
@needs("write:filters")
async def change(filter_id: str) -> Response:
    """Change a filter, and make, change and remove its keywords."""
    number = read_id(filter_id)
    await filter_actions.change(account_id(), number, _draft(await params()))
    return await _shown(number)


@blueprint.delete(f"{FILTERS}/<filter_id>")
@needs("write:filters")
async def remove(filter_id: str) -> Response:
    """Delete a filter."""
    await filter_actions.remove(account_id(), read_id(filter_id))
    return empty()


@blueprint.get(f"{FILTERS}/<filter_id>/keywords")
@needs("read:filters")
async def keywords(filter_id: str) -> Response:
    """The keywords of a filter."""
    row = await filters.get(account_id(), read_id(filter_id))
    return entity(rendering.one(row).keywords)


@blueprint.post(f"{FILTERS}/<filter_id>/keywords")
@needs("write:filters")
async def add_keyword(filter_id: str) -> Response:
    """Add a keyword to a filter."""
    draft = _keyword(await params())
    return entity(rendering.keyword(await filter_rules.add_keyword(account_id(), read_id(filter_id), draft)))


@blueprint.get(f"{FILTERS}/keywords/<keyword_id>")
@needs("read:filters")
async def show_keyword(keyword_id: str) -> Response:
    """One keyword."""
    return entity(rendering.keyword(await filters.keyword(account_id(), read_id(keyword_id))))


@update_route(blueprint, f"{FILTERS}/keywords/<keyword_id>")
@needs("write:filters")
async def change_keyword(keyword_id: str) -> Response:
    """Change a keyword."""
    number, draft = read_id(keyword_id), _keyword(await params())
    return entity(rendering.keyword(await filter_rules.change_keyword(account_id(), number, draft)))


@blueprint.delete(f"{FILTERS}/keywords/<keyword_id>")
@needs("write:filters")
async def remove_keyword(keyword_id: str) -> Response:
    """Delete a keyword."""
    await filter_rules.remove_keyword(account_id(), read_id(keyword_id))
    return empty()


@blueprint.get(f"{FILTERS}/<filter_id>/statuses")
@needs("read:filters")
async def posts(filter_id: str) -> Response:
    """The single posts that a filter is for."""
    row = await filters.get(account_id(), read_id(filter_id))
    return entity(rendering.one(row).statuses)


@blueprint.post(f"{FILTERS}/<filter_id>/statuses")
@needs("write:filters")
async def add_post(filter_id: str) -> Response:
    """Let a filter be for a single post."""
    number, post_id = read_id(filter_id), (await params()).id("status_id")
    if post_id is None:
        raise NotFound
    return entity(rendering.post(await filter_rules.add_post(account_id(), number, post_id)))


@blueprint.get(f"{FILTERS}/statuses/<filter_post_id>")
@needs("read:filters")
async def show_post(filter_post_id: str) -> Response:
    """One of these posts."""
    return entity(rendering.post(await filters.post(account_id(), read_id(filter_post_id))))


@blueprint.delete(f"{FILTERS}/statuses/<filter_post_id>")
@needs("write:filters")
async def remove_post(filter_post_id: str) -> Response:
    """Let the filter be for this post no more."""
    await filter_rules.remove_post(account_id(), read_id(filter_post_id))
    return empty()


async def _shown(filter_id: int) -> Response:
    return entity(rendering.one(await filters.get(account_id(), filter_id)))


def _draft(given: Params) -> FilterDraft:
    return FilterDraft(
        title=given.text("title"),
        contexts=given.list("context") if given.has("context") else None,
        action=given.text("filter_action"),
        sets_expiry="expires_in" in given.values,
        expires_in_seconds=expiry(given),
        keywords=[_keyword(one) for one in given.objects("keywords_attributes")],
    )


def expiry(given: Params) -> int | None:
    """Seconds from now; none at all when it is empty or null; what is no number counts as 0."""
    return (given.integer("expires_in") or 0) if given.text("expires_in") else None


def _keyword(given: Params) -> KeywordDraft:
    """Raises NotFound for an id that is none."""
    named = (given.text("id") or "").strip()
    number = parse_id(named)
    if named and number is None:
        raise NotFound
    return KeywordDraft(
        keyword_id=number,
        keyword=given.text("keyword"),
        whole_word=given.boolean("whole_word"),
        is_removed=given.boolean("_destroy", default=False),
    )
