"""Messages of chats (Pleroma, Akkoma, Lemmy): direct posts here, and messages again when answered."""

from __future__ import annotations

from typing import Any

import pytest

from echo.actions import blocks, posts
from echo.actions.drafts import PostDraft
from echo.kinds import Visibility
from echo.models import Account, Media, Mention, Notification, Post
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
