"""Accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.kinds import AccountKind
from echo.models import Account, User
from echo.store import loading
from echo.store.cursor import Cursor
from echo.store.together import Together

_CALLED_BEFORE = "(SELECT f.account_id FROM former_names f WHERE f.username_key = $1)"


async def get(account_id: int) -> Account:
    """Raises NotFound. Deleted accounts are not found; suspended ones are."""
    account = await find(account_id)
    if account is None:
        raise NotFound
    return account


async def find(account_id: int) -> Account | None:
    """The account, or None when it is unknown or deleted."""
    return await loading.first(Account, "id = $1 AND deleted_at IS NULL", account_id)


async def get_locked(account_id: int) -> Account:
    """The account, for a change inside a unit of work: others wait with theirs. Raises NotFound."""
    account = await loading.first(Account, "id = $1 AND deleted_at IS NULL FOR UPDATE", account_id)
    if account is None:
        raise NotFound
    return account


async def find_any(account_id: int) -> Account | None:
    """The same, deleted ones too."""
    return await loading.first(Account, "id = $1", account_id)


async def is_here(account_id: int) -> bool:
    """Whether an account is of this server, deleted or not."""
    found = await find_any(account_id)
    return found is not None and not found.host


async def local_among(account_ids: Iterable[int]) -> set[int]:
    """Those of these accounts that are of this server."""
    rows = await db.fetch("SELECT id FROM accounts WHERE id = ANY($1) AND host = ''", list(account_ids))
    return {row["id"] for row in rows}


async def find_by_uri(uri: str) -> Account | None:
    """By ActivityPub id, exactly."""
    row = await _BY_URI.ask(uri)
    return None if row is None else loading.read(Account, row)


async def _by_uri(uris: Sequence[str]) -> dict[str, Row]:
    rows = await db.fetch(
        f"SELECT {loading.columns(Account)} FROM accounts t WHERE t.uri = ANY($1)", list(uris)
    )
    return {row["uri"]: row for row in rows}


_BY_URI = Together(_by_uri)


async def has_neighbour_above(uri: str, account: Account) -> bool:
    """Whether an id lies below that of another person on the same server, as a path does below a folder.

    Communities do not count: of some servers what people say in them lies there.
    """
    scheme, _, rest = uri.partition("://")
    parts = rest.split("/")
    above = [f"{scheme}://{'/'.join(parts[:n])}" for n in range(2, len(parts))]
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM accounts WHERE uri = ANY($1) AND id <> $2 AND deleted_at IS NULL"
            " AND kind <> $3)",
            above,
            account.id,
            AccountKind.GROUP.value,
        )
    )


async def find_by_handle(username: str, domain: str = "") -> Account | None:
    """By name and handle host (empty: here), in any case; people here by names they had before, too."""
    condition = "username_key = $1 AND domain = $2 AND deleted_at IS NULL"
    found = await loading.first(Account, condition, username.lower(), domain.lower())
    if found is not None or domain:
        return found
    condition = f"id = {_CALLED_BEFORE} AND deleted_at IS NULL"
    return await loading.first(Account, condition, username.lower())


async def find_by_handles(handles: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Accounts by (name, handle host) in lower case: id, username, domain, url, uri."""
    if not handles:
        return {}
    rows = await db.fetch(
        "SELECT a.id, a.username, a.domain, a.url, a.uri, a.username_key FROM accounts a"
        " JOIN unnest($1::text[], $2::text[]) AS h(name, domain)"
        " ON a.username_key = h.name AND a.domain = h.domain WHERE a.deleted_at IS NULL",
        [name.lower() for name, _ in handles],
        [domain.lower() for _, domain in handles],
    )
    return {(row["username_key"], row["domain"]): row for row in rows}


async def user(account_id: int) -> User:
    """The login behind a local account. Raises NotFound."""
    found = await loading.first(User, "id = $1", account_id)
    if found is None:
        raise NotFound
    return found


async def followers(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the follow, account_id), newest follow first."""
    return await _related("f.follower_id", "f.followee_id", account_id, cursor, "f.state = 'accepted'")


async def following(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the follow, account_id), newest follow first."""
    return await _related("f.followee_id", "f.follower_id", account_id, cursor, "f.state = 'accepted'")


async def follow_requests(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the request, account_id) of those who wait for an answer."""
    return await _related("f.follower_id", "f.followee_id", account_id, cursor, "f.state = 'requested'")


async def _related(wanted: str, known: str, account_id: int, cursor: Cursor, condition: str) -> list[Row]:
    rows = await db.fetch(
        f"SELECT f.id, {wanted} AS account_id FROM follows f JOIN accounts a ON a.id = {wanted}"
        f" WHERE {known} = $1 AND {condition} AND a.deleted_at IS NULL AND a.suspended_at IS NULL"
        f" AND {cursor.condition('f.id')} {cursor.order('f.id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def blocked(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the block, account_id)."""
    rows = await db.fetch(
        f"SELECT id, blocked_id AS account_id FROM blocks WHERE blocker_id = $1"
        f" AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def muted(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id of the mute, account_id, expires_at)."""
    rows = await db.fetch(
        f"SELECT id, muted_id AS account_id, expires_at FROM mutes WHERE muter_id = $1"
        f" AND (expires_at IS NULL OR expires_at > now()) AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def is_known_host(host: str) -> bool:
    """Whether somebody of this server is known here."""
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM accounts WHERE host = $1)", host))
