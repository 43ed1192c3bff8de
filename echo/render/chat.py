"""Chats, those in them, and their events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from echo import addresses
from echo.db import Row
from echo.kinds_of_chats import ChatKind, ChatWay
from echo.models import ChatEvent, ChatMember, ChatPreference
from echo.policy.chat import MEMBERS_MAX, Deed, may
from echo.render import account, chat_entities, chat_message, times
from echo.render.chat_entities import (
    Chat,
    ChatMark,
    ChatPreferences,
    Event,
    Member,
    Message,
    Receipts,
    Standing,
)
from echo.store import chat_reads, chats
from echo.store.chats import Seat

# Names of readers are told in small groups; after that how many they are says more.
NAMES_MAX = MEMBERS_MAX // 2


async def many(viewer_id: int, rows: Sequence[Row]) -> list[Chat]:
    """Rows of `chat_reads.page` and `chat_reads.of`."""
    last = [(row["id"], row["last_message_seq"]) for row in rows if row["last_message_seq"] is not None]
    found = await chat_reads.last_messages(viewer_id, last) if last else []
    messages = {int(message.chat_id): message for message in await chat_message.many(viewer_id, found)}
    other_ids = [row["other_id"] for row in rows if row["other_id"] is not None]
    people = await account.by_id(other_ids)
    ways = await chats.ways(other_ids)
    return [_one(row, messages.get(row["id"]), people, ways) for row in rows]


async def one(viewer_id: int, chat_id: int) -> Chat:
    """A chat that the viewer is or was in, or is invited to."""
    return (await many(viewer_id, await chat_reads.of(viewer_id, [chat_id])))[0]


def _one(row: Row, message: Message | None, people: Mapping[int, bytes], ways: Mapping[int, ChatWay]) -> Chat:
    other = people.get(row["other_id"])
    is_leader = row["state"] == "active" and may(row["role"], Deed.LINK)
    return Chat(
        id=str(row["id"]),
        kind=row["kind"],
        name=row["name"],
        avatar=addresses.here().file(row["avatar"]) if row["avatar"] else None,
        account=None if other is None else msgspec.Raw(other),
        federation=_way_of_chat(row, ways).value,
        members_count=row["members_count"],
        unread_count=row["unread_count"],
        last_seq=row["last_seq"] if row["left_seq"] is None else row["left_seq"],
        last_message=message,
        join_token=row["join_token"] if is_leader else None,
        me=Standing(
            role=row["role"],
            state=row["state"],
            request=row["request"],
            first_seq=row["joined_seq"],
            last_seq=row["left_seq"],
            delivered_seq=row["delivered_seq"],
            read_seq=row["read_seq"],
            muted_until=times.iso_or_none(row["muted_until"]),
        ),
        created_at=times.iso(row["created_at"]),
        last_at=times.iso(row["last_at"]),
    )


def _way_of_chat(row: Row, ways: Mapping[int, ChatWay]) -> ChatWay:
    if row["kind"] == ChatKind.DIRECT:
        return ways.get(row["other_id"], ChatWay.LOCAL)
    return ChatWay.ECHO_GROUP if row["uri"] else ChatWay.LOCAL


async def members(rows: Sequence[ChatMember]) -> list[Member]:
    """Those in a chat; deleted people are left out."""
    ids = [row.account_id for row in rows]
    people, ways = await account.by_id(ids), await chats.ways(ids, in_group=True)
    told = {mark.account_id: mark for mark in await chat_reads.marks(list({row.chat_id for row in rows}))}
    return [
        Member(
            account=msgspec.Raw(people[row.account_id]),
            role=row.role,
            state=row.state,
            federation=ways[row.account_id].value,
            delivered_seq=told[row.account_id].delivered_seq if row.account_id in told else 0,
            read_seq=told[row.account_id].read_seq if row.account_id in told else 0,
        )
        for row in rows
        if row.account_id in people
    ]


async def marks(chat_id: int, *, account_id: int | None = None) -> list[ChatMark]:
    """How far members are, or one of them, as far as they tell."""
    return [
        ChatMark(account_id=str(mark.account_id), delivered_seq=mark.delivered_seq, read_seq=mark.read_seq)
        for mark in await chat_reads.marks([chat_id])
        if account_id is None or mark.account_id == account_id
    ]


def own_mark(member: ChatMember) -> dict[str, object]:
    """How far one is oneself, with what else one keeps for oneself."""
    return {
        "account_id": str(member.account_id),
        "delivered_seq": member.delivered_seq,
        "read_seq": member.read_seq,
        "request": member.request,
        "muted_until": times.iso_or_none(member.muted_until),
    }


async def receipts(seat: Seat, seq: int, author_id: int) -> Receipts:
    """Who has got and read a message."""
    told = [mark for mark in await chat_reads.marks([seat.chat.id]) if mark.account_id != author_id]
    got = [str(mark.account_id) for mark in told if mark.delivered_seq >= seq]
    read = [str(mark.account_id) for mark in told if mark.read_seq >= seq]
    is_small = len(told) < NAMES_MAX
    return Receipts(
        delivered_count=len(got),
        read_count=len(read),
        delivered=got if is_small else [],
        read=read if is_small else [],
    )


async def events(viewer_id: int, rows: Sequence[ChatEvent]) -> list[Event]:
    """Events that the viewer may read, with messages as they are today."""
    wanted: dict[int, set[int]] = {}
    for event in rows:
        if event.message_seq is not None:
            wanted.setdefault(event.chat_id, set()).add(event.message_seq)
    messages: dict[tuple[int, int], Message] = {}
    for chat_id, seqs in wanted.items():
        found = await chat_reads.messages_at(viewer_id, chat_id, list(seqs))
        for message in await chat_message.many(viewer_id, found):
            messages[chat_id, message.seq] = message
    return [_event(event, messages.get((event.chat_id, event.message_seq or 0))) for event in rows]


def _event(event: ChatEvent, message: Message | None) -> Event:
    body = event.body
    picture = body.get("avatar")
    return Event(
        id=str(event.id),
        chat_id=str(event.chat_id),
        seq=event.seq,
        kind=event.kind,
        account_id=str(event.actor_id),
        member_id=str(body["account_id"]) if "account_id" in body else None,
        message_seq=event.message_seq,
        message=message,
        name=body.get("name"),
        role=body.get("role"),
        avatar=addresses.here().file(picture) if picture else None,
        created_at=times.iso(event.created_at),
    )


def preferences(row: ChatPreference) -> ChatPreferences:
    """What somebody wants of chats."""
    return chat_entities.ChatPreferences(
        who_may_write=row.who_may_write,
        ask_first=row.ask_first,
        share_read=row.share_read,
        share_typing=row.share_typing,
        share_presence=row.share_presence,
        share_last_seen=row.share_last_seen,
        invisible=row.invisible,
    )
