"""Roles: made, changed, taken away, given.

Nobody can make a role that stands as high as their own, nor give it a right that they do not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from echo import clock, ids
from echo.actions.staff import Target, acting
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid
from echo.events import AccountChanged
from echo.kinds import Role
from echo.models import Account, RoleRow, User
from echo.policy.deeds import Deed
from echo.policy.roles import HIGHEST, LOWEST, NOTHING, OF_MEMBERS, REFUSED, Permission, Staff
from echo.store import accounts, roles

NAME_CHARACTERS = 50
_COLOR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDraft:
    """What a role shall be.

    Shapes:  color: #rrggbb or empty; position: LOWEST to HIGHEST
    """

    name: str = ""
    color: str = ""
    permissions: Permission = NOTHING
    position: int = 0
    highlighted: bool = False
    require_2fa: bool = False


async def create(by: Staff, draft: RoleDraft) -> RoleRow:
    """Make a role. Raises Invalid, Forbidden."""
    _check(draft)
    role_id = ids.new_id()
    async with acting(by, Deed.ROLE_CREATE, on=Target("role", role_id, draft.name), details=_told(draft)):
        _require_below(by, draft)
        now = clock.now()
        return await RoleRow.create(
            id=role_id,
            name=draft.name.strip(),
            color=draft.color,
            permissions=int(draft.permissions),
            position=draft.position,
            highlighted=draft.highlighted,
            require_2fa=draft.require_2fa,
            created_at=now,
            updated_at=now,
        )


async def change(by: Staff, role_id: int, draft: RoleDraft) -> RoleRow:
    """Change a role; everybody's keeps its name and place, the owner's its rights and place.

    Raises:  NotFound, Invalid, Forbidden
    """
    role = await roles.get(role_id)
    if role_id != Role.USER:
        _check(draft)
    async with acting(
        by, Deed.ROLE_CHANGE, on=Target("role", role_id, role.name), details=_told(draft)
    ) as unit:
        if by.seat.rank <= role.position:
            raise Forbidden(REFUSED)
        if role_id == Role.USER:
            if draft.permissions & ~OF_MEMBERS:
                raise Invalid("Validation failed: Permissions include what is not for everybody")
            role.permissions = int(draft.permissions)
        else:
            _require_below(by, draft, owner=role_id == Role.OWNER)
            role.name, role.color, role.highlighted = draft.name.strip(), draft.color, draft.highlighted
            role.require_2fa = draft.require_2fa
            if role_id != Role.OWNER:
                role.permissions, role.position = int(draft.permissions), draft.position
        role.updated_at = clock.now()
        await role.save()
        await _show(unit, await roles.holders(role_id) if role_id != Role.USER else [])
    return role


async def delete(by: Staff, role_id: int) -> None:
    """Take a role away; who had it is like everybody.

    Raises:  NotFound, Forbidden; Invalid for those that every server has
    """
    role = await roles.get(role_id)
    if role_id in set(Role):
        raise Invalid("This role is part of every server")
    async with acting(by, Deed.ROLE_DELETE, on=Target("role", role_id, role.name)) as unit:
        if by.seat.rank <= role.position:
            raise Forbidden(REFUSED)
        holders = await roles.holders(role_id)
        await User.filter(role_id=role_id).update(role_id=int(Role.USER))
        await role.delete()
        await _show(unit, holders)


async def give(by: Staff, user_id: int, role_id: int) -> None:
    """Give somebody here a role that stands below one's own.

    Raises:  NotFound for an unknown role or somebody without a login here; Forbidden
    """
    role, account, user = await roles.get(role_id), await accounts.get(user_id), await accounts.user(user_id)
    target = Target("account", user_id, account.username)
    async with acting(by, Deed.ACCOUNT_ROLE, on=target, details={"role": role.name or "user"}) as unit:
        if by.seat.rank <= role.position:
            raise Forbidden(REFUSED)
        user.role_id = role_id
        await user.save(update_fields=["role_id"])
        await _show(unit, [user_id])


async def _show(unit: UnitOfWork, account_ids: list[int]) -> None:
    """Everybody sees a role: who has it looks different now."""
    for account_id in account_ids:
        account: Account = await accounts.get_locked(account_id)
        account.version += 1
        await account.save(update_fields=["version"])
        unit.emit(AccountChanged(local=True, account_id=account_id))


def _check(draft: RoleDraft) -> None:
    if not draft.name.strip():
        raise Invalid("Validation failed: Name can't be blank")
    if len(draft.name) > NAME_CHARACTERS:
        raise Invalid(f"Validation failed: Name is too long (maximum is {NAME_CHARACTERS} characters)")
    if draft.color and _COLOR.fullmatch(draft.color) is None:
        raise Invalid("Validation failed: Color is invalid")


def _require_below(by: Staff, draft: RoleDraft, *, owner: bool = False) -> None:
    """Raises:  Invalid, Forbidden"""
    if owner:
        return
    if not LOWEST <= draft.position <= HIGHEST:
        raise Invalid(f"Validation failed: Position must be between {LOWEST} and {HIGHEST}")
    if draft.position >= by.seat.rank or not by.seat.may(draft.permissions):
        raise Forbidden(REFUSED)


def _told(draft: RoleDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "permissions": [one.name for one in Permission if one in draft.permissions],
        "position": draft.position,
        "highlighted": draft.highlighted,
        "require_2fa": draft.require_2fa,
    }
