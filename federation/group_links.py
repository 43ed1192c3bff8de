"""Join links of groups, between Echos: what is behind one, and people of other servers who come in by one.

The secret is in the address of the page and in the wish of who comes in, and in nothing that goes to others.
"""

from __future__ import annotations

import logging

from activitypub import group_chats as wire
from activitypub.errors import Malformed
from echo import addresses
from echo.actions import chat_groups
from echo.errors import Forbidden
from echo.models import Account, Chat
from echo.ports import LinkedGroup
from echo.store import chats
from federation import allowance, newcomers
from federation.errors import FederationError
from federation.fetch import find as find_document
from federation.judge import is_same_origin

log = logging.getLogger(__name__)

# Links that a server looks at or tries in an hour, and that one person tries.
TRIES_OF_SERVER, TRIES_OF_PERSON = 300, 20
_SECONDS = 3_600


async def find(link: str) -> LinkedGroup | None:
    """The group behind a link of another server, as that says; None where it says of none, or nothing."""
    try:
        await newcomers.admit(link)
        behind = wire.read_link(await find_document(link))
    except (FederationError, Malformed) as error:
        log.info("a link of a group leads nowhere: %s", error)
        return None
    if not all(is_same_origin(place, link) for place in (behind.id, behind.chat, behind.inbox)):
        return None
    return LinkedGroup(
        uri=behind.chat, inbox=behind.inbox, name=behind.name, members_count=behind.members_count
    )


async def written(chat: Chat, token: str) -> wire.GroupLink:
    """What is behind a link of ours as other servers read it."""
    here = addresses.here()
    return wire.GroupLink(
        id=here.chat_link_document(token),
        chat=here.chat(chat.id),
        inbox=here.shared_inbox,
        name=chat.name,
        members_count=len(await chats.members(chat.id)),
    )


async def may_try(host: str) -> bool:
    """Count one try of a server to use a link; whether it has tried too often."""
    return await allowance.allows("chat-links", host, TRIES_OF_SERVER, seconds=_SECONDS)


async def enter(wish: wire.GroupWish, actor: Account) -> None:
    """Let somebody of another server in who holds a link. Nobody brings anybody else.

    Raises:  NotFound for a link of no group, or of another; Forbidden; Invalid
    """
    is_allowed = await allowance.allows("chat-link", actor.id, TRIES_OF_PERSON, seconds=_SECONDS)
    if not (is_allowed and await may_try(actor.host)):
        raise Forbidden("Too many tries, wait an hour")
    await chat_groups.enter_by_link(actor.id, wish.token or "", of=wish.chat)
