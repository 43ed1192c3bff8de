"""Janus with its plugin videoroom: https://janus.conf.meetecho.com/docs

Janus knows no persons: a client that was let in says itself what it is called (`display`), and ours say their
account id. So it keeps strangers out, but members it takes at their word.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from echo import clock
from echo.conferencing import tokens
from echo.errors import Unavailable
from echo.ports import Caller, Guest, Stage

PLUGIN = "janus.plugin.videoroom"
JOIN_SECONDS = 4 * 3600
_SERVICE_SECONDS = 60
# What the plugin answers where something is there already, or not there any more.
_NO_SUCH_ROOM, _ROOM_EXISTS, _NO_SUCH_FEED = 426, 427, 428
_FINE = {0, _NO_SUCH_ROOM, _ROOM_EXISTS, _NO_SUCH_FEED}


class _Data(msgspec.Struct):
    error_code: int = 0
    error: str = ""
    participants: list[dict[str, Any]] = []


class _PluginData(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


class _Identified(msgspec.Struct):
    id: int = 0


class _Failed(msgspec.Struct):
    code: int = 0
    reason: str = ""


class _Answer(msgspec.Struct):
    janus: str = ""
    data: _Identified = msgspec.field(default_factory=_Identified)
    plugindata: _PluginData = msgspec.field(default_factory=_PluginData)
    error: _Failed = msgspec.field(default_factory=_Failed)


@dataclass(frozen=True, slots=True)
class Janus:
    """Shapes:  address: of its HTTP interface, without a trailing slash; public_address: of the WebSocket
    that browsers open; token_secret, admin_key: as in its configuration
    """

    call: Caller
    address: str
    public_address: str
    token_secret: str
    admin_key: str

    async def admit(self, stage: Stage, guest: Guest) -> dict[str, object]:
        room = number(stage.room_id)
        await self._ask(
            {
                "request": "create",
                "room": room,
                "description": str(stage.room_id),
                "secret": self._room_secret(stage),
                "publishers": stage.maximum,
                "is_private": True,
                "permanent": False,
                "signed_tokens": True,
                "notify_joining": True,
                "audiocodec": "opus",
                "videocodec": "vp8",
                **({"admin_key": self.admin_key} if self.admin_key else {}),
            }
        )
        ends_at = int(clock.now().timestamp()) + JOIN_SECONDS
        return {
            "url": self.public_address,
            "plugin": PLUGIN,
            "room": room,
            "display": str(guest.account_id),
            "token": tokens.janus_token("janus", [PLUGIN], self.token_secret, expires_at=ends_at),
            "room_token": tokens.janus_token(PLUGIN, [f"room={room}"], self.token_secret, expires_at=ends_at),
        }

    async def set_voice(self, stage: Stage, guest: Guest) -> None:
        for person in await self._connections(stage, guest.account_id):
            for stream in person.get("streams", ()):
                await self._ask_in(
                    stage,
                    "moderate",
                    id=person["id"],
                    mid=str(stream.get("mid", "")),
                    mute=not guest.may_speak,
                )

    async def expel(self, stage: Stage, account_id: int) -> None:
        for person in await self._connections(stage, account_id):
            await self._ask_in(stage, "kick", id=person["id"])

    async def close(self, stage: Stage) -> None:
        await self._ask_in(stage, "destroy")

    async def _connections(self, stage: Stage, account_id: int) -> Iterator[dict[str, Any]]:
        answer = await self._ask_in(stage, "listparticipants")
        return (person for person in answer.participants if person.get("display") == str(account_id))

    async def _ask_in(self, stage: Stage, request: str, **more: object) -> _Data:
        room, secret = number(stage.room_id), self._room_secret(stage)
        return await self._ask({"request": request, "room": room, "secret": secret, **more})

    async def _ask(self, body: Mapping[str, object]) -> _Data:
        """Open a session, ask the plugin, and close it again. Raises Unavailable for a refusal."""
        session = f"{self.address}/{(await self._say(self.address, 'create')).data.id}"
        try:
            handle = (await self._say(session, "attach", plugin=PLUGIN)).data.id
            answer = await self._say(f"{session}/{handle}", "message", body=body)
        finally:
            await self._say(session, "destroy")
        data = answer.plugindata.data
        if data.error_code not in _FINE:
            raise Unavailable(detail=f"Janus: {body['request']}: {data.error_code} {data.error}")
        return data

    async def _say(self, address: str, verb: str, **more: object) -> _Answer:
        ends_at = int(clock.now().timestamp()) + _SERVICE_SECONDS
        token = tokens.janus_token("janus", [PLUGIN], self.token_secret, expires_at=ends_at)
        said = {"janus": verb, "transaction": secrets.token_hex(8), "token": token, **more}
        reply = await self.call(
            "POST",
            address,
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(said),
        )
        try:
            answer = msgspec.json.decode(reply.body, type=_Answer)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise Unavailable(detail=f"Janus: {verb}: status {reply.status}") from error
        if answer.janus != "success":
            raise Unavailable(detail=f"Janus: {verb}: {answer.error.code} {answer.error.reason}")
        return answer

    def _room_secret(self, stage: Stage) -> str:
        """What allows to change a room; made anew each time instead of being kept."""
        said = f"echo room {stage.room_id}".encode()
        return hmac.new(self.token_secret.encode(), said, hashlib.sha256).hexdigest()


def number(room_id: int) -> int:
    """What Janus calls a room: our ids are too large for the numbers of JavaScript."""
    return int.from_bytes(hashlib.sha256(str(room_id).encode()).digest()[:6])
