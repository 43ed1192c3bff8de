"""Collections: people whom somebody recommends together. Also under the older name of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from quart import Blueprint, Response, request

from echo.actions import collections as actions
from echo.actions.collections import CollectionDraft
from echo.db import Row
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import account_id, needs, optional, viewer
from echo.http.paging import link_header
from echo.http.params import Params
from echo.http.reading import own_origin, params, query_pairs, read_id
from echo.http.replies import empty, entity, raw
from echo.render import collection
from echo.store import accounts, collections

blueprint = Blueprint("collections", __name__)
PAGE, PAGE_MAX = 40, 80
# The older name is deprecated since the tenth of June 2026.
DEPRECATED_SINCE = "@1781049600"
View = TypeVar("View", bound=Callable[..., Awaitable[Response]])


def _route(path: str, *methods: str) -> Callable[[View], View]:
    """A route under both names of the API."""

    def mount(view: View) -> View:
        blueprint.add_url_rule(f"/api/v1{path}", view_func=view, methods=list(methods))
        older = f"older_{view.__name__}"
        blueprint.add_url_rule(f"/api/v1_alpha{path}", endpoint=older, view_func=view, methods=list(methods))
        return view

    return mount


@blueprint.after_request
async def say_deprecated(response: Response) -> Response:
    """Tell those who use the older name."""
    if request.path.startswith("/api/v1_alpha/"):
        response.headers["Deprecation"] = DEPRECATED_SINCE
    return response


@_route("/accounts/<account>/collections", "GET")
@optional("read:collections")
async def of_account(account: str) -> Response:
    """The collections of somebody."""
    owner = await accounts.get(read_id(account))
    limit, offset = await _window()
    rows = await collections.page_of(viewer(), owner.id, limit=limit + 1, offset=offset)
    return _page(rows, limit, offset)


@_route("/accounts/<account>/in_collections", "GET")
@needs("read:collections")
async def with_account(account: str) -> Response:
    """The collections that one is in; nobody is told that of others."""
    member = await accounts.get(read_id(account))
    if member.id != account_id():
        raise Forbidden
    limit, offset = await _window()
    rows = await collections.page_with(viewer(), member.id, limit=limit + 1, offset=offset)
    return _page(rows, limit, offset)


@_route("/collections", "POST")
@needs("write:collections")
async def create() -> Response:
    """Make one."""
    given = await params()
    member_ids = [read_id(text.strip()) for text in given.list("account_ids")]
    made = await actions.create(account_id(), _draft(given), member_ids)
    return entity({"collection": collection.one(await _get(made))})


@_route("/collections/<collection_id>", "GET")
@optional("read:collections")
async def show(collection_id: str) -> Response:
    """One, with whose it is and who is in it."""
    return raw(await collection.with_accounts(await _get(read_id(collection_id))))


@_route("/collections/<collection_id>", "PUT", "PATCH")
@needs("write:collections")
async def edit(collection_id: str) -> Response:
    """Change one of one's own."""
    number = read_id(collection_id)
    await actions.edit(account_id(), number, _draft(await params()))
    return entity({"collection": collection.one(await _get(number))})


@_route("/collections/<collection_id>", "DELETE")
@needs("write:collections")
async def delete(collection_id: str) -> Response:
    """Delete one of one's own."""
    await actions.remove(account_id(), read_id(collection_id))
    return empty()


@_route("/collections/<collection_id>/items", "POST")
@needs("write:collections")
async def add(collection_id: str) -> Response:
    """Put somebody in."""
    into = (await _get(read_id(collection_id)))["id"]
    text = (await params()).text("account_id", "").strip()
    if not text:
        raise Invalid("`account_id` parameter is missing")
    made = await actions.add(account_id(), into, read_id(text))
    return entity({"collection_item": collection.item(made)})


@_route("/collections/<collection_id>/items/<item_id>", "DELETE")
@needs("write:collections")
async def take_out(collection_id: str, item_id: str) -> Response:
    """Take somebody out."""
    await actions.take_out(account_id(), read_id(collection_id), read_id(item_id))
    return empty()


@_route("/collections/<collection_id>/items/<item_id>/revoke", "POST")
@needs("write:collections")
async def revoke(collection_id: str, item_id: str) -> Response:
    """One does not want to be in it."""
    await actions.withdraw(account_id(), read_id(collection_id), read_id(item_id))
    return empty()


async def _get(collection_id: int) -> Row:
    row = await collections.find(viewer(), collection_id)
    if row is None:
        raise NotFound
    return row


async def _window() -> tuple[int, int]:
    """Limit and offset of a page."""
    given = await params()
    limit = min(abs(given.integer("limit") or PAGE), PAGE_MAX)
    return limit, given.integer("offset", 0, minimum=0, maximum=1_000_000)


def _page(rows: Sequence[Row], limit: int, offset: int) -> Response:
    """A page of rows, of which one more than the limit was asked for."""
    response = entity({"collections": [collection.one(row) for row in rows[:limit]]})
    link = link_header(
        own_origin() + request.path.rstrip("/"),
        query_pairs(),
        next_page={"offset": str(offset + limit)} if len(rows) > limit else None,
        prev_page={"offset": str(max(0, offset - limit))} if offset else None,
    )
    if link:
        response.headers["Link"] = link
    return response


def _draft(given: Params) -> CollectionDraft:
    return CollectionDraft(
        name=given.text("name"),
        description=given.text("description"),
        language=given.text("language"),
        sensitive=given.boolean("sensitive"),
        discoverable=given.boolean("discoverable"),
        tag_name=given.text("tag_name"),
    )
