"""What waits for the workers, and what they gave up."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import queued_jobs
from echo.errors import NotFound
from echo.ids import parse_id
from echo.policy.roles import Permission
from echo.store import jobs, queues
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("queue_pages", __name__)
PATH = "/admin/queues"
ROWS = 50
NOTICES = {"requeued": "The jobs are tried again.", "dropped": "The jobs are gone."}
WORDS = {
    "jobs": "Quick jobs",
    "slow_jobs": "Files that are made ready",
    "outside_jobs": "Jobs that ask others",
    "deliveries": "Deliveries to other servers",
    "inbound": "Activities from other servers",
}


@blueprint.get(PATH)
@staff_page(Permission.VIEW_DEVOPS)
async def listing() -> Response:
    """Every queue, jobs by name, and the dead ones."""
    rows = await queues.dead_jobs(before_id=parse_id(request.args.get("max_id", "")), limit=ROWS)
    return await show_staff(
        "queues.html",
        title="Queues",
        notices=NOTICES,
        depths=await queues.depths(),
        words=WORDS,
        names=await jobs.summary(),
        dead=rows,
        more=str(rows[-1]["id"]) if len(rows) == ROWS else "",
    )


@blueprint.post(PATH)
@staff_page(Permission.VIEW_DEVOPS)
async def change() -> Response:
    """Try dead jobs again or delete them: one, or all of a name."""
    given = await visitor.read_form()
    job_id, name = given.id("job_id"), given.text("name", "")[:64]
    chosen = [] if job_id is None else [job_id]
    if not chosen and not name:
        raise NotFound
    if given.text("do", "") == "drop":
        await queued_jobs.drop(await by(), chosen, name)
        return done_at(PATH, "dropped")
    await queued_jobs.requeue(await by(), chosen, name)
    return done_at(PATH, "requeued")
