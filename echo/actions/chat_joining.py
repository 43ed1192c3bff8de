"""Groups of other servers that people here enter by a join link: that server is asked, and says yes or no."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from echo import db, ports
from echo.actions import chat_wishing
from echo.errors import Invalid, NotFound
from echo.kinds_of_chats import ChatEventKind, MemberState
from echo.models import Chat
from echo.ports import LinkedGroup
from echo.store import chats as store

_PATH = re.compile(r"/chats/join/([A-Za-z0-9_-]{16,64})/?")


def is_link(text: str) -> bool:
    """Whether an address is the link of a group of another server."""
    return _parts(text) is not None


async def look(link: str) -> LinkedGroup:
    """What the server of a link says of its group.

    Raises:  Invalid for what is no such link; NotFound where it leads nowhere, or nobody answers
    """
    parts = _parts(link)
    if parts is None:
        raise Invalid("Validation failed: This is no link of a group")
    found = await ports.directory().group_by_link("".join(parts))
    if found is None:
        raise NotFound("This link leads nowhere any more, or its server does not answer")
    return found


async def ask(account_id: int, link: str) -> tuple[Chat | None, int]:
    """Ask to enter. What becomes of it comes as an event: of the log, or that it was refused.

    Returns: the group, for who is in it already; else None and the id of the wish
    Raises:  as `look`
    """
    found, parts = await look(link), _parts(link)
    assert parts is not None, "look has read it"
    async with db.unit_of_work() as unit:
        chat = await store.find_by_uri_for_worker(found.uri)
        member = None if chat is None else await store.member_for_worker(chat.id, account_id)
        if member is not None and member.state == MemberState.ACTIVE:
            return chat, 0
        kind = ChatEventKind.JOINED
        token = parts[2]
        return None, await chat_wishing.wish_at(unit, found.uri, found.inbox, account_id, kind, token=token)


def _parts(link: str) -> tuple[str, str, str] | None:
    """Server, path and secret of a link, without what was hung on it underway."""
    try:
        split = urlsplit(link.strip())
    except ValueError:
        return None
    match = _PATH.fullmatch(split.path)
    if split.scheme not in ("https", "http") or not split.netloc or match is None:
        return None
    return f"{split.scheme}://{split.netloc}", "/chats/join/", match[1]
