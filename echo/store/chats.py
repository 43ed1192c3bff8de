"""Chats, with the eyes of somebody who is or was in them. Strangers are told nothing: NotFound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.kinds_of_chats import ChatWay, MemberState
from echo.models import Account, Chat, ChatMember, ChatMessage, ChatPreference
from echo.policy.viewer import Viewer
from echo.store import loading


@dataclass(frozen=True, slots=True)
class Seat:
    """A chat, and what somebody is in it."""

    chat: Chat
    member: ChatMember

    @property
    def is_active(self) -> bool:
        return self.member.state == MemberState.ACTIVE

    @property
    def first_seq(self) -> int:
        """The first event that they may read."""
        joined: int | None = self.member.joined_seq
        return int(self.chat.last_seq) + 1 if joined is None else joined

    @property
    def last_seq(self) -> int:
        """The last one."""
        left: int | None = self.member.left_seq
        return int(self.chat.last_seq) if left is None else left

    def may_read(self, seq: int) -> bool:
        """Whether an event is within what they may read."""
        return self.first_seq <= seq <= self.last_seq


async def get(viewer: Viewer, chat_id: int) -> Seat:
    """A chat that the viewer is in, was in, or is invited to. Raises NotFound."""
    chat = await loading.first(Chat, "id = $1", chat_id)
    if chat is None:
        raise NotFound
    return await seat_in(viewer, chat)


async def seat_in(viewer: Viewer, chat: Chat) -> Seat:
    """The same of a chat that is read already. Raises NotFound."""
    member = await loading.first(ChatMember, "chat_id = $1 AND account_id = $2", chat.id, viewer.account_id)
    if member is None:
        raise NotFound
    if member.joined_seq is None and member.state != MemberState.INVITED:
        raise NotFound
    return Seat(chat, member)


async def message(viewer: Viewer, chat_id: int, seq: int) -> tuple[Seat, ChatMessage]:
    """A message that the viewer may read. Raises NotFound, also when it was deleted, or they hid it."""
    seat = await get(viewer, chat_id)
    found = await loading.first(
        ChatMessage,
        "chat_id = $1 AND seq = $2 AND deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM chat_hidings h"
        " WHERE h.chat_id = $1 AND h.message_seq = $2 AND h.account_id = $3)",
        chat_id,
        seq,
        viewer.account_id,
    )
    if found is None or not seat.may_read(seq):
        raise NotFound
    return seat, found


async def find_for_worker(chat_id: int) -> Chat | None:
    """A chat, whoever may read it."""
    return await loading.first(Chat, "id = $1", chat_id)


async def find_by_uri_for_worker(uri: str) -> Chat | None:
    """The same, by its id on other servers."""
    return await loading.first(Chat, "uri = $1 AND uri <> ''", uri)


async def member_for_worker(chat_id: int, account_id: int) -> ChatMember | None:
    """What somebody is in a chat."""
    return await loading.first(ChatMember, "chat_id = $1 AND account_id = $2", chat_id, account_id)


async def has_let_in(member: ChatMember) -> bool:
    """Whether they want a chat between two: they have let the other in, or written there."""
    if member.wants or member.request:
        return member.wants and not member.request
    # Whoever wrote before that was kept.
    row = await db.fetch_one(
        "SELECT 1 FROM chat_messages WHERE chat_id = $1 AND author_id = $2 LIMIT 1",
        member.chat_id,
        member.account_id,
    )
    return row is not None


async def message_for_worker(chat_id: int, seq: int) -> ChatMessage | None:
    """A message, whoever may read it, deleted or not."""
    return await loading.first(ChatMessage, "chat_id = $1 AND seq = $2", chat_id, seq)


def pair_key(one_id: int, other_id: int) -> str:
    """What a chat between two is found by, whoever asks."""
    return f"{min(one_id, other_id)}:{max(one_id, other_id)}"


async def find_direct(one_id: int, other_id: int) -> Chat | None:
    """The chat between two."""
    return await loading.first(Chat, "pair_key = $1", pair_key(one_id, other_id))


async def insert(
    chat_id: int, kind: str, at: datetime, *, pair: str | None = None, uri: str = "", local: bool = True
) -> bool:
    """Write a chat; False when these two, or this id, have one."""
    row = await db.fetch_one(
        "INSERT INTO chats (id, kind, pair_key, uri, local, created_at, last_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id",
        chat_id,
        kind,
        pair,
        uri,
        local,
        at,
    )
    return row is not None


async def other_of(chat_id: int, account_id: int) -> Account:
    """The other one of a chat between two."""
    found = await loading.first(
        Account,
        "id = (SELECT account_id FROM chat_members WHERE chat_id = $1 AND account_id <> $2)",
        chat_id,
        account_id,
    )
    if found is None:
        raise NotFound
    return found


async def is_blocked(chat_id: int, account_id: int) -> bool:
    """Whether one of a chat between two blocks the other."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM chat_members m JOIN blocks b ON (b.blocker_id = m.account_id"
            " AND b.blocked_id = $2) OR (b.blocker_id = $2 AND b.blocked_id = m.account_id)"
            " WHERE m.chat_id = $1 AND m.account_id <> $2)",
            chat_id,
            account_id,
        )
    )


async def of_post(post_id: int) -> ChatMessage | None:
    """The message that a post is, deleted or not."""
    return await loading.first(ChatMessage, "post_id = $1", post_id)


async def last_post_id(chat_id: int) -> int | None:
    """The newest message that is a post and is still there."""
    found = await db.fetch_value(
        "SELECT post_id FROM chat_messages WHERE chat_id = $1 AND post_id IS NOT NULL AND deleted_at IS NULL"
        " ORDER BY seq DESC LIMIT 1",
        chat_id,
    )
    return None if found is None else int(found)


async def members(chat_id: int, *, states: Sequence[MemberState] = (MemberState.ACTIVE,)) -> list[ChatMember]:
    """Those of a chat that are in one of these states, who came first first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatMember)} FROM chat_members t WHERE chat_id = $1 AND state = ANY($2)"
        " ORDER BY joined_seq NULLS LAST, id",
        chat_id,
        [state.value for state in states],
    )
    return [loading.read(ChatMember, row) for row in rows]


async def preference(account_id: int) -> ChatPreference:
    """What somebody wants of chats; the defaults for who never said."""
    found = await loading.first(ChatPreference, "account_id = $1", account_id)
    return found or ChatPreference(account_id=account_id)


async def closeness(writer_id: int, reader_id: int) -> Row:
    """Row (is_followed: by the reader, is_follower: of the reader, is_blocked: either way)."""
    row = await db.fetch_one(
        "SELECT EXISTS (SELECT 1 FROM follows WHERE follower_id = $2 AND followee_id = $1"
        " AND state = 'accepted') AS is_followed,"
        " EXISTS (SELECT 1 FROM follows WHERE follower_id = $1 AND followee_id = $2"
        " AND state = 'accepted') AS is_follower, EXISTS (SELECT 1 FROM blocks WHERE"
        " (blocker_id = $1 AND blocked_id = $2) OR (blocker_id = $2 AND blocked_id = $1)) AS is_blocked",
        writer_id,
        reader_id,
    )
    assert row is not None
    return row


async def ways(account_ids: Sequence[int], *, in_group: bool = False) -> dict[int, ChatWay]:
    """How messages get to people. A server that writes messages takes them."""
    rows = await db.fetch(
        "SELECT a.id, a.domain, coalesce(a.accepts_chat, EXISTS (SELECT 1 FROM chat_messages m"
        " JOIN posts p ON p.id = m.post_id WHERE m.author_id = a.id AND p.chat)) AS takes"
        " FROM accounts a WHERE a.id = ANY($1)",
        list(account_ids),
    )
    found = {}
    for row in rows:
        away = ChatWay.ECHO_GROUP if in_group else ChatWay.CHAT_MESSAGE
        if not in_group and not row["takes"]:
            away = ChatWay.DIRECT_NOTE
        found[row["id"]] = away if row["domain"] else ChatWay.LOCAL
    return found


async def find_by_link(token: str) -> Chat | None:
    """The group that a join link leads to."""
    return await loading.first(Chat, "join_token = $1", token)


async def reactions_by(chat_id: int, seq: int, account_id: int) -> set[str]:
    """The emojis of somebody under a message."""
    rows = await db.fetch(
        "SELECT name FROM chat_reactions WHERE chat_id = $1 AND message_seq = $2 AND account_id = $3",
        chat_id,
        seq,
        account_id,
    )
    return {row["name"] for row in rows}


async def count_pins(chat_id: int) -> int:
    """How many messages are pinned."""
    found = await db.fetch_value(
        "SELECT count(*) FROM chat_messages WHERE chat_id = $1 AND pinned_at IS NOT NULL", chat_id
    )
    return int(found)


async def typing_listeners(viewer: Viewer, chat_id: int) -> list[int] | None:
    """People here who are told that the viewer types in a chat; None when they are not in it, do not share
    that, or it waits for an answer. Whoever blocks them or is blocked is left out.
    """
    rows = await db.fetch(
        "SELECT u.id FROM chat_members me JOIN chat_members m ON m.chat_id = me.chat_id"
        " JOIN users u ON u.id = m.account_id LEFT JOIN chat_preferences p ON p.account_id = me.account_id"
        " WHERE me.chat_id = $2 AND me.account_id = $1 AND me.state = 'active' AND m.state = 'active'"
        " AND me.request = '' AND m.request = '' AND coalesce(p.share_typing, true)"
        " AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = $1 AND b.blocked_id = m.account_id)"
        " OR (b.blocker_id = m.account_id AND b.blocked_id = $1))",
        viewer.account_id,
        chat_id,
    )
    if not rows:
        return None
    return [row["id"] for row in rows if row["id"] != viewer.account_id]


async def around(seat: Seat, seqs: Sequence[int], count: int) -> list[int]:
    """These messages and so many before and after each, as far as somebody may read them."""
    rows = await db.fetch(
        "SELECT DISTINCT n.seq FROM unnest($2::bigint[]) AS w(seq), LATERAL ("
        " (SELECT seq FROM chat_messages WHERE chat_id = $1 AND seq <= w.seq ORDER BY seq DESC LIMIT $5)"
        " UNION ALL"
        " (SELECT seq FROM chat_messages WHERE chat_id = $1 AND seq > w.seq ORDER BY seq LIMIT $6)) n"
        " WHERE n.seq BETWEEN $3 AND $4 ORDER BY 1",
        seat.chat.id,
        list(seqs),
        seat.first_seq,
        seat.last_seq,
        count + 1,
        count,
    )
    return [row["seq"] for row in rows]
