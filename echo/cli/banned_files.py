"""`echoctl banned-files`: files that nobody may show here."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from echo.actions import banning
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Count, Id
from echo.policy.roles import Staff
from echo.store import banned_files

app = App(name="banned-files", help="Files that nobody may show here.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All of them, the newest first."""
    async with opened(common):
        rows = [dict(row) for row in await banned_files.every()]
    say(common, rows, table(rows, empty="no file is banned"))


@app.command
async def add(
    *digests: str,
    file: Path | None = None,
    distance: Count = banning.DISTANCE,
    note: str = "",
    common: Common = Common(),
) -> None:
    """Ban files by SHA-256 (64 digits) or by how they look (16 digits).

    Parameters
    ----------
    file: One digest a line.
    distance: Bits in which pictures may differ in their look.
    note: Why.
    """
    wanted = [*digests, *_listed(file)]
    async with opened(common):
        count = await banning.ban(Staff.shell(), wanted, distance=distance, note=note)
    say(common, {"count": count}, f"{count} banned")


@app.command
async def post(post_id: Id, *, note: str = "", common: Common = Common()) -> None:
    """Ban every file of a post, and take them off it."""
    async with opened(common):
        count = await banning.ban_files_of_post(Staff.shell(), post_id, note=note)
    say(common, {"count": count}, f"{count} files banned")


@app.command
async def account(account_id: Id, *, note: str = "", common: Common = Common()) -> None:
    """Ban the avatar and the header of an account, and take them off it."""
    async with opened(common):
        count = await banning.ban_pictures_of_account(Staff.shell(), account_id, note=note)
    say(common, {"count": count}, f"{count} files banned")


@app.command
async def remove(ban_id: Id, *, common: Common = Common()) -> None:
    """Allow a file again."""
    async with opened(common):
        await banning.unban(Staff.shell(), ban_id)
    say(common, {"id": ban_id}, "done")


def _listed(file: Path | None) -> list[str]:
    return [] if file is None else file.read_text(encoding="utf-8").split()
