"""`echoctl migrate`: bring the database to the schema of this release."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from echo.cli.common import Common, engines_for, load_config, say
from echo.schema import migrate, pending


async def migrate_command(
    *, check: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> int:
    """Apply the migrations that are missing.

    Parameters
    ----------
    check: Only say what is missing; exit status 1 when something is.
    """
    with engines_for(load_config(common), common.data) as config:
        names = await (pending(config) if check else migrate(config))
    done = "missing" if check else "applied"
    say(common, {done: names}, "\n".join(f"{done}: {name}" for name in names) or "nothing to do")
    return int(check and bool(names))
