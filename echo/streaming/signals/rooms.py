"""Browsers that meet in a room tell each other how to be reached, and what they send. We pass it on, and look
at nothing but size.

Source:  W3C WebRTC, RTCSessionDescriptionInit and RTCIceCandidateInit
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import encode

from echo import bus
from echo.errors import Forbidden
from echo.ids import parse_id
from echo.policy.access import Access
from echo.store import room_seats
from echo.streaming.signals.signal import Signal

_Id = Annotated[str, Meta(max_length=64)]


class Description(Struct, frozen=True, kw_only=True):
    type: Literal["offer", "answer", "pranswer", "rollback"]
    sdp: Annotated[str, Meta(max_length=48 * 1024)] = ""


class Candidate(Struct, frozen=True, kw_only=True, rename="camel"):
    candidate: Annotated[str, Meta(max_length=1024)]
    sdp_mid: _Id | None = None
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=1000)] | None = None
    username_fragment: Annotated[str, Meta(max_length=256)] | None = None


class Sends(Struct, frozen=True, kw_only=True):
    """What somebody lets others hear and see: where it is off, the media go on, silent and black."""

    mic: bool
    camera: bool


class RtcParams(Struct, frozen=True, kw_only=True):
    """Shapes:  to, account_id: a session in the same room, and whose it is"""

    room_id: _Id
    to: _Id
    account_id: _Id
    description: Description | UnsetType = UNSET
    candidate: Candidate | UnsetType = UNSET
    sends: Sends | UnsetType = UNSET


class _Passed(Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    room_id: str
    sender: str
    account_id: str
    description: Description | UnsetType
    candidate: Candidate | UnsetType
    sends: Sends | UnsetType


async def rtc(access: Access, session_id: str, said: RtcParams) -> None:
    """From one session to another, both of which have a seat in the room. Raises Forbidden otherwise."""
    room_id, other, mine = parse_id(said.room_id) or 0, parse_id(said.account_id) or 0, access.user_id or 0
    seated = await room_seats.sessions([(room_id, mine), (room_id, other)])
    if seated.get((room_id, mine)) != session_id or seated.get((room_id, other)) != said.to:
        raise Forbidden
    passed = _Passed(
        room_id=said.room_id,
        sender=session_id,
        account_id=str(mine),
        description=said.description,
        candidate=said.candidate,
        sends=said.sends,
    )
    await bus.signal([other], "rtc", encode(passed), session=said.to)


SIGNALS = {"rtc": Signal(RtcParams, "write:rooms", rtc)}
