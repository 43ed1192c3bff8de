"""Who is told of a new message: between two the other, in a group those here who are named in it."""

from __future__ import annotations

from echo import addresses
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.kinds import NotificationKind
from echo.kinds_of_chats import ChatKind
from echo.models import Chat, ChatEvent
from echo.store import chat_hearers
from echo.text.mentions import find_mentions


async def tell_of(unit: UnitOfWork, chat: Chat, event: ChatEvent) -> None:
    """Tell of a message. Nobody is who has muted the chat, or has not let the other in."""
    if chat.kind == ChatKind.DIRECT:
        hearers = await chat_hearers.all_others(chat.id, event.actor_id)
    else:
        bare, here = _names(event.body.get("text", ""))
        hearers = await chat_hearers.named(chat.id, event.actor_id, bare, here) if bare or here else []
    await tell(unit, hearers, NotificationKind.CHAT_MENTION, event.actor_id, object_id=event.id)


def _names(text: str) -> tuple[list[str], list[str]]:
    """The names in a text that say no server, and those that say this one."""
    found = [mention.handle for mention in find_mentions(text, allow_ports=True)]
    own = addresses.here().domain
    return (
        [name for name, domain in found if domain is None],
        [name for name, domain in found if domain == own],
    )
