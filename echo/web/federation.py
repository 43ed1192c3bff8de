"""For those who run this server: how other servers are, and what waits for them."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import federation_queue
from echo.actions.federation_queue import Which
from echo.errors import NotFound
from echo.http.access import page
from echo.kinds import HostHealth
from echo.policy.staff import is_admin
from echo.policy.standing import Login, Standing
from echo.store import host_pages
from echo.web import visitor
from echo.web.page import Meta, show

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
@page
async def overview() -> Response:
    """Counts, and the servers, the failing ones first."""
    if await _operator() is None:
        return visitor.to_login(PATH)
    health, after = request.args.get("health", ""), request.args.get("after", "")[:255]
    rows = await host_pages.listing(health=health, after=after, limit=HOSTS)
    return await show(
        "federation.html",
        meta=Meta(title="Other servers"),
        hosts=rows,
        counts=await host_pages.metrics(),
        words=HEALTH,
        health=health,
        next_after=max((row["name"] for row in rows), default="") if len(rows) == HOSTS else "",
    )


@blueprint.get(f"{PATH}/<host>")
@page
async def one(host: str) -> Response:
    """One server with its queue."""
    if await _operator() is None:
        return visitor.to_login(f"{PATH}/{host}")
    return await _one(host)


@blueprint.post(f"{PATH}/<host>")
@page
async def change(host: str) -> Response:
    """Try, try again or drop what is for a server."""
    given = await visitor.read_form()
    if await _operator() is None:
        return visitor.to_login(f"{PATH}/{host}")
    found = await host_pages.find(host)
    chosen = _DO.get(given.text("do", ""))
    if found is None or chosen is None:
        raise NotFound
    act, said = chosen
    return await _one(host, notice=said.format(await act(Which(host=found["name"]))))


async def _one(host: str, *, notice: str = "") -> Response:
    found = await host_pages.find(host)
    if found is None:
        raise NotFound
    return await show(
        "federation_host.html",
        meta=Meta(title=found["name"]),
        host=found,
        kinds=await host_pages.kinds_waiting(found["name"]),
        deliveries=await host_pages.delivery_listing(host=found["name"], limit=DELIVERIES),
        words=HEALTH,
        notice=notice,
    )


async def _operator() -> Login | None:
    """Who is logged in, if they run this server. Raises NotFound for everybody else who is logged in."""
    person = await visitor.login()
    if person is not None and (person.standing is not Standing.ACTIVE or not is_admin(person.role)):
        raise NotFound
    return person
