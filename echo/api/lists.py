"""Lists of people, who is on them, and their timelines."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import lists as list_actions
from echo.actions.lists import ListDraft
from echo.api.reading import account_page
from echo.errors import NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id, update_route
from echo.http.replies import array, empty, entity
from echo.ids import parse_id
from echo.models import List
from echo.render import account, status
from echo.render import list as rendering
from echo.store import accounts, home, lists
from echo.store.cursor import Cursor

blueprint = Blueprint("lists", __name__)
EVERYBODY = Cursor(limit=100_000)


@blueprint.get("/api/v1/lists")
@needs("read:lists")
async def index() -> Response:
    """All of one's lists; there are never many."""
    return entity([rendering.one(row) for row in await lists.all_of(account_id())])


@blueprint.post("/api/v1/lists")
@needs("write:lists")
async def create() -> Response:
    """Make a list."""
    return entity(rendering.made(await list_actions.create(account_id(), _draft(await params()))))


@blueprint.get("/api/v1/lists/<list_id>")
@needs("read:lists")
async def show(list_id: str) -> Response:
    """One list."""
    return entity(rendering.made(await lists.get(account_id(), read_id(list_id))))


@update_route(blueprint, "/api/v1/lists/<list_id>")
@needs("write:lists")
async def change(list_id: str) -> Response:
    """Change a list."""
    draft = _draft(await params())
    changed = await list_actions.change(account_id(), read_id(list_id), draft)
    await _forget(changed, home_too=draft.exclusive is not None)
    return entity(rendering.made(changed))


@blueprint.delete("/api/v1/lists/<list_id>")
@needs("write:lists")
async def remove(list_id: str) -> Response:
    """Delete a list."""
    gone = await list_actions.remove(account_id(), read_id(list_id))
    await _forget(gone, home_too=gone.exclusive)
    return empty()


@blueprint.get("/api/v1/lists/<list_id>/accounts")
@needs("read:lists")
async def members(list_id: str) -> Response:
    """Who is on a list; everybody at once with a limit of 0."""
    known = await lists.get(account_id(), read_id(list_id))
    cursor = cursor_of(await params(), default=40, maximum=80)
    if cursor.limit == 0:
        rows = await lists.members(known.id, EVERYBODY)
        return array(await account.many([row["account_id"] for row in rows]))
    return await account_page(await lists.members(known.id, cursor), cursor)


@blueprint.post("/api/v1/lists/<list_id>/accounts")
@needs("write:lists")
async def add_members(list_id: str) -> Response:
    """Put people on a list."""
    number, given = read_id(list_id), await params()
    known = await list_actions.add_members(account_id(), number, _account_ids(given))
    await _forget(known, home_too=known.exclusive)
    return empty()


@blueprint.delete("/api/v1/lists/<list_id>/accounts")
@needs("write:lists")
async def remove_members(list_id: str) -> Response:
    """Take people off a list."""
    number, given = read_id(list_id), await params()
    known = await list_actions.remove_members(account_id(), number, given.ids("account_ids"))
    await _forget(known, home_too=known.exclusive)
    return empty()


@blueprint.get("/api/v1/accounts/<account>/lists")
@needs("read:lists")
async def of_account(account: str) -> Response:
    """Those of one's lists that somebody is on."""
    target = await accounts.get(read_id(account))
    return entity([rendering.one(row) for row in await lists.with_member(account_id(), target.id)])


@blueprint.get("/api/v1/timelines/list/<list_id>")
@needs("read:lists")
async def timeline(list_id: str) -> Response:
    """Posts of those on a list."""
    known = await lists.get(account_id(), read_id(list_id))
    cursor = cursor_of(await params(), default=20, maximum=40)
    ids = await lists.FEED.page(known.id, cursor)
    link = page_link(ids[0], ids[-1]) if ids else None
    return array(await status.many(viewer(), ids, hide_muted=True), link=link)


def _draft(given: Params) -> ListDraft:
    return ListDraft(
        title=given.text("title"),
        replies_policy=given.text("replies_policy"),
        exclusive=given.boolean("exclusive"),
    )


def _account_ids(given: Params) -> tuple[int, ...]:
    """The people named. Raises NotFound where one of them can be nobody."""
    if any(parse_id(text.strip()) is None for text in given.list("account_ids")):
        raise NotFound
    return given.ids("account_ids")


async def _forget(known: List, *, home_too: bool) -> None:
    """What is shown next is made anew, without waiting for the job."""
    if home_too:
        await home.forget_if_possible(account_id())
    else:
        await lists.forget_if_possible(known.id)
