"""Policies at every door: posts of people here, of elsewhere, edits, chats."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from echo import clock, db
from echo.actions import chat_groups, chat_messages, chats, editing, held, judging, polls, posts
from echo.actions.chat_messages import MessageDraft
from echo.actions.drafts import EditDraft, PollDraft, PostDraft, RemoteMedia, RemotePoll, RemotePost
from echo.errors import Disallowed, HeldBack, NotFound
from echo.kinds import Held, HeldKind, MediaKind, Visibility
from echo.media import port
from echo.models import ChatMessage, HeldThing, Job, Media, Notification, Policy, Post
from echo.policy.pipeline.said import Door
from echo.policy.roles import Staff
from echo.policy.viewer import Viewer
from echo.runtime import Runtime
from echo.store import posts as post_store
from tests import make


async def test_a_post_of_somebody_here_is_rejected_rewritten_or_held(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.policy("words", Door.LOCAL, words=["casino"], action="reject", reason="No casinos here")
    with pytest.raises(Disallowed, match="No casinos here"):
        await make.post(alice, "the best casino")
    with pytest.raises(Disallowed):
        await posts.check(alice.id, PostDraft(text="a casino", visibility=Visibility.PUBLIC))
    assert not await Post.exists()

    changes = ["warn", "unlist", "untell"]
    await make.policy("words", words=["storm"], action="rewrite", changes=changes, warning="Weather")
    stored = await make.post(alice, "a storm, @bob")
    assert (stored.spoiler, stored.visibility) == ("Weather", "unlisted")
    assert not await Notification.exists()
    assert await post_store.get(Viewer(bob.id), stored.id)

    await make.policy("words", words=["maybe"], action="hold")
    kept = await make.post(alice, "maybe @bob", reply_to=stored.id)
    assert kept.held == Held.REVIEW
    assert (await post_store.get(Viewer(alice.id), kept.id)).text == "maybe @bob"
    with pytest.raises(NotFound):
        await post_store.get(Viewer(bob.id), kept.id)
    assert not await Notification.exists()
    assert not await db.fetch_value("SELECT replies FROM post_stats WHERE post_id = $1", stored.id)
    thing = await HeldThing.get()
    assert (thing.kind, thing.post_id, thing.text, thing.found) == (
        HeldKind.POST,
        kept.id,
        "maybe @bob",
        "“maybe”",
    )
    await posts.remove(alice.id, kept.id)
    assert not await HeldThing.exists(), "what its author has deleted waits for nobody"


async def test_an_edit_is_judged_as_a_post_is(runtime: Runtime) -> None:
    alice = await make.person("alice")
    stored = await make.post(alice, "harmless")
    await make.policy("words", Door.LOCAL, words=["casino"], action="reject")
    await make.policy("words", Door.LOCAL, words=["maybe"], action="hold", changes=["warn"])
    with pytest.raises(Disallowed):
        await editing.edit(alice.id, stored.id, EditDraft(text="the best casino"))
    answered = await editing.edit(alice.id, stored.id, EditDraft(text="maybe not"))
    assert answered.text == "harmless", "it stays as it is until somebody has looked"
    thing = await HeldThing.get()
    assert (thing.kind, thing.post_id, thing.text) == (HeldKind.EDIT, stored.id, "maybe not")
    assert (
        await editing.edit(alice.id, stored.id, EditDraft(text="still harmless"))
    ).text == "still harmless"


async def test_a_post_of_elsewhere_is_rejected_rewritten_or_held(runtime: Runtime) -> None:
    bob, far = await make.person("bob"), await make.stranger()
    await make.policy("words", Door.REMOTE, words=["casino"], action="reject")
    with pytest.raises(Disallowed):
        await make.remote_post(far, "<p>ca\u200bsino</p>")
    assert not await Post.exists()

    await make.policy("servers", action="rewrite", changes=["drop_files", "sensitive", "untell"])
    picture = RemoteMedia(url="https://peer.test/a.png", kind=MediaKind.IMAGE)
    stored = await make.remote_post(far, "<p>hi</p>", mentioned_ids=(bob.id,), media=(picture,))
    assert (stored.sensitive, stored.media_ids) == (True, [])
    assert not await Notification.exists()
    assert await Post.filter(id=stored.id).count() == 1

    await make.policy("words", Door.REMOTE, words=["maybe"], action="hold")
    draft = RemotePost(
        uri=f"{far.uri}/posts/m",
        url="",
        html="<p>maybe</p>",
        visibility=Visibility.PUBLIC,
        published_at=stored.created_at,
    )
    for _ in range(2):
        with pytest.raises(HeldBack):
            await posts.receive(far, draft)
    thing = await HeldThing.get()
    assert (thing.kind, thing.uri, thing.text) == (HeldKind.REMOTE_POST, draft.uri, "maybe")
    assert not await Post.exists(uri=draft.uri)
    await posts.receive_removal(far, draft.uri)
    assert not await HeldThing.exists(), "its author has taken it back"


async def test_messages_in_chats_are_judged_before_they_are_said(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    chat = await chats.open_direct(alice.id, bob.id)
    await make.policy("words", Door.CHAT, words=["casino"], action="reject", reason="Not in chats")
    await make.policy("words", Door.CHAT, words=["maybe"], action="hold")
    with pytest.raises(Disallowed, match="Not in chats"):
        await chat_messages.send(alice.id, chat.id, MessageDraft(text="casino"))
    waiting = await chat_messages.send(alice.id, chat.id, MessageDraft(text="maybe", key="k"))
    assert (waiting.seq, waiting.text) == (0, "maybe")
    assert not await ChatMessage.exists()
    thing = await HeldThing.get()
    assert (thing.kind, thing.chat_id) == (HeldKind.MESSAGE, chat.id)
    assert (await chat_messages.send(alice.id, chat.id, MessageDraft(text="hello"))).seq
    assert (await make.post(alice, "a casino")).text == "a casino", "posts are another door"


async def test_an_edited_message_is_judged_at_the_door_of_chats(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    pair = await chats.open_direct(alice.id, bob.id)
    tea = await chat_groups.create(alice.id, "Tea", [bob.id])
    await chat_groups.enter(bob.id, tea.id)
    said = []
    for chat in (pair, tea):
        picture = await make.image(alice)
        await Media.filter(id=picture.id).update(file_key=port.store().new_key("png"), preview_key="")
        said.append(
            await chat_messages.send(alice.id, chat.id, MessageDraft(text="look", media_ids=[picture.id]))
        )
    await make.policy("words", Door.CHAT, words=["casino"], action="hold", reason="Not here")
    await make.policy("words", Door.CHAT, words=["storm"], action="rewrite", changes=["drop_files"])
    for message in said:
        with pytest.raises(Disallowed, match="Not here"):
            await chat_messages.edit(alice.id, message.chat_id, message.seq, "the casino")
        await chat_messages.edit(alice.id, message.chat_id, message.seq, "a calm")
    in_pair, in_group = [
        await chat_messages.edit(alice.id, message.chat_id, message.seq, "a storm") for message in said
    ]
    assert not (await Post.get(id=in_pair.post_id)).media_ids
    assert (in_group.text, in_group.media_ids) == ("a storm", [])
    assert await Media.filter(chat_message_id=in_group.id).count() == 0, "thrown away"


async def test_what_is_let_through_late_takes_its_place_in_a_chat_and_its_time(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    chat = await chats.open_direct(alice.id, bob.id)
    first = await chat_messages.send(alice.id, chat.id, MessageDraft(text="hello"))
    await make.policy("words", Door.LOCAL, words=["maybe"], action="hold")
    answer = await make.post(bob, "maybe @alice", visibility=Visibility.DIRECT, reply_to=first.post_id)
    letter = await make.post(bob, "maybe @alice", visibility=Visibility.DIRECT)
    asked = await make.post(alice, "maybe?", poll=PollDraft(options=("a", "b"), duration_seconds=3600))
    clock.shift(timedelta(hours=2))
    assert await polls.do_due(10) == 0, "one that nobody has seen does not end"
    things = {thing.post_id: thing.id for thing in await HeldThing.all()}
    await held.decide(BY, list(things.values()), is_accepted=True)
    message = await ChatMessage.get(post_id=answer.id)
    assert (message.chat_id, message.seq, message.reply_to_seq) == (chat.id, first.seq + 1, first.seq)
    other = await ChatMessage.get(post_id=letter.id)
    assert (other.chat_id, other.seq, other.reply_to_seq) == (chat.id, first.seq + 2, None)
    (row,) = await db.fetch("SELECT expires_at FROM polls WHERE post_id = $1", asked.id)
    assert timedelta(minutes=55) < row["expires_at"] - clock.now() <= timedelta(hours=1)
    await polls.vote(bob.id, (await Post.get(id=asked.id)).poll_id, [0])


async def test_what_policies_know_of_authors_comes_from_rows(runtime: Runtime) -> None:
    bob, far, friend = await make.person("bob"), await make.stranger(), await make.stranger()
    await make.policy("newcomers", Door.REMOTE, action="reject")
    await make.policy("repeats", Door.REMOTE, accounts=1, action="reject")
    await make.follow(bob, friend)
    link = '<p>look <a href="https://x.test/">here</a></p>'
    with pytest.raises(Disallowed):
        await make.remote_post(far, link, mentioned_ids=(bob.id,))
    assert await make.remote_post(friend, link, mentioned_ids=(bob.id,))
    assert await make.remote_post(far, "<p>nobody is named</p>")
    text = "<p>quite a long text that is the same whoever says it</p>"
    named = '<a class="u-url mention" href="https://z.test/@z">@z</a>'
    for _ in range(2):
        await make.remote_post(await make.stranger(), f"{text}{named}")
    with pytest.raises(Disallowed):
        await make.remote_post(await make.stranger(), f"{text}{named}")


async def test_without_a_policy_nothing_is_asked_and_a_change_is_noticed(runtime: Runtime) -> None:
    alice = await make.person("alice")
    first = await judging.chain()
    assert first.is_idle(Door.LOCAL)
    assert await judging.chain() is first
    row = await make.policy("words", Door.LOCAL, words=["casino"], action="reject")
    with pytest.raises(Disallowed):
        await make.post(alice, "casino")
    await Policy.filter(id=row.id).update(settings={"words": 5}, updated_at=clock.now())
    judging.forget()
    stored = await make.post(alice, "casino")
    assert stored.text == "casino", "settings that cannot be read are as good as off"


BY = Staff.shell()


async def test_a_moderator_lets_a_post_of_somebody_here_through_or_not(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.policy("words", Door.LOCAL, words=["maybe"], action="hold")
    first = await make.post(alice, "yes")
    answer = await make.post(bob, "maybe @alice", reply_to=first.id)
    other = await make.post(bob, "maybe not")
    things = {thing.post_id: thing.id for thing in await HeldThing.all()}
    assert await held.decide(BY, [things[answer.id], 999], is_accepted=True) == 1
    await held.accept(BY, things[answer.id])
    assert (await post_store.get(Viewer(alice.id), answer.id)).held == Held.NOT
    assert await Notification.filter(account_id=alice.id).count() == 1, "told once, however often one accepts"
    assert await db.fetch_value("SELECT replies FROM post_stats WHERE post_id = $1", first.id) == 1
    await held.reject(BY, things[other.id])
    await held.accept(BY, things[other.id])
    assert (await post_store.get(Viewer(bob.id), other.id)).held == Held.REFUSED
    with pytest.raises(NotFound):
        await post_store.get(Viewer(alice.id), other.id)
    deeds = [row["deed"] for row in await db.fetch("SELECT deed FROM audit ORDER BY id")]
    assert deeds == ["held.accept", "held.reject"], "what is decided already is not decided again"


async def test_what_was_held_is_taken_in_when_it_is_accepted(runtime: Runtime) -> None:
    alice, bob, far = await make.person("alice"), await make.person("bob"), await make.stranger()
    await make.follow(bob, alice)
    await make.follow(bob, far)
    chat = await chats.open_direct(alice.id, bob.id)
    mine = await make.post(alice, "harmless")
    theirs = await make.remote_post(far, "<p>harmless</p>")
    await make.policy("words", words=["maybe"], action="hold", changes=["warn"], warning="Doubt")
    await editing.edit(alice.id, mine.id, EditDraft(text="maybe"))
    await chat_messages.send(alice.id, chat.id, MessageDraft(text="maybe"))
    draft = RemotePost(
        uri=f"{far.uri}/posts/m",
        url="",
        html="<p>maybe</p>",
        visibility=Visibility.PUBLIC,
        published_at=clock.now(),
        mentioned_ids=(bob.id,),
        poll=RemotePoll(options=(("a", 1), ("b", 2))),
        policy={"like": {"automatic": ["x"], "manual": []}},
    )
    edit = replace(draft, uri=theirs.uri, edited_at=clock.now() + timedelta(seconds=9), poll=None)
    with pytest.raises(HeldBack):
        await posts.receive(far, draft)
    with pytest.raises(HeldBack):
        await editing.receive_edit(far, edit)
    things = await HeldThing.all().order_by("id")
    assert [thing.kind for thing in things] == ["edit", "message", "remote_post", "remote_edit"]
    assert await held.decide(BY, [thing.id for thing in things], is_accepted=True) == 4
    assert (await Job.filter(name="held.take_in").count()) == 4
    for thing in things:
        await held.take_in(thing.id)
        await held.take_in(thing.id)
    assert (await Post.get(id=mine.id)).spoiler == "Doubt"
    message = await ChatMessage.get()
    assert (await Post.get(id=message.post_id)).text == "maybe"
    taken = await Post.get(uri=draft.uri)
    assert (taken.spoiler, taken.poll_id is not None, taken.interaction_policy) == (
        "Doubt",
        True,
        draft.policy,
    )
    assert (await Post.get(id=theirs.id)).html == "<p>maybe</p>"
    assert {thing.draft for thing in await HeldThing.all()} == {""}
    with pytest.raises(HeldBack):
        await posts.receive(far, replace(draft, uri=f"{far.uri}/posts/n"))
