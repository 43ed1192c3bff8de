"""Live rooms: who may join, what the host may do, and how they end."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from datetime import timedelta

import msgspec
import pytest
from jsonschema import Draft202012Validator

from echo import cache, clock, db
from echo.actions import blocks, room_members
from echo.kinds import Role
from echo.models import RoomMember
from echo.runtime import Runtime
from tests import make, openapi
from tests.api.asking import Answer, Api, Json
from tests.conftest import changed
from tests.make import Person

PATH = "/api/v1/echo/rooms"


def shaped(answer: Answer, entity: str = "Room") -> Json:
    """The entity, which is what the description of our API says."""
    return fitting(answer.json, entity)


def fitting(document: Json, entity: str) -> Json:
    known = openapi.document()["components"]
    Draft202012Validator({"$ref": f"#/components/schemas/{entity}", "components": known}).validate(document)
    return document


async def opened(api: Api, host: Person, **more: object) -> str:
    room = shaped(await api.post(PATH, by=host, json={"title": "Tea", **more}))
    return str(room["id"])


async def joined(api: Api, tea: str, person: Person, **more: object) -> str:
    answer = await api.post(f"{PATH}/{tea}/join", by=person, json=more)
    return str(shaped(answer, "JoinedRoom")["session_id"])


async def people(host: Person, count: int) -> list[Person]:
    """Followers of a host."""
    found = [await make.person() for _ in range(count)]
    for person in found:
        await make.follow(person, host)
    return found


def who(room: Json) -> dict[str, Json]:
    return {member["account_id"]: member for member in room["members"]}


async def test_an_evening_on_a_stage(api: Api) -> None:
    host, eve = await make.person("host"), await make.person("eve")
    bob, carol = await people(host, 2)
    tea = await opened(api, host, title="  Birds,\n live ", stage=True, video=False)
    room = shaped(await api.get(f"{PATH}/{tea}", by=bob))
    assert (room["title"], room["maximum"], room["members"], room["me"]) == ("Birds, live", 8, [], None)
    assert (room["host"]["acct"], room["engine"], room["recording"]) == ("host", "mesh", "none")
    for person in (host, bob, carol):
        await joined(api, tea, person)
    assert [room["id"] for room in (await api.get(PATH, by=bob)).json] == [room["id"]]
    assert (await api.get(PATH, by=eve)).json == []

    room = shaped(await api.post(f"{PATH}/{tea}/hand", by=bob))
    assert (room["me"]["role"], room["me"]["may_speak"]) == ("listener", False)
    assert room["me"]["hand_raised_at"]
    assert room["me"]["session_id"]
    room = shaped(await api.post(f"{PATH}/{tea}/members/{bob.id}/role", by=host, json={"role": "speaker"}))
    told = who(room)[str(bob.id)]
    assert (told["role"], told["may_speak"], told["hand_raised_at"]) == ("speaker", True, None)
    room = shaped(await api.post(f"{PATH}/{tea}/members/{bob.id}/mute", by=host))
    assert who(room)[str(bob.id)]["may_speak"] is False
    assert [member["host"] for member in room["members"]] == [True, False, False]

    # Whether they may be recorded is for all of them to say, and for those who come later too.
    await api.post(f"{PATH}/{tea}/consent", by=bob, json={"agreed": True}, expect=422)
    assert shaped(await api.post(f"{PATH}/{tea}/recording", by=host))["recording"] == "asked"
    for person, state in ((host, "asked"), (bob, "asked"), (carol, "allowed")):
        room = shaped(await api.post(f"{PATH}/{tea}/consent", by=person, json={"agreed": True}))
        assert (room["recording"], room["me"]["consent"]) == (state, "yes")
    (dave,) = await people(host, 1)
    await joined(api, tea, dave)
    assert shaped(await api.get(f"{PATH}/{tea}", by=host))["recording"] == "asked"
    assert (
        shaped(await api.post(f"{PATH}/{tea}/consent", by=dave, json={"agreed": False}))["recording"]
        == "asked"
    )

    # Only the host does such things; who was sent out does not come back, and sees nothing.
    for verb in ("role", "mute"):
        await api.post(
            f"{PATH}/{tea}/members/{carol.id}/{verb}", by=bob, json={"role": "speaker"}, expect=403
        )
    await api.delete(f"{PATH}/{tea}", by=bob, expect=403)
    await api.delete(f"{PATH}/{tea}", by=eve, expect=404)
    room = shaped(await api.delete(f"{PATH}/{tea}/members/{carol.id}", by=host))
    assert str(carol.id) not in who(room)
    for call in ("join", "hand"):
        await api.post(f"{PATH}/{tea}/{call}", by=carol, expect=404)
    await api.delete(f"{PATH}/{tea}/members/{host.id}", by=host, expect=422)

    await api.delete(f"{PATH}/{tea}", by=host)
    room = shaped(await api.get(f"{PATH}/{tea}", by=bob))
    assert (room["members_count"], bool(room["ended_at"])) == (0, True)
    await api.post(f"{PATH}/{tea}/join", by=bob, expect=410)
    assert (await api.get(PATH, by=host)).json == []


@pytest.mark.parametrize("access", ["followers", "mutuals", "link"])
async def test_who_may_come_in(api: Api, access: str) -> None:
    host = await make.person("host")
    follower, friend, stranger, blocked = [await make.person() for _ in range(4)]
    for person in (follower, friend, blocked):
        await make.follow(person, host)
    await make.follow(host, friend)
    tea = await opened(api, host, access=access)
    key = shaped(await api.get(f"{PATH}/{tea}", by=host))["link"]
    assert (key is not None) == (access == "link")
    secret = key.partition("?key=")[2] if key else "wrong"
    await blocks.block(blocked.id, host.id)
    allowed = {
        "followers": {host.id, follower.id, friend.id},
        "mutuals": {host.id, friend.id},
        "link": {host.id, follower.id, friend.id, stranger.id},
    }[access]
    for person in (host, follower, friend, stranger, blocked):
        expected = 200 if person.id in allowed else 404
        await api.get(f"{PATH}/{tea}", by=person, query={"key": secret}, expect=expected)
        for call, sent in (("join", {"key": secret}), ("hand", {}), ("leave", {})):
            await api.post(f"{PATH}/{tea}/{call}", by=person, json=sent, expect=expected)
            if call == "join" and expected == 200:
                await api.post(f"{PATH}/{tea}/stay", by=person, json={"session_id": "other"}, expect=409)
    if access == "link":
        await api.get(f"{PATH}/{tea}", by=await make.person(), query={"key": secret[1:]}, expect=404)


async def test_no_more_come_in_than_fit_also_when_they_come_at_once(api: Api) -> None:
    host = await make.person()
    for video, most in ((True, 4), (False, 8)):
        await api.post(PATH, by=host, json={"title": "x", "video": video, "maximum": most + 1}, expect=422)
    tea = await opened(api, host, maximum=2)
    crowd = await people(host, 4)

    async def come(person: Person) -> int:
        sent = {"Host": "echo.test", **person.headers}
        return int((await api.client.post(f"{PATH}/{tea}/join", headers=sent)).status_code)

    assert sorted(await asyncio.gather(*(come(person) for person in crowd))) == [200, 200, 422, 422]
    seated = (await api.get(f"{PATH}/{tea}", by=crowd[0])).json["members"]
    # Who is in comes back in, from another session too; a seat that was left is free.
    inside = next(person for person in crowd if str(person.id) == seated[0]["account_id"])
    first, second = await joined(api, tea, inside, session_id="one"), await joined(api, tea, inside)
    await api.post(f"{PATH}/{tea}/stay", by=inside, json={"session_id": first}, expect=409)
    await api.post(f"{PATH}/{tea}/leave", by=inside, json={"session_id": first})
    await api.post(f"{PATH}/{tea}/stay", by=inside, json={"session_id": second})
    await api.post(f"{PATH}/{tea}/join", by=host, expect=422)
    await api.post(f"{PATH}/{tea}/leave", by=inside, json={"session_id": second})
    await joined(api, tea, host)
    for _ in range(2):
        await opened(api, host)
    await api.post(PATH, by=host, json={"title": "too many"}, expect=422)


async def test_who_went_without_a_word_has_left_and_nobody_leaves_because_redis_forgot(api: Api) -> None:
    host = await make.person()
    (bob,) = await people(host, 1)
    tea = await opened(api, host)
    mine = await joined(api, tea, host)
    await joined(api, tea, bob)
    await room_members.sweep()
    clock.shift(timedelta(seconds=61))
    await cache.forget_everything()
    await room_members.sweep()
    assert len((await api.get(f"{PATH}/{tea}", by=host)).json["members"]) == 2, "leases come back with time"

    await api.post(f"{PATH}/{tea}/stay", by=host, json={"session_id": mine})
    await room_members.sweep()
    room = shaped(await api.get(f"{PATH}/{tea}", by=bob))
    assert list(who(room)) == [str(host.id)]
    await api.post(f"{PATH}/{tea}/stay", by=bob, json={"session_id": "x"}, expect=404)

    await api.post(f"{PATH}/{tea}/leave", by=host)
    await room_members.sweep()
    assert shaped(await api.get(f"{PATH}/{tea}", by=host))["ended_at"] is None
    clock.shift(timedelta(seconds=190))
    await room_members.sweep()
    assert shaped(await api.get(f"{PATH}/{tea}", by=host))["ended_at"]
    assert await RoomMember.filter(left_at=None).count() == 0


async def test_a_room_without_a_host_ends_later(api: Api) -> None:
    host = await make.person()
    (bob,) = await people(host, 1)
    tea, never = await opened(api, host), await opened(api, host)
    await joined(api, tea, host)
    for room in (tea, never):
        await joined(api, room, bob, session_id="his")
    await api.post(f"{PATH}/{tea}/leave", by=host)
    for seconds, is_over in ((590, False), (610, True)):
        clock.shift(timedelta(seconds=seconds))
        for room in (tea, never):
            await api.post(f"{PATH}/{room}/stay", by=bob, json={"session_id": "his"})
        await room_members.sweep()
        for room in (tea, never):
            assert bool((await api.get(f"{PATH}/{room}", by=bob)).json["ended_at"]) == is_over


async def test_moderators_end_a_room_and_do_not_see_who_is_inside(api: Api) -> None:
    host, bob = await make.person("host"), await make.person("bob", role=Role.MODERATOR)
    mod = await make.with_scopes(bob, "admin:read", "admin:write")
    tea = await opened(api, host, access="link")
    await joined(api, tea, host)
    listed, route = "/api/v1/echo/admin/rooms", f"/api/v1/echo/admin/rooms/{tea}"
    await api.get(listed, by=await make.with_scopes(host, "admin:read"), expect=403)
    await api.delete(route, by=await make.with_scopes(host, "admin:write"), expect=403)
    row = fitting((await api.get(listed, by=mod)).json[0], "StaffRoom")
    assert (row["title"], row["members_count"], row["host"]["username"]) == ("Tea", 1, "host")
    await api.delete(route, by=mod)
    assert shaped(await api.get(f"{PATH}/{tea}", by=host))["ended_at"]
    assert (await api.get(listed, by=mod)).json == []
    ((deed, name),) = await db.fetch("SELECT deed, target_name FROM audit WHERE NOT refused")
    assert (deed, name) == ("room.end", "Tea")
    await api.delete("/api/v1/echo/admin/rooms/7", by=mod, expect=404)


async def test_a_post_shows_a_room_while_it_is_live(api: Api) -> None:
    host, bob = await make.person(), await make.person()
    post, foreign = await make.post(host), await make.post(bob)
    await api.post(PATH, by=host, json={"title": "x", "status_id": str(foreign.id)}, expect=404)
    shown = f"/api/v1/statuses/{post.id}"
    assert "room" not in (await api.get(shown)).one("Status")
    tea = await opened(api, host, status_id=str(post.id))
    told = (await api.get(shown, by=bob)).one("Status")["room"]
    assert (told["title"], told["live"]) == ("Tea", True)
    assert told["url"] == f"https://echo.test/rooms/{told['id']}"
    await api.patch(f"{PATH}/{tea}", by=host, json={"title": "Coffee"})
    assert (await api.get(shown)).one("Status")["room"]["title"] == "Coffee"
    await api.delete(f"{PATH}/{tea}", by=host)
    told = (await api.get(shown)).one("Status")["room"]
    assert (told["live"], bool(told["ended_at"])) == (False, True)


async def test_turn_credentials_are_those_that_coturn_computes(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    tea = await opened(api, alice)
    assert (await api.get(f"{PATH}/{tea}/ice_servers", by=alice)).json == []
    runtime.config = changed(
        runtime.config,
        rooms={"stun_servers": ["stun:t.example"], "turn_servers": ["turn:t.example"], "turn_secret": "pst"},
    )
    stun, turn = msgspec.json.decode((await api.get(f"{PATH}/{tea}/ice_servers", by=alice)).body)
    assert stun == {"urls": ["stun:t.example"]}
    expires, _, person = turn["username"].partition(":")
    assert (person, turn["urls"]) == (str(alice.id), ["turn:t.example"])
    assert 7100 < int(expires) - clock.now().timestamp() <= 7200
    expected = hmac.new(b"pst", turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(expected).decode()
