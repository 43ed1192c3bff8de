"""Whoever may see from now on who is here, or may not any more, is told so at once."""

from __future__ import annotations

import pytest

from echo.actions import blocks, chat_groups, chat_marks, chat_messages, chats, follows, moderation
from echo.actions.chat_messages import MessageDraft
from echo.policy.roles import Staff
from echo.store import presence
from echo.streaming import attendance
from tests import make
from tests.make import Person
from tests.streaming.conftest import LiveServer
from tests.streaming.test_presence import friends, hello, signal, told
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes less here."""
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.1)


async def both_are_here(*people: Person) -> None:
    async def are_here() -> bool:
        return {one.value for one in (await presence.states([one.id for one in people])).values()} == {
            "online"
        }

    await eventually(are_here)


async def test_it_is_told_at_once_who_may_be_seen_now_and_who_may_not_any_more(live: LiveServer) -> None:
    alice, bob, eve = [await make.person(name) for name in ("alice", "bob", "eve")]
    (hers, _), (his, _), (strange, _) = [await hello(live, person) for person in (alice, bob, eve)]
    await both_are_here(alice, bob, eve)

    async def both_hear(state: str) -> None:
        assert [await told(hers, bob), await told(his, alice)] == [state, state]

    async def follow(one: Person, other: Person) -> None:
        await follows.follow(one.id, other.id, boosts=True, notify=False, languages=None)

    await follow(alice, bob)
    await follow(bob, alice)
    await both_hear("online")
    await follows.unfollow(alice.id, bob.id)
    await both_hear("offline")
    group = (await chat_groups.create(alice.id, "Tea", [bob.id])).id
    await chat_groups.enter(bob.id, group)
    await both_hear("online")
    await chat_groups.leave(bob.id, group)
    await both_hear("offline")
    await follow(alice, bob)
    await both_hear("online")
    await blocks.block(bob.id, alice.id)
    await both_hear("offline")
    await blocks.unblock(bob.id, alice.id)
    # Of who follows one, and that is all, nothing is told either way.
    await follow(eve, alice)
    await follows.unfollow(eve.id, alice.id)

    # A stranger who wrote is let in.
    chat = (await chats.open_direct(bob.id, alice.id)).id
    await chat_messages.send(bob.id, chat, MessageDraft(text="are you there?"))
    await chat_marks.answer_request(alice.id, chat, is_wanted=True)
    await both_hear("online")
    # Who is invisible is told of to nobody, whatever begins.
    await chat_marks.prefer(bob.id, invisible=True)
    await attendance.tell([bob.id])
    assert await told(hers, bob) == "offline"
    await follow(alice, bob)
    await follow(bob, alice)
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    assert await told(his, alice) == "offline"
    await strange.say(type="echo:ping")
    while (frame := await strange.next())["type"] != "echo:pong":
        assert frame.get("kind") != "presence", frame


async def test_a_token_hears_no_signals_beyond_its_scopes(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await friends(alice, bob)
    chat = await chats.open_direct(alice.id, bob.id)
    hers, _ = await hello(live, alice)
    deaf, _ = await hello(live, await make.with_scopes(bob, "read:statuses"))
    whole, _ = await hello(live, bob)
    await hers.say(type="echo:sig", kind="typing", data={"chat_id": str(chat.id)})
    assert (await signal(whole, "typing"))["account_id"] == str(alice.id)
    await deaf.say(type="echo:ping")
    assert (await deaf.next())["type"] == "echo:pong"
