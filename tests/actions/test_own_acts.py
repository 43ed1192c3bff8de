"""What somebody does a second time changes nothing: it answers the same, and nobody is told of it again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from echo import db
from echo.actions import (
    accounts,
    avoided_domains,
    blocks,
    boosts,
    chat_groups,
    chat_marks,
    chat_messages,
    chats,
    collections,
    conversations,
    editing,
    endorsements,
    featured_tags,
    filter_rules,
    filters,
    follows,
    likes,
    lists,
    markers,
    moves,
    notes,
    notices,
    pins,
    presence,
    quotes,
    reactions,
    room_members,
    rooms,
    tag_follows,
    threads,
)
from echo.actions.chat_messages import MessageDraft
from echo.actions.collections import CollectionDraft
from echo.actions.drafts import EditDraft, ProfileDraft
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.actions.lists import ListDraft
from echo.actions.rooms import RoomDraft
from echo.kinds import RoomRole, Visibility
from echo.kinds_of_chats import ChatRole, ChatWriters
from echo.models import Account, Conversation, Notification, Post
from tests import make
from tests.make import Person

TEA, CAKE = "\N{HOT BEVERAGE}", "\N{SHORTCAKE}"


@dataclass(frozen=True, slots=True)
class World:
    """Alice does everything. Bob is here and stands close to her, Carol is here, Dora is elsewhere."""

    alice: Person
    bob: Person
    carol: Person
    dora: Account
    hers: Post
    his: Post


@pytest.fixture
async def world(runtime: object) -> World:
    """Alice and Bob follow each other, and each has written something."""
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    hers, his = await make.post(alice, "hers"), await make.post(bob, "his")
    return World(alice, bob, carol, await make.stranger("dora"), hers, his)


Act = Callable[[], Awaitable[object]]


async def of_posts(w: World) -> AsyncIterator[Act]:
    a, his, hers = w.alice.id, w.his.id, w.hers.id
    yield lambda: likes.like(a, his)
    yield lambda: likes.unlike(a, his)
    yield lambda: likes.bookmark(a, his)
    yield lambda: likes.unbookmark(a, his)
    yield lambda: boosts.boost(a, his)
    yield lambda: boosts.unboost(a, his)
    yield lambda: reactions.react(a, his, TEA)
    yield lambda: reactions.unreact(a, his, TEA)
    yield lambda: threads.mute(a, his)
    yield lambda: threads.unmute(a, his)
    yield lambda: pins.pin(a, hers)
    yield lambda: pins.unpin(a, hers)
    yield lambda: quotes.set_policy(a, hers, "nobody")
    yield lambda: editing.edit(a, hers, EditDraft(text="hers, changed"))


async def of_quotes(w: World) -> AsyncIterator[Act]:
    quoting = await make.post(w.bob, "look at this", quote_of_id=w.hers.id)
    yield lambda: quotes.revoke(w.alice.id, w.hers.id, quoting.id)


async def of_people(w: World) -> AsyncIterator[Act]:
    a, bob, carol, dora = w.alice.id, w.bob.id, w.carol.id, w.dora.id
    for other in (carol, dora):
        yield partial(follows.follow, a, other)
        yield partial(follows.unfollow, a, other)
    yield lambda: follows.follow(a, bob, boosts=False)
    yield lambda: follows.follow(a, bob, languages=["de"])
    yield lambda: follows.follow(a, bob, notify=True)
    yield lambda: notes.write_note(a, bob, "from the tea house")
    yield lambda: notes.write_note(a, bob, "")
    yield lambda: endorsements.endorse(a, bob)
    yield lambda: endorsements.unendorse(a, bob)
    yield lambda: follows.remove_follower(a, bob)
    for other in (bob, dora):
        yield partial(blocks.mute, a, other)
        yield partial(blocks.mute, a, other, notifications_too=False)
        yield partial(blocks.unmute, a, other)
        yield partial(blocks.block, a, other)
        yield partial(blocks.unblock, a, other)
    yield lambda: avoided_domains.avoid(a, "peer.test")
    yield lambda: avoided_domains.welcome(a, "peer.test")


async def of_hashtags(w: World) -> AsyncIterator[Act]:
    yield lambda: tag_follows.follow(w.alice.id, "tea")
    yield lambda: tag_follows.unfollow(w.alice.id, "tea")
    yield lambda: featured_tags.feature(w.alice.id, "tea")
    yield lambda: featured_tags.unfeature(w.alice.id, "tea")


async def of_lists(w: World) -> AsyncIterator[Act]:
    a, list_id = w.alice.id, (await lists.create(w.alice.id, ListDraft(title="friends"))).id
    await lists.add_members(a, list_id, [w.bob.id])
    yield lambda: lists.change(a, list_id, ListDraft(title="kin"))
    yield lambda: lists.change(a, list_id, ListDraft(exclusive=True, replies_policy="none"))
    yield lambda: lists.remove_members(a, list_id, [w.bob.id])


async def of_filters(w: World) -> AsyncIterator[Act]:
    a = w.alice.id
    filter_id = await filters.create(a, FilterDraft(title="tea", contexts=("home",), action="warn"))
    keyword = await filter_rules.add_keyword(a, filter_id, KeywordDraft(keyword="tea"))
    yield lambda: filters.change(a, filter_id, FilterDraft(title="cake"))
    yield lambda: filters.change(a, filter_id, FilterDraft(action="hide", contexts=("public",)))
    yield lambda: filter_rules.change_keyword(a, keyword.id, KeywordDraft(whole_word=False))


async def of_what_was_told(w: World) -> AsyncIterator[Act]:
    a = w.alice.id
    yield lambda: markers.set_marker(a, "home", str(w.his.id))
    yield lambda: markers.set_marker(a, "notifications", "7")
    await likes.like(w.bob.id, w.hers.id)
    told = await Notification.get(account_id=a, kind="like")
    yield lambda: notices.forget_group(a, "like", w.hers.id, told.group_hour)
    yield lambda: notices.clear(a)
    await make.post(w.bob, "@alice a word", visibility=Visibility.DIRECT)
    conversation = await Conversation.get(account_id=a)
    yield lambda: conversations.mark(a, conversation.id, unread=False)
    yield lambda: conversations.mark(a, conversation.id, unread=True)


async def of_oneself(w: World) -> AsyncIterator[Act]:
    a = w.alice.id
    yield lambda: accounts.change_profile(a, ProfileDraft(display_name="Alice", note="I like tea", bot=True))
    yield lambda: accounts.change_profile(a, ProfileDraft(fields=(("Tea", "green"),)))
    yield lambda: accounts.change_profile(a, ProfileDraft(attribution_domains=("a.test",)))
    yield lambda: accounts.change_profile(a, ProfileDraft(settings={"theme": "dark"}))
    yield lambda: presence.set_invisible(a, invisible=True)
    yield lambda: chat_marks.prefer(a, share_presence=False)
    yield lambda: chat_marks.prefer(a, who_may_write=ChatWriters.NOBODY)
    yield lambda: moves.add_alias(a, "dora@peer.test")
    yield lambda: moves.remove_alias(a, w.dora.uri)


async def of_chats(w: World) -> AsyncIterator[Act]:
    a, chat = w.alice.id, await chats.open_direct(w.bob.id, w.alice.id)
    said = await chat_messages.send(w.bob.id, chat.id, MessageDraft(text="tea?"))
    yield lambda: chat_marks.delivered(a, chat.id, said.seq)
    yield lambda: chat_marks.read(a, chat.id, said.seq)
    yield lambda: chat_marks.mute(a, chat.id, None)
    yield lambda: chat_marks.unmute(a, chat.id)
    yield lambda: chat_messages.pin(a, chat.id, said.seq, is_pinned=True)
    yield lambda: chat_messages.pin(a, chat.id, said.seq, is_pinned=False)
    theirs = await chats.open_direct(w.carol.id, a)
    await chat_messages.send(w.carol.id, theirs.id, MessageDraft(text="you do not know me"))
    yield lambda: chat_marks.answer_request(a, theirs.id, is_wanted=False)


async def of_groups(w: World) -> AsyncIterator[Act]:
    a, bob, group = w.alice.id, w.bob.id, await chat_groups.create(w.alice.id, "tea house")
    said = await chat_messages.send(a, group.id, MessageDraft(text="tea?"))
    yield lambda: chat_groups.invite(a, group.id, bob)
    await chat_groups.enter(bob, group.id)
    yield lambda: chat_groups.appoint(a, group.id, bob, ChatRole.ADMIN)
    yield lambda: chat_groups.rename(a, group.id, "cake house")
    yield lambda: chat_groups.picture(a, group.id, "a" * 32 + ".png")
    yield lambda: chat_groups.picture(a, group.id, "")
    yield lambda: chat_messages.edit(a, group.id, said.seq, "cake?")
    yield lambda: chat_messages.react(a, group.id, said.seq, CAKE, is_there=True)
    yield lambda: chat_messages.react(a, group.id, said.seq, CAKE, is_there=False)
    yield lambda: chat_messages.pin(a, group.id, said.seq, is_pinned=True)
    yield lambda: chat_groups.leave(a, group.id)


async def of_rooms(w: World) -> AsyncIterator[Act]:
    a, bob = w.alice.id, w.bob.id
    room_id = await rooms.create(a, RoomDraft(title="tea house"))
    for each in (a, bob):
        await room_members.join(each, room_id)
    yield lambda: rooms.change(a, room_id, RoomDraft(title="cake house", stage=True))
    yield lambda: rooms.change(a, room_id, RoomDraft(post_id=w.hers.id))
    yield lambda: room_members.raise_hand(a, room_id, raised=True)
    yield lambda: room_members.set_role(a, room_id, bob, RoomRole.LISTENER)
    yield lambda: room_members.mute(a, room_id, bob, muted=True)
    await rooms.ask_to_record(a, room_id, asked=True)
    yield lambda: room_members.answer_recording(a, room_id, agreed=True)
    yield lambda: room_members.leave(a, room_id)
    yield lambda: rooms.end(a, room_id)


async def of_collections(w: World) -> AsyncIterator[Act]:
    await make.account_of(w.bob, discoverable=True)
    draft = CollectionDraft(name="tea", description="drinkers", language="en")
    collection_id = await collections.create(w.alice.id, draft, [w.bob.id])
    yield lambda: collections.edit(w.alice.id, collection_id, CollectionDraft(name="cake"))


STORIES = {
    story.__name__.removeprefix("of_"): story
    for story in (
        *(of_posts, of_quotes, of_people, of_hashtags, of_lists, of_filters, of_what_was_told, of_oneself),
        *(of_chats, of_groups, of_rooms, of_collections),
    )
}


async def done(act: Act) -> tuple[object, list[str], dict[str, int]]:
    """What an act answered, what happened, and how many rows there are then that somebody is told by."""
    async with db.unit_of_work() as unit:
        answer = await act()
    rows = {name: int(await db.fetch_value(f"SELECT count(*) FROM {name}")) for name in TELLING}
    return getattr(answer, "id", answer), [repr(event) for event in unit.events], rows


TELLING = ("jobs", "notifications", "deliveries", "chat_events", "chat_wishes")


@pytest.mark.parametrize("name", STORIES)
async def test_a_second_time_answers_the_same_and_tells_nobody(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_follows, "MOST_FOLLOWED", 1)  # also when no more fit
    count = 0
    async for act in STORIES[name](world):
        count += 1
        answer, happened, rows = await done(act)
        assert happened, f"act {count} of {name} did nothing the first time"
        again, happened, rows_then = await done(act)
        assert (count, again, happened, rows_then) == (count, answer, [], rows)
    assert count


def test_every_act_that_ones_other_devices_are_told_of_is_done_twice_here() -> None:
    """But votes and what is accepted or let in: a second time is an error there."""
    told = re.compile(r"emit\((Acted|Related|OwnChanged|FiltersChanged|TagsChosen|ChatMarked)\(")
    here = Path(__file__).parents[2] / "echo" / "actions"
    telling = {path.stem for path in here.glob("*.py") if told.search(path.read_text())}
    assert telling - {"polls", "chat_copies"} <= globals().keys()
