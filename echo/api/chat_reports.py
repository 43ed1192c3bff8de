"""Messages of chats are reported."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import chat_reports as actions
from echo.actions.reports import ReportDraft
from echo.api.chats import BASE, seat
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.exact import exact_params
from echo.http.families import count_for_account
from echo.http.replies import raw
from echo.kinds import ReportCategory
from echo.policy.viewer import Viewer
from echo.render import report
from echo.store import chats, reports

blueprint = Blueprint("chat_reports", __name__)


@blueprint.post(f"{BASE}/<chat_id>/report")
@needs("write:reports")
async def create(chat_id: str) -> Response:
    """Report the messages `seqs`, all of one person, with a `comment` and a `category`."""
    await count_for_account("reports")
    number, given = (await seat(chat_id)).chat.id, await exact_params()
    category = given.text("category", "other")
    if category not in list(ReportCategory):
        raise Invalid("Validation failed: Category is not included in the list")
    seqs = sorted(given.ids("seqs"))
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
