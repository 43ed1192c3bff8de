"""`echoctl config`: the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from echo.cli.common import Common, load_config, say
from echo.config.write import render

app = App(name="config", help="The configuration.")


@app.command
def check(*, common: Common = Common()) -> None:
    """Read the configuration and say whether it can be used. Unknown keys are errors."""
    config = load_config(common)
    document = msgspec.to_builtins(config)
    document["database"]["url"] = "set" if config.database.url else ""
    document["redis"]["url"] = "set" if config.redis.url else ""
    document["mail"]["password"] = "set" if config.mail.password else ""
    say(
        common,
        {"ok": True, "config": document},
        f"The configuration is fine; the address is {config.base_url}.",
    )


@app.command
def write(
    path: Path = Path("config.toml"), /, *, check: Annotated[bool, Parameter(negative="")] = False
) -> int:
    """Write a configuration file with every key, its meaning and default.

    Parameters
    ----------
    path: Where to.
    check: Write nothing; exit status 1 when the file is not what would be written.
    """
    if check:
        return int(not path.is_file() or path.read_text(encoding="utf-8") != render())
    path.write_text(render(), encoding="utf-8")
    return 0
