"""Block lists of others, what they want, and this server's own blocks as a list."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import block_list_changes
from echo.actions import block_lists as actions
from echo.actions.block_lists import ListDraft
from echo.errors import FieldError, Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.forms import read_params
from echo.http.params import Params
from echo.http.reading import params, read_id, update_route
from echo.http.replies import entity
from echo.kinds import BlockSeverity
from echo.policy.roles import Permission
from echo.render import block_lists as render
from echo.render import fence_entities as entities
from echo.store import block_lists as store
from echo.store import server_blocks

blueprint = Blueprint("admin_block_lists", __name__)
_BASE = "/api/v1/echo/admin/block_lists"
LIST_BYTES = 8 * 1024 * 1024
MOST_CHANGES = 1000


@blueprint.get(_BASE)
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """All lists, with how much each wants."""
    return entity([render.one(row) for row in await store.listing()])


@blueprint.post(_BASE)
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def add() -> Response:
    """Read a list from now on (`url`), or bring one once (`list`: its text).

    Nothing is blocked by that alone.
    """
    given = await read_params(request, max_bytes=LIST_BYTES)
    draft = _draft(given, ListDraft())
    if draft.url:
        made = await actions.subscribe(staff(), draft)
    else:
        made, _ = await actions.bring(staff(), draft, given.text("list", ""))
    return await _shown(made.id)


@blueprint.get(f"{_BASE}/export")
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def export() -> Response:
    """This server's blocks as CSV, as Mastodon writes and reads it."""
    return entity({"csv": render.as_csv(await server_blocks.listing())})


@blueprint.get(f"{_BASE}/<list_id>")
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def show(list_id: str) -> Response:
    """One list."""
    return await _shown(read_id(list_id))


@update_route(blueprint, f"{_BASE}/<list_id>")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def change(list_id: str) -> Response:
    """Change how a list is read; what is not sent stays."""
    known = await store.find(read_id(list_id))
    if known is None:
        raise NotFound
    now = ListDraft(
        name=known.name,
        severity=BlockSeverity(known.severity),
        automatic=known.automatic,
        retracts=known.retracts,
        interval_hours=known.interval_hours,
    )
    await actions.change(staff(), known.id, _draft(await params(), now))
    return await _shown(known.id)


@blueprint.delete(f"{_BASE}/<list_id>")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def remove(list_id: str) -> Response:
    """Read a list no more; `with_blocks`: take back what it brought, else its blocks stay as ours."""
    with_blocks = (await params()).boolean("with_blocks", default=False)
    return entity({"count": await actions.remove(staff(), read_id(list_id), with_blocks=with_blocks)})


@blueprint.post(f"{_BASE}/<list_id>/read")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def read_again(list_id: str) -> Response:
    """Read a list now, in the background."""
    number = read_id(list_id)
    await actions.read_again(staff(), number)
    return await _shown(number)


@blueprint.get(f"{_BASE}/<list_id>/changes")
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def changes(list_id: str) -> Response:
    """What a list wants to be otherwise, by domain from `after` on, with how many follows that would end."""
    number = read_id(list_id)
    if await store.find(number) is None:
        raise NotFound
    given = await params()
    limit = given.integer("limit", 100, minimum=1, maximum=MOST_CHANGES)
    waiting = await store.changes(number, after=given.text("after", ""), limit=limit)
    lost = await store.follows_lost(
        [c.domain for c in waiting if c.severity == BlockSeverity.SUSPEND and c.action != "remove"]
    )
    return entity([render.change(wish, lost) for wish in waiting])


@blueprint.post(f"{_BASE}/<list_id>/apply")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def apply(list_id: str) -> Response:
    """Do what a list wants: the changes of `ids`, or `all`, of which `later` are left to a job."""
    given = await params()
    everything = given.boolean("all", default=False)
    done = await block_list_changes.apply(staff(), read_id(list_id), None if everything else given.ids("ids"))
    return entity(
        entities.AppliedChanges(
            added=done.added, changed=done.changed, removed=done.removed, later=done.later
        )
    )


@blueprint.post(f"{_BASE}/<list_id>/dismiss")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def dismiss(list_id: str) -> Response:
    """Leave the blocks of the changes of `ids` as they are, until the list wants something else."""
    given = await params()
    return entity({"count": await actions.dismiss(staff(), read_id(list_id), given.ids("ids"))})


async def _shown(list_id: int) -> Response:
    row = await store.row(list_id)
    if row is None:
        raise NotFound
    return entity(render.one(row))


def _draft(given: Params, now: ListDraft) -> ListDraft:
    text = given.text("severity", now.severity.value)
    if text not in set(BlockSeverity):
        reason = FieldError("ERR_INCLUSION", "is not included in the list")
        raise Invalid(f"Validation failed: Severity {reason.description}", details={"severity": [reason]})
    return ListDraft(
        name=given.text("name", now.name),
        url=given.text("url", now.url),
        severity=BlockSeverity(text),
        automatic=given.boolean("automatic", default=now.automatic),
        retracts=given.boolean("retracts", default=now.retracts),
        interval_hours=given.integer("interval_hours", now.interval_hours),
    )
