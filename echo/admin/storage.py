"""How much room everything takes, and what was cleared away."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.http.access import needs
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import machine
from echo.store import storage_report

blueprint = Blueprint("storage_admin", __name__)


@blueprint.get("/api/v1/echo/admin/storage")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def report() -> Response:
    """Files and tables by kind with their budgets, and the last run of clearing away; measured when asked."""
    return entity(machine.storage(await storage_report.make()))
