"""Who may write to whom, and who may do what in a group.

    what they want   may write to them
    everyone         everybody
    followed         whom they follow
    followers        who follows them
    mutuals          who does both
    nobody           nobody, not even in a chat that is there

Whom they follow is known to them. Anybody else waits, where they want that, until they are let in. Whom they
have let in, or written to in the chat, may go on there unless nobody may write.

Source:  ecosystem.md 3.4: the scopes of Misskey, and message requests
"""

from __future__ import annotations

from enum import StrEnum

from echo.errors import Forbidden
from echo.kinds_of_chats import ChatRole, ChatWriters

# Of one group; the names of readers are shown up to half of it.
MEMBERS_MAX = 100
NAME_CHARACTERS = 100


class Deed(StrEnum):
    """What somebody does in a group beside writing."""

    INVITE = "invite"
    LINK = "link"  # make or end the link that lets people in
    CHANGE = "change"  # name and picture
    PIN = "pin"
    DELETE = "delete"  # a message of somebody else
    REMOVE = "remove"  # somebody of a lower role
    APPOINT = "appoint"  # give roles


_RANK = {ChatRole.MEMBER: 0, ChatRole.ADMIN: 1, ChatRole.OWNER: 2}
_NEEDED = {
    Deed.INVITE: ChatRole.MEMBER,
    Deed.LINK: ChatRole.ADMIN,
    Deed.CHANGE: ChatRole.ADMIN,
    Deed.PIN: ChatRole.ADMIN,
    Deed.DELETE: ChatRole.ADMIN,
    Deed.REMOVE: ChatRole.ADMIN,
    Deed.APPOINT: ChatRole.OWNER,
}


def may_write(wanted: str, *, is_followed: bool, is_follower: bool, is_let_in: bool = False) -> bool:
    """The table above. `is_followed`: by whom is written to; `is_follower`: of them; `is_let_in`: by them."""
    match wanted:
        case ChatWriters.NOBODY:
            return False
        case ChatWriters.EVERYONE:
            return True
        case _ if is_let_in:
            return True
        case ChatWriters.FOLLOWED:
            return is_followed
        case ChatWriters.FOLLOWERS:
            return is_follower
        case ChatWriters.MUTUALS:
            return is_followed and is_follower
        case _:
            return False


def may(role: str, deed: Deed) -> bool:
    """Whether a member of this role may do that."""
    return _RANK[ChatRole(role)] >= _RANK[_NEEDED[deed]]


def is_above(role: str, other: str) -> bool:
    """Whether one role may put somebody of the other out."""
    return _RANK[ChatRole(role)] > _RANK[ChatRole(other)]


def require(role: str, deed: Deed) -> None:
    """Raises Forbidden."""
    if not may(role, deed):
        raise Forbidden("Your role in this chat does not allow that")
