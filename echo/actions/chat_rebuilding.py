"""Making everything anew that follows from the logs of chats."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.store import chat_log, chat_projection, chat_reads


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Shapes:  changed: whether what followed before was something else"""

    chat_id: int
    events: int
    changed: bool


async def rebuild(chat_id: int) -> Rebuilt:
    """Make a chat anew from its log; nobody adds to it meanwhile."""
    async with db.unit_of_work():
        await chat_log.hold(chat_id)
        before = await chat_reads.fingerprint(chat_id)
        events = await chat_projection.rebuild(chat_id)
        return Rebuilt(chat_id, events, before != await chat_reads.fingerprint(chat_id))
