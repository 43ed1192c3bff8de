"""Live rooms on the socket: browsers tell each other how to be reached, and nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from echo.actions import room_members, rooms
from echo.actions.rooms import RoomDraft
from echo.store import room_seats
from tests import make
from tests.make import Person
from tests.streaming.conftest import Ear, LiveServer

OFFER = {"type": "offer", "sdp": "v=0"}


async def ask(ear: Ear, method: str, **params: object) -> Any:
    """The answer to a request; what comes before it is thrown away."""
    await ear.say(type="echo:req", id=method, method=method, params=params)
    while (frame := await ear.next()).get("type") != "echo:reply":
        pass
    return frame["result"] if frame["ok"] else frame["error"]["code"]


async def signalled(ear: Ear) -> Any:
    """What comes next as a signal."""
    while (frame := await ear.next()).get("type") != "echo:sig":
        pass
    return frame


async def seated(live: LiveServer, person: Person, room: str) -> tuple[Ear, str]:
    ear = await live.listen(person)
    session = (await ear.hello())["session"]
    joined = await ask(ear, "room.join", room_id=room, session_id=session)
    assert joined["session_id"] == session
    assert str(person.id) in {member["account_id"] for member in joined["room"]["members"]}
    return ear, session


async def test_only_those_who_sit_in_the_same_room_can_signal(live: LiveServer) -> None:
    host, bob, eve = [await make.person(name) for name in ("host", "bob", "eve")]
    for person in (bob, eve):
        await make.follow(person, host)
    room, other = [str(await rooms.create(host.id, RoomDraft(title="Tea"))) for _ in range(2)]
    hers, her_session = await seated(live, host, room)
    his, his_session = await seated(live, bob, room)
    strange, strange_session = await seated(live, eve, other)
    to_host = {"room_id": room, "to": her_session, "account_id": str(host.id)}

    await his.say(type="echo:sig", kind="rtc", data={**to_host, "description": OFFER, "more": 1})
    heard = await signalled(hers)
    assert (heard["kind"], heard["data"]) == (
        "rtc",
        {"room_id": room, "from": his_session, "account_id": str(bob.id), "description": OFFER},
    )
    candidate = {"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "u"}
    await hers.say(
        type="echo:sig",
        kind="rtc",
        data={"room_id": room, "to": his_session, "account_id": str(bob.id), "candidate": candidate},
    )
    assert (await signalled(his))["data"]["candidate"] == candidate
    await his.say(type="echo:sig", kind="rtc", data={**to_host, "sends": {"mic": True, "camera": False}})
    assert (await signalled(hers))["data"]["sends"] == {"mic": True, "camera": False}

    # From another room, with somebody else's seat, to a session that is not there, and with too much.
    await strange.say(type="echo:sig", kind="rtc", data={**to_host, "description": OFFER})
    await strange.say(type="echo:sig", kind="rtc", data={**to_host, "room_id": other, "description": OFFER})
    await his.say(type="echo:sig", kind="rtc", data={**to_host, "to": strange_session, "description": OFFER})
    long = {"type": "offer", "sdp": "x" * 50_000}
    await his.say(type="echo:sig", kind="rtc", data={**to_host, "description": long})
    # Who was sent out is heard no more, at once.
    await room_members.remove(host.id, int(room), bob.id)
    await his.say(type="echo:sig", kind="rtc", data={**to_host, "description": OFFER})
    assert await ask(his, "room.stay", room_id=room, session_id=his_session) == "not_found"
    await hers.say(
        type="echo:req", id=9, method="room.stay", params={"room_id": room, "session_id": her_session}
    )
    heard = [await hers.next()]
    while heard[-1].get("id") != 9:
        heard.append(await hers.next())
    assert not [frame for frame in heard if frame.get("type") == "echo:sig"]


async def test_what_is_done_in_a_room_is_done_on_the_socket_too(live: LiveServer) -> None:
    host, bob = await make.person("host"), await make.person("bob")
    await make.follow(bob, host)
    room = str(await rooms.create(host.id, RoomDraft(title="Tea", stage=True)))
    hers, _ = await seated(live, host, room)
    his, his_session = await seated(live, bob, room)
    about = {"room_id": room, "account_id": str(bob.id)}
    assert (await ask(his, "room.hand", room_id=room))["me"]["hand_raised_at"]
    assert await ask(his, "room.role", **about, role="speaker") == "forbidden"
    assert (await ask(hers, "room.role", **about, role="speaker"))["members"][1]["may_speak"] is True
    assert (await ask(hers, "room.mute", **about))["members"][1]["muted"] is True
    assert (await ask(hers, "room.record", room_id=room))["recording"] == "asked"
    assert (await ask(his, "room.consent", room_id=room, agreed=True))["me"]["consent"] == "yes"

    # After the socket was lost: back in with the session of the next one.
    again = await live.listen(bob)
    session = (await again.hello())["session"]
    joined = await ask(again, "room.join", room_id=room, session_id=session)
    assert [member["session_id"] for member in joined["room"]["members"]][1] == session
    assert await ask(his, "room.stay", room_id=room, session_id=his_session) == "conflict"
    assert (await ask(again, "room.get", room_id=room))["members_count"] == 2
    assert await ask(hers, "room.remove", room_id=room, account_id="nobody") == "not_found"
    assert await ask(again, "room.leave", room_id=room, session_id=session) is None
    assert (await ask(hers, "room.remove", **about))["members_count"] == 1
    assert await ask(hers, "room.end", room_id=room) is None
    assert await ask(hers, "room.join", room_id=room, session_id="x") == "gone"


async def test_who_loses_their_socket_and_does_not_come_back_leaves(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_seats, "GRACE_SECONDS", 1)
    host, bob, eve = [await make.person(name) for name in ("host", "bob", "eve")]
    for person in (bob, eve):
        await make.follow(person, host)
    room = await rooms.create(host.id, RoomDraft(title="Tea"))
    hers, _ = await seated(live, host, str(room))
    his, _ = await seated(live, bob, str(room))
    other, _ = await seated(live, eve, str(room))
    for ear in (his, other):
        await ear.socket.close()
    again, _ = await seated(live, bob, str(room))
    while True:
        frame = await hers.next()
        if frame.get("event") == "room" and len(frame["data"]["members"]) == 2:
            break
    assert {member["account_id"] for member in frame["data"]["members"]} == {str(host.id), str(bob.id)}
    assert (await ask(again, "room.get", room_id=str(room)))["me"]["account_id"] == str(bob.id)
