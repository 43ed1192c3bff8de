"""LiveKit: https://docs.livekit.io. People are known there by their account ids."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from echo import clock
from echo.conferencing import tokens
from echo.errors import NotFound, Unauthorized, Unavailable
from echo.ids import parse_id
from echo.ports import Caller, Guest, Stage

# How long somebody may take to connect with a token; who is in stays in.
JOIN_SECONDS = 600
_SERVICE_SECONDS = 60
# A room in which nobody is ends there; here it ends sooner.
_EMPTY_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """What a webhook tells. Shapes:  account_id: None where it is about the room"""

    event: str
    room_id: int
    account_id: int | None


class _Named(msgspec.Struct):
    name: str = ""
    identity: str = ""


class _Hook(msgspec.Struct):
    event: str
    room: _Named = msgspec.field(default_factory=_Named)
    participant: _Named = msgspec.field(default_factory=_Named)


@dataclass(frozen=True, slots=True)
class LiveKit:
    """Shapes:  address, public_address: where we, and browsers, reach it, without a trailing slash"""

    call: Caller
    address: str
    public_address: str
    key: str
    secret: str

    async def admit(self, stage: Stage, guest: Guest) -> dict[str, object]:
        await self._ask(
            "CreateRoom",
            {"roomCreate": True},
            {
                "name": str(stage.room_id),
                "max_participants": stage.maximum,
                "empty_timeout": _EMPTY_SECONDS,
            },
        )
        return {"url": self.public_address, "token": self.join_token(stage, guest)}

    def join_token(self, stage: Stage, guest: Guest) -> str:
        """What lets one person into one room."""
        grants = {
            "room": str(stage.room_id),
            "roomJoin": True,
            "canPublish": guest.may_speak,
            "canPublishSources": ["microphone", *(["camera", "screen_share"] if stage.video else [])],
            "canSubscribe": True,
            "canPublishData": False,
        }
        return self._token(JOIN_SECONDS, {"video": grants, "sub": str(guest.account_id), "name": guest.name})

    async def set_voice(self, stage: Stage, guest: Guest) -> None:
        permission = {
            "can_publish": guest.may_speak,
            "can_subscribe": True,
            "can_publish_data": False,
        }
        await self._ask_about(stage, "UpdateParticipant", guest.account_id, permission=permission)

    async def expel(self, stage: Stage, account_id: int) -> None:
        await self._ask_about(stage, "RemoveParticipant", account_id)

    async def close(self, stage: Stage) -> None:
        await self._ask("DeleteRoom", {"roomCreate": True}, {"room": str(stage.room_id)})

    def read_hook(self, authorization: str, body: bytes) -> Heard:
        """What LiveKit tells us, when it is LiveKit that does.

        Raises:  Unauthorized; NotFound when it is about no room of ours
        """
        token = authorization.removeprefix("Bearer ").strip()
        claims = tokens.read_jwt(token, self.secret, issuer=self.key, now=clock.now().timestamp())
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if not hmac.compare_digest(str(claims.get("sha256", "")), digest):
            raise Unauthorized
        try:
            hook = msgspec.json.decode(body, type=_Hook)
        except msgspec.MsgspecError as error:
            raise NotFound from error
        room_id = parse_id(hook.room.name)
        if room_id is None:
            raise NotFound
        return Heard(hook.event, room_id, parse_id(hook.participant.identity))

    async def _ask_about(self, stage: Stage, method: str, account_id: int, **more: object) -> None:
        room = str(stage.room_id)
        asked = {"room": room, "identity": str(account_id), **more}
        await self._ask(method, {"roomAdmin": True, "room": room}, asked)

    async def _ask(self, method: str, grants: Mapping[str, object], asked: Mapping[str, object]) -> None:
        """Source:  Twirp over JSON; a room or somebody who is gone is no failure"""
        reply = await self.call(
            "POST",
            f"{self.address}/twirp/livekit.RoomService/{method}",
            headers={
                "Authorization": f"Bearer {self._token(_SERVICE_SECONDS, {'video': dict(grants)})}",
                "Content-Type": "application/json",
            },
            body=msgspec.json.encode(asked),
        )
        if not 200 <= reply.status < 300 and reply.status != 404:
            raise Unavailable(detail=f"LiveKit: {method}: status {reply.status}")

    def _token(self, seconds: int, claims: Mapping[str, object]) -> str:
        now = int(clock.now().timestamp())
        return tokens.jwt({"iss": self.key, "nbf": now - 10, "exp": now + seconds, **claims}, self.secret)
