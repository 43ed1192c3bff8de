"""A group of two Echos: one gives the order, the other has the same log from where somebody of it came in."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from echo import addresses, clock, db, event_log, ports
from echo.actions import (
    accounts,
    chat_comparing,
    chat_copies,
    chat_groups,
    chat_marks,
    chat_messages,
    chat_wishing,
    erasing,
)
from echo.actions.chat_messages import MessageDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds_of_chats import ChatRole, ChatWriters
from echo.models import Account, Chat, ChatEvent, ChatMember, ChatMessage, InboundActivity, Media
from echo.policy.viewer import Viewer
from echo.render import chat_message
from echo.render.chat_entities import Message
from echo.store import chat_log, chat_projection, chat_reads, chat_wishes, jobs, tidying
from echo.store import chats as store
from echo.streaming import kinds_of_chats
from federation import chat_documents
from tests import make
from tests.federation.peer import ACTIVITY, Peer
from tests.federation.test_followers import listed
from tests.federation.test_handlers import says
from tests.fediverse import Echo, Router, settle_down
from tests.make import Person
from workers.outbound import JOBS


async def found(name: str, host: str) -> int:
    account_id = await ports.directory().account_by_handle(name, host)
    assert account_id is not None
    return account_id


async def say(account_id: int, chat_id: int, text: str, **more: Any) -> ChatMessage:
    return await chat_messages.send(account_id, chat_id, MessageDraft(text=text, **more))


async def log(chat_id: int, after: int = 0) -> list[tuple[int, str, str]]:
    rows = await chat_log.read(chat_id, after, 100)
    return [(row.seq, row.kind, (await Account.get(id=row.actor_id)).username) for row in rows]


async def texts(account_id: int, chat_id: int) -> list[str]:
    seat = await store.get(Viewer(account_id), chat_id)
    return [row["text"] for row in await chat_reads.messages(seat)]


async def people(chat_id: int) -> set[tuple[str, str, str]]:
    rows = await ChatMember.filter(chat_id=chat_id)
    return {((await Account.get(id=row.account_id)).username, row.role, row.state) for row in rows}


async def rebuilt(chat_id: int) -> bool:
    """Whether all that follows from the log is as if it was made anew."""
    async with db.unit_of_work():
        await chat_log.hold(chat_id)
        before = await chat_reads.fingerprint(chat_id)
        await chat_projection.rebuild(chat_id)
        return before == await chat_reads.fingerprint(chat_id)


async def test_two_echos_hold_a_group(one: Echo, two: Echo, peer: Peer) -> None:
    alice, dave = await make.person("alice"), await make.person("dave")
    bob, carol = await two.run(make.person("bob")), await two.run(make.person("carol"))
    group = (await chat_groups.create(alice.id, "Tea", [dave.id])).id
    await chat_groups.enter(dave.id, group)
    await say(alice.id, group, "before anybody came")
    old = peer.person("old", capabilities={"acceptsChatMessages": True})
    with pytest.raises(Invalid, match="no group chats"):
        await chat_groups.invite(alice.id, group, await found(old.name, "peer.test"))
    bob_here = await found("bob", "two.test")
    await chat_groups.invite(alice.id, group, bob_here)
    await settle_down([one, two])
    copy = await two.run(only_group())
    assert (copy.name, copy.local, copy.uri) == ("Tea", False, f"https://one.test/ap/chats/{group}")
    await say(alice.id, group, "not for bob yet")
    await settle_down([one, two])
    await two.run(chat_groups.enter(bob.id, copy.id))
    await settle_down([one, two])
    sent = await say(alice.id, group, "hello bob & all")
    waiting = await two.run(say(bob.id, copy.id, "hello <alice>", reply_to_seq=None, key="k1"))
    assert waiting.seq == 0
    await two.run(say(bob.id, copy.id, "hello <alice>", key="k1"))
    await settle_down([one, two])
    assert await texts(alice.id, group) == [
        *("before anybody came", "not for bob yet", "hello bob & all", "hello <alice>")
    ]
    assert await two.run(texts(bob.id, copy.id)) == ["hello bob & all", "hello <alice>"]
    first = (await two.run(log(copy.id)))[1][0]
    assert (await two.run(log(copy.id)))[1:] == await log(group, first - 1), "the same numbers and order"
    assert await two.run(people(copy.id)) == await people(group)

    mine = sent.seq + 1
    await two.run(chat_messages.edit(bob.id, copy.id, mine, "hello again"))
    await two.run(chat_messages.react(bob.id, copy.id, sent.seq, "🎉", is_there=True))
    await chat_messages.edit(alice.id, group, sent.seq, "hello both")
    await settle_down([one, two])
    for server, reader, chat_id in ((one, alice, group), (two, bob, copy.id)):
        assert (await server.run(texts(reader.id, chat_id)))[-2:] == ["hello both", "hello again"]
        assert await server.run(store.count_pins(chat_id)) == 0
    assert await store.reactions_by(group, sent.seq, bob_here) == {"🎉"}
    await two.run(chat_messages.delete(bob.id, copy.id, mine))
    await settle_down([one, two])
    assert (await texts(alice.id, group))[-1] == "hello both"
    assert (await two.run(texts(bob.id, copy.id)))[-1] == "hello both"

    # Nobody of the other server but the member reads or says anything; who is put out hears nothing more.
    with pytest.raises(NotFound):
        await two.run(store.get(Viewer(carol.id), copy.id))
    with pytest.raises(Forbidden):
        await two.run(chat_groups.rename(bob.id, copy.id, "Coffee"))
    await chat_groups.remove(alice.id, group, bob_here)
    await settle_down([one, two])
    await say(alice.id, group, "bob is gone")
    await settle_down([one, two])
    assert "bob is gone" not in await two.run(texts(bob.id, copy.id))
    with pytest.raises(Forbidden):
        await two.run(say(bob.id, copy.id, "am I?"))

    async def words() -> str:
        return str(await ChatEvent.all().values_list("body", flat=True))

    assert "gone" not in await two.run(words()), "the other server does not even have it"
    # A deleted account is in no copy any more, and nobody here is left: so is the copy.
    await chat_groups.invite(alice.id, group, bob_here)
    await settle_down([one, two])
    await two.run(chat_groups.enter(bob.id, copy.id))
    await settle_down([one, two])
    assert ("bob", "member", "active") in await people(group)
    assert await rebuilt(group)
    assert await two.run(rebuilt(copy.id))
    await two.run(accounts.delete_local(bob.id))
    await settle_down([one, two])
    assert await two.run(erasing.erase(bob.id))
    assert await two.run(Chat.filter(id=copy.id).count()) == 0  # type: ignore[arg-type]
    await settle_down([one, two])
    assert await erasing.erase(bob_here)
    assert ("bob", "member", "left") in await people(group)


async def test_no_other_server_gives_the_order(one: Echo, two: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    group = (await chat_groups.create(alice.id, "Tea")).id
    await chat_groups.invite(alice.id, group, await found("bob", "two.test"))
    await settle_down([one, two])
    uri, mallory = f"https://one.test/ap/chats/{group}", peer.person("mallory")

    def forged(kind: str, **more: Any) -> dict[str, Any]:
        thing = {
            "id": f"{mallory.id}/events/9",
            "type": "EchoChatEvent",
            "context": uri,
            "kind": kind,
            "attributedTo": mallory.id,
            "published": "2026-01-01T00:00:00Z",
            "seq": 5,
            "text": "forged",
            "content": "forged",
        }
        return mallory.does("Create", thing | more, to=[uri])

    assert await two.run(says(mallory, two, forged("created"))) == "refused"
    assert await says(mallory, one, forged("created")) == "refused"
    assert await two.run(says(mallory, two, forged("created", context=f"{mallory.id}/chat"))) == "unrelated"
    subject = {"subject": bob.account.uri, "context": f"{mallory.id}/chat", "seq": 3}
    named = forged("invited", **subject, attributedTo=alice.account.uri)
    assert await two.run(says(mallory, two, named)) == "refused", "invited in the name of somebody else"
    wish = forged("created", type="EchoChatWish", seq=None)  # from a server that shares no groups: unanswered
    assert await says(mallory, one, wish) == "not-found"
    stolen = forged("created", type="EchoChatWish", attributedTo=bob.account.uri)
    assert await says(mallory, one, stolen) == "foreign-author"
    assert await says(mallory, one, forged("dance", type="EchoChatWish")) == "unsupported-object"
    assert await two.run(says(mallory, two, forged("created", published=None))) == "malformed"
    assert "forged" not in str(await ChatEvent.all().values_list("body", flat=True))


async def test_what_was_lost_on_the_way_is_fetched(
    one: Echo, two: Echo, peer: Peer, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_documents, "PAGE", 2)
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    group = (await chat_groups.create(alice.id, "Tea")).id
    await chat_groups.invite(alice.id, group, await found("bob", "two.test"))
    await settle_down([one, two])
    copy = (await two.run(only_group())).id
    await two.run(chat_groups.enter(bob.id, copy))
    await settle_down([one, two])
    begun = len(await log(group))
    for number in range(5):
        await say(alice.id, group, f"lost {number}")
    await chat_messages.delete(alice.id, group, begun + 2)
    await chat_messages.react(alice.id, group, begun + 1, "🎉", is_there=True)
    for _ in range(3):
        await work_jobs()
    assert await db.execute("DELETE FROM deliveries WHERE state = 'pending'") == 7, (
        "nothing of it ever arrives"
    )
    assert await two.run(texts(bob.id, copy)) == []
    router.asked.clear()
    await say(alice.id, group, "heard")
    await settle_down([one, two])
    assert await two.run(texts(bob.id, copy)) == ["lost 0", "lost 2", "lost 3", "lost 4", "heard"]
    assert (await two.run(log(copy)))[-8:] == await log(group, begun)
    assert await two.run(rebuilt(copy))
    asked = [request.url.path for request in router.asked_of("one.test") if request.method == "GET"]
    assert asked.count(f"/ap/chats/{group}/events") == 4, "in pages, and once"

    # Nobody else is shown the log, nor that there is one.
    stranger = peer.person("stranger")
    path = f"/ap/chats/{group}/events?after=0"
    assert [(await listed(one, path, who)).status_code for who in (None, stranger)] == [401, 404]


async def work_jobs() -> None:
    """Run jobs, and deliver nothing."""
    for row in await jobs.claim("test/2", 100):
        await JOBS[row["name"]](None, **json.loads(row["arguments"]))
        await jobs.finish("test/2", row["id"])


async def only_group() -> Chat:
    return await Chat.get(kind="group")


async def test_what_is_refused_has_failed_and_says_why(one: Echo, two: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    group = (await chat_groups.create(alice.id, "Tea")).id
    bob_here = await found("bob", "two.test")
    await chat_groups.invite(alice.id, group, bob_here)
    await settle_down([one, two])
    copy = (await two.run(only_group())).id
    await two.run(chat_groups.enter(bob.id, copy))
    await settle_down([one, two])
    assert await two.run(waiting(bob.id, copy)) == []
    await two.run(say(bob.id, copy, "taken", key="k0"))
    await two.run(say(bob.id, copy, "taken, without a key"))
    sending = [("taken", "sending", None), ("taken, without a key", "sending", None)]
    assert await two.run(waiting(bob.id, copy)) == sending
    await settle_down([one, two])
    assert await two.run(waiting(bob.id, copy)) == []

    await two.run(event_log.open_log(bob.id))

    # He is put out, but does not know yet.
    await chat_groups.remove(alice.id, group, bob_here)
    first = await two.run(say(bob.id, copy, "late", key="k1"))
    assert (await two.run(say(bob.id, copy, "late", key="k1"))).id == first.id, "said once"
    await settle_down([two, one])
    refused = [("late", "failed", "You are not a member of this chat")]
    assert await two.run(waiting(bob.id, copy)) == refused
    told = [row.pointer.what for row in await two.run(logged(bob.id))]
    assert told.count("chat.refused") == 1
    (document,) = (await two.run(kinds_of_chats.refused([bob.id], (first.id,)))).values()
    shown = json.loads(document)
    assert (shown["chat_id"], shown["state"]["reason"]) == (str(copy), refused[0][2])

    # Nobody else says that it failed.
    mallory = peer.person("mallory")
    thing = {
        "id": f"{mallory.id}#refusals/1",
        "type": "EchoChatRefusal",
        "context": f"https://one.test/ap/chats/{group}",
        "wish": f"{bob.account.uri}#wishes/{first.id}",
        "summary": "forged",
    }
    assert await two.run(says(mallory, two, mallory.does("Create", thing))) == "refused"
    assert await two.run(waiting(bob.id, copy)) == refused
    await two.run(chat_wishing.put_away(bob.id, first.id))
    assert await two.run(waiting(bob.id, copy)) == []
    with pytest.raises(NotFound):
        await two.run(chat_wishing.put_away(bob.id, first.id))


async def test_a_wish_that_nobody_answers_has_failed(one: Echo, two: Echo, router: Router) -> None:
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    group = (await chat_groups.create(alice.id, "Tea")).id
    await chat_groups.invite(alice.id, group, await found("bob", "two.test"))
    await settle_down([one, two])
    copy = (await two.run(only_group())).id
    await two.run(chat_groups.enter(bob.id, copy))
    await settle_down([one, two])
    await two.run(say(bob.id, copy, "into the void"))
    clock.shift(timedelta(days=8))
    assert await two.run(waiting(bob.id, copy)) == [
        ("into the void", "failed", "The server of the group did not answer")
    ]
    clock.shift(timedelta(days=30))
    await two.run(tidying.forget_expired())
    assert await two.run(waiting(bob.id, copy)) == []


async def waiting(account_id: int, chat_id: int) -> list[tuple[str, str, str | None]]:
    rows = chat_message.waiting(await chat_wishes.waiting(account_id, chat_id))
    return [(row.text, row.state.name, row.state.reason) for row in rows]


async def logged(account_id: int) -> list[event_log.Entry]:
    return await event_log.read(account_id, "0-0", 100)


async def shared_group(one: Echo, two: Echo, *, bob_id: int) -> tuple[Person, int, int]:
    """A group of alice here and bob there: alice, its number here, and there."""
    alice = await make.person("alice")
    group = (await chat_groups.create(alice.id, "Tea")).id
    await chat_groups.invite(alice.id, group, await found("bob", "two.test"))
    await settle_down([one, two])
    copy = (await two.run(only_group())).id
    await two.run(chat_groups.enter(bob_id, copy))
    await settle_down([one, two])
    return alice, group, copy


async def test_a_group_is_led_from_another_server_too(one: Echo, two: Echo) -> None:
    bob, carol = await two.run(make.person("bob")), await two.run(make.person("carol"))
    await two.run(make.person("zoe"))
    alice, group, copy = await shared_group(one, two, bob_id=bob.id)
    bob_here, servers = await found("bob", "two.test"), [one, two]
    with pytest.raises(Forbidden):
        await two.run(chat_groups.rename(bob.id, copy, "Coffee"))
    await chat_groups.appoint(alice.id, group, bob_here, ChatRole.ADMIN)
    sent = await say(alice.id, group, "hello")
    await chat_groups.picture(alice.id, group, "rooms/tea.png")
    await settle_down(servers)
    assert (await two.run(only_group())).avatar == addresses.here().file("rooms/tea.png")

    await two.run(chat_groups.rename(bob.id, copy, "Coffee"))
    await two.run(chat_groups.picture(bob.id, copy, "avatars/coffee.png"))
    await two.run(chat_messages.pin(bob.id, copy, sent.seq, is_pinned=True))
    await two.run(chat_groups.invite(bob.id, copy, carol.id))
    await settle_down(servers)
    await two.run(chat_groups.enter(carol.id, copy))
    await settle_down(servers)
    for server, number in ((one, group), (two, copy)):
        shared = await server.run(only_group())
        assert (shared.name, "/media/" in shared.avatar) == ("Coffee", True)
        assert not shared.avatar.endswith("tea.png")
        assert await server.run(store.count_pins(number)) == 1
        assert ("carol", "member", "active") in await server.run(people(number))
        assert await server.run(rebuilt(number))

    carol_there = await found("carol", "two.test")
    with pytest.raises(Forbidden, match="role"):
        await two.run(chat_groups.appoint(bob.id, copy, carol.id, ChatRole.ADMIN))
    await chat_groups.appoint(alice.id, group, bob_here, ChatRole.OWNER)
    await settle_down(servers)
    await two.run(chat_groups.appoint(bob.id, copy, carol.id, ChatRole.ADMIN))
    await settle_down(servers)
    assert ("carol", "admin", "active") in await people(group)
    await two.run(chat_groups.remove(bob.id, copy, carol.id))
    await settle_down(servers)
    for server, number in ((one, group), (two, copy)):
        assert ("carol", "member", "removed") in await server.run(people(number))
    assert carol_there

    # Who lets nobody write is invited by nobody, whatever the other server says.
    async def prefer_nobody() -> None:
        await chat_marks.prefer(carol.id, who_may_write=ChatWriters.NOBODY)

    await chat_groups.invite(alice.id, group, carol_there)
    await two.run(prefer_nobody())
    await settle_down(servers)
    assert carol.id not in await two.run(chat_log.listeners(copy, with_id=carol.id))
    assert ("carol", "member", "left") in await people(group)
    assert await two.run(waiting(bob.id, copy)) == []


async def test_files_go_along_and_so_does_how_far_somebody_has_read(
    one: Echo, two: Echo, router: Router
) -> None:
    bob, dave = await two.run(make.person("bob")), await make.person("dave")
    alice, group, copy = await shared_group(one, two, bob_id=bob.id)
    bob_here, servers = await found("bob", "two.test"), [one, two]
    await chat_groups.invite(alice.id, group, dave.id)
    await chat_groups.enter(dave.id, group)
    hers = await make.image(alice, "a cup")
    his = [await two.run(make.image(bob, text)) for text in ("a pot", "a spoon")]
    await say(alice.id, group, "look", media_ids=(hers.id,))
    await two.run(say(bob.id, copy, "", media_ids=(his[1].id, his[0].id)))
    await settle_down(servers)
    for server, person, number in ((one, alice, group), (two, bob, copy)):
        shown = await server.run(shown_to(person.id, number))
        files = [[file.description for file in message.media_attachments] for message in shown]
        assert files == [["a cup"], ["a spoon", "a pot"]], "in the order that they were sent in"
        assert await server.run(rebuilt(number))
    assert sorted(await two.run(files_of(bob.id))) == [one.id for one in his], "his own, and no copies"

    newest = shown[-1].seq
    await two.run(chat_marks.read(bob.id, copy, newest))
    await chat_marks.read(dave.id, group, newest)
    await settle_down(servers)
    dave_there = await two.run(found("dave", "one.test"))
    for server, number, person_id in ((one, group, bob_here), (two, copy, dave_there)):
        member = await server.run(store.member_for_worker(number, person_id))
        assert member is not None
        assert (member.delivered_seq, member.read_seq) == (newest, newest)
    (state,) = [message.state for message in await shown_to(alice.id, group) if message.state is not None]
    assert state.name == "read"

    # That somebody has read what did not come here says that something is missing.
    await say(alice.id, group, "lost")
    await work_jobs()
    await db.execute("DELETE FROM deliveries WHERE state = 'pending'")
    await chat_marks.read(dave.id, group, newest + 1)
    await settle_down(servers)
    assert (await two.run(texts(bob.id, copy)))[-1] == "lost"
    member = await two.run(store.member_for_worker(copy, dave_there))
    assert member is not None
    assert member.read_seq == newest + 1

    # Nor does the last event stay lost that nobody has read: it is asked for when somebody looks, not each
    # time, and now and then.
    for text, look, hours in (
        ("unread", lambda: look_at(bob.id, copy), 1),
        ("unread again", chat_comparing.look_at_some, 8),
    ):
        await say(alice.id, group, text)
        await work_jobs()
        await db.execute("DELETE FROM deliveries WHERE state = 'pending'")
        await settle_down(servers)
        assert (await two.run(texts(bob.id, copy)))[-1] != text
        clock.shift(timedelta(hours=hours))
        await two.run(look())
        await two.run(look())
        doubts = "SELECT count(*) FROM jobs WHERE name = 'federation.compare_chat'"
        assert await two.run(db.fetch_value(doubts)) == 1
        await settle_down(servers)
        assert (await two.run(texts(bob.id, copy)))[-1] == text

    # Nobody says that of anybody but their own people, and that server of nobody at home.
    for says_so, about in ((await Account.get(id=bob_here), dave.id), (alice.account, bob_here)):
        with pytest.raises(Forbidden):
            await chat_copies.marked(says_so, (await only_group()).uri, about, 99, 99)


async def look_at(account_id: int, chat_id: int) -> None:
    await chat_comparing.look((await store.get(Viewer(account_id), chat_id)).chat)


async def shown_to(account_id: int, chat_id: int) -> list[Message]:
    seat = await store.get(Viewer(account_id), chat_id)
    return await chat_message.many(account_id, await chat_reads.messages(seat))


async def files_of(account_id: int) -> list[int]:
    return [row.id for row in await Media.filter(account_id=account_id)]


async def test_odd_events_of_another_server_stop_no_group(one: Echo, peer: Peer, router: Router) -> None:
    alice, bob, eve = await make.person("alice"), peer.person("bob"), peer.person("eve")
    uri, served = "https://peer.test/ap/chats/1", list[dict[str, Any]]()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/ap/chats/1/events":
            return await peer.answer(request)
        page = {"id": str(request.url), "type": "OrderedCollectionPage", "orderedItems": served}
        return httpx.Response(200, json=page, headers={"content-type": ACTIVITY})

    router.hosts["peer.test"] = answer

    def event(seq: int, kind: str, **more: Any) -> dict[str, Any]:
        thing = {
            "id": f"{uri}/events/{seq}",
            "type": "EchoChatEvent",
            "context": uri,
            "seq": seq,
            "kind": kind,
        }
        stamp = {"attributedTo": bob.id, "published": "2026-01-01T00:00:00Z"}
        return bob.does("Create", {**thing, **stamp, **more}, to=[uri])

    nowhere = {"actor": "https://nowhere.test/users/x", "role": "member"}
    seats = [{"actor": bob.id, "role": "owner"}, nowhere, {"actor": bob.id, "role": "x" * 40}]
    named = {"members": seats, "name": "Tea", "subject": alice.account.uri}
    assert await says(bob, one, event(1, "invited", **named)) == ""
    assert await says(bob, one, event(2, "joined", **named | {"attributedTo": alice.account.uri})) == ""
    copy = await only_group()
    assert ("bob", "owner", "active") in await people(copy.id)
    texts_of = {"text": "hi", "content": "<p>hi</p>"}
    assert await says(bob, one, event(3, "created", **texts_of, key="k")) == ""
    assert await says(bob, one, event(4, "created", **texts_of, key="k")) == "", "the same key once more"
    assert await says(bob, one, event(5, "created", **texts_of, key="k" * 5_000)) == ""
    assert await says(bob, one, event(6, "role", subject=alice.account.uri, role="emperor")) == ""
    assert await says(bob, one, event(7, "created", **texts_of, published="0001-01-01T00:00:00Z")) == ""
    # What can never be read, or is by somebody whose server does not say who they are, is left out.
    lost = [event(8, "reacted", emoji="🎉"), event(9, "created", **texts_of, attributedTo=f"{eve.id}/x")]
    lost.append(event(10, "created", **texts_of, attributedTo=nowhere["actor"]))
    assert [await says(bob, one, activity) for activity in lost[:2]] == ["malformed", "not-served"]
    last = event(11, "created", text="still here", content="still here")
    served.extend(activity["object"] for activity in (*lost, last))
    assert await says(bob, one, last) == "unrelated", "it was read with the others"
    assert await texts(alice.id, copy.id) == ["hi", "hi", "hi", "hi", "still here"]
    assert {(row.attempts, row.last_error) for row in await InboundActivity.all()} == {(1, "")}
    # Whatever her role is called elsewhere, what she may not do is said plainly.
    with pytest.raises(Forbidden):
        await chat_groups.remove(alice.id, copy.id, (await Account.get(uri=bob.id)).id)
    assert await rebuilt(copy.id)
