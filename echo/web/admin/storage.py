"""How much room everything takes, and what was cleared away."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.policy.roles import Permission
from echo.store import storage_report
from echo.web.admin.staff_page import show_staff, staff_page

blueprint = Blueprint("storage_pages", __name__)
TABLES = 15
KINDS = {
    "strangers": "Posts of people whom nobody here follows",
    "followed": "Posts of people whom members follow",
    "deleted": "Posts that their servers deleted",
    "notifications": "Old notifications",
    "tombstones": "Memory of deleted posts",
    "held": "What policies held back",
    "cards": "Link previews",
    "hashtags": "Hashtags",
    "accounts": "Accounts of other servers",
    "remote_files": "Addresses of files, with their copies",
    "copies": "Copies over their budget",
}
FILES = {
    "uploads": "Uploaded files",
    "copies": "Copies of other servers' files",
    "previews": "Pictures of link previews",
    "portraits": "Avatars and headers",
}


@blueprint.get("/admin/storage")
@staff_page(Permission.VIEW_DEVOPS)
async def report() -> Response:
    """Budgets, files and tables, and the last run of clearing away."""
    return await show_staff(
        "storage.html",
        title="Storage",
        report=await storage_report.make(),
        readable=storage_report.readable,
        tables=TABLES,
        kinds=KINDS,
        files=FILES,
    )
