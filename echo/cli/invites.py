"""`echoctl invites`: links with which people sign up."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from cyclopts import App, Parameter

from echo import addresses, clock
from echo.actions import invites
from echo.actions.invites import InviteDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Count, Hours, Id, Limit
from echo.errors import NotFound
from echo.policy.roles import Staff
from echo.store import accounts
from echo.store import invites as store
from echo.store.cursor import Cursor

app = App(name="invites", help="Links with which people sign up.")


@app.command(name="list")
async def list_(
    *, state: Literal["open", "closed"] | None = None, limit: Limit = 100, common: Common = Common()
) -> None:
    """Invitations, the last first.

    Parameters
    ----------
    state: open or closed.
    limit: Most rows.
    """
    async with opened(common):
        found = await store.page(Cursor(limit=limit), owner_id=None, state=state or "", at=clock.now())
        rows = [dict(row) for row in found]
    shown = ("id", "code", "owner", "uses", "max_uses", "expires_at", "is_open", "comment")
    say(common, rows, table([{name: row[name] for name in shown} for row in rows], empty="none"))


@app.command
async def create(
    owner: str,
    *,
    uses: Count | None = None,
    hours: Hours = 0,
    autofollow: Annotated[bool, Parameter(negative="")] = False,
    comment: str = "",
    common: Common = Common(),
) -> None:
    """Make an invitation in the name of somebody here.

    Parameters
    ----------
    owner: The user name of who invites; their role must let them.
    uses: For how many people; any number when not given.
    hours: How long; 0 for good.
    autofollow: Who comes follows the owner.
    """
    draft = InviteDraft(
        max_uses=uses,
        expires_at=clock.now() + timedelta(hours=hours) if hours > 0 else None,
        autofollow=autofollow,
        comment=comment,
    )
    async with opened(common):
        account = await accounts.find_by_handle(owner.removeprefix("@"))
        if account is None:
            raise NotFound(f"There is nobody called {owner} here")
        made = await invites.create_for(Staff.shell(), account.id, draft)
        url = addresses.here().invite(made.code)
    say(common, {"id": made.id, "code": made.code, "url": url}, url)


@app.command
async def end(invite_id: Id, *, common: Common = Common()) -> None:
    """Take an invitation back."""
    async with opened(common):
        await invites.end_any(Staff.shell(), invite_id)
    say(common, {"id": invite_id}, "taken back")


@app.command
async def end_all(*, common: Common = Common()) -> None:
    """Take all back that are open."""
    async with opened(common):
        count = await invites.end_all(Staff.shell())
    say(common, {"count": count}, f"{count} taken back")
