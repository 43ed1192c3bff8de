"""Chats: one log, several doors, and everything else follows from the log."""

from __future__ import annotations

import pytest

from echo import db
from echo.actions import (
    accounts,
    blocks,
    chat_groups,
    chat_marks,
    chat_messages,
    chats,
    editing,
    erasing,
    posts,
    reactions,
)
from echo.actions.chat_messages import MessageDraft
from echo.actions.drafts import EditDraft, PostDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds import Visibility
from echo.kinds_of_chats import ChatRequest, ChatRole, ChatWriters, MemberState
from echo.models import ChatEvent, ChatMember, ChatMessage, ConversationPost, Job, Post
from echo.policy.viewer import Viewer
from echo.runtime import Runtime
from echo.store import chat_log, chat_projection
from echo.store import chats as store
from tests import make
from tests.make import Person


async def say(by: Person, chat_id: int, text: str, **more: object) -> ChatMessage:
    return await chat_messages.send(by.id, chat_id, MessageDraft(text=text, **more))  # type: ignore[arg-type]


async def group(owner: Person, *others: Person) -> int:
    """A group in which all have said yes."""
    chat = await chat_groups.create(owner.id, "Tea", [other.id for other in others])
    for other in others:
        await chat_groups.enter(other.id, chat.id)
    return chat.id


async def log(chat_id: int) -> list[str]:
    events = await ChatEvent.filter(chat_id=chat_id).order_by("seq")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events]


async def projected() -> list[list[object]]:
    """Everything that follows from logs."""
    tables = (
        "SELECT to_jsonb(m) FROM chat_messages m ORDER BY id",
        "SELECT to_jsonb(r) - 'id' FROM chat_reactions r ORDER BY chat_id, message_seq, account_id, name",
        "SELECT to_jsonb(m) FROM chat_members m ORDER BY id",
        "SELECT to_jsonb(c) FROM chats c ORDER BY id",
    )
    return [[row[0] for row in await db.fetch(sql)] for sql in tables]


async def require_same_when_rebuilt() -> None:
    before = await projected()
    for row in await chat_log.every_id():
        async with db.unit_of_work():
            await chat_log.hold(row["id"])
            await chat_projection.rebuild(row["id"])
    assert await projected() == before


async def test_a_message_between_two_is_a_post_and_an_event_whichever_door_it_takes(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    chat = await chats.open_direct(alice.id, bob.id)
    assert (await chats.open_direct(bob.id, alice.id)).id == chat.id
    first = await say(alice, chat.id, "hello", key="k")
    assert (await say(alice, chat.id, "hello", key="k")).seq == first.seq, "sent twice, said once"
    post = await Post.get(id=first.post_id)
    assert (post.visibility, post.chat, post.text) == ("direct", True, "hello")
    # The other answers with an app that knows posts alone; the next one of the chat goes on from there.
    answer = await posts.publish(
        bob.id, PostDraft(text="@alice hi", visibility=Visibility.DIRECT, in_reply_to_id=post.id)
    )
    second = await store.of_post(answer.id)
    assert second is not None
    assert (second.seq, second.reply_to_seq) == (first.seq + 1, first.seq)
    third = await say(alice, chat.id, "how are you?", reply_to_seq=second.seq)
    stored = await Post.get(id=third.post_id)
    assert (stored.in_reply_to_id, stored.thread_id) == (answer.id, post.thread_id)
    assert await ConversationPost.filter(post_id=stored.id).count() == 2
    # Edits, emojis and deletions, through either door.
    await chat_messages.edit(alice.id, chat.id, third.seq, "how is bob?")
    await editing.edit(bob.id, answer.id, EditDraft(text="@alice hi!"))
    await reactions.react(bob.id, stored.id, "🎉")
    await chat_messages.react(alice.id, chat.id, second.seq, "🍵", is_there=True)
    await chat_messages.react(alice.id, chat.id, second.seq, "🍵", is_there=False)
    await chat_messages.pin(bob.id, chat.id, third.seq, is_pinned=True)
    await posts.remove(alice.id, post.id)
    assert await log(chat.id) == [
        *("joined", "joined", "created", "created", "created"),
        *("edited", "edited", "reacted", "reacted", "unreacted", "pinned", "deleted"),
    ]
    assert await store.reactions_by(chat.id, third.seq, bob.id) == {"🎉"}
    assert (await Post.get(id=stored.id)).text == "how is bob?"
    assert (await store.of_post(post.id)).deleted_at is not None  # type: ignore[union-attr]
    await require_same_when_rebuilt()
    await chat_messages.delete(bob.id, chat.id, second.seq)
    assert (await Post.get(id=answer.id)).deleted_at is not None
    with pytest.raises(Forbidden):
        await chat_messages.delete(bob.id, chat.id, third.seq)
    # What answers something outside of the chat, or is for more, is none of its messages.
    other = await make.person("carol")
    plain = await make.post(bob, "@alice and @carol", visibility=Visibility.DIRECT, reply_to=stored.id)
    assert await store.of_post(plain.id) is None
    with pytest.raises(NotFound):
        await store.get(Viewer(other.id), chat.id)


async def test_who_may_write_and_who_is_asked_first(runtime: Runtime) -> None:
    alice, bob, eve = await make.person("alice"), await make.person("bob"), await make.person("eve")
    chat = await chats.open_direct(eve.id, alice.id)
    await say(eve, chat.id, "you do not know me")

    async def request() -> str:
        return (await ChatMember.get(chat_id=chat.id, account_id=alice.id)).request

    assert await request() == ChatRequest.WAITING
    await chat_marks.answer_request(alice.id, chat.id, is_wanted=False)
    with pytest.raises(Forbidden):
        await say(eve, chat.id, "hello?")
    await say(alice, chat.id, "well then")
    assert await request() == ChatRequest.NONE
    await say(eve, chat.id, "thanks")
    for wanted, may in (
        (ChatWriters.FOLLOWED, False),
        (ChatWriters.FOLLOWERS, True),
        (ChatWriters.MUTUALS, False),
        (ChatWriters.NOBODY, False),
        (ChatWriters.EVERYONE, True),
    ):
        await chat_marks.prefer(alice.id, who_may_write=wanted)
        if wanted == ChatWriters.FOLLOWERS:
            await make.follow(bob, alice)
        if may:
            await chats.require_writer(bob.id, alice.account)
        else:
            with pytest.raises(Forbidden):
                await chats.require_writer(bob.id, alice.account)
    await blocks.block(alice.id, eve.id)
    with pytest.raises(Forbidden):
        await say(eve, chat.id, "hello?")
    with pytest.raises(Forbidden):
        await say(alice, chat.id, "hello?")
    post = await make.post(eve, "@alice hi", visibility=Visibility.DIRECT)
    assert await store.of_post(post.id) is None


@pytest.mark.parametrize("by", ["saying yes", "answering", "answering long ago", "nothing"])
async def test_whom_one_has_let_in_may_go_on_whoever_else_may_write(runtime: Runtime, by: str) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    chat = await chats.open_direct(eve.id, alice.id)
    await say(eve, chat.id, "may I?")
    if by == "saying yes":
        await chat_marks.answer_request(alice.id, chat.id, is_wanted=True)
    elif by != "nothing":
        await say(alice, chat.id, "you may")
    if by == "answering long ago":  # before it was kept who wants a chat
        await ChatMember.filter(chat_id=chat.id).update(wants=False)
    for wanted in ChatWriters:
        await chat_marks.prefer(alice.id, who_may_write=wanted)
        may = wanted == ChatWriters.EVERYONE or (by != "nothing" and wanted != ChatWriters.NOBODY)
        if may:
            await say(eve, chat.id, f"while {wanted} may write")
        else:
            with pytest.raises(Forbidden):
                await say(eve, chat.id, "hello?")
        # Who may write may invite.
        if may:
            await chat_groups.create(eve.id, "Tea", [alice.id])
        else:
            with pytest.raises(Forbidden):
                await chat_groups.create(eve.id, "Tea", [alice.id])


async def test_who_was_refused_may_not_invite_either(runtime: Runtime) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    chat = await chats.open_direct(eve.id, alice.id)
    await say(eve, chat.id, "may I?")
    await chat_marks.answer_request(alice.id, chat.id, is_wanted=False)
    with pytest.raises(Forbidden):
        await chat_groups.create(eve.id, "Tea", [alice.id])


async def test_a_group_from_its_beginning_to_its_end(runtime: Runtime) -> None:
    alice, bob, carol, dave = [await make.person(name) for name in ("alice", "bob", "carol", "dave")]
    chat_id = await group(alice, bob)
    picture = await make.image(bob)
    first = await say(bob, chat_id, "look", media_ids=[picture.id], key="1")
    assert (await say(bob, chat_id, "look", media_ids=[picture.id], key="1")).id == first.id
    with pytest.raises(Invalid):
        await say(bob, chat_id, "again", media_ids=[picture.id])
    with pytest.raises(NotFound):
        await say(dave, chat_id, "may I?")
    # Who comes later sees nothing of before, who has left nothing of after.
    token = await chat_groups.change_link(alice.id, chat_id, has_one=True)
    assert token is not None
    await chat_groups.enter_by_link(carol.id, token)
    with pytest.raises(NotFound):
        await store.message(Viewer(carol.id), chat_id, first.seq)
    second = await say(carol, chat_id, "hello")
    await chat_messages.react(alice.id, chat_id, second.seq, "👋", is_there=True)
    await chat_messages.edit(carol.id, chat_id, second.seq, "hello all")
    await chat_messages.pin(alice.id, chat_id, second.seq, is_pinned=True)
    with pytest.raises(Forbidden):
        await chat_messages.pin(carol.id, chat_id, second.seq, is_pinned=False)
    with pytest.raises(Forbidden):
        await chat_groups.remove(bob.id, chat_id, carol.id)
    await chat_groups.appoint(alice.id, chat_id, bob.id, ChatRole.ADMIN)
    await chat_groups.remove(bob.id, chat_id, carol.id)
    third = await say(alice, chat_id, "she is gone")
    with pytest.raises(NotFound):
        await store.message(Viewer(carol.id), chat_id, third.seq)
    assert (await store.message(Viewer(carol.id), chat_id, second.seq))[1].text == "hello all"
    with pytest.raises(Forbidden):
        await say(carol, chat_id, "let me in")
    with pytest.raises(Forbidden):
        await chat_groups.enter_by_link(carol.id, token)
    await chat_messages.delete(bob.id, chat_id, second.seq)
    assert "hello" not in str(await ChatEvent.filter(chat_id=chat_id).values_list("body", flat=True))
    with pytest.raises(Forbidden):
        await chat_groups.remove(bob.id, chat_id, alice.id)
    await chat_groups.leave(alice.id, chat_id)
    heir = await ChatMember.get(chat_id=chat_id, account_id=bob.id)
    assert (heir.role, heir.state) == (ChatRole.OWNER, MemberState.ACTIVE)
    await require_same_when_rebuilt()


async def test_marks_only_rise_and_a_deleted_account_takes_its_words_along(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    far = await make.stranger()
    chat_id = await group(alice, bob)
    for number in range(3):
        await say(alice, chat_id, f"secret {number}")
    await chat_messages.react(bob.id, chat_id, 5, "🎉", is_there=True)
    for seq, expected in ((6, 6), (5, 6), (10**9, 8)):
        await chat_marks.read(bob.id, chat_id, seq)
        member = await ChatMember.get(chat_id=chat_id, account_id=bob.id)
        assert (member.read_seq, member.delivered_seq) == (expected, expected)
    await say(bob, chat_id, "mine")
    direct = await chats.open_direct(alice.id, bob.id)
    await say(alice, direct.id, "secret too")
    away = await chats.open_direct(alice.id, far.id)
    await say(alice, away.id, "and this")
    await accounts.delete_local(alice.id)
    await Job.filter(name="federation.send_goodbye").delete()
    assert await erasing.erase(alice.id)
    assert not await store.find_for_worker(away.id), "nobody here is in it"
    assert "secret" not in str(await ChatEvent.all().values_list("body", flat=True))
    assert (await log(chat_id))[-2:] == ["role", "left"]
    texts = {(message.text, message.deleted_at is None) for message in await ChatMessage.all()}
    assert texts == {("", False), ("mine", True)}
    await require_same_when_rebuilt()
    with pytest.raises(Forbidden):
        await say(bob, direct.id, "are you there?")
