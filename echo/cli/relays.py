"""`echoctl federation relay`: servers that repeat what is public."""

from __future__ import annotations

from cyclopts import App

from echo.actions import relays
from echo.cli.common import Common, opened, say, table
from echo.kinds import RelayStyle
from echo.policy.roles import Staff
from echo.store import relays as relay_store

app = App(name="relay", help="Relays: they repeat what is public here, and bring what is public elsewhere.")


@app.command
async def add(address: str, *, style: RelayStyle | None = None, common: Common = Common()) -> None:
    """Subscribe to a relay.

    Parameters
    ----------
    address: Its inbox (https://relay.example/inbox), or its actor (https://relay.example/actor).
    style: mastodon (by its inbox) or litepub (by its actor); when not given, told by the address.
    """
    async with opened(common):
        made = await relays.subscribe(Staff.shell(), address, style)
    say(common, {"id": made.id, "style": made.style}, f"asked, {made.style} style; `list` tells the answer")


@app.command
async def remove(address: str, *, common: Common = Common()) -> None:
    """Leave a relay.

    Parameters
    ----------
    address: Its inbox, its actor, or its number in the list.
    """
    async with opened(common):
        gone = await relays.remove(Staff.shell(), address)
    say(common, {"id": gone.id}, f"left {gone.inbox}")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """The relays, and whether they have answered."""
    async with opened(common):
        rows = [dict(row) for row in await relay_store.listing()]
    say(common, rows, table(rows, empty="none"))
