"""Who may join a live room, how many fit into it, and who may speak."""

from __future__ import annotations

from echo.errors import Forbidden
from echo.kinds import RoomRole
from echo.ports import MESH

TITLE_CHARACTERS, TITLE_CODE_POINTS = 100, 255
# Rooms of one host that are open at the same time.
OPEN_MAX = 3
# In a mesh everybody sends to everybody: more than this is too much for a browser and a line at home.
MESH_VIDEO_MAX, MESH_AUDIO_MAX = 4, 8


def most_of(engine: str, *, video: bool, largest: int) -> int:
    """How many people fit into a room of an engine.

    Shapes:  largest: what the operator allows where a server passes sound and pictures on
    """
    if engine != MESH:
        return largest
    return MESH_VIDEO_MAX if video else MESH_AUDIO_MAX


def first_role(*, is_host: bool, stage: bool) -> RoomRole:
    """What somebody is who comes in for the first time."""
    return RoomRole.SPEAKER if is_host or not stage else RoomRole.LISTENER


def may_speak(role: str, *, muted: bool) -> bool:
    """Whether others let what somebody says be heard and seen."""
    return role == RoomRole.SPEAKER and not muted


def require_host(account_id: int, host_id: int) -> None:
    """Raises:  Forbidden for everybody but the host"""
    if account_id != host_id:
        raise Forbidden


# $1 is who looks, $2 the key of a link, or an empty text. Whom the host removed, and who blocks the host or
# is blocked, sees no room; neither does anybody when the host is gone.
MAY_JOIN = """(h.suspended_at IS NULL AND h.deleted_at IS NULL AND (r.host_id = $1 OR (
    NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = $1 AND b.blocked_id = r.host_id)
        OR (b.blocker_id = r.host_id AND b.blocked_id = $1))
    AND NOT EXISTS (SELECT 1 FROM room_members x
        WHERE x.room_id = r.id AND x.account_id = $1 AND x.removed_at IS NOT NULL)
    AND CASE r.access
        WHEN 'link' THEN r.link_secret = $2 OR EXISTS (SELECT 1 FROM room_members x
            WHERE x.room_id = r.id AND x.account_id = $1)
        WHEN 'chat' THEN EXISTS (SELECT 1 FROM chat_members c
            WHERE c.chat_id = r.chat_id AND c.account_id = $1 AND c.state = 'active' AND c.request = '')
        ELSE EXISTS (SELECT 1 FROM follows f
            WHERE f.follower_id = $1 AND f.followee_id = r.host_id AND f.state = 'accepted')
          AND (r.access = 'followers' OR EXISTS (SELECT 1 FROM follows f
            WHERE f.follower_id = r.host_id AND f.followee_id = $1 AND f.state = 'accepted'))
        END)))"""
"""Who may see and join a room, as a condition of SQL over rooms `r` and their hosts `h`."""
