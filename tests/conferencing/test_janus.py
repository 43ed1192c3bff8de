"""The adapter for Janus against Janus itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from echo.conferencing.janus import Janus, number
from echo.errors import Unavailable
from echo.ports import Guest, Reply, Stage
from tests.conferencing.janus_server import (
    ADMIN_KEY,
    TOKEN_SECRET,
    JanusServer,
    is_installed,
    janus_server,
)

pytestmark = pytest.mark.skipif(not is_installed(), reason="Janus is not installed")
STAGE, GUEST = Stage(115_000_000_000_000_001, 3, True), Guest(7, "Alice", True)


async def call(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
    """`ports.Caller`, without the guard."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request(method, url, headers=dict(headers), content=body)
        return Reply(answer.status_code, answer.content)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JanusServer]:
    with janus_server(tmp_path_factory.mktemp("janus")) as running:
        yield running


@pytest.fixture
def janus(server: JanusServer) -> Janus:
    return Janus(call, server.http, server.websocket, TOKEN_SECRET, ADMIN_KEY)


class Visitor:
    """Joins rooms as a browser does, without sending anything."""

    def __init__(self, address: str, way: Mapping[str, Any]) -> None:
        self.address, self.way, self.session, self.handle = address, way, 0, 0

    async def say(self, path: str, verb: str, *, token: str | None = None, **more: Any) -> Any:
        said = {"janus": verb, "transaction": "t", "token": token or self.way["token"], **more}
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.post(f"{self.address}{path}", json=said)).json()

    async def join(self, **more: Any) -> Any:
        self.session = (await self.say("", "create"))["data"]["id"]
        attached = await self.say(f"/{self.session}", "attach", plugin=self.way["plugin"])
        self.handle = attached["data"]["id"]
        body = {
            "request": "join",
            "ptype": "publisher",
            "room": self.way["room"],
            "display": self.way["display"],
            "token": self.way["room_token"],
            **more,
        }
        await self.say(f"/{self.session}/{self.handle}", "message", body=body)
        return await self.next()

    async def next(self) -> Any:
        address = f"{self.address}/{self.session}"
        async with httpx.AsyncClient(trust_env=False) as client:
            heard = await client.get(address, params={"token": self.way["token"]})
        return heard.json()["plugindata"]["data"]


async def test_people_are_let_in_and_sent_out_and_the_room_ends(janus: Janus) -> None:
    way: Any = await janus.admit(STAGE, GUEST)
    assert await janus.admit(STAGE, GUEST), "the room is there already"
    assert (way["room"], way["display"]) == (number(STAGE.room_id), "7")
    assert way["room"] < 2**53
    visitor = Visitor(janus.address, way)
    assert (await visitor.join())["videoroom"] == "joined"
    assert [p["display"] for p in await janus._connections(STAGE, 7)] == ["7"]

    await janus.set_voice(STAGE, Guest(7, "Alice", False))
    await janus.expel(STAGE, 8)
    await janus.expel(STAGE, 7)
    assert (await visitor.next())["leaving"] == "ok"
    assert list(await janus._connections(STAGE, 7)) == []

    await janus.close(STAGE)
    await janus.close(STAGE)
    assert (await Visitor(janus.address, way).join())["error_code"] == 426, "no such room"


async def test_nobody_comes_in_without_a_token_of_ours(janus: Janus) -> None:
    way: Any = await janus.admit(STAGE, GUEST)
    stranger = Visitor(janus.address, way)
    assert (await stranger.say("", "create", token="1,janus:AAAA"))["error"]["code"] == 403
    other = await janus.admit(Stage(STAGE.room_id + 1, 3, True), GUEST)
    refused = await Visitor(janus.address, way).join(token=other["room_token"])
    assert refused["error_code"] == 433, refused
    for wrong in (replace(janus, token_secret="other"), replace(janus, admin_key="other")):
        with pytest.raises(Unavailable):
            await wrong.admit(Stage(3, 3, True), GUEST)
