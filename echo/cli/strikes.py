"""`echoctl strikes`, and the commands of `echoctl accounts` that hold somebody back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import appeals, restraints
from echo.actions import strikes as actions
from echo.actions.strikes import StrikeDraft
from echo.addresses import here
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id
from echo.db import Row
from echo.errors import NotFound
from echo.kinds_of_moderation import AppealState, StrikeKind
from echo.models import Account
from echo.policy.roles import Staff
from echo.store import accounts, strikes
from echo.store.cursor import Cursor
from echo.text import handles

app = App(name="strikes", help="What was done to accounts, and appeals against it.")
_HELD = {StrikeKind.SILENCE: "limited", StrikeKind.SENSITIVE: "sensitised", StrikeKind.DISABLE: "frozen"}
Flag = Annotated[bool, Parameter(negative="")]


@app.command(name="list")
async def list_(handle: str, /, *, common: Common = Common()) -> None:
    """What was done to an account, the newest first.

    Parameters
    ----------
    handle: name or name@domain.
    """
    async with opened(common):
        account = await _find(handle)
        documents = [_short(row) for row in await strikes.of_account(account.id)]
    say(common, documents, table(documents, empty="nothing"))


@app.command(name="appeals")
async def appeals_(*, state: AppealState = AppealState.PENDING, common: Common = Common()) -> None:
    """Strikes against which somebody appealed.

    Parameters
    ----------
    state: pending, approved or rejected.
    """
    async with opened(common):
        rows = await strikes.appeals(state, Cursor(limit=100))
        documents = [_short(row) | {"appeal": row["appeal_text"]} for row in rows]
    say(common, documents, table(documents, empty="no appeals"))


@app.command
async def approve(strike_id: Id, /, *, common: Common = Common()) -> None:
    """Grant an appeal: what was done is undone."""
    async with opened(common):
        await appeals.approve(Staff.shell(), strike_id)
    say(common, {"approved": strike_id}, "granted")


@app.command
async def reject(strike_id: Id, /, *, common: Common = Common()) -> None:
    """Let a strike stand."""
    async with opened(common):
        await appeals.reject(Staff.shell(), strike_id)
    say(common, {"rejected": strike_id}, "it stands")


async def warn(handle: str, text: str, /, *, common: Common = Common()) -> None:
    """Say something to somebody here, by letter and in their apps.

    Parameters
    ----------
    handle: User name.
    text: What is said.
    """
    await _give(handle, StrikeDraft(kind=StrikeKind.NONE, text=text), common)


async def limit(handle: str, /, *, text: str = "", undo: Flag = False, common: Common = Common()) -> None:
    """Limit an account: only those who follow it, or look for it, see what it posts.

    Parameters
    ----------
    handle: name or name@domain.
    text: What the person is told.
    undo: Take it back.
    """
    await _hold(handle, StrikeKind.SILENCE, text, common, undo=undo)


async def sensitise(handle: str, /, *, text: str = "", undo: Flag = False, common: Common = Common()) -> None:
    """Let everything that an account posts count as sensitive.

    Parameters
    ----------
    handle: name or name@domain.
    text: What the person is told.
    undo: Take it back.
    """
    await _hold(handle, StrikeKind.SENSITIVE, text, common, undo=undo)


async def freeze(handle: str, /, *, text: str = "", undo: Flag = False, common: Common = Common()) -> None:
    """Freeze the log-in of somebody here; the profile stays.

    Parameters
    ----------
    handle: User name.
    text: What the person is told.
    undo: Take it back.
    """
    await _hold(handle, StrikeKind.DISABLE, text, common, undo=undo)


COMMANDS: tuple[Callable[..., Awaitable[None]], ...] = (warn, limit, sensitise, freeze)


async def _hold(handle: str, kind: StrikeKind, text: str, common: Common, *, undo: bool) -> None:
    if not undo:
        await _give(handle, StrikeDraft(kind=kind, text=text), common)
        return
    async with opened(common):
        was_held = await restraints.end(Staff.shell(), (await _find(handle)).id, kind)
    said = "ended" if was_held else f"nothing to end: {handle} is not {_HELD[kind]}"
    say(common, {"ended": kind.value if was_held else None, "account": handle}, said)


async def _give(handle: str, draft: StrikeDraft, common: Common) -> None:
    async with opened(common):
        made = await actions.give(Staff.shell(), (await _find(handle)).id, draft)
    say(common, {"id": made.id, "kind": made.kind, "account": handle}, f"done: strike {made.id}")


async def _find(handle: str) -> Account:
    name, domain = handles.split(handle)
    found = await accounts.find_by_handle(name, "" if here().is_handle_host(domain) else domain)
    if found is None:
        raise NotFound(f"There is no account {handle}")
    return found


def _short(row: Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "kind": row["kind"],
        "account": row["target_username"] + (f"@{row['target_domain']}" if row["target_domain"] else ""),
        "by": row["by_username"],
        "text": row["text"],
        "overruled_at": row["overruled_at"],
    }
