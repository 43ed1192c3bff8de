"""`echoctl federation`: what goes to other servers and comes from them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import server_blocks
from echo.cli.common import Common, opened, say, table
from echo.kinds import BlockSeverity
from echo.store import deliveries as delivery_store
from echo.store import hosts as host_store
from echo.store import inbound as inbound_store
from echo.store import server_blocks as block_store

app = App(name="federation", help="What goes to other servers and comes from them.")


@app.command
async def deliveries(
    *,
    state: str = "",
    host: str = "",
    limit: int = 100,
    requeue: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Deliveries, newest first.

    Parameters
    ----------
    state: pending, done or dead.
    host: Only to this host.
    limit: Most rows.
    requeue: Try the dead ones again (those to `host`, when given).
    """
    async with opened(common):
        if requeue:
            revived = await delivery_store.requeue(host=host)
            say(common, {"requeued": revived}, f"{revived} deliveries are tried again")
            return
        rows = [dict(row) for row in await delivery_store.listing(state=state, host=host, limit=limit)]
    say(
        common,
        rows,
        table(_columns(rows, "id", "kind", "inbox", "state", "attempts", "last_status", "last_error")),
    )


@app.command
async def hosts(*, health: str = "", limit: int = 100, common: Common = Common()) -> None:
    """Other servers and how they are.

    Parameters
    ----------
    health: closed (fine), open (failing) or dead.
    limit: Most rows.
    """
    async with opened(common):
        rows = [dict(row) for row in await host_store.listing(health=health, limit=limit)]
    say(
        common,
        rows,
        table(_columns(rows, "name", "health", "failures", "waiting", "last_ok_at", "last_error")),
    )


@app.command
async def inbound(
    *,
    reason: Annotated[str | None, Parameter(show_default=False)] = None,
    state: str = "",
    host: str = "",
    limit: int = 100,
    requeue: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Activities that came in, newest first. Those without effect keep the reason.

    Parameters
    ----------
    reason: Only those ignored for this reason; "all" counts them by reason, and says from where.
    state: pending, done, ignored or dead.
    host: Only from this host.
    limit: Most rows.
    requeue: Process the dead ones again.
    """
    async with opened(common):
        if requeue:
            revived = await inbound_store.requeue()
            say(common, {"requeued": revived}, f"{revived} activities are processed again")
            return
        if reason == "all":
            rows = [dict(row) for row in await inbound_store.reasons(host=host)]
            say(common, rows, table(rows))
            return
        found = await inbound_store.listing(reason=reason or "", state=state, host=host, limit=limit)
        rows = [dict(row) for row in found]
    say(
        common,
        rows,
        table(_columns(rows, "id", "kind", "actor_uri", "state", "reason", "attempts", "last_error")),
    )


@app.command
async def block(
    domain: str,
    *,
    severity: BlockSeverity = BlockSeverity.SUSPEND,
    reason: str = "",
    note: str = "",
    obfuscate: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Block a server with its subdomains.

    Parameters
    ----------
    severity: suspend (nothing to do with it) or silence (not in public timelines).
    reason: Why; it may be published.
    note: For those who run this server.
    obfuscate: Publish the name with stars in it.
    """
    async with opened(common):
        concerned = await server_blocks.block(domain, severity, reason=reason, note=note, obfuscate=obfuscate)
    say(common, {"domain": domain, "accounts": concerned}, f"blocked, {concerned} accounts known here")


@app.command
async def unblock(domain: str, *, common: Common = Common()) -> None:
    """Take a block back."""
    async with opened(common):
        concerned = await server_blocks.unblock(domain)
    say(common, {"domain": domain, "accounts": concerned}, f"not blocked, {concerned} accounts known here")


@app.command
async def blocks(*, common: Common = Common()) -> None:
    """The servers that are blocked."""
    async with opened(common):
        rows = [dict(row) for row in await block_store.listing()]
    say(common, rows, table(rows, empty="none"))


def _columns(rows: list[dict[str, object]], *names: str) -> list[dict[str, object]]:
    return [{name: row.get(name) for name in names} for row in rows]
