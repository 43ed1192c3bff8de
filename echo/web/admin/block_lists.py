"""Block lists of others, what they want, and this server's own blocks as a list."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import block_list_changes
from echo.actions import block_lists as actions
from echo.actions.block_list_changes import Applied
from echo.actions.block_lists import ListDraft
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.kinds import BlockSeverity
from echo.policy.roles import Permission
from echo.render import block_lists as render
from echo.store import block_lists as store
from echo.store import server_blocks
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("block_list_pages", __name__)
PATH = "/admin/block-lists"
LIST_BYTES = 8 * 1024 * 1024
SHOWN = 500
NOTICES = {
    "added": "The list is being read. What it wants stands below in a moment: reload this page.",
    "brought": "Nothing is blocked yet. Choose what you want of the list.",
    "saved": "Saved.",
    "applied": "Done.",
    "dismissed": "Left as it is. You are asked again only when the list wants something else.",
    "removed": "The list is gone.",
    "reading": "The list is being read. Reload this page in a moment.",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """All lists, and forms for another."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_FEDERATION)
async def add() -> Response:
    """Read a list from now on, or bring one once."""
    with await visitor.read_form_with_files(LIST_BYTES) as form:
        given, file = form.params, form.files.get("file")
        content = b"" if file is None else file.read()
    try:
        if given.text("do", "") == "subscribe":
            made = await actions.subscribe(await by(), _draft(given))
            return done_at(f"{PATH}/{made.id}", "added")
        text = content.decode("utf-8", "replace") or given.text("list", "")
        made, _ = await actions.bring(await by(), _draft(given), text)
    except Invalid as error:
        return await _listing(bad=error.public, asked=_draft(given))
    return done_at(f"{PATH}/{made.id}", "brought")


@blueprint.get(f"{PATH}/own.csv")
@staff_page(Permission.MANAGE_FEDERATION)
async def export() -> Response:
    """This server's blocks, for others."""
    body = render.as_csv(await server_blocks.listing())
    return Response(
        body,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="domain_blocks.csv"',
            "Cache-Control": "private, no-store",
        },
    )


@blueprint.get(f"{PATH}/<list_id>")
@staff_page(Permission.MANAGE_FEDERATION)
async def one(list_id: str) -> Response:
    """One list, with what it wants."""
    return await _one(read_id(list_id))


@blueprint.post(f"{PATH}/<list_id>")
@staff_page(Permission.MANAGE_FEDERATION)
async def change(list_id: str) -> Response:
    """Do what is chosen of what a list wants, leave it, read it again, change or remove the list."""
    given, number = await visitor.read_form(), read_id(list_id)
    who, path = await by(), f"{PATH}/{number}"
    try:
        match given.text("do", ""):
            case "apply":
                done = await block_list_changes.apply(who, number, given.ids("changes"))
                return done_at(path, "applied", **_counts(done))
            case "apply-all":
                done = await block_list_changes.apply(who, number, None)
                return done_at(path, "applied", **_counts(done))
            case "dismiss":
                await actions.dismiss(who, number, given.ids("changes"))
                return done_at(path, "dismissed")
            case "read":
                await actions.read_again(who, number)
                return done_at(path, "reading")
            case "save":
                await actions.change(who, number, _draft(given))
                return done_at(path, "saved")
            case "remove":
                await actions.remove(who, number, with_blocks=False)
                return done_at(PATH, "removed")
            case "remove-blocks":
                await actions.remove(who, number, with_blocks=True)
                return done_at(PATH, "removed")
    except Invalid as error:
        return await _one(number, bad=error.public)
    raise NotFound


async def _listing(*, bad: str = "", asked: ListDraft | None = None) -> Response:
    return await show_staff(
        "block_lists.html",
        title="Block lists",
        notices=NOTICES,
        bad=bad,
        lists=await store.listing(),
        own=len(await server_blocks.listing()),
        severities=list(BlockSeverity),
        asked=asked or ListDraft(),
    )


async def _one(number: int, *, bad: str = "") -> Response:
    row = await store.row(number)
    if row is None:
        raise NotFound
    after = request.args.get("after", "")[:253]
    waiting = await store.changes(number, after=after, limit=SHOWN)
    lost = await store.follows_lost(
        [c.domain for c in waiting if c.severity == BlockSeverity.SUSPEND and c.action != "remove"]
    )
    return await show_staff(
        "block_list.html",
        title=row["name"] or row["url"],
        notices=NOTICES,
        bad=bad,
        row=row,
        waiting=waiting,
        lost=lost,
        severities=list(BlockSeverity),
        next_after=waiting[-1].domain if len(waiting) == SHOWN else "",
        counts={name: request.args.get(name, type=int) for name in ("added", "changed", "removed", "later")},
    )


def _counts(done: Applied) -> dict[str, int]:
    return {
        "added": done.added,
        "changed": done.changed,
        "removed": done.removed,
        "later": done.later,
    }


def _draft(given: Params) -> ListDraft:
    severity = given.text("severity", "")
    return ListDraft(
        name=given.text("name", "").strip(),
        url=given.text("url", "").strip(),
        severity=BlockSeverity(severity) if severity in set(BlockSeverity) else BlockSeverity.SUSPEND,
        automatic=given.boolean("automatic", default=False),
        retracts=given.boolean("retracts", default=False),
        interval_hours=given.integer("interval_hours", 24),
    )
