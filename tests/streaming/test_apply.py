"""R-36: what a client shows, changed by events as they come, is what it would be shown if it asked anew."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.actions import (
    accounts,
    blocks,
    boosts,
    editing,
    filters,
    follows,
    likes,
    lists,
    markers,
    notes,
    notices,
    pins,
    polls,
    posts,
    reactions,
    threads,
)
from echo.actions.drafts import EditDraft, PollDraft, ProfileDraft
from echo.actions.filter_keywords import KeywordDraft
from echo.actions.filters import FilterDraft
from echo.actions.lists import ListDraft
from echo.errors import EchoError
from echo.kinds import Handling, Visibility
from echo.models import Like, Post, Reaction
from echo.runtime import Runtime
from echo.streaming import counting
from tests import make
from tests.make import Person
from tests.streaming.conftest import Ear, LiveServer
from workers.jobs import drain_once
from workers.main import FUNCTIONS

# Said by nothing that comes live.
COUNTERS = {"followers_count", "following_count", "statuses_count", "last_status_at"}
# What `counters` events say of posts that are watched; emojis are read when their mark is another.
WATCHED = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
EMOJIS = ("\N{HOT BEVERAGE}", "\N{SHORTCAKE}", "\N{PARTY POPPER}")
# What the story must have said, all of it (tests/laws/test_live_events.py).
SAID_OF_POSTS = {
    *("update", "status.update", "delete", "home_changed", "filters_changed", "conversation", "counters"),
    *("notification", "notifications_merged", "notifications_changed"),
    *("relationship", "lists_changed", "markers", "profile_changed"),
}
HOME, NOTICES, LETTERS = "/api/v1/timelines/home", "/api/v1/notifications", "/api/v1/conversations"
MARKERS, LISTS = "/api/v1/markers?timeline[]=home&timeline[]=notifications", "/api/v1/lists"
PROFILE = "/api/v1/accounts/verify_credentials"


def standing(value: Any) -> Any:
    """A document without its counters."""
    if isinstance(value, dict):
        if value.get("reblog"):  # what a boost repeats of it
            value = {name: value[name] for name in ("id", "account", "created_at", "reblog")}
        return {name: standing(part) for name, part in value.items() if name not in COUNTERS}
    return [standing(part) for part in value] if isinstance(value, list) else value


@dataclass
class Screen:
    """What a client of somebody shows, and how it reads anew. Posts that it shows are watched on a socket."""

    server: LiveServer
    ear: Ear
    owner: Person
    others: list[Person]
    epoch: str = ""
    cursor: str = ""
    home: dict[str, Any] = field(default_factory=dict)
    notices: dict[str, Any] = field(default_factory=dict)
    letters: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    relations: dict[str, Any] = field(default_factory=dict)
    markers: Any = None
    lists: Any = None
    profile: Any = None
    heard: set[str] = field(default_factory=set)

    async def get(self, path: str) -> Any:
        return await self.server.ask(path, self.owner)

    async def page(self, path: str) -> dict[str, Any]:
        return {entry["id"]: entry for entry in await self.get(f"{path}?limit=40")}

    async def begin(self) -> None:
        answer = await self.get("/api/echo/events")
        self.epoch, self.cursor = answer["epoch"], answer["cursor"]
        self.home = await self.page(HOME)
        self.notices, self.letters = await self.page(NOTICES), await self.page(LETTERS)
        self.markers, self.lists = await self.get(MARKERS), await self.get(LISTS)
        self.profile = await self.get(PROFILE)
        self.relations = await self.related([one.id for one in self.others])
        await self.watch()

    async def related(self, account_ids: Iterable[int | str]) -> dict[str, Any]:
        """What one is to these people."""
        asked = "&".join(f"id[]={one}" for one in account_ids)
        return {one["id"]: one for one in await self.get(f"/api/v1/accounts/relationships?{asked}")}

    async def catch_up(self, said: list[str]) -> None:
        answer = await self.get(f"/api/echo/events?after={self.cursor}&epoch={self.epoch}&limit=200")
        assert (answer["gap"], answer["more"]) == (None, False)
        self.cursor = answer["cursor"]
        for event in answer["events"]:
            self.heard.add(event["event"])
            said.append(f"{event['event']} {event['data'].get('id', '')}")
            await self.apply(event["event"], event["data"])
        await counting.tell_changes(list(self.server.hub._registry.outlets))
        _, counted = await self.ask(type="echo:ping")
        for counts in counted:
            self.heard.add("counters")
            await self.count(counts)
        await self.watch()

    async def watch(self) -> None:
        """Have the posts that are shown now counted; what the counters are is the answer."""
        shown = {post["id"] for post in _posts([self.home, self.notices, self.letters])}
        ids = sorted(shown, key=int)[-100:]
        answer, _ = await self.ask(type="echo:req", id=1, method="posts.watch", params={"ids": ids})
        for counts in answer["result"]:
            await self.count(counts)

    async def ask(self, **frame: object) -> tuple[dict[str, Any], list[Any]]:
        """Say something on the socket. Returns: the answer, and the counters that came before it."""
        await self.ear.say(**frame)
        counted = []
        while True:
            answer = await self.ear.next()
            if answer["type"] in ("echo:reply", "echo:pong"):
                return answer, counted
            if answer.get("event") == "counters":
                counted.append(answer["data"])

    async def count(self, counts: dict[str, Any]) -> None:
        shown = _posts([self.home, self.notices, self.letters])
        about = [post for post in shown if post["id"] == counts["id"]]
        for post in about:
            post.update({name: counts[name] for name in WATCHED})
            if (
                post["poll"]
                and counts["poll"]
                and len(post["poll"]["options"]) == len(counts["poll"]["options"])
            ):
                post["poll"].update({name: counts["poll"][name] for name in ("votes_count", "voters_count")})
                for option, votes in zip(post["poll"]["options"], counts["poll"]["options"], strict=True):
                    option["votes_count"] = votes
        if self.marks.get(counts["id"], "0") != counts["reactions_mark"]:
            self.marks[counts["id"]] = counts["reactions_mark"]
            emojis = await self.get(f"/api/v1/pleroma/statuses/{counts['id']}/reactions")
            for emoji in emojis:
                del emoji["accounts"]
            for post in about:
                post["emoji_reactions"] = emojis
                post["pleroma"] = {"emoji_reactions": emojis}

    async def apply(self, event: str, data: dict[str, Any]) -> None:
        if event == "update":
            self.home[data["id"]] = data
        elif event == "status.update":
            self.replace(data)
        elif event == "delete":
            self.forget(data["id"])
        elif event in ("home_changed", "filters_changed"):
            self.home = await self.page(HOME)
            self.notices, self.letters = await self.page(NOTICES), await self.page(LETTERS)
        elif event == "notification":
            self.notices[data["id"]] = data
        elif event in ("notifications_merged", "notifications_changed"):
            self.notices = await self.page(NOTICES)
        elif event == "relationship":
            self.relations[data["id"]] = data
        elif event == "markers":
            self.markers = data
        elif event == "lists_changed":
            self.lists = await self.get(LISTS)
        elif event == "profile_changed":
            self.profile = await self.get(PROFILE)
            for account in _accounts([self.home, self.notices, self.letters]):
                if account["id"] == self.profile["id"]:
                    account.update({name: self.profile[name] for name in account})
        elif event == "conversation":
            self.letters[data["id"]] = data
        else:
            raise AssertionError(event)

    def replace(self, post: dict[str, Any]) -> None:
        """A post that is another, wherever it is shown."""
        for shown in (self.home, self.notices, self.letters):
            _swap(shown, post)

    def forget(self, id_: str) -> None:
        """A deleted post, and what is about it. What quotes it shows that it is gone."""
        for quoting in list(_posts([self.home, self.notices, self.letters])):
            quote = quoting["quote"] or {}
            if (quote.get("quoted_status") or {}).get("id") == id_:
                quoting["quote"] = {"state": "deleted", "quoted_status": None}
        self.home.pop(id_, None)
        for number, shown in list(self.home.items()):
            if shown["reblog"] and shown["reblog"]["id"] == id_:
                del self.home[number]
        for number, notice in list(self.notices.items()):
            if notice.get("status") and notice["status"]["id"] == id_:
                del self.notices[number]

    async def check(self, said: list[str]) -> None:
        for name, shown, path in (
            ("home", self.home, HOME),
            ("notices", self.notices, NOTICES),
            ("letters", self.letters, LETTERS),
        ):
            asked = await self.page(path)
            newest = sorted(shown, key=int, reverse=True)[:40]
            if name != "letters":
                assert newest == list(asked), "\n".join([name, *said, *map(_brief, shown.values())])
            for number, document in asked.items():
                wrong = set(_parts(standing(shown[number]))) ^ set(_parts(standing(document)))
                assert not wrong, "\n".join([name, *said, *sorted(wrong)])
        assert self.relations == await self.related(self.relations), said
        assert self.markers == await self.get(MARKERS), said
        assert self.lists == await self.get(LISTS), said
        assert standing(self.profile) == standing(await self.get(PROFILE)), said


def _posts(value: Any) -> Iterator[dict[str, Any]]:
    """All posts inside of what is shown."""
    if isinstance(value, list | dict):
        if isinstance(value, dict) and "reblogs_count" in value:
            yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _posts(part)


def _swap(value: Any, post: dict[str, Any]) -> None:
    """Put a post in the place of what it was. What a quoted one quotes is not shown."""
    for place, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(part, dict) and part.get("id") == post["id"] and "reblogs_count" in part:
            value[place] = {**post, "quote": part["quote"]} if place == "quoted_status" else post
        elif isinstance(part, list | dict):
            _swap(part, post)


def _accounts(value: Any) -> Iterator[dict[str, Any]]:
    """All people inside of what is shown."""
    if isinstance(value, list | dict):
        if isinstance(value, dict) and "acct" in value and "followers_count" in value:
            yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _accounts(part)


def _parts(value: Any, place: str = "") -> Iterator[str]:
    """What a document is made of, one line each."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _parts(part, f"{place}.{name}")
    elif isinstance(value, list):
        yield f"{place} has {len(value)}"
        for number, part in enumerate(value):
            yield from _parts(part, f"{place}.{number}")
    else:
        yield f"{place}: {value!r}"


def _brief(shown: dict[str, Any]) -> str:
    about = shown.get("status") or shown
    return f"{shown['id']} {shown.get('type', '')} {shown['account']['username']} {about['id']}"


class Play:
    """What happens, chosen by chance."""

    def __init__(self, chance: random.Random, reader: Person, people: list[Person]) -> None:
        self.chance = chance
        self.reader = reader
        self.people = people
        self.posts: list[Post] = []
        self.done: list[str] = []
        self.number = 0
        self.first: list[Callable[[Person], Awaitable[None]]] = []

    async def step(self) -> None:
        acts: tuple[Callable[[Person], Awaitable[None]], ...] = (
            self.write,
            self.write,
            self.mention,
            self.write_letter,
            self.edit,
            self.edit,
            self.remove,
            self.boost,
            self.unboost,
            self.ask,
            self.vote,
            self.like,
            self.unlike,
            self.react,
            self.react,
            self.unreact,
            self.follow,
            self.unfollow,
            self.block,
            self.mute,
            self.be_choosy,
            self.let_in,
            self.filter,
            self.quote,
            self.quote,
            self.follow_reader,
            self.like_oneself,
            self.keep,
            self.boost_oneself,
            self.vote_oneself,
            self.react_oneself,
            self.silence,
            self.pin,
            self.mark,
            self.list_somebody,
            self.note,
            self.forget_notices,
            self.change_profile,
        )
        if self.number == 0:  # each once, then whatever comes
            self.first = list(reversed(acts))
        act = self.first.pop() if self.first else self.chance.choice(acts)
        self.number += 1
        clock.shift(timedelta(seconds=self.number))
        try:
            who = self.chance.choice(self.people)
            await act(who)
            self.done.append(f"{act.__name__} {who.account.username}")
        except EchoError as refused:
            self.done.append(f"{act.__name__}: {refused}")

    def some(self, *, by: Person | None = None) -> Post:
        found = [post for post in self.posts if by is None or post.author_id == by.id]
        return self.chance.choice(found or self.posts)

    async def write(self, who: Person) -> None:
        seen = self.chance.choice((Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS))
        self.posts.append(await make.post(who, f"number {self.number}", visibility=seen))

    async def mention(self, who: Person, seen: Visibility = Visibility.PUBLIC) -> None:
        text = f"hello @{self.reader.account.username} {self.number}"
        self.posts.append(await make.post(who, text, visibility=seen))

    async def write_letter(self, who: Person) -> None:
        await self.mention(who, Visibility.DIRECT)

    async def edit(self, who: Person) -> None:
        post = self.some(by=who)
        await editing.edit(post.author_id, post.id, EditDraft(text=f"edited {self.number}"))

    async def remove(self, who: Person) -> None:
        post = self.some(by=who)
        self.posts.remove(post)
        await posts.remove(post.author_id, post.id)

    async def boost(self, who: Person) -> None:
        await boosts.boost(who.id, self.some().id, Visibility.PUBLIC)

    async def unboost(self, who: Person) -> None:
        await boosts.unboost(who.id, self.some().id)

    async def ask(self, who: Person) -> None:
        poll = PollDraft(options=("tea", "coffee"), duration_seconds=3600)
        self.posts.append(await make.post(who, "which?", poll=poll))

    async def vote(self, who: Person) -> None:
        asked = self.chance.choice([post for post in self.posts if post.poll_id] or self.posts)
        if asked.poll_id:
            await polls.vote(who.id, asked.poll_id, [self.chance.randrange(2)])

    async def like(self, who: Person) -> None:
        await likes.like(who.id, self.some(by=self.reader).id)

    async def unlike(self, _: Person) -> None:
        for row in await Like.all().order_by("id").limit(1):
            await likes.unlike(row.account_id, row.post_id)

    async def react(self, who: Person) -> None:
        emoji = self.chance.choice(EMOJIS)
        await reactions.react(who.id, self.some(by=self.chance.choice(self.people)).id, emoji)

    async def unreact(self, _: Person) -> None:
        rows = await Reaction.filter(account_id__in=[one.id for one in self.people]).order_by("id")
        if rows:
            row = self.chance.choice(rows)
            await reactions.unreact(row.account_id, row.post_id, row.name)

    async def follow(self, who: Person) -> None:
        await follows.follow(self.reader.id, who.id, boosts=True, notify=False, languages=None)

    async def unfollow(self, who: Person) -> None:
        await follows.unfollow(self.reader.id, who.id)

    async def block(self, who: Person) -> None:
        await blocks.block(self.reader.id, who.id)
        await blocks.unblock(self.reader.id, who.id)
        await self.follow(who)

    async def mute(self, who: Person) -> None:
        await blocks.mute(self.reader.id, who.id)
        if self.chance.random() < 0.7:
            await blocks.unmute(self.reader.id, who.id)

    async def be_choosy(self, _: Person) -> None:
        handling = self.chance.choice((Handling.ACCEPT, Handling.FILTER))
        await notices.choose(self.reader.id, {"not_following": handling})

    async def let_in(self, _: Person) -> None:
        """What a stranger says is kept apart, and then let in."""
        await notices.choose(self.reader.id, {"not_following": Handling.FILTER})
        await self.mention(await make.person())
        rows = await db.fetch("SELECT id FROM notification_requests WHERE account_id = $1", self.reader.id)
        await notices.accept(self.reader.id, [row["id"] for row in rows])

    async def quote(self, who: Person) -> None:
        quoted = self.some()
        self.posts.append(await make.post(who, f"as was said, {self.number}", quote_of_id=quoted.id))

    async def follow_reader(self, who: Person) -> None:
        """That somebody follows no more is told nobody but themselves."""
        await follows.follow(who.id, self.reader.id, boosts=True, notify=False, languages=None)

    # What the reader does on another device.

    async def like_oneself(self, _: Person) -> None:
        act = self.chance.choice((likes.like, likes.like, likes.unlike))
        await act(self.reader.id, self.some().id)

    async def keep(self, _: Person) -> None:
        act = self.chance.choice((likes.bookmark, likes.bookmark, likes.unbookmark))
        await act(self.reader.id, self.some().id)

    async def boost_oneself(self, _: Person) -> None:
        act = self.chance.choice((boosts.boost, boosts.boost, boosts.unboost))
        await act(self.reader.id, self.some().id)

    async def vote_oneself(self, _: Person) -> None:
        await self.vote(self.reader)

    async def react_oneself(self, _: Person) -> None:
        await self.react(self.reader)

    async def silence(self, _: Person) -> None:
        act = self.chance.choice((threads.mute, threads.mute, threads.unmute))
        await act(self.reader.id, self.some().id)

    async def pin(self, _: Person) -> None:
        act = self.chance.choice((pins.pin, pins.pin, pins.unpin))
        await act(self.reader.id, self.some(by=self.reader).id)

    async def mark(self, _: Person) -> None:
        await markers.set_marker(self.reader.id, "home", str(self.posts[-1].id))

    async def list_somebody(self, who: Person) -> None:
        made = await lists.create(self.reader.id, ListDraft(title=f"list {self.number}"))
        await lists.add_members(self.reader.id, made.id, [who.id])
        if self.chance.random() < 0.5:
            await lists.remove(self.reader.id, made.id)

    async def note(self, who: Person) -> None:
        await notes.write_note(self.reader.id, who.id, f"note {self.number}")

    async def forget_notices(self, _: Person) -> None:
        await notices.clear(self.reader.id)

    async def change_profile(self, _: Person) -> None:
        await accounts.change_profile(self.reader.id, ProfileDraft(display_name=f"reader {self.number}"))

    async def filter(self, who: Person) -> None:
        word = KeywordDraft(keyword=self.chance.choice(("number", "edited", "hello")), whole_word=True)
        draft = FilterDraft(title="quiet", contexts=("home",), action="warn", keywords=(word,))
        await filters.create(self.reader.id, draft)


async def play(runtime: Runtime, live: LiveServer, seed: int, steps: int) -> set[str]:
    """Returns: the events that were heard."""
    chance = random.Random(seed)
    reader, people = await make.person("reader"), [await make.person() for _ in range(3)]
    for person in people:
        await follows.follow(reader.id, person.id, boosts=True, notify=False, languages=None)
    story = Play(chance, reader, people)
    story.posts = [await make.post(reader, "mine"), await make.post(people[0], "theirs")]
    await work(runtime)
    ear = await live.listen(reader)
    await ear.hello()
    screen = Screen(live, ear, reader, people)
    await screen.begin()
    for number in range(steps):
        await story.step()
        if chance.random() < 0.4 or number == steps - 1:
            await work(runtime)
            await screen.catch_up(story.done)
            await screen.check([f"seed {seed}", *story.done])
    return screen.heard


async def work(runtime: Runtime) -> None:
    while await drain_once(runtime, FUNCTIONS, "test"):
        continue


@pytest.fixture
def count_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters are looked at when the story says so, and not by the clock."""
    monkeypatch.setattr(counting, "SECONDS", 86_400.0)


@pytest.mark.usefixtures("count_when_told")
async def test_a_short_story(runtime: Runtime, live: LiveServer) -> None:
    heard = await play(runtime, live, seed=1, steps=50)
    assert heard == SAID_OF_POSTS


@pytest.mark.slow
@pytest.mark.usefixtures("count_when_told")
@pytest.mark.parametrize("seed", range(2, 12))
async def test_r_36_long_stories(runtime: Runtime, live: LiveServer, seed: int) -> None:
    await play(runtime, live, seed=seed, steps=80)
