"""What goes from chats when an account is deleted: its words everywhere, and chats that nobody here is in."""

from __future__ import annotations

from echo import db
from echo.actions import attaching, chat_groups, chat_wishing, discarding
from echo.kinds_of_chats import ChatEventKind, ChatKind, MemberState
from echo.store import accounts, chat_log, chat_projection, chats
from echo.store import erasing as store


async def erase_one(account_id: int, _: int) -> int:
    """Take somebody out of one chat; 0 when there is none left.

    The log keeps its places: without them the others could not tell that they miss nothing.
    """
    chat_id = await store.next_chat(account_id)
    if chat_id is None:
        return 0
    async with db.unit_of_work() as unit:
        chat = await chat_log.hold(chat_id)
        member = await chats.member_for_worker(chat_id, account_id)
        is_there = member is not None and member.state in (MemberState.ACTIVE, MemberState.INVITED)
        if member is not None and is_there and chat.local:
            await chat_groups.take_out(unit, chat, member)
        elif is_there and await accounts.is_here(account_id):
            await chat_wishing.wish(unit, chat, account_id, ChatEventKind.LEFT)
        thrown_away = await attaching.free_from_messages_of(account_id, chat_id)
        others = [one for one in await chat_log.listeners(chat_id) if one != account_id]
        if not others and (chat.kind == ChatKind.DIRECT or not chat.local):
            await store.delete_chat(chat_id)
        else:
            await store.blank_chat(account_id, chat_id)
            await chat_projection.rebuild(chat_id)
            if not chat.local:  # its log is written elsewhere
                await store.leave_copy(account_id, chat_id)
    await discarding.erase(thrown_away)
    return 1
