"""Copies of groups of other servers are compared with the log there: that the last event was lost shows in
nothing that comes. The server is asked when somebody looks at the chat, and now and then.
"""

from __future__ import annotations

from datetime import timedelta

from echo import clock, db
from echo.events import CopyDoubted
from echo.models import Chat
from echo.store import chat_servers

LOOKED_AT = timedelta(minutes=5)
LEFT_ALONE = timedelta(hours=6)
AT_ONCE = 100


async def look(chat: Chat) -> None:
    """Somebody here looks at a chat: its server is asked, if it was not just now."""
    if chat.local or (chat.compared_at is not None and chat.compared_at > clock.now() - LOOKED_AT):
        return
    await _doubt([chat.id], LOOKED_AT)


async def look_at_some() -> None:
    """Have those compared that were not for a while, and that somebody here is in."""
    await _doubt(await chat_servers.copies(clock.now() - LEFT_ALONE, AT_ONCE), LEFT_ALONE)


async def _doubt(chat_ids: list[int], after: timedelta) -> None:
    now = clock.now()
    for chat_id in chat_ids:
        async with db.unit_of_work() as unit:
            if await chat_servers.begin_comparing(chat_id, now - after, now):
                unit.emit(CopyDoubted(local=True, chat_id=chat_id))
