"""`echoctl migrate`: bring the database to the schema of this release."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from echo import schema
from echo.backup import records
from echo.cli.backup import tell
from echo.cli.common import Common, engines_for, load_config, say


async def migrate_command(
    *,
    check: Annotated[bool, Parameter(negative="")] = False,
    make: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> int:
    """Apply the migrations that are missing.

    Parameters
    ----------
    check: Only say what is missing; exit status 1 when something is.
    make: Write the migrations that changed models need, and apply nothing; for developers.
    """
    if make:
        written = await schema.make(load_config(common))
        say(common, {"written": written}, "\n".join(written) or "the models have not changed")
        return 0
    plain = load_config(common)
    with engines_for(plain, common.data) as config:
        if not check:
            await records.save_first(config, plain, common.data, tell)
        names = await (schema.pending(config) if check else schema.migrate(config))
    if not check:
        records.release_serves(common.data)
    done = "missing" if check else "applied"
    say(common, {done: names}, "\n".join(f"{done}: {name}" for name in names) or "nothing to do")
    return int(check and bool(names))
