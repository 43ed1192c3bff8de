"""`echoctl federation relay`: servers that repeat what is public."""

from __future__ import annotations

from cyclopts import App

from echo import ports
from echo.actions import relays
from echo.cli.common import Common, opened, say, table
from echo.errors import Invalid
from echo.kinds import RelayStyle
from echo.models import Account
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
    if not address.startswith("https://") and not address.startswith("http://"):
        raise Invalid(f"{address} is no address")
    chosen = style or (RelayStyle.MASTODON if address.rstrip("/").endswith("/inbox") else RelayStyle.LITEPUB)
    async with opened(common):
        if chosen == RelayStyle.MASTODON:
            made = await relays.add(chosen, inbox=address)
        else:
            found = await ports.directory().account_by_iri(address)
            actor = None if found is None else await Account.get_or_none(id=found)
            if actor is None or not actor.inbox:
                raise Invalid(f"There is no actor at {address}")
            made = await relays.add(chosen, inbox=actor.inbox, actor_uri=actor.uri)
    say(common, {"id": made.id, "style": made.style}, f"asked, {made.style} style; `list` tells the answer")


@app.command
async def remove(address: str, *, common: Common = Common()) -> None:
    """Leave a relay.

    Parameters
    ----------
    address: Its inbox, its actor, or its number in the list.
    """
    async with opened(common):
        gone = await relays.remove(address)
    say(common, {"id": gone.id}, f"left {gone.inbox}")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """The relays, and whether they have answered."""
    async with opened(common):
        rows = [dict(row) for row in await relay_store.listing()]
    say(common, rows, table(rows, empty="none"))
