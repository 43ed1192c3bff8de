"""`echoctl federation`: what goes to other servers and comes from them."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import federation_queue, server_allows, server_blocks
from echo.actions.federation_queue import Which
from echo.actions.server_blocks import BlockDraft
from echo.cli import relays
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.errors import NotFound
from echo.kinds import BlockSeverity, DeliveryState, HostHealth, InboundState
from echo.policy.roles import Staff
from echo.store import host_pages
from echo.store import inbound as inbound_store
from echo.store import server_allows as allow_store
from echo.store import server_blocks as block_store

app = App(name="federation", help="What goes to other servers and comes from them.")
app.command(relays.app)


@app.command
async def deliveries(
    *,
    state: DeliveryState | None = None,
    host: str = "",
    limit: Limit = 100,
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
            revived = await federation_queue.requeue(Staff.shell(), Which(host=host.lower()))
            say(common, {"requeued": revived}, f"{revived} deliveries are tried again")
            return
        found = await host_pages.delivery_listing(state=state or "", host=host.lower(), limit=limit)
        rows = [dict(row) for row in found]
    say(
        common,
        rows,
        table(_columns(rows, "id", "kind", "inbox", "state", "attempts", "last_status", "last_error")),
    )


@app.command
async def hosts(*, health: HostHealth | None = None, limit: Limit = 100, common: Common = Common()) -> None:
    """Other servers and how they are.

    Parameters
    ----------
    health: closed (fine), open (failing), dead (failing for a week) or gone.
    limit: Most rows.
    """
    async with opened(common):
        rows = [dict(row) for row in await host_pages.listing(health=health or "", limit=limit)]
    shown = (
        "name",
        "health",
        "failures",
        "waiting",
        "dead",
        "oldest_at",
        "last_ok_at",
        "software",
        "last_error",
    )
    say(common, rows, table(_columns(rows, *shown)))


@app.command
async def host(name: str, *, common: Common = Common()) -> None:
    """All that is known of another server.

    Parameters
    ----------
    name: The host of its inboxes, with the port where there is one.
    """
    async with opened(common):
        found = await host_pages.find(name)
        if found is None:
            raise NotFound(f"{name} is not known")
        row = dict(found) | {"kinds_waiting": await host_pages.kinds_waiting(found["name"])}
    say(
        common, row, "\n".join(f"{key}: {value}" for key, value in row.items() if value not in (None, "", {}))
    )


@app.command
async def metrics(*, common: Common = Common()) -> None:
    """Counts: by outcome, by reason, by state of hosts."""
    async with opened(common):
        found = await host_pages.metrics()
    lines = [f"{name}: {json.dumps(value, default=str)}" for name, value in found.items()]
    say(common, found, "\n".join(lines))


@app.command
async def retry(*, host: str = "", delivery: Id | None = None, common: Common = Common()) -> None:
    """Try what waits now, whatever is known of its host.

    Parameters
    ----------
    host: Only what waits for this host.
    delivery: Only this one.
    """
    async with opened(common):
        due = await federation_queue.retry(Staff.shell(), Which(delivery, host.lower()))
    say(common, {"retried": due}, f"{due} deliveries are tried now")


@app.command
async def requeue(*, host: str = "", delivery: Id | None = None, common: Common = Common()) -> None:
    """Try again what was given up.

    Parameters
    ----------
    host: Only what was for this host.
    delivery: Only this one.
    """
    async with opened(common):
        revived = await federation_queue.requeue(Staff.shell(), Which(delivery, host.lower()))
    say(common, {"requeued": revived}, f"{revived} deliveries are tried again")


@app.command
async def drop(*, host: str = "", delivery: Id | None = None, common: Common = Common()) -> None:
    """Take away what waits or was given up, for good.

    Parameters
    ----------
    host: All that is for this host.
    delivery: Only this one.
    """
    async with opened(common):
        dropped = await federation_queue.drop(Staff.shell(), Which(delivery, host.lower()))
    say(common, {"dropped": dropped}, f"{dropped} deliveries are dropped")


@app.command
async def inbound(
    *,
    reason: Annotated[str | None, Parameter(show_default=False)] = None,
    state: InboundState | None = None,
    host: str = "",
    limit: Limit = 100,
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
            revived = await federation_queue.process_again(Staff.shell(), [])
            say(common, {"requeued": revived}, f"{revived} activities are processed again")
            return
        if reason == "all":
            rows = [dict(row) for row in await inbound_store.reasons(host=host.lower())]
            say(common, rows, table(rows))
            return
        found = await inbound_store.listing(
            reason=reason or "", state=state or "", host=host.lower(), limit=limit
        )
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
    reject_media: Annotated[bool, Parameter(negative="")] = False,
    reject_reports: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Block a server with its subdomains, or change a block.

    Parameters
    ----------
    severity: suspend (nothing to do with it), silence (not in public timelines) or noop (neither).
    reason: Why; it may be published.
    note: For those who run this server.
    obfuscate: Publish the name with stars in it.
    reject_media: Fetch none of its files, and throw away those that are here.
    reject_reports: Do not look at what it reports.
    """
    draft = BlockDraft(
        domain=domain,
        severity=severity,
        reject_media=reject_media,
        reject_reports=reject_reports,
        reason=reason,
        note=note,
        obfuscate=obfuscate,
    )
    async with opened(common):
        concerned = await server_blocks.block(Staff.shell(), draft)
    say(common, {"domain": domain, "accounts": concerned}, f"blocked, {concerned} accounts known here")


@app.command
async def unblock(domain: str, *, common: Common = Common()) -> None:
    """Take a block back."""
    async with opened(common):
        concerned = await server_blocks.unblock(Staff.shell(), domain)
    say(common, {"domain": domain, "accounts": concerned}, f"not blocked, {concerned} accounts known here")


@app.command
async def blocks(*, common: Common = Common()) -> None:
    """The servers that are blocked."""
    async with opened(common):
        rows = [dict(row) for row in await block_store.listing()]
    say(common, rows, table(rows, empty="none"))


@app.command
async def allow(domain: str, *, common: Common = Common()) -> None:
    """Allow a server, without its subdomains. It counts with federation.only_allowed."""
    async with opened(common):
        _, is_new = await server_allows.allow(Staff.shell(), domain)
    say(common, {"domain": domain, "new": is_new}, "allowed" if is_new else "was allowed already")


@app.command
async def disallow(domain: str, *, common: Common = Common()) -> None:
    """Take that back. What is known of the server stays; `block` hides it."""
    async with opened(common):
        await server_allows.disallow(Staff.shell(), domain)
    say(common, {"domain": domain}, "not allowed any more")


@app.command
async def allowed(*, common: Common = Common()) -> None:
    """The servers that are allowed."""
    async with opened(common):
        rows = [dict(row) for row in await allow_store.listing()]
    say(common, rows, table(rows, empty="none"))


def _columns(rows: list[dict[str, object]], *names: str) -> list[dict[str, object]]:
    return [{name: row.get(name) for name in names} for row in rows]
