"""The closed sets of words of chats."""

from __future__ import annotations

from enum import StrEnum


class ChatKind(StrEnum):
    DIRECT = "direct"  # between two; its messages are posts as well
    GROUP = "group"


class ChatEventKind(StrEnum):
    """What is written into the log of a chat."""

    CREATED = "created"  # a message
    EDITED = "edited"
    DELETED = "deleted"
    REACTED = "reacted"
    UNREACTED = "unreacted"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    INVITED = "invited"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"  # by somebody else
    ROLE = "role"
    RENAMED = "renamed"
    AVATAR = "avatar"


class ChatRole(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class MemberState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    REMOVED = "removed"


class ChatRequest(StrEnum):
    """What somebody said to a chat that a stranger began. The other is not told."""

    NONE = ""
    WAITING = "waiting"
    REFUSED = "refused"


class ChatWriters(StrEnum):
    """Who may write to somebody."""

    EVERYONE = "everyone"
    FOLLOWED = "followed"  # those whom they follow
    FOLLOWERS = "followers"
    MUTUALS = "mutuals"
    NOBODY = "nobody"


class ChatWay(StrEnum):
    """How what one writes gets to somebody."""

    LOCAL = "local"
    CHAT_MESSAGE = "chat_message"  # their server knows chats
    DIRECT_NOTE = "direct_note"  # it does not: they get a direct post
    ECHO_GROUP = "echo_group"
