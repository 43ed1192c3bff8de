"""Invitations."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.db import Row
from echo.models import Invite
from echo.policy.roles import SEAT, SEATS, Permission, Seat, seat_of
from echo.store.cursor import Cursor

# Those who invite must be people here in good standing, at the moment the invitation is used.
_OWNER_STANDS = (
    "u.disabled_at IS NULL AND u.confirmed_at IS NOT NULL AND u.approved_at IS NOT NULL"
    " AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND NOT a.memorial"
)
_OPEN = "(i.expires_at IS NULL OR i.expires_at > $2) AND (i.max_uses IS NULL OR i.uses < i.max_uses)"


async def find_open(code: str, at: datetime) -> Row | None:
    """One that can be used; None for all others, which are not told apart.

    Returns: row (id, code, owner_id, username, autofollow, expires_at, and the seat of its owner)
    """
    if not code:
        return None
    row = await db.fetch_one(
        f"SELECT i.id, i.code, i.owner_id, a.username, i.autofollow, i.expires_at, {SEAT} FROM invites i"
        f" JOIN users u ON u.id = i.owner_id JOIN accounts a ON a.id = u.id {SEATS}"
        f" WHERE i.code = $1 AND {_OPEN} AND {_OWNER_STANDS}",
        code,
        at,
    )
    return row if row is not None and seat_of(row).may(Permission.INVITE_USERS) else None


async def use(invite_id: int, at: datetime) -> Seat | None:
    """Count a use, inside the caller's unit of work; nobody else uses the invitation until its end.

    Returns: the seat of the owner; None when it is used up, over, or its owner may not invite any more
    Source:  security-reliability S-H23
    """
    used = await db.fetch_value(
        f"UPDATE invites i SET uses = i.uses + 1 WHERE i.id = $1 AND {_OPEN} RETURNING i.owner_id",
        invite_id,
        at,
    )
    if used is None:
        return None
    row = await db.fetch_one(
        f"SELECT {SEAT} FROM users u JOIN accounts a ON a.id = u.id {SEATS}"
        f" WHERE u.id = $1 AND {_OWNER_STANDS} FOR SHARE OF u, a",
        used,
    )
    seat = None if row is None else seat_of(row)
    return seat if seat is not None and seat.may(Permission.INVITE_USERS) else None


async def find(invite_id: int) -> Invite | None:
    """An invitation by its id."""
    return await Invite.get_or_none(id=invite_id)


async def page(cursor: Cursor, *, owner_id: int | None, state: str = "", at: datetime) -> list[Row]:
    """Rows (id, code, owner_id, owner, comment, max_uses, uses, autofollow, expires_at, created_at, is_open),
    the newest first.

    Shapes:  owner_id: None for those of everybody; state: open, closed, or empty for all
    """
    rows = await db.fetch(
        "SELECT i.id, i.code, i.owner_id, a.username AS owner, i.comment, i.max_uses, i.uses, i.autofollow,"
        f" i.expires_at, i.created_at, {_OPEN} AND {_OWNER_STANDS} AS is_open"
        " FROM invites i JOIN users u ON u.id = i.owner_id JOIN accounts a ON a.id = u.id"
        f" WHERE ($1::bigint IS NULL OR i.owner_id = $1)"
        f" AND ($3 = '' OR ($3 = 'open') = ({_OPEN} AND {_OWNER_STANDS}))"
        f" AND {cursor.condition('i.id')} {cursor.order('i.id')}",
        owner_id,
        at,
        state,
    )
    return cursor.newest_first(rows)


async def count_of(owner_id: int, at: datetime) -> int:
    """How many open invitations somebody has."""
    return int(
        await db.fetch_value(
            f"SELECT count(*) FROM invites i WHERE i.owner_id = $1 AND {_OPEN}", owner_id, at
        )
    )


async def to_follow(account_id: int) -> int | None:
    """Whom somebody follows who came with an invitation and may use their account."""
    found = await db.fetch_value(
        "SELECT i.owner_id FROM users u JOIN invites i ON i.id = u.invite_id AND i.autofollow"
        " WHERE u.id = $1 AND u.confirmed_at IS NOT NULL AND u.approved_at IS NOT NULL",
        account_id,
    )
    return None if found is None else int(found)
