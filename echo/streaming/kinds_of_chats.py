"""What members hear of chats: an event of the log, and how far somebody is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.actions import chat_marks
from echo.errors import NotFound
from echo.policy.viewer import Viewer
from echo.render import chat, chat_message
from echo.store import chat_reads, chat_wishes, chats

_encode = msgspec.json.Encoder().encode
Ids = tuple[int, ...]


async def event(account_ids: Sequence[int], ids: Ids) -> dict[int, bytes]:
    """An event of a log, (chat, seq), for those who may read it."""
    found: dict[int, bytes] = {}
    for account_id in account_ids:
        document = (await events(account_id, [ids])).get(ids)
        if document is not None:
            found[account_id] = document
    return found


async def events(account_id: int, wanted: Sequence[Ids]) -> dict[Ids, bytes]:
    """Events of logs for one person, as things are today."""
    asked: dict[int, list[int]] = {}
    for chat_id, seq in wanted:
        asked.setdefault(chat_id, []).append(seq)
    found: dict[Ids, bytes] = {}
    for chat_id, seqs in asked.items():
        try:
            seat = await chats.get(Viewer(account_id), chat_id)
        except NotFound:
            continue
        for shown in await chat.events(account_id, await chat_reads.events_at(seat, seqs)):
            found[chat_id, shown.seq] = _encode(shown)
    return found


async def marks(account_ids: Sequence[int], ids: Ids) -> dict[int, bytes]:
    """How far somebody is in a chat, (chat, account); oneself is told all, others what that person tells."""
    chat_id, about_id = ids
    found = {}
    told = await chat.marks(chat_id, account_id=about_id)
    for account_id in account_ids:
        try:
            seat = await chats.get(Viewer(account_id), chat_id)
        except NotFound:
            continue
        if account_id == about_id:
            found[account_id] = _encode({"chat_id": str(chat_id), **chat.own_mark(seat.member)})
        elif seat.is_active and told:
            found[account_id] = _encode({"chat_id": str(chat_id), **msgspec.structs.asdict(told[0])})
    return found


async def hidden(account_ids: Sequence[int], ids: Ids) -> dict[int, bytes]:
    """A message, (chat, seq), that one does not want to see any more."""
    return dict.fromkeys(account_ids, _encode({"chat_id": str(ids[0]), "message_seq": ids[1]}))


async def refused(account_ids: Sequence[int], ids: Ids) -> dict[int, bytes]:
    """What a group of another server did not take, for who said it."""
    found = {}
    for account_id in account_ids:
        row = await chat_wishes.find(account_id, ids[0])
        if row is not None:
            found[account_id] = _encode(chat_message.waiting([row])[0])
    return found


async def acked(account_id: int, rows: list[Ids]) -> None:
    """A client has taken events in: they are delivered."""
    newest: dict[int, int] = {}
    for chat_id, seq in rows:
        newest[chat_id] = max(seq, newest.get(chat_id, 0))
    for chat_id, seq in newest.items():
        try:
            await chat_marks.delivered(account_id, chat_id, seq)
        except NotFound:
            continue
