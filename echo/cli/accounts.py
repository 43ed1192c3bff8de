"""`echoctl accounts`: people of this server."""

from __future__ import annotations

import secrets
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import approvals, moderation, password_changes, renaming, restraints, sign_up, user_access
from echo.actions import roles as role_actions
from echo.actions.drafts import SignUp
from echo.addresses import here
from echo.cli import logins, moves, strikes
from echo.cli.common import Common, opened, say, table
from echo.cli.keys import rotate_keys
from echo.cli.numbers import Limit
from echo.errors import NotFound
from echo.models import Account
from echo.policy.roles import Staff
from echo.store import accounts, roles, users
from echo.text import handles

app = App(name="accounts", help="People of this server.")
app.command(rotate_keys, name="rotate-keys")
app.command(logins.two_factor, name="two-factor")
app.command(logins.list_sessions, name="sessions")
app.command(logins.revoke)
for command in (*strikes.COMMANDS, *moves.COMMANDS):
    app.command(command)


@app.command
async def create(
    name: str,
    /,
    *,
    email: str,
    password: str | None = None,
    role: str = "user",
    confirmed: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Make an account.

    Parameters
    ----------
    name: User name, without domain.
    email: Address of the person.
    password: Password; a random one is made and shown when it is left out.
    role: Name of a role; user is everybody's.
    confirmed: Whether the address counts as confirmed; otherwise a letter asks for it.
    """
    chosen = password or secrets.token_urlsafe(16)
    async with opened(common):
        user = await sign_up.create_by_staff(
            Staff.shell(),
            SignUp(username=name, email=email, password=chosen, agreement=True),
            role=await roles.named(role),
            is_confirmed=confirmed,
        )
        document = await _document(await accounts.get(user.id))
    if password is None:
        document["password"] = chosen
    say(common, document, _lines(document))


@app.command(name="list")
async def list_(
    *, local: bool = True, limit: Limit = 100, search: str = "", common: Common = Common()
) -> None:
    """List accounts.

    Parameters
    ----------
    local: Only people of this server; --no-local for those of other servers.
    limit: Most rows.
    search: Only names that begin with this.
    """
    async with opened(common):
        rows = await users.listing(local=local, prefix=search.lower(), limit=limit)
    documents = [dict(row) for row in rows]
    say(common, documents, table(documents, empty="no accounts"))


@app.command
async def show(handle: str, /, *, common: Common = Common()) -> None:
    """Show an account.

    Parameters
    ----------
    handle: name, or name@domain for somebody elsewhere.
    """
    async with opened(common):
        document = await _document(await _find(handle))
    say(common, document, _lines(document))


@app.command
async def modify(
    handle: str,
    /,
    *,
    role: str | None = None,
    email: str | None = None,
    password: str | None = None,
    confirm: Annotated[bool, Parameter(negative="")] = False,
    approve: Annotated[bool, Parameter(negative="")] = False,
    enable: bool | None = None,
    disable_2fa: Annotated[bool, Parameter(name="--disable-2fa", negative="")] = False,
    common: Common = Common(),
) -> None:
    """Change an account of this server.

    Parameters
    ----------
    handle: User name.
    role: Name of their role from now on; user is everybody's.
    email: New address, counted as confirmed.
    password: New password; every session and token ends.
    confirm: Count the address as confirmed.
    approve: Say yes to somebody who waits for approval.
    enable: --enable lets them log in again, --no-enable stops them.
    disable_2fa: Forget their app, backup codes and passkeys; they get a letter.
    """
    async with opened(common):
        account = await _find(handle)
        if email is not None or confirm or approve or enable is not None:
            await moderation.change_user(
                Staff.shell(),
                account.id,
                email=email,
                is_confirmed=confirm,
                is_approved=approve,
                is_enabled=enable,
            )
        if role is not None:
            await role_actions.give(Staff.shell(), account.id, await roles.named(role))
        if password is not None:
            await password_changes.set_password(Staff.shell(), account.id, password)
        if disable_2fa:
            await user_access.switch_two_factor_off(Staff.shell(), account.id)
        document = await _document(account)
    say(common, document, _lines(document))


@app.command
async def rename(old: str, new: str, /, *, common: Common = Common()) -> None:
    """Give somebody here another name. Followers stay; the old name leads to the new one and stays theirs.

    Parameters
    ----------
    old: User name.
    new: The new one.
    """
    async with opened(common):
        account = await renaming.rename_by_staff(Staff.shell(), (await _find(old)).id, new)
        document = await _document(account)
    say(common, document, _lines(document))


@app.command
async def pending(*, limit: Limit = 100, common: Common = Common()) -> None:
    """List those who wait for approval, the first to come first.

    Parameters
    ----------
    limit: Most rows.
    """
    async with opened(common):
        documents = [dict(row) for row in await users.waiting(limit)]
    say(common, documents, table(documents, empty="nobody waits"))


@app.command
async def approve(handle: str, /, *, common: Common = Common()) -> None:
    """Say yes to somebody who waits for approval; they get a letter.

    Parameters
    ----------
    handle: User name.
    """
    async with opened(common):
        await approvals.approve(Staff.shell(), (await _find(handle)).id)
    say(common, {"approved": handle}, f"{handle} is approved")


@app.command
async def reject(handle: str, /, *, common: Common = Common()) -> None:
    """Say no to somebody who waits for approval: the account goes, its name is free again.

    Parameters
    ----------
    handle: User name.
    """
    async with opened(common):
        await approvals.reject(Staff.shell(), (await _find(handle)).id)
    say(common, {"rejected": handle}, f"{handle} is rejected")


@app.command
async def remember(
    handle: str, /, *, undo: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Make an account the memorial of somebody who has died: it stays to be read, and cannot be used.

    Parameters
    ----------
    handle: User name.
    undo: Take it back.
    """
    async with opened(common):
        account = await _find(handle)
        await moderation.remember(Staff.shell(), account.id, is_memorial=not undo)
        document = await _document(account)
    say(common, document, _lines(document))


@app.command
async def suspend(
    handle: str, /, *, undo: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Suspend an account: it is shown blank, its posts are hidden, and it cannot be used.

    Parameters
    ----------
    handle: name or name@domain.
    undo: Take a suspension back.
    """
    async with opened(common):
        account = await _find(handle)
        was_suspended = await moderation.suspend(Staff.shell(), account.id, is_suspended=not undo)
        document = await _document(await accounts.get(account.id))
    idle = undo and not was_suspended
    say(common, document, f"nothing to end: {handle} is not suspended" if idle else _lines(document))


@app.command
async def delete(
    handle: str, /, *, yes: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> int:
    """Delete an account for good, with everything it posted. The name stays taken.

    Parameters
    ----------
    handle: name or name@domain.
    yes: Really.
    """
    if not yes:
        say(common, {"error": "add --yes to delete for good"}, "Nothing done: add --yes to delete for good.")
        return 1
    async with opened(common):
        await restraints.delete_now(Staff.shell(), (await _find(handle)).id, also_active=True)
    say(common, {"deleted": handle}, f"{handle} is deleted")
    return 0


async def _find(handle: str) -> Account:
    name, domain = handles.split(handle)
    found = await accounts.find_by_handle(name, "" if here().is_handle_host(domain) else domain)
    if found is None:
        raise NotFound(f"There is no account {handle}")
    return found


async def _document(account: Account) -> dict[str, object]:
    fresh = await accounts.get(account.id)
    document: dict[str, object] = {
        "id": str(fresh.id),
        "username": fresh.username,
        "domain": fresh.domain or None,
        "uri": fresh.uri,
        "url": fresh.url,
        "display_name": fresh.display_name,
        "locked": fresh.locked,
        "suspended": fresh.suspended_at is not None,
        "memorial": fresh.memorial,
        "created_at": fresh.created_at.isoformat(),
    }
    if not fresh.domain:
        user = await accounts.user(fresh.id)
        document |= {
            "email": user.email,
            "role": (await roles.get(user.role_id)).name or "user",
            "confirmed": user.confirmed_at is not None,
            "approved": user.approved_at is not None,
            "disabled": user.disabled_at is not None,
        }
    return document


def _lines(document: dict[str, object]) -> str:
    width = max(len(name) for name in document)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in document.items())
