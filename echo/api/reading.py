"""What the routes of the client API share: reading ids, parameters and pages, answering lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from echo import addresses
from echo.actions.drafts import FileDraft
from echo.config_load import is_local_host
from echo.db import Row
from echo.errors import NotFound
from echo.http.forms import Form, read_params
from echo.http.paging import Page, link_header
from echo.http.params import Pair, Params
from echo.http.replies import array
from echo.ids import parse_id
from echo.policy.viewer import Viewer
from echo.render import account, status
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


def file_draft(given: Params, media_id: int) -> FileDraft:
    """How a file shall be described."""
    return FileDraft(media_id=media_id, description=given.text("description"), focus=focus_of(given))


def file_drafts(form: Form) -> tuple[FileDraft, ...]:
    """How files of a post shall be described, from `media_attributes`.

    Shapes:  covers come as files named `media_attributes[0][thumbnail]`, or `[]` when there is one file only
    """
    given = form.params.values.get("media_attributes")
    described = form.params.objects("media_attributes")
    indexes = [str(index) for index in range(len(described))]
    if isinstance(given, dict):
        indexes = sorted((key for key in given if key.isascii() and key.isdigit()), key=int)
    drafts = []
    for index, values in zip(indexes, described, strict=False):
        media_id = values.id("id")
        if media_id is None:
            continue
        cover = form.files.get(f"media_attributes[{index}][thumbnail]")
        if cover is None and len(described) == 1:
            cover = form.files.get("media_attributes[][thumbnail]")
        draft = file_draft(values, media_id)
        drafts.append(draft if cover is None else replace(draft, thumbnail=cover.read()))
    return tuple(drafts)


def focus_of(given: Params) -> tuple[float, float] | None:
    """`x,y`, each from -1 to 1; anything else counts as not sent."""
    parts = given.text("focus", "").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        return None
    return (x, y) if -1 <= x <= 1 and -1 <= y <= 1 else None


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


async def timeline(viewer: Viewer, ids: Sequence[int], *, with_next: bool = True) -> Response:
    """A page of posts. Cursors come from the ids before invisible posts are left out."""
    link = page_link(ids[0], ids[-1], with_next=with_next) if ids else None
    return array(await status.many(viewer, ids, hide_muted=True), link=link)


async def account_page(rows: Sequence[Row], cursor: Cursor, *, prev: str = "since_id") -> Response:
    """A page of accounts from rows (id, account_id): the cursor is the id of the row."""
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], prev=prev, with_next=len(rows) >= cursor.limit)
    return array(await account.many([row["account_id"] for row in rows]), link=link)


async def status_page(viewer: Viewer, rows: Sequence[Row], cursor: Cursor) -> Response:
    """A page of posts from rows (id, post_id): the cursor is the id of the row."""
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit)
    return array(await status.many(viewer, [row["post_id"] for row in rows]), link=link)
