"""Roles, and who sits where."""

from __future__ import annotations

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.kinds import Role
from echo.models import RoleRow
from echo.policy.roles import SEAT, SEATS, Permission, Seat, seat_of
from echo.policy.standing import IS_ACTIVE

# Who may do something by their role, as a condition on users `u` with `SEATS`.
_MAY = "((r.permissions | e.permissions) & $1 <> 0 OR r.permissions & 1 <> 0)"


async def listing() -> list[Row]:
    """All roles, the highest first: their columns and `holders`, how many people have it."""
    return await db.fetch(
        "SELECT r.*, (SELECT count(*) FROM users u WHERE u.role_id = r.id) AS holders"
        " FROM roles r ORDER BY r.position DESC, r.id"
    )


async def get(role_id: int) -> RoleRow:
    """Raises:  NotFound"""
    role = await RoleRow.get_or_none(id=role_id)
    if role is None:
        raise NotFound
    return role


async def get_locked(role_id: int) -> RoleRow:
    """The same, held until the unit of work ends. Raises NotFound."""
    role = await RoleRow.filter(id=role_id).select_for_update().get_or_none()
    if role is None:
        raise NotFound
    return role


async def named(name: str) -> int:
    """The id of the role with this name, in any case; `user` is everybody's. Raises NotFound."""
    if name.lower() == "user":
        return -99
    found = await db.fetch_value(
        "SELECT id FROM roles WHERE lower(name) = lower($1) ORDER BY id LIMIT 1", name
    )
    if found is None:
        raise NotFound(f"There is no role {name}")
    return int(found)


async def is_taken(name: str) -> bool:
    """Whether `named` would find a role by this name."""
    return name.lower() == "user" or bool(
        await db.fetch_value("SELECT EXISTS (SELECT 1 FROM roles WHERE lower(name) = lower($1))", name)
    )


async def seat(user_id: int) -> Seat:
    """Where somebody sits; the lowest seat for those without a login here."""
    row = await db.fetch_one(f"SELECT {SEAT} FROM users u {SEATS} WHERE u.id = $1", user_id)
    return Seat() if row is None else seat_of(row)


async def holders(role_id: int) -> list[int]:
    """The accounts with this role."""
    return [
        row["id"] for row in await db.fetch("SELECT id FROM users WHERE role_id = $1 ORDER BY id", role_id)
    ]


async def has_other_owner(user_id: int) -> bool:
    """Whether somebody else is an owner of this server, and may use their account."""
    found = await db.fetch_value(
        "SELECT 1 FROM users u JOIN accounts a ON a.id = u.id"
        f" WHERE u.role_id = $1 AND u.id <> $2 AND {IS_ACTIVE} LIMIT 1",
        Role.OWNER.value,
        user_id,
    )
    return found is not None


async def who_may(permission: Permission, *, limit: int = 100) -> list[int]:
    """Accounts of those who may act and whose role allows one of these."""
    rows = await db.fetch(
        f"SELECT u.id FROM users u JOIN accounts a ON a.id = u.id {SEATS} WHERE {_MAY}"
        " AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
        " ORDER BY u.id LIMIT $2",
        int(permission),
        limit,
    )
    return [row["id"] for row in rows]


async def require_login(user_id: int) -> None:
    """Raises:  NotFound where somebody has no login here"""
    if await db.fetch_value("SELECT 1 FROM users WHERE id = $1", user_id) is None:
        raise NotFound
