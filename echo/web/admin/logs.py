"""The last warnings and errors of all processes."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.policy.roles import Permission
from echo.store import recent_logs
from echo.web.admin.staff_page import show_staff, staff_page

blueprint = Blueprint("log_pages", __name__)


@blueprint.get("/admin/logs")
@staff_page(Permission.VIEW_DEVOPS)
async def listing() -> Response:
    """The newest first; only errors with `level=error`."""
    level = "error" if request.args.get("level") == "error" else ""
    entries = [one for one in await recent_logs.listing() if not level or one.level != "warning"]
    return await show_staff("logs.html", title="Logs", entries=entries, level=level, most=recent_logs.MOST)
