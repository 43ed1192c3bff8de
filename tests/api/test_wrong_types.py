"""What is no number, no text, no id: every route of chats, rooms and presence refuses it, without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from echo.actions import chat_groups, chats, rooms
from echo.actions.rooms import RoomDraft
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person
from tests.openapi_chats import ROUTES_OF_CHATS
from tests.openapi_rooms import ROUTES_OF_ROOMS

ROUTES: dict[str, Json] = {
    line: route
    for line, route in {**ROUTES_OF_CHATS, **ROUTES_OF_ROOMS}.items()
    if "/admin/" not in line and "/pleroma/" not in line
}
PLEROMA = {line: route for line, route in ROUTES_OF_CHATS.items() if "/pleroma/" in line}
LONG = "x" * 10**6
VALUES: tuple[Any, ...] = (None, True, "", [], {}, "abc", -1, 2**70, LONG, "\x00", [[]], [None], 1e300, 1.5)
# Texts that may be any, and are not looked up; the rest are ids, or one of a few words.
FREE = {"text", "name", "title", "comment", "idempotency_key", "avatar", "token", "q", "key", "session_id"}


def params_of(route: Json) -> dict[str, Json]:
    """The parameters of a route, and what each of them is."""
    body = (route["body"] or {}).get("properties", {})
    asked = {one["name"].removesuffix("[]"): one["schema"] for one in route["parameters"]}
    return {**asked, **body, **({"id": {"type": "array"}} if "id" in asked else {})}


def nonsense(name: str, schema: Json) -> Iterator[Any]:
    """What this parameter cannot be."""
    kind = schema["type"]
    for value in VALUES:
        is_text = isinstance(value, str)
        if value is None or (kind == "boolean" and value is True):
            continue
        if kind == "array" and value in ("", "\x00", []):
            continue  # an empty list
        if kind == "string" and is_text and name in FREE:
            continue
        if name in ("status_id", "kind") and value in ("", "\x00"):
            continue  # takes the post away; any
        yield value


async def world(alice: Person, bob: Person) -> dict[str, int]:
    """What the paths name."""
    group = await chat_groups.create(alice.id, "Tea", [bob.id])
    await chat_groups.enter(bob.id, group.id)
    await chats.open_direct(alice.id, bob.id)
    room = await rooms.create(alice.id, RoomDraft(title="Tea"))
    return {"chat_id": group.id, "room_id": room, "seq": 1, "member_id": bob.id, "account": bob.id}


def address(line: str, named: dict[str, int]) -> tuple[str, str]:
    method, path = line.split(" ")
    for name, number in {**named, "wish_id": 1}.items():
        path = path.replace(f"{{{name}}}", str(number))
    return method, path


async def ask(api: Api, by: Person, method: str, path: str, name: str, value: Any) -> tuple[int, bytes]:
    sent = {"Host": "echo.test", **by.headers}
    answer = await api.client.open(path, method=method, headers=sent, json={name: value})
    body: bytes = await answer.get_data()
    assert answer.status_code < 500, f"{method} {path} {name}={str(value)[:40]}: {body!r}"
    return answer.status_code, body


async def test_what_is_not_asked_for_is_refused(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    named = await world(alice, bob)
    asked, wrong = 0, []
    for line, route in ROUTES.items():
        method, path = address(line, named)
        for name, schema in params_of(route).items():
            for value in nonsense(name, schema):
                code, body = await ask(api, alice, method, path, name, value)
                if code not in (400, 413, 422):
                    wrong.append(f"{line} {name}={str(value)[:40]!r}: {code} {body[:200]!r}")
                asked += 1
    assert not wrong
    assert asked > 300
    unchanged = (await api.get(f"/api/v1/echo/chats/{named['chat_id']}", by=alice)).json
    assert unchanged["name"] == "Tea"


async def test_nothing_that_is_sent_is_a_fault(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    for line, route in {**ROUTES, **PLEROMA}.items():
        named = await world(alice, bob)
        if "/pleroma/" in line:
            named["chat_id"] = (await chats.open_direct(alice.id, bob.id)).id
        method, path = address(line, named)
        for name in (*params_of(route), "content", "media_id"):
            for value in VALUES:
                await ask(api, alice, method, path, name, value)
        await rooms.end(alice.id, named["room_id"])


async def test_how_far_one_has_read_is_a_number_that_there_is(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    named = await world(alice, bob)
    path = f"/api/v1/echo/chats/{named['chat_id']}"
    newest = (await api.get(path, by=bob)).json["last_seq"]
    for mark in ("read", "delivered"):
        for seq in ("abc", "-1", str(newest + 1), str(2**62), "", "1.5"):
            await api.post(f"{path}/{mark}", by=bob, form={"seq": seq}, expect=422)
        await api.post(f"{path}/{mark}", by=bob, form={"seq": str(newest)})
        await api.post(f"{path}/{mark}", by=bob)


async def test_a_key_is_not_cut(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    path = f"/api/v1/echo/chats/{(await world(alice, bob))['chat_id']}/messages"
    for tail in ("a", "b"):
        key = {"Idempotency-Key": "k" * 255 + tail}
        await api.ask("POST", path, by=alice, json={"text": tail}, headers=key, expect=422)
