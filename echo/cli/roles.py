"""`echoctl roles`: what those who work for this server may do."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import roles as actions
from echo.actions.roles import RoleDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Count
from echo.errors import Invalid
from echo.policy.roles import Permission, Staff
from echo.store import roles

app = App(name="roles", help="What those who work for this server may do.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All roles, the highest first."""
    async with opened(common):
        rows: list[dict[str, object]] = [
            {
                "id": row["id"],
                "name": row["name"] or "user",
                "position": row["position"],
                "people": row["holders"],
                "may": " ".join(_names(Permission(row["permissions"]))),
            }
            for row in await roles.listing()
        ]
    say(common, rows, table(rows))


@app.command
async def create(
    name: str,
    *,
    may: list[str],
    position: Count = 1,
    color: str = "",
    highlighted: Annotated[bool, Parameter(negative="")] = False,
    require_2fa: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Make a role; `echoctl accounts modify NAME --role ROLE` gives it.

    Parameters
    ----------
    name: What it is called.
    may: What it allows, such as manage_reports; several times for several.
    position: From 0 to 999; who stands higher may act on who stands lower.
    color: Such as #1d6b62.
    highlighted: Everybody sees it on the account.
    require_2fa: Its holders need a second factor.
    """
    draft = RoleDraft(
        name=name,
        color=color,
        permissions=_permissions(may),
        position=position,
        highlighted=highlighted,
        require_2fa=require_2fa,
    )
    async with opened(common):
        made = await actions.create(Staff.shell(), draft)
    say(common, {"id": made.id, "name": made.name}, f"role {made.name}")


@app.command
async def delete(name: str, *, common: Common = Common()) -> None:
    """Take a role away; who had it is like everybody."""
    async with opened(common):
        await actions.delete(Staff.shell(), await roles.named(name))
    say(common, {"deleted": name}, "deleted")


def _permissions(names: list[str]) -> Permission:
    chosen = Permission(0)
    for name in names:
        if name.upper() not in Permission.__members__:
            known = ", ".join(member.lower() for member in Permission.__members__)
            raise Invalid(f"There is no permission {name}; there are {known}")
        chosen |= Permission[name.upper()]
    return chosen


def _names(permissions: Permission) -> list[str]:
    return [str(bit.name).lower() for bit in Permission if bit in permissions]
