"""What somebody does on one device is said to their others after hello, and to nobody else."""

from __future__ import annotations

from echo.actions import accounts, blocks, follows, likes, lists, markers, notes, notices, pins
from echo.actions.drafts import ProfileDraft
from echo.actions.lists import ListDraft
from tests import make
from tests.streaming.conftest import Ear, LiveServer


async def heard_by(ear: Ear) -> list[str]:
    """The events that have come, up to now."""
    await ear.say(type="echo:ping")
    events = []
    while (frame := await ear.next())["type"] != "echo:pong":
        if frame["type"] == "echo:event":
            events.append(frame["event"])
    return events


async def test_other_devices_learn_what_one_did_and_mastodons_streams_do_not(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    hers, his = await make.post(alice, "mine"), await make.post(bob, "like this")
    await make.follow(bob, alice)
    other, plain = await live.listen(alice), await live.listen(alice, "?stream=user")
    poor = await live.listen(await make.with_scopes(alice, "read:notifications"))
    await other.hello()
    await poor.hello()

    async def next_event(name: str) -> dict[str, object]:
        while (frame := await other.next())["type"] != "echo:event":
            pass
        assert frame["event"] == name, frame
        data: dict[str, object] = frame["data"]
        return data

    await likes.like(alice.id, his.id)
    assert (await next_event("status.update"))["favourited"] is True
    await likes.bookmark(alice.id, his.id)
    assert (await next_event("status.update"))["bookmarked"] is True
    await likes.unlike(alice.id, his.id)
    assert (await next_event("status.update"))["favourited"] is False
    await pins.pin(alice.id, hers.id)
    assert (await next_event("status.update"))["pinned"] is True
    await follows.follow(alice.id, bob.id, boosts=True, notify=False, languages=None)
    assert (await next_event("relationship"))["following"] is True
    await notes.write_note(alice.id, bob.id, "from the tea house")
    assert (await next_event("relationship"))["note"] == "from the tea house"
    await markers.set_marker(alice.id, "home", str(his.id))
    assert "home" in await next_event("markers")
    await lists.create(alice.id, ListDraft(title="friends"))
    assert await next_event("lists_changed") == {}
    await notices.clear(alice.id)
    assert await next_event("notifications_changed") == {}
    await accounts.change_profile(alice.id, ProfileDraft(display_name="Alice"))
    assert await next_event("profile_changed") == {}
    assert await plain.hears_nothing()
    assert await heard_by(poor) == ["notifications_changed"]


async def test_who_is_left_or_blocked_is_not_told(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(alice, bob)
    his, hers = await live.listen(bob), await live.listen(alice)
    await his.hello()
    await hers.hello()
    await follows.unfollow(alice.id, bob.id)
    await blocks.block(alice.id, bob.id)
    while not (events := await heard_by(hers)):
        pass
    assert set(events) == {"relationship"}
    assert await heard_by(his) == []
