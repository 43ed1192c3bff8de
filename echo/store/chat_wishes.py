"""What people here want of groups of other servers, as long as it has not happened there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from echo import clock, db
from echo.db import Row
from echo.kinds_of_chats import ChatEventKind
from echo.models import ChatWish
from echo.store import loading

# A wish that is answered by nobody for so long has failed.
SILENT_DAYS = 7
_WANTS_IN = "w.kind = 'joined' AND w.refused_at IS NULL"
_ROWS = f"""
    SELECT w.*, c.id AS chat_id, f.error,
        w.refused_at IS NOT NULL OR coalesce(f.is_dead, false)
            OR w.created_at < $1::timestamptz - interval '{SILENT_DAYS} days' AS has_failed
    FROM chat_wishes w JOIN accounts a ON a.id = w.account_id LEFT JOIN chats c ON c.uri = w.chat_uri
    LEFT JOIN LATERAL (SELECT bool_or(d.state = 'dead') AS is_dead, max(d.last_error) AS error
        FROM outbound_activities o JOIN deliveries d ON d.activity_id = o.id
        WHERE o.uri = a.uri || '#wishes/' || w.id || '/activity') f ON true
"""


async def insert(
    wish_id: int,
    account_id: int,
    chat_uri: str,
    kind: ChatEventKind,
    *,
    message_seq: int | None,
    text: str,
    key: str,
) -> None:
    """Remember what somebody wants."""
    await ChatWish.create(
        id=wish_id,
        account_id=account_id,
        chat_uri=chat_uri,
        kind=kind.value,
        message_seq=message_seq,
        text=text,
        key=key,
        created_at=clock.now(),
    )


async def find_by_key(account_id: int, chat_uri: str, key: str) -> ChatWish | None:
    """What somebody wanted with an idempotency key."""
    if not key:
        return None
    return await loading.first(
        ChatWish,
        "account_id = $1 AND chat_uri = $2 AND key = $3 AND kind = 'created'",
        account_id,
        chat_uri,
        key,
    )


async def find(account_id: int, wish_id: int) -> Row | None:
    """A wish of somebody."""
    return await db.fetch_one(
        f"{_ROWS} WHERE w.account_id = $2 AND w.id = $3", clock.now(), account_id, wish_id
    )


async def waiting(account_id: int, chat_id: int) -> list[Row]:
    """Messages of somebody that have no place yet, and all that was refused, in the order they were said."""
    return await db.fetch(
        f"SELECT * FROM ({_ROWS} WHERE w.account_id = $2 AND c.id = $3) t"
        " WHERE t.kind = 'created' OR t.has_failed ORDER BY t.id LIMIT 200",
        clock.now(),
        account_id,
        chat_id,
    )


async def wants_in(account_id: int, chat_uri: str) -> bool:
    """Whether somebody has asked to enter a group, and was not refused."""
    found = await db.fetch_value(
        f"SELECT 1 FROM chat_wishes w WHERE w.account_id = $1 AND w.chat_uri = $2 AND {_WANTS_IN} LIMIT 1",
        account_id,
        chat_uri,
    )
    return found is not None


async def not_asked(chat_id: int, chat_uri: str, account_ids: Collection[int]) -> set[int]:
    """Those of these people, who are here, that are not in a group, nor invited, and did not ask to enter."""
    rows = await db.fetch(
        "SELECT u.id FROM users u WHERE u.id = ANY($3) AND NOT EXISTS (SELECT 1 FROM chat_members m"
        " WHERE m.chat_id = $1 AND m.account_id = u.id AND m.state IN ('active', 'invited'))"
        " AND NOT EXISTS (SELECT 1 FROM chat_wishes w WHERE w.account_id = u.id AND w.chat_uri = $2"
        f" AND {_WANTS_IN})",
        chat_id,
        chat_uri,
        list(account_ids),
    )
    return {row["id"] for row in rows}


async def joining(account_id: int) -> list[Row]:
    """Groups of other servers that somebody asked to enter and is not in yet, in the order of asking."""
    return await db.fetch(
        f"{_ROWS} WHERE w.account_id = $2 AND w.kind = 'joined' ORDER BY w.id LIMIT 200",
        clock.now(),
        account_id,
    )


async def refuse(chat_uri: str, account_id: int, wish_id: int, reason: str, at: datetime) -> bool:
    """Write down that a wish is refused, and why; False when there is none that waits."""
    return bool(
        await db.execute(
            "UPDATE chat_wishes SET reason = $4, refused_at = $5"
            " WHERE id = $3 AND account_id = $2 AND chat_uri = $1 AND refused_at IS NULL",
            chat_uri,
            account_id,
            wish_id,
            reason,
            at,
        )
    )


async def fulfil(
    chat_uri: str, account_id: int, kind: ChatEventKind, *, message_seq: int | None, key: str, wish_id: int
) -> None:
    """What somebody wanted has happened.

    Shapes:  message_seq: of an event about a message; key, wish_id: of a new message, either
    """
    await db.execute(
        "DELETE FROM chat_wishes WHERE account_id = $1 AND chat_uri = $2 AND kind = $3"
        " AND CASE WHEN kind = 'created' THEN (key = $5 AND key <> '') OR id = $6"
        " ELSE message_seq IS NOT DISTINCT FROM $4 END",
        account_id,
        chat_uri,
        kind.value,
        message_seq,
        key,
        wish_id,
    )


async def forget(account_id: int, wish_id: int) -> bool:
    """Put a wish away; False when it is none of this person."""
    return bool(
        await db.execute("DELETE FROM chat_wishes WHERE id = $1 AND account_id = $2", wish_id, account_id)
    )
