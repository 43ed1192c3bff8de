"""`echoctl reports`: what was reported to the moderators."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import report_work, staff_notes
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.db import Row
from echo.errors import NotFound
from echo.policy.roles import Staff
from echo.store import reports as store

app = App(name="reports", help="What was reported to the moderators.")


@app.command(name="list")
async def list_(
    *,
    resolved: Annotated[bool, Parameter(negative="")] = False,
    limit: Limit = 100,
    common: Common = Common(),
) -> None:
    """Reports that wait, newest first.

    Parameters
    ----------
    resolved: Those that are done instead.
    limit: Most rows.
    """
    async with opened(common):
        rows = [_short(row) for row in await store.listing(resolved=resolved, limit=limit)]
    say(common, rows, table(rows, empty="no reports"))


@app.command
async def show(report_id: Id, *, common: Common = Common()) -> None:
    """One report with all that it names."""
    async with opened(common):
        row = (await store.rows([report_id])).get(report_id)
        if row is None:
            raise NotFound(f"There is no report {report_id}")
        document = _short(row) | {
            "comment": row["comment"],
            "posts": await store.uris(json.loads(row["post_ids"])),
            "rules": json.loads(row["rule_ids"]),
            "collections": json.loads(row["collection_ids"]),
            "forwarded_to": json.loads(row["forward_hosts"]),
            "resolved_at": row["resolved_at"],
        }
    say(common, document, "\n".join(f"{name.ljust(12)}  {value}" for name, value in document.items()))


@app.command
async def resolve(
    report_id: Id, *, undo: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Say that a report is dealt with.

    Parameters
    ----------
    undo: It is to be looked at again.
    """
    async with opened(common):
        await (report_work.reopen if undo else report_work.resolve)(Staff.shell(), report_id)
    say(common, {"id": report_id, "resolved": not undo}, "done")


@app.command
async def note(report_id: Id, text: str, *, common: Common = Common()) -> None:
    """Write something down about a report, for other moderators."""
    async with opened(common):
        await staff_notes.about_report(Staff.shell(), report_id, text)
    say(common, {"id": report_id, "note": text}, "noted")


def _short(row: Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "category": row["category"],
        "about": _handle(row["target_username"], row["target_domain"]),
        "by": _handle(row["reporter_username"], row["reporter_domain"]),
        "comment": row["comment"],
    }


def _handle(username: str, domain: str) -> str:
    return f"{username}@{domain}" if domain else username
