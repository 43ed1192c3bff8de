"""What routes share, whatever they are about: reading ids, parameters and pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from echo import addresses
from echo.config.checks import is_local_host
from echo.errors import NotFound
from echo.http.forms import read_params
from echo.http.paging import Page, link_header
from echo.http.params import Pair, Params
from echo.ids import parse_id
from echo.store.cursor import Cursor

# Larger bodies than this are no form that a client sends; uploads have a limit of their own.
BODY_BYTES = 1024 * 1024
View = TypeVar("View", bound=Callable[..., Awaitable[Response]])


def update_route(blueprint: Blueprint, path: str) -> Callable[[View], View]:
    """A route for PUT and PATCH alike: clients use either."""
    return blueprint.route(path, methods=["PUT", "PATCH"])


def read_id(text: str) -> int:
    """An id of a path. Raises NotFound for what cannot be one."""
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number


async def params() -> Params:
    """All parameters of the request, wherever they stand."""
    return await read_params(request, max_bytes=BODY_BYTES)


def cursor_of(given: Params, *, default: int, maximum: int) -> Cursor:
    """The page that is asked for."""
    page = Page.read(given, default=default, maximum=maximum)
    return Cursor(limit=page.limit, max_id=page.max_id, since_id=page.since_id, min_id=page.min_id)


def own_origin() -> str:
    """Where the caller reached us. The canonical address, unless they plainly talk to this machine."""
    if is_local_host(request.host) and urlsplit(addresses.here().base).netloc != request.host:
        return f"{request.scheme}://{request.host}"
    return addresses.here().base


def query_pairs() -> list[Pair]:
    """The query as it was sent, for links that repeat it."""
    return [(name, value) for name, values in request.args.lists() for value in values]


def page_link(
    first_id: int | None, last_id: int | None, *, prev: str = "min_id", with_next: bool = True
) -> str | None:
    """The Link header of a page from its newest to its oldest row; None for an empty page."""
    if first_id is None or last_id is None:
        return None
    return link_header(
        own_origin() + request.path.rstrip("/"),
        query_pairs(),
        next_page={"max_id": str(last_id)} if with_next else None,
        prev_page={prev: str(first_id)},
    )


def offset_range(given: Params, *, default: int, maximum: int) -> tuple[int, int]:
    """Limit and offset of a list that is ordered by something that moves."""
    limit = min(abs(given.integer("limit", default)), maximum)
    return limit, given.integer("offset", 0, minimum=0, maximum=10_000)


def offset_link(found: Sequence[object], limit: int, offset: int) -> str | None:
    """The neighbours of a page, by offset."""
    return link_header(
        own_origin() + request.path.rstrip("/"),
        query_pairs(),
        next_page={"offset": str(offset + limit)} if found and len(found) >= limit else None,
        prev_page={"offset": str(max(0, offset - limit))} if found and offset > 0 else None,
    )
