"""What waits for the workers, and what they gave up."""

from __future__ import annotations

from dataclasses import asdict

import msgspec
from quart import Blueprint, Response

from echo.actions import queued_jobs
from echo.http.access import needs, staff
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render.admin_machine import DeadJob, QueueDepth
from echo.render.times import iso
from echo.store import queues

blueprint = Blueprint("queues_admin", __name__)
_BASE = "/api/v1/echo/admin/queues"


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def depths() -> Response:
    """Every queue: what waits, what is due and for how long, what was given up."""
    return entity([QueueDepth(**asdict(one)) for one in await queues.depths()])


@blueprint.get(f"{_BASE}/dead")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def dead() -> Response:
    """Jobs that were given up, the newest first; on with `max_id`."""
    given = await params()
    rows = await queues.dead_jobs(
        before_id=given.id("max_id"), limit=given.integer("limit", minimum=1, maximum=queues.MOST_ROWS) or 50
    )
    return entity(
        [
            DeadJob(
                id=str(row["id"]),
                name=row["name"],
                arguments=msgspec.json.decode(row["arguments"], type=dict[str, object]),
                attempts=row["attempts"],
                last_error=row["last_error"],
                created_at=iso(row["created_at"]),
            )
            for row in rows
        ]
    )


@blueprint.post(f"{_BASE}/requeue")
@needs("admin:write", may=Permission.VIEW_DEVOPS)
async def requeue() -> Response:
    """Try jobs again that were given up: `job_ids`, or all of a `name`, or all."""
    given = await params()
    count = await queued_jobs.requeue(staff(), given.ids("job_ids"), given.text("name", ""))
    return entity({"count": count})


@blueprint.post(f"{_BASE}/drop")
@needs("admin:write", may=Permission.VIEW_DEVOPS)
async def drop() -> Response:
    """Delete jobs that were given up: `job_ids`, or all of a `name`."""
    given = await params()
    count = await queued_jobs.drop(staff(), given.ids("job_ids"), given.text("name", ""))
    return entity({"count": count})
