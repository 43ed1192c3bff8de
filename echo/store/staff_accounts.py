"""Accounts as moderators look for them and see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from echo import db
from echo.db import Row
from echo.store.cursor import Cursor
from echo.store.patterns import literal

# The words of Mastodon's filters.
STATES = {
    "active": "a.suspended_at IS NULL",
    "pending": "u.id IS NOT NULL AND u.approved_at IS NULL",
    "disabled": "u.disabled_at IS NOT NULL AND a.suspended_at IS NULL",
    "silenced": "a.silenced_at IS NOT NULL",
    "suspended": "a.suspended_at IS NOT NULL",
    "sensitized": "a.sensitized_at IS NOT NULL",
}
_IS_ADDRESS = "'^[0-9a-fA-F.:]+$'"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts; what is None or empty does not matter.

    Shapes:  local: here, or elsewhere; state: of `STATES`; username, display_name, email: how it begins;
             address: an IP address or a range of them
    """

    local: bool | None = None
    state: str = ""
    is_staff: bool = False
    role_ids: tuple[int, ...] = ()
    invited_by: int | None = None
    username: str = ""
    domain: str = ""
    display_name: str = ""
    email: str = ""
    address: str = ""


async def page(wanted: AccountFilter, cursor: Cursor) -> list[int]:
    """Ids of accounts, the newest first. Those that are deleted, and the server's own, are left out."""
    condition, values = _condition(wanted)
    rows = await db.fetch(
        "SELECT a.id FROM accounts a LEFT JOIN users u ON u.id = a.id WHERE a.deleted_at IS NULL"
        f" AND a.kind <> 'application' AND {condition} AND {cursor.condition('a.id')} {cursor.order('a.id')}",
        *values,
    )
    return cursor.newest_first([row["id"] for row in rows])


def _condition(wanted: AccountFilter) -> tuple[str, list[object]]:
    parts: list[str] = ["true"]
    values: list[object] = []

    def add(sql: str, value: object) -> None:
        values.append(value)
        parts.append(sql.replace("?", f"${len(values)}"))

    if wanted.local is not None:
        parts.append("a.domain = ''" if wanted.local else "a.domain <> ''")
    if wanted.state:
        parts.append(STATES[wanted.state])
    if wanted.is_staff:
        parts.append("u.role_id > 0")
    if wanted.role_ids:
        add("u.role_id = ANY(?::bigint[])", list(wanted.role_ids))
    if wanted.invited_by is not None:
        add("u.invite_id IN (SELECT i.id FROM invites i WHERE i.owner_id = ?)", wanted.invited_by)
    if wanted.username:
        add("a.username_key LIKE ?", literal(wanted.username.removeprefix("@").lower()) + "%")
    if wanted.domain:
        add("a.domain = ?", wanted.domain.lower())
    if wanted.display_name:
        add("a.display_name LIKE ?", literal(wanted.display_name) + "%")
    if wanted.email:
        add("u.email_key LIKE ?", literal(wanted.email.lower()) + "%")
    if wanted.address:
        try:
            add(
                f"EXISTS (SELECT 1 FROM ({_USED_ADDRESSES}) s WHERE {_WITHIN})",
                str(ip_network(wanted.address, strict=False)),
            )
        except ValueError:
            parts.append("false")
    return " AND ".join(parts), values


# Where somebody logged in from, and signed up; `u` is users.
_USED_ADDRESSES = """
    SELECT address, coalesce(last_used_at, created_at) AS used_at FROM sessions WHERE user_id = u.id
    UNION ALL SELECT u.sign_up_address, u.created_at
"""
_WITHIN = f"CASE WHEN s.address ~ {_IS_ADDRESS} THEN s.address::inet <<= (?::text)::inet ELSE false END"


async def rows(account_ids: Sequence[int]) -> dict[int, Row]:
    """What moderators see of accounts, by id; of people here also what is known of the login.

    Returns: rows (id, username, domain, created_at, suspended_at, suspended_elsewhere, silenced_at,
             sensitized_at, is_here, email, locale, reason, confirmed_at, approved_at, disabled_at, role_id,
             created_by_app_id, invited_by_id, last_active_at, erased_at, addresses as JSON [{ip, used_at}],
             the last used first)
    """
    if not account_ids:
        return {}
    found = await db.fetch(
        f"""
        SELECT a.id, a.username, a.domain, a.created_at, a.suspended_at, a.suspended_elsewhere,
            a.silenced_at, a.sensitized_at, a.memorial, u.id IS NOT NULL AS is_here, u.email, u.locale,
            u.reason, u.confirmed_at, u.approved_at, u.disabled_at, u.role_id, u.created_by_app_id,
            u.last_active_at, i.owner_id AS invited_by_id, r.permissions | every.permissions AS permissions,
            r.name AS role_name, r.color AS role_color, r.highlighted AS role_highlighted,
            e.due_at AS erased_at,
            (SELECT json_agg(json_build_object('ip', g.address, 'used_at',
                    to_char(g.used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                ORDER BY g.used_at DESC)
             FROM (SELECT s.address, max(s.used_at) AS used_at FROM ({_USED_ADDRESSES}) s
                WHERE s.address <> '' GROUP BY s.address) g) AS addresses
        FROM accounts a LEFT JOIN users u ON u.id = a.id LEFT JOIN roles r ON r.id = u.role_id
        LEFT JOIN roles every ON every.id = -99 LEFT JOIN erasures e ON e.account_id = a.id
        LEFT JOIN invites i ON i.id = u.invite_id
        WHERE a.id = ANY($1)
        """,
        list(account_ids),
    )
    return {row["id"]: row for row in found}


async def count_pending() -> int:
    """How many people wait for a yes."""
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM users u JOIN accounts a ON a.id = u.id"
            " WHERE u.approved_at IS NULL AND a.deleted_at IS NULL"
        )
    )
