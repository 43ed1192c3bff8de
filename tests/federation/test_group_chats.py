"""A group of two Echos: one gives the order, the other has the same log from where somebody of it came in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from echo import db, ports
from echo.actions import accounts, chat_groups, chat_messages, erasing
from echo.actions.chat_messages import MessageDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.models import Account, Chat, ChatEvent, ChatMember, ChatMessage
from echo.policy.viewer import Viewer
from echo.store import chat_log, chat_projection, chat_reads, jobs
from echo.store import chats as store
from federation import chat_documents
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_followers import listed
from tests.federation.test_handlers import says
from tests.fediverse import Echo, Router, settle_down
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
    with pytest.raises(Invalid):
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
    wish = forged("created", type="EchoChatWish", seq=None)
    assert await says(mallory, one, wish) == "not-found"
    stolen = forged("created", type="EchoChatWish", attributedTo=bob.account.uri)
    assert await says(mallory, one, stolen) == "unknown-object"
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
