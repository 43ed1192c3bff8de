"""What people here want of groups of other servers: it is said to the server of the group, which does it or
says why not (`echo.actions.chat_copies` takes in what happens there).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from echo import clock, db, ids
from echo.db import UnitOfWork
from echo.errors import Forbidden, NotFound
from echo.events import GroupWished, WishRefused
from echo.kinds_of_chats import ChatEventKind
from echo.models import Account, Chat, ChatMessage
from echo.store import chat_servers, chat_wishes

REASON_CHARACTERS = 500


async def wish(
    unit: UnitOfWork,
    chat: Chat,
    account_id: int,
    kind: ChatEventKind,
    *,
    message_seq: int | None = None,
    **said: object,
) -> int:
    """Ask the server of a group for something; it happens when that server says so.

    Shapes:  said: text, emoji, reply_to_seq, key, subject (address of an account), role, name, media_ids
    Returns: the id of the wish
    """
    inbox = await chat_servers.inbox_at_home(chat.id)
    return await wish_at(unit, chat.uri, inbox, account_id, kind, message_seq=message_seq, **said)


async def wish_at(
    unit: UnitOfWork,
    chat_uri: str,
    inbox: str,
    account_id: int,
    kind: ChatEventKind,
    *,
    message_seq: int | None = None,
    **said: object,
) -> int:
    """The same of a group that may be unknown here yet.

    Shapes:  said: as in `wish`, and token: the secret of a join link
    """
    wish_id = ids.new_id()
    await chat_wishes.insert(
        *(wish_id, account_id, chat_uri, kind),
        message_seq=message_seq,
        text=str(said.get("text") or ""),
        key=str(said.get("key") or ""),
    )
    body = msgspec.json.encode({name: value for name, value in said.items() if value}).decode()
    unit.emit(
        GroupWished(
            local=True,
            chat_uri=chat_uri,
            inbox=inbox,
            account_id=account_id,
            kind=kind.value,
            message_seq=message_seq,
            said=body,
            wish_id=wish_id,
        )
    )
    return wish_id


async def say(chat: Chat, author_id: int, text: str, key: str, said: Mapping[str, object]) -> ChatMessage:
    """Say something in a group of another server: it has its place only when that server gives it one.

    Shapes:  said: reply_to_seq, media_ids (files of one's own)
    Returns: a message with `seq` 0, whose id is that of the wish
    """
    known = await chat_wishes.find_by_key(author_id, chat.uri, key)
    if known is not None:
        return ChatMessage(id=known.id, chat_id=chat.id, seq=0, author_id=author_id, text=known.text)
    async with db.unit_of_work() as unit:
        kind = ChatEventKind.CREATED
        wish_id = await wish(unit, chat, author_id, kind, message_seq=None, text=text, key=key, **said)
    return ChatMessage(id=wish_id, chat_id=chat.id, seq=0, author_id=author_id, text=text)


async def refused(home: Account, chat_uri: str, account_id: int, wish_id: int, reason: str) -> bool:
    """The server of a group says that something will not be; False for a wish that does not wait for it.

    Raises:  Forbidden when another server says so
    """
    if home.host != urlsplit(chat_uri).netloc:
        raise Forbidden("The order of this chat is made elsewhere")
    async with db.unit_of_work() as unit:
        text = " ".join(reason.split())[:REASON_CHARACTERS] or "The server of the group refused it"
        if not await chat_wishes.refuse(chat_uri, account_id, wish_id, text, clock.now()):
            return False
        unit.emit(WishRefused(local=True, account_id=account_id, wish_id=wish_id))
    return True


async def put_away(account_id: int, wish_id: int) -> None:
    """Do not show any more what was refused. Raises NotFound."""
    async with db.unit_of_work():
        if not await chat_wishes.forget(account_id, wish_id):
            raise NotFound
