"""`echoctl block-lists`: lists of servers that others block."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import block_list_changes, block_lists
from echo.actions.block_lists import ListDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Hours, Id
from echo.errors import NotFound
from echo.kinds import BlockSeverity
from echo.policy.block_lists import complaint
from echo.policy.roles import Staff
from echo.render.block_lists import as_csv
from echo.store import block_lists as store
from echo.store import server_blocks

app = App(name="block-lists", help="Lists of servers that others block.")
MOST = 50_000


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All lists, and how much each wants."""
    async with opened(common):
        rows = [dict(row) for row in await store.listing()]
    shown = ("id", "name", "url", "entries", "blocks", "waiting", "checked_at", "failure")
    say(common, rows, table([{name: row[name] for name in shown} for row in rows], empty="none"))


@app.command
async def subscribe(
    url: str,
    *,
    name: str = "",
    severity: BlockSeverity = BlockSeverity.SUSPEND,
    automatic: Annotated[bool, Parameter(negative="")] = False,
    keep: Annotated[bool, Parameter(negative="")] = False,
    hours: Hours = 24,
    common: Common = Common(),
) -> None:
    """Read a list from now on; a worker does it. What it wants waits for somebody.

    Parameters
    ----------
    url: Mastodon's CSV, or one domain in each line.
    severity: Where the list names none.
    automatic: Do at once what it wants.
    keep: Keep blocks that it brought and then drops.
    hours: Between two looks.
    """
    draft = ListDraft(
        name=name, url=url, severity=severity, automatic=automatic, retracts=not keep, interval_hours=hours
    )
    async with opened(common):
        made = await block_lists.subscribe(Staff.shell(), draft)
    say(common, {"id": made.id}, f"list {made.id}; a worker reads it in a moment")


@app.command(name="import")
async def import_(
    file: Path,
    *,
    name: str = "",
    severity: BlockSeverity = BlockSeverity.SUSPEND,
    apply: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Bring a list once, and see what it would change.

    Parameters
    ----------
    file: Mastodon's CSV, or one domain in each line.
    severity: Where the list names none.
    apply: Do all of it.
    """
    text = await asyncio.to_thread(file.read_text, encoding="utf-8", errors="replace")
    async with opened(common):
        draft = ListDraft(name=name or file.name, severity=severity)
        made, found = await block_lists.bring(Staff.shell(), draft, text)
        rows = await _wishes(made.id)
        if apply:
            await block_list_changes.apply_here(Staff.shell(), made.id)
    say(
        common,
        {"id": made.id, "entries": len(found.entries), "skipped": found.skipped, "changes": rows},
        f"list {made.id}: {len(found.entries)} servers, {complaint(found) or 'no line left out'}\n"
        + table(rows, empty="nothing to change"),
    )


@app.command
async def changes(list_id: Id, *, common: Common = Common()) -> None:
    """What a list wants to be otherwise, and how many follows of people here that would end."""
    async with opened(common):
        if await store.find(list_id) is None:
            raise NotFound
        rows = await _wishes(list_id)
    say(common, rows, table(rows, empty="nothing"))


@app.command
async def apply(list_id: Id, *, changes: tuple[Id, ...] = (), common: Common = Common()) -> None:
    """Do what a list wants.

    Parameters
    ----------
    changes: Only these, by their numbers; all when none is given.
    """
    async with opened(common):
        shell = Staff.shell()
        if changes:
            done = await block_list_changes.apply(shell, list_id, changes)
        else:
            done = await block_list_changes.apply_here(shell, list_id)
    document = {"added": done.added, "changed": done.changed, "removed": done.removed}
    say(common, document, f"{done.added} blocked, {done.changed} changed, {done.removed} taken back")


@app.command
async def dismiss(list_id: Id, *changes: Id, common: Common = Common()) -> None:
    """Leave blocks as they are until the list wants something else of them."""
    async with opened(common):
        count = await block_lists.dismiss(Staff.shell(), list_id, changes)
    say(common, {"count": count}, f"{count} left as they are")


@app.command
async def read(list_id: Id, *, common: Common = Common()) -> None:
    """Read a list now; a worker does it."""
    async with opened(common):
        await block_lists.read_again(Staff.shell(), list_id)
    say(common, {"id": list_id}, "a worker reads it in a moment")


@app.command
async def remove(
    list_id: Id,
    *,
    with_blocks: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Read a list no more.

    Parameters
    ----------
    with_blocks: Take back the blocks that it brought; else they stay as ours.
    """
    async with opened(common):
        count = await block_lists.remove(Staff.shell(), list_id, with_blocks=with_blocks)
    say(common, {"count": count}, f"gone, {count} blocks taken back")


@app.command
async def export(*, common: Common = Common()) -> None:
    """The blocks of this server as Mastodon's CSV."""
    async with opened(common):
        text = as_csv(await server_blocks.listing())
    say(common, {"csv": text}, text.rstrip("\n"))


async def _wishes(list_id: int) -> list[dict[str, object]]:
    waiting = await store.changes(list_id, limit=MOST)
    lost = await store.follows_lost(
        [
            wish.domain
            for wish in waiting
            if wish.severity == BlockSeverity.SUSPEND and wish.action != "remove"
        ]
    )
    return [
        {
            "id": wish.id,
            "domain": wish.domain,
            "action": wish.action,
            "severity": wish.severity,
            "follows_lost": lost.get(wish.domain, 0),
        }
        for wish in waiting
    ]
