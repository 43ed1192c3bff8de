"""Messages of chats (Pleroma, Akkoma, Lemmy): direct posts here, and messages again when answered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from echo import ports
from echo.actions import blocks, chat_marks, chat_messages, chats, posts
from echo.actions.chat_messages import MessageDraft
from echo.actions.drafts import PostDraft
from echo.kinds import Visibility
from echo.kinds_of_chats import ChatWriters
from echo.models import Account, ChatMessage, Media, Mention, Notification, Post
from echo.policy.viewer import Viewer
from echo.render import chat as chat_render
from echo.render import chat_message
from echo.store import chat_reads
from echo.store import chats as store
from tests import make
from tests.federation.peer import PUBLIC, Actor, Json, Peer
from tests.federation.test_handlers import says
from tests.federation.test_two_echos import post_by_uri
from tests.fediverse import Echo, settle_down
from tests.make import Person


def message(sender: Actor, *to: str, **more: Any) -> Json:
    """As Pleroma sends it: nobody is tagged, `attachment` is one object."""
    note = sender.note("psst", to=list(to), type="ChatMessage", actor=sender.id)
    del note["cc"]
    return note | more


def sent(sender: Actor, note: Json) -> Json:
    return sender.does("Create", note, to=note["to"])


async def test_a_message_is_a_direct_post_to_its_reader(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    file = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/1.png", "name": "cat"}
    note = message(bob, alice.account.uri, attachment=file)
    assert await says(bob, one, sent(bob, note)) == ""
    post = await post_by_uri(note["id"])
    assert post is not None
    assert (post.visibility, post.chat, post.html) == ("direct", True, "<p>psst</p>")
    assert [(row.account_id, row.silent) for row in await Mention.filter(post_id=post.id)] == [
        (alice.id, False)
    ]
    assert await Media.filter(post_id=post.id).count() == 1
    assert await Notification.filter(account_id=alice.id, kind="mention").count() == 1
    assert await says(bob, one, bob.does("Delete", note["id"])) == ""
    assert await post_by_uri(note["id"]) is None or (await Post.get(id=post.id)).deleted_at is not None


@pytest.mark.parametrize("who", ["two", "everybody", "nobody", "stranger"])
async def test_a_message_is_for_exactly_one_person_here(one: Echo, peer: Peer, who: str) -> None:
    alice, other, bob = await make.person("alice"), await make.person("other"), peer.person("bob")
    to = {
        "two": [alice.account.uri, other.account.uri],
        "everybody": [alice.account.uri, PUBLIC],
        "nobody": [],
        "stranger": [peer.person("carol").id],
    }[who]
    note = message(bob, *to)
    assert await says(bob, one, sent(bob, note)) == "not-addressed"
    assert await post_by_uri(note["id"]) is None


async def test_who_is_blocked_writes_to_nobody(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    first = message(bob, alice.account.uri)
    await says(bob, one, sent(bob, first))
    await blocks.block(alice.id, (await Account.get(uri=bob.id)).id)
    again = message(bob, alice.account.uri)
    assert await says(bob, one, sent(bob, again)) == "unrelated"


async def answer(by: Person, to: int, text: str, **more: Any) -> Post:
    draft = PostDraft(text=text, visibility=Visibility.DIRECT, in_reply_to_id=to, **more)
    return await posts.publish(by.id, draft)


async def test_an_answer_to_the_other_alone_goes_on_as_a_message(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    note = message(bob, alice.account.uri)
    await says(bob, one, sent(bob, note))
    first = await post_by_uri(note["id"])
    assert first is not None
    made = await answer(alice, first.id, "@bob@peer.test hello")
    again = await answer(alice, made.id, "@bob@peer.test still there?")
    await settle_down([one])
    creates = peer.sent("Create")
    assert [create["object"]["type"] for create in creates] == ["ChatMessage", "ChatMessage"]
    assert {create["object"]["id"] for create in creates} == {made.uri, again.uri}
    for create in creates:
        assert create["to"] == create["object"]["to"] == [bob.id]
        assert create["cc"] == create["object"]["cc"] == []
        assert create["object"]["content"]


async def test_what_is_no_message_of_that_chat_is_a_note(one: Echo, peer: Peer) -> None:
    alice, other, bob = await make.person("alice"), await make.person("other"), peer.person("bob")
    note = message(bob, alice.account.uri)
    await says(bob, one, sent(bob, note))
    first = await post_by_uri(note["id"])
    assert first is not None
    await answer(alice, first.id, f"@bob@peer.test @{other.account.username} look")
    plain = bob.note("a note", to=[alice.account.uri], cc=[])
    plain["tag"] = [{"type": "Mention", "href": alice.account.uri, "name": "@alice"}]
    await says(bob, one, bob.creates(plain))
    second = await post_by_uri(plain["id"])
    assert second is not None
    await answer(alice, second.id, "@bob@peer.test hello")
    await settle_down([one])
    assert [create["object"]["type"] for create in peer.sent("Create")] == ["Note", "Note"]


async def test_two_echos_and_a_pleroma_chat_with_each_other(one: Echo, two: Echo, peer: Peer) -> None:
    """Sent as messages where the other takes them, as direct posts where it says that it does not."""
    alice, carol = await make.person("alice"), await two.run(make.person("carol"))
    told = {"acceptsChatMessages": True}
    bob, old = (
        peer.person("bob", capabilities=told),
        peer.person("old", capabilities={"acceptsChatMessages": False}),
    )

    async def open_with(mine: Person, handle: str, host: str) -> tuple[int, str]:
        found = await ports.directory().account_by_handle(handle, host)
        assert found is not None
        chat = await chats.open_direct(mine.id, found)
        return chat.id, (await chat_render.one(mine.id, chat.id)).federation

    async def say(mine: Person, chat_id: int, text: str, **more: Any) -> ChatMessage:
        return await chat_messages.send(mine.id, chat_id, MessageDraft(text=text, **more))

    async def log(mine: Person, host: str) -> list[tuple[str, str]]:
        rows = await chat_reads.page(mine.id, request="any")
        domains = {row["id"]: (await Account.get(id=row["other_id"])).domain for row in rows}
        chat_id = next(number for number, domain in domains.items() if domain == host)
        seat = await store.get(Viewer(mine.id), chat_id)
        shown = await chat_message.many(mine.id, await chat_reads.messages(seat))
        return [(message.text, message.state.name if message.state else "") for message in shown]

    with_carol, way = await open_with(alice, "carol", "two.test")
    assert way == "chat_message"
    pictures = [await make.image(alice) for _ in range(2)]
    await say(alice, with_carol, "hello", media_ids=[file.id for file in pictures])
    await settle_down([one, two])
    assert await two.run(log(carol, "one.test")) == [("hello", ""), ("", "")]
    assert [state for _, state in await log(alice, "two.test")] == ["federated", "federated"]
    back, way = await two.run(open_with(carol, "alice", "one.test"))
    assert way == "chat_message"
    answer = await two.run(say(carol, back, "hi", reply_to_seq=3))
    await two.run(chat_messages.edit(carol.id, back, answer.seq, "hi!"))
    await settle_down([one, two])
    assert (await log(alice, "two.test"))[-1] == ("hi!", "")
    await two.run(chat_messages.delete(carol.id, back, answer.seq))
    await settle_down([one, two])
    assert [text for text, _ in await log(alice, "two.test")] == ["hello", ""]

    for server, mine in ((one, alice), (two, carol)):
        chat_id, way = await server.run(open_with(mine, "bob", "peer.test"))
        assert way == "chat_message"
        await server.run(say(mine, chat_id, f"I am {mine.account.username}"))
        await settle_down([one, two])
        sent = peer.sent("Create")[-1]["object"]
        assert (sent["type"], sent["to"], sent["cc"]) == ("ChatMessage", [bob.id], [])
        assert await says(bob, server, sent_by(bob, mine)) == ""
        assert [text for text, _ in await server.run(log(mine, "peer.test"))] == [
            f"I am {mine.account.username}",
            "psst",
        ]
    chat_id, way = await open_with(alice, "old", "peer.test")
    assert way == "direct_note"
    await say(alice, chat_id, "hello")
    await settle_down([one, two])
    note = peer.sent("Create")[-1]["object"]
    assert (note["type"], note["to"]) == ("Note", [old.id])
    assert [tag["href"] for tag in note["tag"] if tag["type"] == "Mention"] == [old.id]
    plain = old.note("an answer", to=[alice.account.uri], cc=[], inReplyTo=note["id"])
    plain["tag"] = [{"type": "Mention", "href": alice.account.uri, "name": "@alice"}]
    await says(old, one, old.creates(plain))
    assert (await store.of_post((await Post.get(uri=plain["id"])).id)).chat_id == chat_id  # type: ignore[union-attr]
    # Whoever wants no messages says so, and gets none.
    assert (await document_of(one, alice))["capabilities"] == told | {"acceptsChatGroups": True}
    await chat_marks.prefer(alice.id, who_may_write=ChatWriters.NOBODY)
    assert (await document_of(one, alice))["capabilities"]["acceptsChatMessages"] is False
    assert await says(bob, one, sent_by(bob, alice)) == "refused"


def sent_by(sender: Actor, to: Person) -> Json:
    note = message(sender, to.account.uri)
    return sent(sender, note)


async def document_of(server: Echo, person: Person) -> Json:
    answer = await server.answer(
        httpx.Request("GET", person.account.uri, headers={"Accept": "application/activity+json"})
    )
    found: Json = answer.json()
    return found
