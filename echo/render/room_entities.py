"""The shapes of live rooms. They are extensions of ours."""

from __future__ import annotations

import msgspec

from echo.render.entity import Entity


class StatusRoom(Entity, frozen=True, kw_only=True):
    """The live room that a post shows."""

    id: str
    url: str
    title: str
    live: bool
    video: bool
    started_at: str
    ended_at: str | None


class RoomMember(Entity, frozen=True, kw_only=True):
    """Somebody who is in a live room now. `session_id` is null for a moment after a disconnection."""

    account_id: str
    account: msgspec.Raw
    host: bool
    role: str
    muted: bool
    may_speak: bool
    hand_raised_at: str | None
    consent: str | None
    joined_at: str
    session_id: str | None


class StaffRoom(Entity, frozen=True, kw_only=True):
    """An open room, for those who may end it."""

    id: str
    title: str
    host: msgspec.Raw
    engine: str
    access: str
    members_count: int
    started_at: str


class Room(Entity, frozen=True, kw_only=True):
    """A live room. `link` is for those who may pass it on; `recording` is none, asked or allowed."""

    id: str
    url: str
    link: str | None
    title: str
    host: msgspec.Raw
    engine: str
    access: str
    chat_id: str | None
    video: bool
    stage: bool
    maximum: int
    status_id: str | None
    recording: str
    started_at: str
    ended_at: str | None
    members_count: int
    members: list[RoomMember]
    me: RoomMember | None
