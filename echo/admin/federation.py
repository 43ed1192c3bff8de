"""What an operator's program asks: how other servers are, what waits for them, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quart import Blueprint, Response

from echo.actions import federation_queue
from echo.actions.federation_queue import Which
from echo.db import Row
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render.times import iso
from echo.store import host_pages, inbound

blueprint = Blueprint("federation_admin", __name__)
_BASE = "/api/v1/echo/admin/federation"
_LIMIT = 100


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def metrics() -> Response:
    """Counts by outcome, by reason and by state."""
    return entity(await host_pages.metrics())


@blueprint.get(f"{_BASE}/hosts")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def hosts() -> Response:
    """Other servers, the failing ones first; by name from `after` on."""
    given = await params()
    rows = await host_pages.listing(
        health=given.text("health", ""), after=given.text("after", ""), limit=_limit(given)
    )
    return entity([_host(row) for row in rows])


@blueprint.get(f"{_BASE}/hosts/<host>")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def host(host: str) -> Response:
    """One of them, with what waits for it by type."""
    row = await host_pages.find(host)
    if row is None:
        raise NotFound
    return entity(_host(row) | {"kinds_waiting": await host_pages.kinds_waiting(row["name"])})


@blueprint.get(f"{_BASE}/deliveries")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def deliveries() -> Response:
    """Deliveries, newest first."""
    given = await params()
    rows = await host_pages.delivery_listing(
        state=given.text("state", ""),
        host=given.text("host", ""),
        before_id=given.id("max_id"),
        limit=_limit(given),
    )
    return entity([_readable(row) for row in rows])


@blueprint.get(f"{_BASE}/inbound")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def received() -> Response:
    """Activities of others, newest first, without what they say."""
    given = await params()
    rows = await inbound.listing(
        reason=given.text("reason", ""), state=given.text("state", ""), limit=_limit(given)
    )
    return entity([_readable(row) for row in rows])


@blueprint.post(f"{_BASE}/retry")
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def retry() -> Response:
    """Try what waits now: one delivery, those of a host, or all."""
    return entity({"count": await federation_queue.retry(staff(), _which(await params()))})


@blueprint.post(f"{_BASE}/requeue")
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def requeue() -> Response:
    """Try again what was given up."""
    return entity({"count": await federation_queue.requeue(staff(), _which(await params()))})


@blueprint.post(f"{_BASE}/drop")
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def drop() -> Response:
    """Take away what waits or was given up."""
    return entity({"count": await federation_queue.drop(staff(), _which(await params()))})


@blueprint.post(f"{_BASE}/inbound/requeue")
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def process_again() -> Response:
    """Process dead activities of others again: one, or all."""
    chosen = (await params()).id("activity_id")
    return entity(
        {"count": await federation_queue.process_again(staff(), [] if chosen is None else [chosen])}
    )


def _which(given: Params) -> Which:
    return Which(given.id("delivery_id"), given.text("host", "").strip().lower())


def _limit(given: Params) -> int:
    return given.integer("limit", _LIMIT, minimum=1, maximum=host_pages.MOST_ROWS)


def _host(row: Row) -> dict[str, Any]:
    shown = _readable(row)
    queue = {state: shown.pop(name) for state, name in host_pages.QUEUE.items()}
    return {**shown, "queue": queue}


def _readable(row: Row) -> dict[str, Any]:
    """A row as JSON: times as everywhere in this API, ids as text."""
    shown = {
        name: iso(value) if isinstance(value, datetime) else value
        for name, value in dict(row).items()
        if name != "lease_owner"
    }
    return shown | ({"id": str(shown["id"])} if "id" in shown else {})
