"""Somebody is typing in a chat: said to the others in it, and kept nowhere."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.json import encode

from echo import bus, cache
from echo.errors import Forbidden
from echo.ids import parse_id
from echo.policy.access import Access
from echo.store import chats
from echo.streaming.signals.signal import Signal

# Whoever hears it forgets it after so long; it is passed on again only after so long.
FORGET_SECONDS, REPEAT_SECONDS = 6, 3


class TypingParams(Struct, frozen=True, kw_only=True):
    chat_id: Annotated[str, Meta(max_length=32)]


async def typing(access: Access, _: str, said: TypingParams) -> None:
    """Raises Forbidden where one is not in the chat, does not share it, or is blocked by the other."""
    chat_id, mine = parse_id(said.chat_id) or 0, access.user_id or 0
    mark = cache.key("typing", chat_id, mine)
    if not await cache.client().set(mark, b"1", px=REPEAT_SECONDS * 1000 - 200, nx=True):
        return
    listeners = await chats.typing_listeners(access.viewer, chat_id)
    if listeners is None:
        raise Forbidden
    told = {"chat_id": said.chat_id, "account_id": str(mine), "seconds": FORGET_SECONDS}
    await bus.signal(listeners, "typing", encode(told))


SIGNALS = {"typing": Signal(TypingParams, "write:chats", typing)}
