"""A small world to measure in: people, what they wrote, who follows whom, and servers elsewhere."""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass
from pathlib import Path

from activitypub.signatures.keys import KeyPair, generate_rsa
from bench.crowds import (
    Crowd,
    follow_from_here,
    follow_from_there,
    local_followers,
    remote_followers,
    remote_strangers,
)
from bench.server import environment
from echo import db
from echo.actions import accounts, boosts, follows, likes, posts
from echo.actions.drafts import PostDraft, RemoteAccount, RemoteKey
from echo.cli.common import Common, opened
from echo.kinds import AccountKind, Visibility
from echo.models import Account
from echo.search import filling
from tests import make
from tests.make import Person

PEOPLE = 50
FOLLOWED = 30
SENDERS = 20
AT_ONCE = 8
FILL_SECONDS = 10.0
WORDS = (
    *("river", "morning", "signal", "paper", "garden", "window", "letter", "winter", "engine", "harbour"),
    *("copper", "lantern", "bridge", "orchard", "thunder", "violet", "meadow", "pocket", "station"),
)
TAGS = ("photography", "gardening", "astronomy", "cooking", "cycling", "music", "books", "trains")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    posts: int = 2000
    crowd: int = 1000
    hosts: int = 1000
    live_hosts: int = 100
    dead_hosts: int = 2000
    strangers: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What requests need to know of it.

    Shapes:  reader: follows 30 people; popular: followed by the crowd; known: by
             the first 500 of it; star: followed from 1,000 hosts;
             quiet: followed from 100 of these; haunted: from the same and from 2,000 where nobody is;
             senders: people elsewhere, whose key is `sender_key`; strangers: many more with the same key
    """

    people: list[Person]
    popular: Person
    known: Person
    star: Person
    quiet: Person
    haunted: Person
    crowd: Crowd
    hosts: int
    live_hosts: int
    dead_hosts: int
    senders: list[str]
    strangers: list[str]
    sender_key: KeyPair
    post_ids: list[int]

    @property
    def reader(self) -> Person:
        return self.people[0]


def hosts_elsewhere(count: int, *, first: int = 0) -> list[str]:
    """Addresses of this machine that stand for as many hosts."""
    return [f"127.0.{1 + (first + n) // 250}.{1 + (first + n) % 250}" for n in range(count)]


def fill(data: Path, port: int, inbox_port: int, size: Size) -> World:
    """Make the world in a data directory whose Echo does not run."""
    os.environ.update(environment(port))
    return asyncio.run(_fill(data, inbox_port, size))


async def _fill(data: Path, inbox_port: int, size: Size) -> World:
    chance = random.Random(1)
    async with opened(Common(data=data)):
        people = [await make.person(f"person{number}") for number in range(PEOPLE)]
        await _follow_each_other(people)
        key = generate_rsa()
        senders = [
            await _sender(host, inbox_port, key) for host in hosts_elsewhere(SENDERS, first=size.hosts)
        ]
        for sender in senders:
            follower = chance.choice(people[1:])
            await follows.follow(follower.id, sender.id)
            await follows.receive_accept(sender, follower_id=follower.id)
        post_ids = await _write(people, size.posts, chance)
        for number in range(size.posts // 10):
            await make.remote_post(senders[number % SENDERS], f"<p>{_text(chance)}</p>")
        await _react(people, post_ids, chance)
        popular, star = await make.person("popular"), await make.person("star")
        crowd = await local_followers(popular.account, size.crowd)
        known = await make.person("known")
        await follow_from_here(known.account, crowd.ids[:500])
        hosts = [f"{host}:{inbox_port}" for host in hosts_elsewhere(size.hosts)]
        await remote_followers(star.account, hosts, days=60)
        quiet, haunted = await make.person("quiet"), await make.person("haunted")
        live = [f"{host}:{inbox_port}" for host in hosts_elsewhere(size.live_hosts)]
        dead = [f"{host}:{inbox_port}" for host in hosts_elsewhere(size.dead_hosts, first=10_000)]
        await follow_from_there(quiet.account, live)
        await follow_from_there(haunted.account, live)
        await remote_followers(haunted.account, dead, days=61)
        strangers = await remote_strangers(senders[0], size.strangers)
        # What this has caused is nobody's to measure; nor is the index, which fills itself after a start.
        while not await filling.fill(FILL_SECONDS):
            pass
        for table in ("jobs", "deliveries", "outbound_activities"):
            await db.execute(f"DELETE FROM {table}")
        await db.execute("VACUUM ANALYZE")
    return World(
        people=people,
        popular=popular,
        known=known,
        star=star,
        quiet=quiet,
        haunted=haunted,
        crowd=crowd,
        hosts=size.hosts,
        live_hosts=size.live_hosts,
        dead_hosts=size.dead_hosts,
        strangers=strangers,
        senders=[sender.uri for sender in senders],
        sender_key=key,
        post_ids=post_ids,
    )


async def _follow_each_other(people: list[Person]) -> None:
    """The reader follows 30, everybody else the next ten."""
    for followee in people[1 : FOLLOWED + 1]:
        await follows.follow(people[0].id, followee.id)
    for number, follower in enumerate(people[1:], 1):
        for step in range(1, 11):
            followee = people[(number + step) % PEOPLE]
            await follows.follow(follower.id, followee.id)


async def _sender(host: str, port: int, key: KeyPair) -> Account:
    base = f"http://{host}:{port}/users/sender"
    return await accounts.store_remote(
        RemoteAccount(
            uri=base,
            username="sender",
            domain=f"{host}:{port}",
            kind=AccountKind.PERSON,
            url=base,
            display_name="A sender",
            inbox=f"{base}/inbox",
            followers_uri=f"{base}/followers",
            keys=(RemoteKey(id=f"{base}#main-key", pem=key.public_pem),),
        )
    )


async def _write(people: list[Person], count: int, chance: random.Random) -> list[int]:
    """Posts with hashtags and mentions; every fifth answers another one."""
    made: list[int] = []

    async def write(numbers: range) -> None:
        for number in numbers:
            author, named = people[number % PEOPLE], people[(number * 7 + 3) % PEOPLE]
            text = _text(chance)
            if number % 3 == 0:
                text += f" @{named.account.username}"
            reply_to = made[-1] if number % 5 == 0 and made else None
            draft = PostDraft(text=text, visibility=Visibility.PUBLIC, language="en", in_reply_to_id=reply_to)
            made.append((await posts.publish(author.id, draft)).id)

    await asyncio.gather(*(write(range(start, count, AT_ONCE)) for start in range(AT_ONCE)))
    return sorted(made)


async def _react(people: list[Person], post_ids: list[int], chance: random.Random) -> None:
    """A boost and three likes for every tenth post."""
    for post_id in post_ids[::10]:
        booster, *admirers = chance.sample(people, 4)
        await boosts.boost(booster.id, post_id)
        for admirer in admirers:
            await likes.like(admirer.id, post_id)


def _text(chance: random.Random) -> str:
    """A few dozen words with a link and a hashtag."""
    words = " ".join(chance.choices(WORDS, k=chance.randint(8, 60)))
    return f"{words.capitalize()}. https://example.org/{chance.choice(WORDS)} #{chance.choice(TAGS)}"
