"""Follows that ended because a server was blocked or somebody suspended, to keep as a list.

The path is Mastodon's: apps lead here from the notification.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec
from quart import Blueprint, Response, request

from echo.db import Row
from echo.errors import NotFound
from echo.http.access import page
from echo.http.reading import read_id
from echo.kinds import SeveranceKind
from echo.store import severances
from echo.store.cursor import Cursor
from echo.web.settings.frame import me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_severances", __name__)
PATH = "/severed_relationships"
SHOWN, MOST_ROWS = 40, 20_000
WORDS = {
    SeveranceKind.OWN_BLOCK: "You blocked the server",
    SeveranceKind.SERVER_BLOCK: "This server blocked",
    SeveranceKind.SUSPENSION: "Suspended here:",
}


@blueprint.get(PATH)
@page
@member(ANYBODY)
async def index() -> Response:
    """What ended, the last first."""
    before = request.args.get("before", type=int)
    rows = await severances.page(me().user_id, Cursor(limit=SHOWN, max_id=before))
    return await show_page(
        "settings/severances.html",
        "Follows that ended",
        rows=rows,
        words=WORDS,
        before=rows[-1]["id"] if len(rows) == SHOWN else None,
    )


@blueprint.get(f"{PATH}/<severance_id>/following.csv")
@page
@member(ANYBODY)
async def following(severance_id: str) -> Response:
    """Whom one followed, as every server can import it."""
    rows = [("Account address", "Show boosts", "Notify on new posts", "Languages")]
    for row in await _lost(severance_id, following=True):
        languages = msgspec.json.decode(row["languages"] or "null") or []
        rows.append(
            (row["handle"], _truth(row["boosts"]), _truth(row["notify"]), ", ".join(languages)),
        )
    return _csv(rows, "following.csv")


@blueprint.get(f"{PATH}/<severance_id>/followers.csv")
@page
@member(ANYBODY)
async def followers(severance_id: str) -> Response:
    """Who followed one."""
    rows = [("Account address",), *((row["handle"],) for row in await _lost(severance_id, following=False))]
    return _csv(rows, "followers.csv")


async def _lost(severance_id: str, *, following: bool) -> list[Row]:
    number = read_id(severance_id)
    if await severances.find(me().user_id, number) is None:
        raise NotFound
    return await severances.lost(me().user_id, number, following=following, after="", limit=MOST_ROWS)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _csv(rows: Sequence[Sequence[str]], name: str) -> Response:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return Response(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
