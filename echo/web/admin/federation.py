"""For those who run this server: how other servers are, and what waits for them."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import federation_queue
from echo.actions.federation_queue import Which
from echo.errors import NotFound
from echo.kinds import HostHealth
from echo.policy.roles import Permission
from echo.store import host_pages
from echo.web import visitor
from echo.web.admin.staff_page import by, show_staff, staff_page

blueprint = Blueprint("federation_pages", __name__)
PATH = "/admin/federation"
HOSTS, DELIVERIES = 100, 50
HEALTH = {
    HostHealth.CLOSED: "well",
    HostHealth.OPEN: "failing",
    HostHealth.DEAD: "dead",
    HostHealth.GONE: "gone",
}
_DO = {
    "retry": (federation_queue.retry, "What waits is tried now: {}."),
    "requeue": (federation_queue.requeue, "What was given up is tried again: {}."),
    "drop": (federation_queue.drop, "Dropped: {}."),
}


@blueprint.get(PATH)
@staff_page(Permission.VIEW_DEVOPS)
async def overview() -> Response:
    """Counts, and the servers, the failing ones first."""
    health, after = request.args.get("health", ""), request.args.get("after", "")[:255]
    rows = await host_pages.listing(health=health, after=after, limit=HOSTS)
    return await show_staff(
        "hosts.html",
        title="Other servers",
        hosts=rows,
        counts=await host_pages.metrics(),
        words=HEALTH,
        health=health,
        next_after=max((row["name"] for row in rows), default="") if len(rows) == HOSTS else "",
    )


@blueprint.get(f"{PATH}/<host>")
@staff_page(Permission.VIEW_DEVOPS)
async def one(host: str) -> Response:
    """One server with its queue."""
    return await _one(host)


@blueprint.post(f"{PATH}/<host>")
@staff_page(Permission.MANAGE_FEDERATION)
async def change(host: str) -> Response:
    """Try, try again or drop what is for a server."""
    given = await visitor.read_form()
    found = await host_pages.find(host)
    chosen = _DO.get(given.text("do", ""))
    if found is None or chosen is None:
        raise NotFound
    act, said = chosen
    return await _one(host, notice=said.format(await act(await by(), Which(host=found["name"]))))


async def _one(host: str, *, notice: str = "") -> Response:
    found = await host_pages.find(host)
    if found is None:
        raise NotFound
    return await show_staff(
        "host.html",
        title=found["name"],
        host=found,
        kinds=await host_pages.kinds_waiting(found["name"]),
        deliveries=await host_pages.delivery_listing(host=found["name"], limit=DELIVERIES),
        words=HEALTH,
        said=notice,
    )
