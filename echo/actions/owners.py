"""A server is never left without anybody who may do everything with it."""

from __future__ import annotations

from echo import db
from echo.errors import Invalid
from echo.kinds import Role
from echo.store import roles

LAST = (
    "This is the only owner of this server. Make somebody else its owner first:"
    " echoctl accounts modify NAME --role owner"
)


async def require_another(user_id: int) -> None:
    """Refuse to let the last owner go, inside the caller's unit of work. Nothing happens for anybody else.

    Raises:  Invalid when nobody else has the role and may use their account
    """
    if (await roles.seat(user_id)).role_id != Role.OWNER:
        return
    # One after the other: two owners who go at the same moment must not count on each other.
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('owners', 0))")
    if not await roles.has_other_owner(user_id):
        raise Invalid(LAST)
