"""The adapter for LiveKit: what its tokens say, what it asks, which webhooks it believes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from echo import clock
from echo.app import create_app
from echo.conferencing import tokens
from echo.config import Config
from echo.kinds import Lane
from echo.runtime import Runtime, open_runtime
from tests import make
from tests.api.asking import Api
from tests.api.test_rooms import PATH, shaped
from tests.conftest import changed
from tests.emptying import empty
from tests.fediverse import Router
from workers import jobs, rooms

KEY, SECRET = "APIkey", "a secret of at least thirty-two bytes"


def opened(token: str) -> dict[str, Any]:
    """The claims of a token, checked by hand as RFC 7515 says."""
    head, body, signature = token.split(".")
    mac = hmac.new(SECRET.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(mac).rstrip(b"=").decode() == signature
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    now = clock.now().timestamp()
    assert claims["iss"] == KEY
    assert claims["nbf"] <= now < claims["exp"] <= now + 3600
    return claims


@dataclass
class FakeLiveKit:
    """Answers as its RoomService does; keeps what was asked, with the grants."""

    asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    status: int = 200

    async def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/json"
        service, _, method = request.url.path.removeprefix("/twirp/").partition("/")
        assert (request.method, service) == ("POST", "livekit.RoomService")
        grants = opened(request.headers["authorization"].removeprefix("Bearer "))["video"]
        self.asked.append((method, grants, json.loads(request.content)))
        return httpx.Response(self.status, json={"code": "not_found"} if self.status == 404 else {})


@pytest.fixture
def livekit() -> FakeLiveKit:
    return FakeLiveKit()


@pytest.fixture
async def server(migrated: Config, tmp_path: Path, livekit: FakeLiveKit) -> AsyncIterator[Runtime]:
    settings = {
        "engine": "livekit",
        "livekit_url": "https://live.test/",
        "livekit_public_url": "wss://live.example",
        "livekit_key": KEY,
        "livekit_secret": SECRET,
    }
    config = changed(migrated, rooms=settings)
    runtime = await open_runtime(config, tmp_path, transport=Router({"live.test": livekit.answer}))
    await empty()
    yield runtime
    await runtime.close()


async def work(runtime: Runtime) -> None:
    while await jobs.drain_once(runtime, dict(rooms.JOBS), "test", Lane.OUTSIDE):
        pass


async def hook(api: Api, body: Mapping[str, Any], *, secret: str = SECRET, sent: bytes = b"") -> int:
    """A webhook as LiveKit sends it."""
    said = json.dumps(body).encode()
    claims = {
        "iss": KEY,
        "exp": clock.now().timestamp() + 60,
        "sha256": base64.b64encode(hashlib.sha256(said).digest()).decode(),
    }
    headers = {
        "Host": "echo.test",
        "Authorization": tokens.jwt(claims, secret),
        "Content-Type": "application/webhook+json",
    }
    answer = await api.client.post("/hooks/livekit", headers=headers, data=sent or said)
    return int(answer.status_code)


async def test_a_room_is_made_joined_ruled_and_ended_there(server: Runtime, livekit: FakeLiveKit) -> None:
    api = Api(create_app(server).test_client())
    host, bob = await make.person("host"), await make.person("bob")
    await make.follow(bob, host)
    room = shaped(await api.post(PATH, by=host, json={"title": "Tea", "stage": True}))
    assert (room["engine"], room["maximum"]) == ("livekit", 50)
    tea = room["id"]
    joined = shaped(await api.post(f"{PATH}/{tea}/join", by=bob), "JoinedRoom")
    assert joined["engine"]["url"] == "wss://live.example"
    claims = opened(joined["engine"]["token"])
    assert (claims["sub"], claims["name"]) == (str(bob.id), "bob")
    assert claims["video"] == {
        "room": tea,
        "roomJoin": True,
        "canPublish": False,
        "canPublishSources": ["microphone", "camera", "screen_share"],
        "canSubscribe": True,
        "canPublishData": False,
    }
    made = {"name": tea, "max_participants": 50, "empty_timeout": 300}
    assert livekit.asked == [("CreateRoom", {"roomCreate": True}, made)]
    livekit.asked.clear()

    member = f"{PATH}/{tea}/members/{bob.id}"
    about = {"room": tea, "identity": str(bob.id)}
    admin = {"roomAdmin": True, "room": tea}
    await api.post(f"{member}/role", by=host, json={"role": "speaker"})
    await work(server)
    voice = {"can_publish": True, "can_subscribe": True, "can_publish_data": False}
    assert livekit.asked == [("UpdateParticipant", admin, {**about, "permission": voice})]
    # Somebody who is gone there already is no failure.
    livekit.status = 404
    await api.delete(member, by=host)
    await work(server)
    assert livekit.asked[-1] == ("RemoveParticipant", admin, about)
    await api.delete(f"{PATH}/{tea}", by=host)
    await work(server)
    assert livekit.asked[-1] == ("DeleteRoom", {"roomCreate": True}, {"room": tea})
    livekit.status = 500
    other = shaped(await api.post(PATH, by=host, json={"title": "Tea"}))["id"]
    await api.post(f"{PATH}/{other}/join", by=host, expect=503)


async def test_webhooks_are_believed_only_with_the_signature_of_their_body(server: Runtime) -> None:
    api = Api(create_app(server).test_client())
    host = await make.person()
    tea = shaped(await api.post(PATH, by=host, json={"title": "Tea"}))["id"]
    await api.post(f"{PATH}/{tea}/join", by=host)
    left = {"event": "participant_left", "room": {"name": tea}, "participant": {"identity": str(host.id)}}
    over = {"event": "room_finished", "room": {"name": tea}}
    assert await hook(api, left, secret="other") == 401
    assert await hook(api, left, sent=json.dumps(over).encode()) == 401
    claims = {"iss": KEY, "exp": clock.now().timestamp() - 1}
    headers = {"Host": "echo.test", "Authorization": tokens.jwt(claims, SECRET)}
    assert (await api.client.post("/hooks/livekit", headers=headers, data=b"{}")).status_code == 401
    assert len((await api.get(f"{PATH}/{tea}", by=host)).json["members"]) == 1

    assert await hook(api, {"event": "track_published", "room": {"name": tea}}) == 200
    assert await hook(api, left) == 200
    room = shaped(await api.get(f"{PATH}/{tea}", by=host))
    assert (room["members"], room["ended_at"]) == ([], None)
    assert await hook(api, over) == 200
    assert shaped(await api.get(f"{PATH}/{tea}", by=host))["ended_at"]
    assert await hook(api, {"event": "room_finished", "room": {"name": "theirs"}}) == 404
    clock.shift(timedelta(0))
