"""`echoctl storage`: how much room everything takes, and making room."""

from __future__ import annotations

from dataclasses import asdict

from cyclopts import App

from echo.actions import machine, pruning
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Seconds
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import sizes, storage_report

app = App(name="storage", help="How much room everything takes, and making room.")


@app.command
async def report(*, common: Common = Common()) -> int:
    """Files and tables by kind, budgets, and what was cleared away.

    Exit status 1: clearing away is overdue, or the disk is full.
    """
    async with opened(common):
        found = await storage_report.make()
    budget = storage_report.readable(found.posts_budget_bytes) if found.posts_budget_bytes else "none"
    copies = storage_report.readable(found.copies_budget_bytes)
    lines = [
        f"disk: {storage_report.readable(found.free_bytes)} free",
        f"database: {storage_report.readable(found.database_bytes)}",
        f"posts of other servers: {found.remote_posts}, about"
        f" {storage_report.readable(found.remote_posts_bytes)}"
        f" of {budget}",
        f"copies of their files: {storage_report.readable(found.copies_bytes)} of {copies}",
        "",
        "files",
        table(_rows(found.files)),
        "",
        "tables",
        table(_rows(found.tables[:20])),
        "",
        "cleared away" + (": OVERDUE" if found.is_overdue else ""),
        table([dict(row) for row in found.prunings], empty="never yet"),
    ]
    say(common, asdict(found), "\n".join(lines))
    return int(found.is_overdue or found.is_full)


@app.command
async def prune(*, seconds: Seconds = 600.0, common: Common = Common()) -> int:
    """Clear away now what is over the budgets and of no use. Workers do the same, a little every ten minutes.

    Parameters
    ----------
    seconds: Longest time for each kind, in seconds.
    """
    async with opened(common):
        freed = await pruning.prune(seconds)
        told = {kind: asdict(done) for kind, done in freed.items()}
        await machine.note(Staff.shell(), Deed.STORAGE_PRUNE, details=told)
    rows = [
        {
            "kind": kind,
            "rows": done.rows,
            "freed": storage_report.readable(done.bytes),
            "failure": done.failure,
        }
        for kind, done in freed.items()
    ]
    say(common, {kind: asdict(done) for kind, done in freed.items()}, table(rows))
    return int(any(done.failure for done in freed.values()))


@app.command
async def compact(*, common: Common = Common()) -> None:
    """Make indexes anew, while the server is used: they grow slowly even when rows do not."""
    async with opened(common):
        freed = {name: await sizes.rebuild_indexes(name) for name in sizes.GAPPY_TABLES}
        await machine.note(Staff.shell(), Deed.STORAGE_COMPACT, details=freed)
    rows: list[dict[str, object]] = [
        {"table": name, "freed": storage_report.readable(max(size, 0))} for name, size in freed.items()
    ]
    say(common, freed, table(rows))


def _rows(sizes: list[storage_report.Size]) -> list[dict[str, object]]:
    return [
        {"name": size.name, "size": storage_report.readable(size.bytes), "rows": size.rows} for size in sizes
    ]
