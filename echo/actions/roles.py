"""Roles: made, changed, taken away, given.

Nobody can make a role that stands as high as their own, nor give it a right that they do not have.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from echo import clock, db, ids
from echo.actions import owners
from echo.actions.staff import NothingToDo, Target, acting, require_change, seat_now
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid
from echo.events import AccountChanged
from echo.kinds import Role
from echo.models import Account, RoleRow, User
from echo.policy.deeds import Deed
from echo.policy.roles import HIGHEST, LOWEST, NOTHING, OF_MEMBERS, REFUSED, Permission, Seat, Staff
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What a role shall be from now on; None keeps what it is. Shapes as in `RoleDraft`."""

    name: str | None = None
    color: str | None = None
    permissions: Permission | None = None
    position: int | None = None
    highlighted: bool | None = None
    require_2fa: bool | None = None


async def create(by: Staff, draft: RoleDraft) -> RoleRow:
    """Make a role. Raises Invalid, Forbidden."""
    _check(draft)
    role_id = ids.new_id()
    async with acting(by, Deed.ROLE_CREATE, on=Target("role", role_id, draft.name), details=_told(draft)):
        _require_below(await seat_now(by), draft)
        await _require_free(draft.name, "")
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


async def change(by: Staff, role_id: int, wanted: RoleChange) -> RoleRow:
    """Change a role; everybody's keeps its name and place, the owner's its rights and place.

    Raises:  NotFound, Invalid, Forbidden
    """
    name = (await roles.get(role_id)).name
    if role_id != Role.USER:
        _check(wanted)
    async with acting(by, Deed.ROLE_CHANGE, on=Target("role", role_id, name), details=_told(wanted)) as unit:
        seat, role = await seat_now(by), await roles.get_locked(role_id)
        if seat.rank <= role.position:
            raise Forbidden(REFUSED)
        changes = _changes(seat, role_id, wanted)
        require_change(role, changes)
        if "name" in changes:
            await _require_free(str(changes["name"]), role.name)
        # No column besides: somebody else may have changed it since it was read.
        role.update_from_dict(changes | {"updated_at": clock.now()})
        await role.save(update_fields=[*changes, "updated_at"])
        await _show(unit, await roles.holders(role_id) if role_id != Role.USER else [])
    return role


def _changes(seat: Seat, role_id: int, wanted: RoleChange) -> dict[str, object]:
    """The columns that change. Raises Invalid, Forbidden."""
    given = {name: value for name, value in asdict(wanted).items() if value is not None}
    if wanted.name is not None:
        given["name"] = wanted.name.strip()
    if role_id == Role.USER:
        if wanted.permissions is not None and wanted.permissions & ~OF_MEMBERS:
            raise Invalid("Validation failed: Permissions include what is not for everybody")
        kept = {"permissions"}
    elif role_id == Role.OWNER:
        kept = {"name", "color", "highlighted", "require_2fa"}
    else:
        _require_below(seat, wanted)
        kept = set(given)
    return {
        name: int(value) if name == "permissions" else value for name, value in given.items() if name in kept
    }


async def delete(by: Staff, role_id: int) -> None:
    """Take a role away; who had it is like everybody.

    Raises:  NotFound, Forbidden; Invalid for those that every server has
    """
    name = (await roles.get(role_id)).name
    if role_id in set(Role):
        raise Invalid("This role is part of every server")
    async with acting(by, Deed.ROLE_DELETE, on=Target("role", role_id, name)) as unit:
        role = await roles.get_locked(role_id)
        if (await seat_now(by)).rank <= role.position:
            raise Forbidden(REFUSED)
        holders = await roles.holders(role_id)
        await User.filter(role_id=role_id).update(role_id=int(Role.USER))
        await role.delete()
        await _show(unit, holders)


async def give(by: Staff, user_id: int, role_id: int) -> None:
    """Give somebody here a role that stands below one's own.

    Raises:  NotFound for an unknown role or somebody without a login here; Forbidden; Invalid where the last
             owner would have another one
    """
    name, account = (await roles.get(role_id)).name, await accounts.get(user_id)
    await accounts.user(user_id)
    target = Target("account", user_id, account.username)
    async with acting(by, Deed.ACCOUNT_ROLE, on=target, details={"role": name or "user"}) as unit:
        # Held, so that it does not rise above who gives it before it is given.
        role = await roles.get_locked(role_id)
        if (await seat_now(by)).rank <= role.position:
            raise Forbidden(REFUSED)
        if role_id != Role.OWNER:
            await owners.require_another(user_id)
        if not await User.filter(id=user_id).exclude(role_id=role_id).update(role_id=role_id):
            raise NothingToDo
        await _show(unit, [user_id])


async def _show(unit: UnitOfWork, account_ids: list[int]) -> None:
    """Everybody sees a role: who has it looks different now."""
    for account_id in account_ids:
        account: Account = await accounts.get_locked(account_id)
        account.version += 1
        await account.save(update_fields=["version"])
        unit.emit(AccountChanged(local=True, account_id=account_id))


def _check(draft: RoleDraft | RoleChange) -> None:
    """Raises:  Invalid"""
    if draft.name is not None and not draft.name.strip():
        raise Invalid("Validation failed: Name can't be blank")
    if draft.name is not None and len(draft.name) > NAME_CHARACTERS:
        raise Invalid(f"Validation failed: Name is too long (maximum is {NAME_CHARACTERS} characters)")
    if draft.color and _COLOR.fullmatch(draft.color) is None:
        raise Invalid("Validation failed: Color is invalid")


async def _require_free(name: str, known: str) -> None:
    """One name, one role: commands call it by its name, in any case. Those that share one keep it.

    Shapes:  known: what it is called so far
    Raises:  Invalid
    """
    name = name.strip()
    if name.lower() == known.lower():
        return
    # One at a time, so that no two take the same name at once.
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('role names', 0))")
    if await roles.is_taken(name):
        raise Invalid("Validation failed: Name has already been taken")


def _require_below(seat: Seat, draft: RoleDraft | RoleChange) -> None:
    """Raises:  Invalid, Forbidden"""
    position, permissions = draft.position, draft.permissions
    if position is not None and not LOWEST <= position <= HIGHEST:
        raise Invalid(f"Validation failed: Position must be between {LOWEST} and {HIGHEST}")
    if position is not None and position >= seat.rank:
        raise Forbidden(REFUSED)
    if permissions is not None and not seat.may(permissions):
        raise Forbidden(REFUSED)


def _told(draft: RoleDraft | RoleChange) -> dict[str, object]:
    told = {name: value for name, value in asdict(draft).items() if value is not None}
    if draft.permissions is not None:
        told["permissions"] = [one.name for one in Permission if one in draft.permissions]
    return told
