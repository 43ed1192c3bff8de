"""Networks that may do less here."""

from __future__ import annotations

from datetime import timedelta

from quart import Blueprint, Response, request

from echo import clock
from echo.actions import ip_blocks
from echo.actions.ip_blocks import IpDraft
from echo.errors import Invalid
from echo.http.reading import read_id
from echo.kinds_of_fences import IpSeverity
from echo.policy.roles import Permission
from echo.store import ip_blocks as store
from echo.store.cursor import Cursor
from echo.web import visitor
from echo.web.admin.email_domains import LASTS
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("ip_block_pages", __name__)
PATH = "/admin/networks"
SHOWN = 200
NOTICES = {
    "blocked": "The block holds; every process knows of it in 10 seconds.",
    "unblocked": "The network may do everything again.",
}
SEVERITIES = {
    IpSeverity.APPROVAL: "Sign-ups wait for a moderator",
    IpSeverity.SIGN_UP: "Nobody signs up",
    IpSeverity.ACCESS: "Nothing at all",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_BLOCKS)
async def listing() -> Response:
    """The blocks, and a form."""
    return await _listing(IpDraft(network="", severity=IpSeverity.SIGN_UP))


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_BLOCKS)
async def block() -> Response:
    """Block a network."""
    given = await visitor.read_form()
    hours = given.integer("hours", 0)
    draft = IpDraft(
        network=given.text("ip", ""),
        severity=given.text("severity", ""),
        comment=given.text("comment", "").strip(),
        expires_at=clock.now() + timedelta(hours=hours) if hours in LASTS and hours else None,
    )
    try:
        await ip_blocks.add(await by(), draft)
    except Invalid as error:
        return await _listing(draft, bad=error.public)
    return done_at(PATH, "blocked")


@blueprint.post(f"{PATH}/<block_id>/remove")
@staff_page(Permission.MANAGE_BLOCKS)
async def unblock(block_id: str) -> Response:
    """Take a block back."""
    await visitor.read_form()
    await ip_blocks.remove(await by(), read_id(block_id))
    return done_at(PATH, "unblocked")


async def _listing(draft: IpDraft, *, bad: str = "") -> Response:
    found = await store.page(Cursor(limit=SHOWN, max_id=request.args.get("before", type=int)))
    return await show_staff(
        "networks.html",
        title="Networks",
        notices=NOTICES,
        bad=bad,
        blocks=found,
        draft=draft,
        severities=SEVERITIES,
        lasts=LASTS,
        now=clock.now(),
        before=found[-1].id if len(found) == SHOWN else None,
    )
