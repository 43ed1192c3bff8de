"""The people behind local accounts, as logins."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.addresses import here
from echo.db import Row
from echo.errors import NotFound
from echo.kinds import Role
from echo.policy import emails, usernames
from echo.policy.standing import COLUMNS
from echo.store.patterns import literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Somebody who may log in, and what their password is checked against."""

    user_id: int
    username: str
    email: str
    password_hash: str
    is_confirmed: bool
    unconfirmed_email: str
    created_by_app_id: int | None
    locale: str


# Longer names and addresses there are none.
MOST_CHARACTERS = emails.MAX_CHARACTERS + 80
_SELECT = (
    "SELECT u.id, a.username, u.email, u.password_hash, u.confirmed_at, u.unconfirmed_email,"
    " u.created_by_app_id, u.locale FROM users u JOIN accounts a ON a.id = u.id"
)


async def find(user_id: int) -> Credentials | None:
    """The person with this id, unless the account was deleted."""
    return _credentials(await db.fetch_one(f"{_SELECT} WHERE u.id = $1 AND a.deleted_at IS NULL", user_id))


async def find_by_email(email: str) -> Credentials | None:
    """The person with this address."""
    return _credentials(
        await db.fetch_one(
            f"{_SELECT} WHERE u.email_key = $1 AND a.deleted_at IS NULL", emails.key(emails.normal(email))
        )
    )


async def find_by_login(text: str) -> Credentials | None:
    """The person whom a log-in form names: by e-mail address, user name, @name or name@this.server."""
    email_key, username = _spelled(text)
    # Always both look-ups, so that the time does not tell which of them found somebody.
    row = await db.fetch_one(
        f"""{_SELECT} WHERE a.deleted_at IS NULL AND u.id = coalesce(
            (SELECT id FROM users WHERE email_key = $1),
            (SELECT id FROM accounts WHERE username_key = $2 AND domain = ''))""",
        email_key,
        username,
    )
    return _credentials(row)


def login_key(text: str) -> str:
    """What tries to log in are counted by: what was typed, the same for every spelling of it. Name and e-mail
    address of one person are counted apart, or the count would tell whose address it is.
    """
    email_key, username = _spelled(text[:MOST_CHARACTERS])
    return email_key if "@" in username else username


def _spelled(text: str) -> tuple[str, str]:
    """What a log-in form may mean: the key of an e-mail address, and a user name."""
    name = text.strip()
    return emails.key(emails.normal(name)), usernames.normal(name.removesuffix(f"@{here().domain}"))


async def hold_password(user_id: int, known_hash: str) -> bool:
    """Whether this is still somebody's password; if so it stays so until the caller's unit of work ends."""
    row = await db.fetch_one(
        "SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 FOR NO KEY UPDATE", user_id, known_hash
    )
    return row is not None


async def standing_row(user_id: int) -> Row:
    """What `policy.standing.standing_of` reads, of a person who exists."""
    row = await db.fetch_one(
        f"SELECT {COLUMNS} FROM users u JOIN accounts a ON a.id = u.id WHERE u.id = $1", user_id
    )
    if row is None:
        raise NotFound(detail=f"user {user_id}")
    return row


async def is_email_taken(email: str) -> bool:
    """Whether somebody has this address."""
    return await db.fetch_value("SELECT 1 FROM users WHERE email_key = $1", emails.key(email)) is not None


async def is_username_taken(username: str) -> bool:
    """Whether a local account has, or had, this name."""
    found = await db.fetch_value(
        "SELECT 1 FROM accounts WHERE username_key = $1 AND domain = ''"
        " UNION ALL SELECT 1 FROM former_names WHERE username_key = $1 LIMIT 1",
        username,
    )
    return found is not None


async def has_owner() -> bool:
    """Whether the server has been taken over by somebody."""
    return (
        await db.fetch_value("SELECT 1 FROM users WHERE role_id = $1 LIMIT 1", Role.OWNER.value) is not None
    )


def _credentials(row: Row | None) -> Credentials | None:
    if row is None:
        return None
    return Credentials(
        user_id=row["id"],
        username=row["username"],
        email=row["email"],
        password_hash=row["password_hash"],
        is_confirmed=row["confirmed_at"] is not None,
        unconfirmed_email=row["unconfirmed_email"],
        created_by_app_id=row["created_by_app_id"],
        locale=row["locale"],
    )


async def count_follow_requests(user_id: int) -> int:
    """How many people wait to be let in."""
    found = await db.fetch_value(
        "SELECT count(*) FROM follows WHERE followee_id = $1 AND state = 'requested'", user_id
    )
    return int(found)


async def waiting(limit: int) -> list[Row]:
    """Those who wait for a yes, the first to come first.

    Returns: rows (handle, email, reason, created_at, confirmed)
    """
    return await db.fetch(
        "SELECT a.username AS handle, u.email, u.reason, u.created_at::text AS created_at,"
        " u.confirmed_at IS NOT NULL AS confirmed FROM users u JOIN accounts a ON a.id = u.id"
        " WHERE u.approved_at IS NULL AND a.deleted_at IS NULL ORDER BY u.id LIMIT $1",
        limit,
    )


async def listing(*, local: bool, prefix: str, limit: int) -> list[Row]:
    """Accounts for an operator: rows (id, handle, role, email, posts, created_at, state)."""
    return await db.fetch(
        "SELECT a.id::text AS id, concat_ws('@', a.username, nullif(a.domain, '')) AS handle,"
        " coalesce(nullif(r.name, ''), 'user') AS role, u.email, coalesce(s.posts, 0) AS posts,"
        " a.created_at::text AS created_at,"
        " CASE WHEN a.suspended_at IS NOT NULL THEN 'suspended'"
        " WHEN u.disabled_at IS NOT NULL THEN 'disabled'"
        " WHEN u.confirmed_at IS NULL AND u.id IS NOT NULL THEN 'unconfirmed'"
        " WHEN u.approved_at IS NULL AND u.id IS NOT NULL THEN 'pending' ELSE 'active' END AS state"
        " FROM accounts a LEFT JOIN users u ON u.id = a.id LEFT JOIN roles r ON r.id = u.role_id"
        " LEFT JOIN account_stats s ON s.account_id = a.id"
        " WHERE a.deleted_at IS NULL AND a.kind <> 'application' AND (a.domain = '') = $1"
        " AND a.username_key LIKE $2 || '%' ORDER BY a.id LIMIT $3",
        local,
        literal(prefix),
        limit,
    )
