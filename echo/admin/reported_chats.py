"""What moderators see of chats: what is reported, and nothing else."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.errors import NotFound
from echo.http.access import account_id, needs
from echo.http.reading import read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import chat_message
from echo.store import chat_reads

blueprint = Blueprint("reported_chats", __name__)


@blueprint.get("/api/v1/echo/admin/reports/<report_id>/chat")
@needs("admin:read:reports", may=Permission.MANAGE_REPORTS)
async def show(report_id: str) -> Response:
    """What was reported, and what stands around it: for moderators, of reported chats alone."""
    rows = await chat_reads.reported_for_staff(read_id(report_id))
    if rows is None:
        raise NotFound
    return entity(await chat_message.many(account_id(), rows))
