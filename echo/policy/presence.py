"""Who may see whether somebody is here: people who follow each other, and those who share a chat that neither
has to let the other into first.
"""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    ONLINE = "online"
    IDLE = "idle"  # connected, but nobody looks
    OFFLINE = "offline"


def state_of(connections: int, idle: int) -> Presence:
    """What somebody is with so many open connections, of which so many say that nobody looks."""
    if connections == 0:
        return Presence.OFFLINE
    return Presence.IDLE if idle >= connections else Presence.ONLINE


def seen_by(viewer: str, account: str) -> str:
    """Whether a viewer may see the presence of somebody here, as a condition of SQL. Blocks end it.

    Shapes:  viewer, account: expressions of type bigint
    """
    return f"""(NOT EXISTS (SELECT 1 FROM blocks b
            WHERE (b.blocker_id = {viewer} AND b.blocked_id = {account})
               OR (b.blocker_id = {account} AND b.blocked_id = {viewer}))
        AND (EXISTS (SELECT 1 FROM follows f JOIN follows g ON g.follower_id = f.followee_id
                AND g.followee_id = f.follower_id AND g.state = 'accepted'
                WHERE f.follower_id = {viewer} AND f.followee_id = {account} AND f.state = 'accepted')
            OR EXISTS (SELECT 1 FROM chat_members m JOIN chat_members n ON n.chat_id = m.chat_id
                WHERE m.account_id = {viewer} AND m.state = 'active' AND m.request = ''
                  AND n.account_id = {account} AND n.state = 'active' AND n.request = '')))"""
