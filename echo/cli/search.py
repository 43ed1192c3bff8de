"""`echoctl search`: the index that posts and people are found by."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

from cyclopts import App, Parameter

from echo import ports
from echo.cli.common import Common, opened, say, table
from echo.search import filling

app = App(name="search", help="The index that posts and people are found by.")


@app.command
async def status(*, common: Common = Common()) -> None:
    """How much the index holds, and how far it is filled with what was there before it."""
    async with opened(common) as runtime:
        kept = await ports.search_index().count()
        progress = [await filling.progress(kind) for kind in filling.KINDS]
    rows: list[dict[str, object]] = [
        {"kind": one.kind, "looked at": one.done, "finished": "yes" if one.is_finished else "no"}
        for one in progress
    ]
    engine = runtime.config.search.engine
    document = {"engine": engine, "posts": kept, "filled": [asdict(one) for one in progress]}
    say(common, document, f"{engine}: {kept} posts\n{table(rows)}")


@app.command
async def rebuild(
    *, again: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Put every post and every account into the index. A rebuild that was broken off goes on where it was.

    Parameters
    ----------
    again: Begin from the newest, even if a rebuild was broken off.
    """
    async with opened(common):
        progress = [await filling.progress(kind) for kind in filling.KINDS]
        if again or all(one.is_finished for one in progress):
            await filling.begin_again()
        done = {}
        for kind in filling.KINDS:
            step = await filling.step(kind)
            while not step.is_finished:
                sys.stderr.write(f"{kind}: {step.done}\n")
                step = await filling.step(kind)
            done[kind] = step.done
        kept = await ports.search_index().count()
    looked_at = ", ".join(f"{count} {kind}" for kind, count in done.items())
    say(common, {"looked_at": done, "posts": kept}, f"Looked at {looked_at}; {kept} posts can be found")
