"""Messages of chats that are reported, and what moderators see of them."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import chat_reports as actions
from echo.actions.reports import ReportDraft
from echo.api.chats import BASE, seat
from echo.api.reading import params, read_id
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, current, needs
from echo.http.families import count_for_account
from echo.http.replies import entity, raw
from echo.kinds import ReportCategory
from echo.policy.staff import require_staff
from echo.policy.viewer import Viewer
from echo.render import chat_message, report
from echo.store import chat_reads, chats, reports

blueprint = Blueprint("chat_reports", __name__)


@blueprint.post(f"{BASE}/<chat_id>/report")
@needs("write:reports")
async def create(chat_id: str) -> Response:
    """Report the messages `seqs`, all of one person, with a `comment` and a `category`."""
    await count_for_account("reports")
    number, given = (await seat(chat_id)).chat.id, await params()
    category = given.text("category", "other")
    if category not in list(ReportCategory):
        raise Invalid("Validation failed: Category is not included in the list")
    seqs = sorted({read_id(text.strip()) for text in given.list("seqs")})
    if not seqs:
        raise Invalid("`seqs` parameter is missing")
    _, first = await chats.message(Viewer(account_id()), number, seqs[0])
    draft = ReportDraft(
        target_id=first.author_id,
        comment=given.text("comment", ""),
        category=ReportCategory(category),
    )
    made = await actions.report(account_id(), number, seqs, draft)
    rendered = await report.by_id(list((await reports.rows([made.id])).values()))
    return raw(rendered[made.id])


@blueprint.get("/api/v1/echo/admin/reports/<report_id>/chat")
@needs("admin:read:reports")
async def show(report_id: str) -> Response:
    """What was reported, and what stands around it: for moderators, of reported chats alone."""
    require_staff(current().role)
    found = await chats.reported(read_id(report_id))
    if found is None:
        raise NotFound
    rows = await chat_reads.messages_at(*found)
    return entity(await chat_message.many(account_id(), rows))
