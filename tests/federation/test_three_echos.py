"""Three Echos, none of them plain: one answers only who signs, one has its handles at another host, one lets
in only what was signed a moment ago and has never been sent before.

Everybody does to everybody whatever can be done; then each server must have heard every kind of activity from
each of the others, refused nothing, and show what happened.
"""

from __future__ import annotations

import email.utils
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from echo import ports
from echo.actions import (
    accounts,
    blocks,
    boosts,
    editing,
    follows,
    likes,
    moves,
    pins,
    polls,
    posts,
    reactions,
    reports,
)
from echo.actions.drafts import EditDraft, PollDraft, ProfileDraft
from echo.actions.reports import ReportDraft
from echo.config import Config
from echo.kinds import Visibility
from echo.models import Account, Follow, InboundActivity, Post, PostStats, User
from echo.policy import passwords
from tests import make
from tests.emptying import empty
from tests.fediverse import Echo, Router, open_echo, settle_down
from tests.make import Person

# How old a signature may be at the strict one.
FRESH_SECONDS = 20.0
EVERYTHING = {
    "Follow",
    "Accept",
    "Reject",
    "Create",
    "Update",
    "Delete",
    "Like",
    "EmojiReact",
    "Announce",
    "Block",
    "Flag",
    "Move",
    "Add",
    "Remove",
    "QuoteRequest",
}
UNDONE = {f"Undo {kind}" for kind in ("Follow", "Like", "EmojiReact", "Announce", "Block")}
# Two profiles at once: the newer came first. A block ends a follow, and so does the Reject beside it.
HARMLESS = {("Update", "stale"), ("Reject", "unknown-object")}
PASSWORD = "correct horse battery"


@dataclass
class Strict:
    """Answers only requests that were signed a moment ago, each once; what it refused is kept."""

    server: Echo
    seen: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        problem = self._problem(request)
        if problem:
            self.refused.append(f"{request.method} {request.url}: {problem}")
            return httpx.Response(401, text=problem)
        return await self.server.answer(request)

    def _problem(self, request: httpx.Request) -> str:
        signature, date = request.headers.get("signature", ""), request.headers.get("date", "")
        if request.url.path.startswith(("/.well-known/", "/nodeinfo", "/media/")):
            return ""
        if not signature or not date:
            return "not signed"
        age = datetime.now(UTC) - email.utils.parsedate_to_datetime(date)
        if abs(age.total_seconds()) > FRESH_SECONDS:
            return f"signed {age} ago"
        if signature in self.seen and request.method == "POST":
            return "this very signature was used before"
        self.seen.add(signature)
        return ""


@dataclass
class Way:
    """From somebody on one server to somebody on another, and what one has made for the other."""

    here: Echo
    there: Echo
    one: Person
    other: Person
    made: dict[str, int] = field(default_factory=dict)
    uris: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Whom the one looks up."""
        return f"{self.other.account.username}@{self.there.runtime.config.instance.domain}"

    async def publish(self, name: str, text: str, **more: object) -> None:
        post = await make.post(self.one, text, **more)  # type: ignore[arg-type]
        self.made[name], self.uris[name] = post.id, post.uri

    async def copy(self, name: str) -> Post:
        """On the other server, what was published here."""
        return await Post.get(uri=self.uris[name])


@pytest.fixture
async def strict(router: Router, three: Echo) -> AsyncIterator[Strict]:
    """At three.test: requires what servers with a strict clock require."""
    gate = Strict(three)
    router.hosts["three.test"] = gate.answer
    yield gate
    router.hosts["three.test"] = three.answer


async def _found(handle: str) -> Account:
    name, _, domain = handle.partition("@")
    account_id = await ports.directory().account_by_handle(name, domain)
    assert account_id is not None, handle
    return await Account.get(id=account_id)


async def _greet(way: Way) -> None:
    await follows.follow(way.one.id, (await _found(way.target)).id)


async def _speak(way: Way) -> None:
    named = f"@{way.target} #Tea"
    await way.publish("open", f"{named} hello", spoiler="careful")
    await way.publish("quiet", "for followers", visibility=Visibility.FOLLOWERS)
    await way.publish("secret", f"{named} psst", visibility=Visibility.DIRECT)
    await way.publish("gone", "gone soon")
    await way.publish("asked", "tea?", poll=PollDraft(options=("yes", "no"), duration_seconds=3600))


async def _arrived(way: Way) -> None:
    opened, quiet, secret = [await way.copy(name) for name in ("open", "quiet", "secret")]
    assert (opened.spoiler, quiet.visibility, secret.visibility) == ("careful", "followers", "direct")


async def _respond(way: Way) -> None:
    """The other does something with everything; run there."""
    opened, asked = await way.copy("open"), await way.copy("asked")
    other = way.other.id
    await likes.like(other, opened.id)
    await reactions.react(other, opened.id, "🍵")
    await reactions.react(other, opened.id, "🎉")
    await boosts.boost(other, opened.id)
    assert asked.poll_id is not None
    await polls.vote(other, asked.poll_id, [1])
    await make.post(way.other, "indeed", reply_to=opened.id)
    await make.post(way.other, "see this", quote_of_id=opened.id)
    author = opened.author_id
    await reports.report(other, ReportDraft(target_id=author, post_ids=(opened.id,), forward=True))


async def _responded(way: Way) -> None:
    """What the one sees of it; run here."""
    counted = await PostStats.get(post_id=way.made["open"])
    assert (counted.likes, counted.boosts, counted.replies, counted.quotes) == (1, 1, 1, 1)


async def _change(way: Way) -> None:
    """The one changes their mind; run here."""
    await editing.edit(way.one.id, way.made["open"], EditDraft(text="other words"))
    await pins.pin(way.one.id, way.made["open"])
    await pins.unpin(way.one.id, way.made["open"])
    await posts.remove(way.one.id, way.made["gone"])
    await accounts.change_profile(way.one.id, ProfileDraft(display_name="Changed"))


async def _take_back(way: Way) -> None:
    """So does the other; run there."""
    opened, other = await way.copy("open"), way.other.id
    assert "other words" in opened.html
    assert (await way.copy("gone")).deleted_at is not None
    assert (await Account.get(id=opened.author_id)).display_name == "Changed"
    await likes.unlike(other, opened.id)
    await reactions.unreact(other, opened.id, "🎉")
    await boosts.unboost(other, opened.id)


async def _unfollow(way: Way) -> None:
    """The one falls out with the other; run here."""
    await follows.unfollow(way.one.id, (await _found(way.target)).id)


async def _block(way: Way) -> None:
    await blocks.block(way.one.id, (await _found(way.target)).id)


async def _unblock(way: Way) -> None:
    await blocks.unblock(way.one.id, (await _found(way.target)).id)


async def _decline(way: Way) -> None:
    """The one asks to follow somebody who is careful, and is refused."""
    await way.there.run(accounts.change_profile(way.other.id, ProfileDraft(locked=True)))
    await _greet(way)
    await settle_down([way.here, way.there])
    refused = f"{way.one.account.username}@{way.here.runtime.config.instance.domain}"

    async def refuse() -> None:
        await follows.reject(way.other.id, (await _found(refused)).id)

    await way.there.run(refuse())
    await settle_down([way.here, way.there])
    assert await Follow.filter(follower_id=way.one.id).count() == 0


async def _watch(way: Way) -> None:
    """Somebody there follows who will leave, and the new account names the old one."""
    old = f"{way.one.account.username}@{way.here.runtime.config.instance.domain}"
    watcher = await make.person()
    way.made["watcher"] = watcher.id
    await follows.follow(watcher.id, (await _found(old)).id)
    await moves.add_alias(way.other.id, f"@{old}")


async def _leave(way: Way) -> None:
    await moves.move(way.one.id, PASSWORD, way.target)


async def _followed_along(way: Way) -> None:
    followed = [row.followee_id for row in await Follow.filter(follower_id=way.made["watcher"])]
    assert followed == [way.other.id]


async def _end(way: Way) -> None:
    await accounts.delete_local(way.one.id)


async def _ended(way: Way) -> None:
    old = await Account.get(uri=way.one.account.uri)
    assert old.deleted_at is not None


async def _unwell() -> list[str]:
    """Activities that came to nothing, for another reason than that something newer had come before."""
    rows = await InboundActivity.exclude(state="done")
    odd = [row for row in rows if (row.kind, row.reason) not in HARMLESS]
    return [f"{row.kind} of {row.actor_uri}: {row.state} {row.reason} {row.last_error}" for row in odd]


async def _call(act: Callable[[Way], Awaitable[None]], way: Way) -> None:
    await act(way)


def _heard(router: Router) -> dict[tuple[str, str], set[str]]:
    """What each server was told by each, as (from, to)."""
    heard: dict[tuple[str, str], set[str]] = defaultdict(set)
    for request in router.asked:
        if request.method != "POST":
            continue
        activity = json.loads(request.content)
        kind, inner = activity["type"], activity.get("object")
        if kind == "Undo" and isinstance(inner, dict):
            kind = f"Undo {inner['type']}"
        sender = httpx.URL(activity["actor"]).host
        heard[sender, request.headers["host"]].add(kind)
    return heard


@pytest.fixture
async def secure(router: Router, migrated: Config, tmp_path: Path) -> AsyncIterator[Echo]:
    """At one.test: documents are for those who sign."""
    federation = msgspec.structs.replace(migrated.federation, secure_mode=True)
    config = msgspec.structs.replace(migrated, federation=federation)
    async with open_echo("one.test", router, config, migrated.database.url, tmp_path) as server:
        await server.run(empty())
        yield server


@pytest.fixture
async def split(
    router: Router, migrated: Config, second_database: str, tmp_path: Path
) -> AsyncIterator[Echo]:
    """At social.two.test, with handles at two.test."""
    host, domain = "social.two.test", "two.test"
    async with open_echo(host, router, migrated, second_database, tmp_path, domain=domain) as server:
        await server.run(empty())

        async def front(request: httpx.Request) -> httpx.Response:
            return httpx.Response(301, headers={"location": str(request.url.copy_with(host=host))})

        router.hosts[domain] = front
        yield server


async def _ways(servers: Sequence[Echo], names: tuple[str, str], *, password: bool = False) -> list[Way]:
    """One way for each two servers, each with people of its own."""
    found = []
    for here, there in itertools.permutations(servers, 2):
        tail = f"{here.host.split('.')[0]}_{there.host.split('.')[0]}"
        one = await here.run(_person(f"{names[0]}_{tail}", password=password))
        other = await there.run(_person(f"{names[1]}_{tail}"))
        found.append(Way(here, there, one, other))
    return found


async def _person(name: str, *, password: bool = False) -> Person:
    person = await make.person(name)
    if password:
        await User.filter(id=person.id).update(password_hash=await passwords.hash_password(PASSWORD))
    return person


@pytest.mark.slow
async def test_every_activity_in_every_direction(
    router: Router, secure: Echo, split: Echo, strict: Strict
) -> None:
    servers = [secure, split, strict.server]

    async def step(here: Callable[[Way], Awaitable[None]], ways: list[Way], *, there: bool = False) -> None:
        for way in ways:
            await (way.there if there else way.here).run(_call(here, way))
        await settle_down(servers)

    talk = await _ways(servers, ("ann", "bob"))
    await step(_greet, talk)
    back = [Way(way.there, way.here, way.other, way.one) for way in talk]
    await step(_greet, back)
    await step(_speak, talk)
    await step(_arrived, talk, there=True)
    await step(_respond, talk, there=True)
    await step(_responded, talk)
    await step(_change, talk)
    await step(_take_back, talk, there=True)
    for act in (_unfollow, _block, _unblock):
        await step(act, talk)
    await step(_decline, await _ways(servers, ("eve", "locked")))
    leaving = await _ways(servers, ("old", "new"), password=True)
    await step(_watch, leaving, there=True)
    await step(_leave, leaving)
    await step(_followed_along, leaving, there=True)
    await step(_end, leaving)
    await step(_ended, leaving, there=True)

    heard = _heard(router)
    for here, there in itertools.permutations(servers, 2):
        missing = (EVERYTHING | UNDONE) - heard[here.host, there.host]
        assert not missing, f"{there.host} never heard from {here.host}: {sorted(missing)}"
    assert strict.refused == []
    for server in servers:
        unwell = await server.run(_unwell())
        assert unwell == [], "\n".join(unwell)
