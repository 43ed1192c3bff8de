"""`echoctl held`: what policies hold back until somebody decides."""

from __future__ import annotations

from typing import Literal

import msgspec
from cyclopts import App

from echo.actions import held as actions
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.policy.roles import Staff
from echo.render import policy as render
from echo.store import policies

app = App(name="held", help="What policies hold back until somebody decides.")


@app.command(name="list")
async def list_(
    *,
    state: Literal["waiting", "accepted", "rejected"] = "waiting",
    limit: Limit = 100,
    common: Common = Common(),
) -> None:
    """What waits, newest first.

    Parameters
    ----------
    state: waiting, accepted or rejected.
    limit: Most rows.
    """
    async with opened(common):
        rows = render.held(await policies.held_page(state=state, below_id=None, limit=limit))
    short: list[dict[str, object]] = [
        {
            "id": row.id,
            "kind": row.kind,
            "author": row.acct,
            "by": f"{row.policy}: {row.found}",
            "text": row.text[:80].replace("\n", " "),
        }
        for row in rows
    ]
    say(common, msgspec.to_builtins(rows), table(short, empty="nothing is held"))


@app.command
async def accept(*held_ids: Id, common: Common = Common()) -> None:
    """Let things through."""
    async with opened(common):
        count = await actions.decide(Staff.shell(), held_ids, is_accepted=True)
    say(common, {"count": count}, f"{count} let through")


@app.command
async def reject(*held_ids: Id, common: Common = Common()) -> None:
    """Do not take things. A post of somebody here is read by them alone from then on."""
    async with opened(common):
        count = await actions.decide(Staff.shell(), held_ids, is_accepted=False)
    say(common, {"count": count}, f"{count} rejected")
