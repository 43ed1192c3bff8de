"""`echoctl settings` and `echoctl audit`: what is chosen while the server runs, and what was done to it."""

from __future__ import annotations

from cyclopts import App

from echo import settings
from echo.actions import house
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.config.choice import Choice, choices, value
from echo.errors import NotFound
from echo.policy.roles import Staff
from echo.store import audit as audit_store
from echo.store import chosen_settings

app = App(name="settings", help="Settings that can be chosen while the server runs.")
audit = App(name="audit", help="What was done with the rights of roles.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All of them, as they are."""
    async with opened(common):
        chosen, configured = await chosen_settings.load(), settings.configured()
        rows: list[dict[str, object]] = [
            {
                "name": choice.name,
                "value": chosen.get(choice.name, value(configured, choice)),
                "chosen": choice.name in chosen,
            }
            for choice in choices()
        ]
    say(common, rows, table(rows))


@app.command(name="set")
async def set_(name: str, values: list[str], /, *, common: Common = Common()) -> None:
    """Choose one; in a few seconds it counts in all processes.

    Parameters
    ----------
    name: Such as registrations.mode.
    values: The value; several for a list, true or false for a flag.
    """
    choice = _choice(name)
    async with opened(common):
        await house.choose(Staff.shell(), {name: _typed(choice, values)})
    say(common, {"name": name, "value": values}, "chosen")


@app.command
async def unset(name: str, /, *, common: Common = Common()) -> None:
    """Let the configuration file decide again."""
    _choice(name)
    async with opened(common):
        await house.choose(Staff.shell(), {name: None})
    say(common, {"name": name}, "the configuration file decides")


@audit.command(name="list")
async def audit_list(
    *,
    deed: str = "",
    text: str = "",
    address: str = "",
    limit: Limit = 40,
    before: Id | None = None,
    common: Common = Common(),
) -> None:
    """What was done, newest first.

    Parameters
    ----------
    deed: Whole (account.suspend), or a noun with its dot (account.).
    text: In the names of who did it and to whom.
    address: From which it was done, or its beginning.
    limit: Most rows.
    before: Only what has a lower number.
    """
    async with opened(common):
        rows = await audit_store.page(deed=deed, text=text, address=address, before_id=before, limit=limit)
    documents = [dict(row) for row in rows]
    say(common, documents, table(documents, empty="nothing"))


def _choice(name: str) -> Choice:
    found = next((choice for choice in choices() if choice.name == name), None)
    if found is None:
        raise NotFound(f"{name} cannot be chosen; `list` shows what can")
    return found


def _typed(choice: Choice, values: list[str]) -> object:
    if choice.kind == "list":
        return values
    text = " ".join(values)
    if choice.kind == "flag":
        return {"true": True, "false": False}.get(text.lower(), text)
    if choice.kind == "number" and text.isascii() and text.isdigit():
        return int(text)
    return text
