"""How people of this server log in: `echoctl accounts two-factor`, `sessions` and `revoke`."""

from __future__ import annotations

from typing import Literal

from echo import clock
from echo.actions import user_access
from echo.addresses import here
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id
from echo.errors import NotFound
from echo.models import Account
from echo.policy.roles import Staff
from echo.store import accounts, apps, second_factors, sessions
from echo.text import handles


async def two_factor(what: Literal["show", "off"], handle: str, /, *, common: Common = Common()) -> None:
    """Show what somebody has beside a password, or switch it off for who has lost it. They get a letter.

    Parameters
    ----------
    what: show or off.
    handle: User name.
    """
    async with opened(common):
        account = await _find(handle)
        if what == "off":
            await user_access.switch_two_factor_off(Staff.shell(), account.id)
        proofs = await second_factors.of_person(account.id)
    document = {
        "username": account.username,
        "on": proofs.is_on,
        "app": proofs.has_app,
        "passkeys": proofs.passkeys,
        "backup_codes": proofs.codes_left,
    }
    state = "on" if proofs.is_on else "off"
    say(common, document, f"The second factor of {account.username} is {state}")


async def list_sessions(handle: str, /, *, common: Common = Common()) -> None:
    """List where somebody is logged in: browsers and apps, with the ids that revoke takes.

    Parameters
    ----------
    handle: User name.
    """
    async with opened(common):
        account = await _find(handle)
        browsers = await sessions.of_person(account.id, clock.now())
        connected = await apps.connected_to(account.id)
    documents: list[dict[str, object]] = [
        {
            "kind": "browser",
            "id": str(row["id"]),
            "name": row["user_agent"],
            "address": row["address"],
            "since": row["created_at"].isoformat(),
            "used": row["used_at"].isoformat(),
        }
        for row in browsers
    ]
    documents += [
        {
            "kind": "app",
            "id": str(app.app_id),
            "name": app.name,
            "address": "",
            "since": app.connected_at.isoformat(),
            "used": app.used_at.isoformat() if app.used_at else None,
        }
        for app in connected
    ]
    say(common, documents, table(documents, empty="logged in nowhere"))


async def revoke(
    handle: str,
    /,
    *,
    session: Id | None = None,
    app: Id | None = None,
    common: Common = Common(),
) -> None:
    """Log somebody out: of one browser, of one app, or of everything. Their password stays.

    Parameters
    ----------
    handle: User name.
    session: Id of one browser.
    app: Id of one app.
    """
    async with opened(common):
        account = await _find(handle)
        if session is not None:
            await user_access.end_session(Staff.shell(), account.id, session)
        if app is not None:
            await user_access.end_app(Staff.shell(), account.id, app)
        if session is None and app is None:
            await user_access.end_everything(Staff.shell(), account.id)
    say(common, {"revoked": account.username}, f"{account.username} is logged out")


async def _find(handle: str) -> Account:
    name, domain = handles.split(handle)
    found = await accounts.find_by_handle(name, "") if here().is_handle_host(domain) or not domain else None
    if found is None:
        raise NotFound(f"There is nobody here called {handle}")
    return found
