"""What follows from each event of a log. `rebuild` makes it all again from the beginning, and the same.

What stands in posts is not written here again: a message of two has its words there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from echo import db
from echo.kinds_of_chats import ChatEventKind, ChatRole
from echo.models import ChatEvent
from echo.store import chat_log

_BATCH = 1000


async def apply(event: ChatEvent) -> None:
    """Let an event have its effect. Call it once for each, in order."""
    await _EFFECTS[ChatEventKind(event.kind)](event)


async def rebuild(chat_id: int) -> int:
    """Make everything anew that follows from the log; returns how many events it has.

    Call it in a unit of work that holds the chat.
    """
    for sql in (
        "DELETE FROM chat_messages WHERE chat_id = $1",
        "DELETE FROM chat_reactions WHERE chat_id = $1",
        "UPDATE chat_members SET role = 'member', state = 'left', joined_seq = NULL, left_seq = NULL"
        " WHERE chat_id = $1",
        "UPDATE chats SET name = '', avatar = '' WHERE id = $1",
    ):
        await db.execute(sql, chat_id)
    seq = 0
    while events := await chat_log.read(chat_id, seq, _BATCH):
        for event in events:
            await apply(event)
        seq = events[-1].seq
    return seq


async def _created(event: ChatEvent) -> None:
    body = event.body
    is_erased = event.post_id is None and "text" not in body
    await db.execute(
        "INSERT INTO chat_messages (id, chat_id, seq, author_id, post_id, reply_to_seq, text, html,"
        " created_at, deleted_at, media_ids, emojis)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        event.id,
        event.chat_id,
        event.seq,
        event.actor_id,
        event.post_id,
        body.get("reply_to_seq"),
        body.get("text", ""),
        body.get("html", ""),
        event.created_at,
        event.created_at if is_erased else None,
        _json(body.get("media_ids", [])),
        _json(body.get("emojis", [])),
    )


async def _edited(event: ChatEvent) -> None:
    body = event.body
    await db.execute(
        "UPDATE chat_messages SET text = $3, html = $4, edited_at = $5, media_ids = coalesce($6, media_ids),"
        " emojis = $7 WHERE chat_id = $1 AND seq = $2 AND deleted_at IS NULL",
        event.chat_id,
        event.message_seq,
        body.get("text", ""),
        body.get("html", ""),
        event.created_at,
        _json(body["media_ids"]) if "media_ids" in body else None,
        _json(body.get("emojis", [])),
    )


async def _deleted(event: ChatEvent) -> None:
    await db.execute(
        "UPDATE chat_messages SET text = '', html = '', media_ids = '[]', emojis = '[]', pinned_at = NULL,"
        " edited_at = NULL, reply_to_seq = NULL, deleted_at = $3 WHERE chat_id = $1 AND seq = $2",
        event.chat_id,
        event.message_seq,
        event.created_at,
    )
    await db.execute(
        "DELETE FROM chat_reactions WHERE chat_id = $1 AND message_seq = $2", event.chat_id, event.message_seq
    )


async def _reacted(event: ChatEvent) -> None:
    if "name" in event.body:
        await db.execute(
            "INSERT INTO chat_reactions (chat_id, message_seq, account_id, name, url, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            event.chat_id,
            event.message_seq,
            event.actor_id,
            event.body["name"],
            event.body.get("url", ""),
            event.created_at,
        )


async def _unreacted(event: ChatEvent) -> None:
    await db.execute(
        "DELETE FROM chat_reactions WHERE chat_id = $1 AND message_seq = $2 AND account_id = $3"
        " AND name = $4",
        event.chat_id,
        event.message_seq,
        event.actor_id,
        event.body.get("name", ""),
    )


async def _pinned(event: ChatEvent) -> None:
    await db.execute(
        "UPDATE chat_messages SET pinned_at = $3 WHERE chat_id = $1 AND seq = $2 AND deleted_at IS NULL",
        event.chat_id,
        event.message_seq,
        event.created_at if event.kind == ChatEventKind.PINNED else None,
    )


async def _invited(event: ChatEvent) -> None:
    await _take_roster(event)
    await db.execute(
        "INSERT INTO chat_members (chat_id, account_id, role, state) VALUES ($1, $2, 'member', 'invited')"
        " ON CONFLICT (chat_id, account_id) DO UPDATE SET state = 'invited', role = 'member'",
        event.chat_id,
        subject_of(event),
    )


async def _joined(event: ChatEvent) -> None:
    """Whoever comes again begins anew: they may read from then on."""
    await _take_roster(event)
    await db.execute(
        "INSERT INTO chat_members (chat_id, account_id, role, state, joined_seq)"
        " VALUES ($1, $2, $3, 'active', $4) ON CONFLICT (chat_id, account_id) DO UPDATE"
        " SET role = excluded.role, state = 'active', joined_seq = excluded.joined_seq, left_seq = NULL",
        event.chat_id,
        subject_of(event),
        event.body.get("role", ChatRole.MEMBER.value),
        event.seq,
    )


async def _take_roster(event: ChatEvent) -> None:
    """Who is in a group of another server, and what it is called, when somebody here comes in."""
    if "roster" not in event.body:
        return
    people = [account_id for account_id, _ in event.body["roster"]]
    await db.execute(
        "UPDATE chat_members SET state = 'left', left_seq = $3 WHERE chat_id = $1 AND state = 'active'"
        " AND account_id <> ALL($2)",
        event.chat_id,
        people,
        event.seq,
    )
    await db.execute(
        "INSERT INTO chat_members AS m (chat_id, account_id, role, state, joined_seq)"
        " SELECT $1, w.id, w.role, 'active', $4 FROM unnest($2::bigint[], $3::text[]) AS w(id, role)"
        " ON CONFLICT (chat_id, account_id) DO UPDATE SET state = 'active', role = excluded.role,"
        " joined_seq = excluded.joined_seq, left_seq = NULL WHERE m.state <> 'active'",
        event.chat_id,
        people,
        [role for _, role in event.body["roster"]],
        event.seq,
    )
    if event.body.get("name"):
        await db.execute("UPDATE chats SET name = $2 WHERE id = $1", event.chat_id, event.body["name"])


async def _gone(event: ChatEvent) -> None:
    await db.execute(
        "UPDATE chat_members SET role = 'member', state = $3,"
        " left_seq = CASE WHEN state = 'active' THEN $4 ELSE left_seq END"
        " WHERE chat_id = $1 AND account_id = $2",
        event.chat_id,
        subject_of(event),
        event.kind,
        event.seq,
    )


async def _role(event: ChatEvent) -> None:
    await db.execute(
        "UPDATE chat_members SET role = $3 WHERE chat_id = $1 AND account_id = $2",
        event.chat_id,
        subject_of(event),
        event.body.get("role", ChatRole.MEMBER.value),
    )


async def _renamed(event: ChatEvent) -> None:
    await db.execute("UPDATE chats SET name = $2 WHERE id = $1", event.chat_id, event.body.get("name", ""))


async def _avatar(event: ChatEvent) -> None:
    await db.execute(
        "UPDATE chats SET avatar = $2 WHERE id = $1", event.chat_id, event.body.get("avatar", "")
    )


def subject_of(event: ChatEvent) -> int:
    """Whom an event about a member is about: somebody it names, or who did it."""
    return int(event.body.get("account_id", event.actor_id))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_EFFECTS: dict[ChatEventKind, Callable[[ChatEvent], Awaitable[None]]] = {
    ChatEventKind.CREATED: _created,
    ChatEventKind.EDITED: _edited,
    ChatEventKind.DELETED: _deleted,
    ChatEventKind.REACTED: _reacted,
    ChatEventKind.UNREACTED: _unreacted,
    ChatEventKind.PINNED: _pinned,
    ChatEventKind.UNPINNED: _pinned,
    ChatEventKind.INVITED: _invited,
    ChatEventKind.JOINED: _joined,
    ChatEventKind.LEFT: _gone,
    ChatEventKind.REMOVED: _gone,
    ChatEventKind.ROLE: _role,
    ChatEventKind.RENAMED: _renamed,
    ChatEventKind.AVATAR: _avatar,
}
