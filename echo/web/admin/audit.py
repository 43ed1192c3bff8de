"""What was done with the rights of roles, and by whom."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response, request

from echo.ids import parse_id
from echo.policy.deeds import Deed
from echo.policy.roles import Permission
from echo.store import audit
from echo.web.admin.staff_page import show_staff, staff_page

blueprint = Blueprint("audit_pages", __name__)
PATH = "/admin/audit"
ROWS = 50


@blueprint.get(PATH)
@staff_page(Permission.VIEW_AUDIT_LOG)
async def listing() -> Response:
    """The newest first, chosen by deed, name, address and whether it was refused."""
    asked = {
        name: request.args.get(name, "").strip()[:200] for name in ("deed", "q", "ip", "refused", "max_id")
    }
    rows = await audit.page(
        deed=asked["deed"],
        text=asked["q"],
        address=asked["ip"],
        refused=True if asked["refused"] else None,
        before_id=parse_id(asked["max_id"]),
        limit=ROWS,
    )
    entries = [(row, msgspec.json.decode(row["details"], type=dict[str, object])) for row in rows]
    return await show_staff(
        "audit.html",
        title="Audit log",
        entries=entries,
        asked=asked,
        nouns=sorted({deed.value.partition(".")[0] + "." for deed in Deed}),
        more=str(rows[-1]["id"]) if len(rows) == ROWS else "",
    )
