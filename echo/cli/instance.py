"""`echoctl instance`, `echoctl reset`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from echo import __version__, cache
from echo.actions import machine, server_actor
from echo.cli.common import Common, opened, say
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import emptying, instance

app = App(name="instance", help="This server as a whole.")


@app.command
async def show(*, common: Common = Common()) -> None:
    """What this server is and how much it holds."""
    async with opened(common) as runtime:
        usage = await instance.usage()
        document = {
            "domain": runtime.config.instance.domain,
            "base_url": runtime.config.base_url,
            "title": runtime.config.instance.title,
            "version": __version__,
            "users": usage.users,
            "active_month": usage.active_month,
            "local_posts": usage.local_posts,
            "known_hosts": usage.known_hosts,
            "has_owner": await instance.has_owner(),
        }
    say(common, document, "\n".join(f"{name.ljust(12)}  {value}" for name, value in document.items()))


async def reset(*, yes: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()) -> int:
    """Empty the database and the cache. Everything is lost.

    Parameters
    ----------
    yes: Really.
    """
    if not yes:
        say(common, {"error": "add --yes to lose everything"}, "Nothing done: add --yes to lose everything.")
        return 1
    async with opened(common):
        await emptying.empty_database()
        await cache.forget_everything()
        await server_actor.ensure()
        await machine.note(Staff.shell(), Deed.SERVER_RESET)
    say(common, {"reset": True}, "The database is empty")
    return 0
