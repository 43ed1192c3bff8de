"""Three honest servers and one that means harm: they talk meanwhile, and are as well as before in the end."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from echo import db
from echo.cli.common import Common, opened
from tests.e2e import harm, lies
from tests.e2e.harm import Scene
from tests.e2e.honest import Honest
from tests.e2e.hostile import SECOND, THIRD, Hostile, Mail
from tests.e2e.invariants import GROWTH_BYTES, LEFT, look_inside, memory
from tests.e2e.servers import Person, Server, eventually, running
from tests.e2e.test_two_servers import befriend, on_home
from tests.federation.peer import Json

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.filterwarnings("ignore")]
SEED = 21
KINDS = (lies.false_claims, *harm.KINDS)
ENVIRONMENT = {
    "ECHO_FEDERATION__TIMEOUT_SECONDS": "5",
    "ECHO_FEDERATION__RETRY_SCALE": "0.0003",
}
# What all of it may leave in the tables at most: less than what was sent.
MOST_ROWS = {"posts": 300, "accounts": 60, "media": 100, "hashtags": 150, "reports": 100, "jobs": 0}
LISTS = (
    *(
        "timelines/home",
        "timelines/public",
        "notifications",
        "accounts/{me}/statuses",
        "accounts/{me}/followers",
    ),
    *("accounts/{me}/following", "conversations", "follow_requests", "statuses/{post}/context", "markers"),
    *("statuses/{post}/favourited_by", "statuses/{post}/reblogged_by", "statuses/{post}/quotes", "lists"),
    *(
        "trends/tags",
        "trends/statuses",
        "trends/links",
        "directory",
        "bookmarks",
        "favourites",
        "instance/peers",
    ),
    *("blocks", "mutes", "domain_blocks", "accounts/{enemy}", "accounts/{enemy}/statuses", "echo/chats"),
    *("timelines/tag/flood1", "accounts/{enemy}/followers", "accounts/{enemy}/following", "suggestions"),
)
STAFF_LISTS = (
    "admin/accounts?origin=remote",
    "admin/reports",
    "admin/reports?resolved=true",
    "admin/domain_blocks",
)


@pytest.fixture
def one() -> Iterator[Server]:
    with running("one", env=ENVIRONMENT) as server:
        yield server


@pytest.fixture
def two() -> Iterator[Server]:
    with running("two", env=ENVIRONMENT) as server:
        yield server


def test_a_server_that_means_harm_does_none(one: Server, two: Server) -> None:
    alice, bob = one.person("alice"), two.person("bob")
    befriend(alice, bob)
    befriend(bob, alice)
    said = {person.name: _say(person) for person in (alice, bob)}
    with Hostile() as hostile, Hostile(THIRD) as house:
        honest = Honest(house)
        for person in (alice, bob):
            asyncio.run(_warm_up(hostile, person))
        before = {server.domain: memory(server) for server in (one, two)}
        answers = asyncio.run(_attack(hostile, honest, [(one, alice, bob), (two, bob, alice)], said))
        assert not [status for status in answers if status >= 500], answers
        assert answers[202], answers
        for server, person in ((one, alice), (two, bob)):
            asyncio.run(_ask_around(hostile, server, person, said[person.name]))
        alice.client.status_post("still here")
        bob.client.status_post("me too")
        eventually(lambda: on_home(bob, "still here"), seconds=300)
        eventually(lambda: on_home(alice, "me too"), seconds=300)
        eventually(honest.has_heard_all, seconds=600)
        hostile.is_tame = True
        for server, person in ((one, alice), (two, bob)):
            _check(server, person, before[server.domain])
            honest.check(person)
        assert hostile.forbidden == 0
    for server in (one, two):
        _check_logs(server)


def _say(person: Person) -> dict[str, Any]:
    person.client.account_update_credentials(locked=False)
    public = person.client.status_post(f"hello from {person.name}")
    private = person.client.status_post(f"only for followers of {person.name}", visibility="private")
    return {"public": public, "private": private}


async def _warm_up(hostile: Hostile, person: Person) -> None:
    """What is loaded by the first delivery is loaded."""
    async with httpx.AsyncClient(timeout=120) as client:
        mail = Mail(person.client.api_base_url, client)
        warm = hostile.villain("warm")
        assert await mail.send(warm, warm.does("Follow", person.client.me()["uri"])) == 202


async def _attack(
    hostile: Hostile,
    honest: Honest,
    fronts: list[tuple[Server, Person, Person]],
    said: dict[str, dict[str, Any]],
) -> Counter[int]:
    """All kinds of harm on both servers at the same time, while honest people talk; statuses of answers."""
    answers: Counter[int] = Counter()

    async def talk(client: httpx.AsyncClient, person: Person, number: int) -> None:
        mails = [Mail(server.url, client) for server, _, _ in fronts]
        await honest.say(mails, f"to {person.name} and all, {number}")
        post = await asyncio.to_thread(person.client.status_post, f"in between {number}")
        honest.told.add(post["uri"])

    async def attack(server: Server, person: Person, friend: Person) -> None:
        async with httpx.AsyncClient(timeout=300) as client:
            scene = _scene(hostile, Mail(server.url, client), person, friend, said)
            await _let_follow(scene)
            for number, harmful in enumerate(KINDS):
                await asyncio.gather(harmful(scene), talk(client, person, number))
            answers.update(scene.mail.answers)

    async with httpx.AsyncClient(timeout=300) as client:
        for server, person, _ in fronts:
            await honest.meet(Mail(server.url, client), person)
    await asyncio.gather(*(attack(*front) for front in fronts))
    return answers


def _scene(
    hostile: Hostile, mail: Mail, person: Person, friend: Person, said: dict[str, dict[str, Any]]
) -> Scene:
    mine, theirs = said[person.name], said[friend.name]
    mallory = hostile.villain(
        f"mallory-{person.name}",
        outbox=hostile.address("/endless/outbox"),
        followers=hostile.address("/endless/followers"),
        following=hostile.address("/endless/following"),
        featured=hostile.address("/endless/featured"),
    )
    found = person.find(f"{mallory.name}@{mallory.peer.host}")
    person.client.account_follow(found["id"])
    return Scene(
        mail=mail,
        hostile=hostile,
        mallory=mallory,
        eve=hostile.villain("eve", host=SECOND, keys=2),
        alice=person.client.me()["uri"],
        public=mine["public"]["uri"],
        private=mine["private"]["uri"],
        friend=friend.client.me()["uri"],
        friends_post=theirs["public"]["uri"],
        chance=random.Random(SEED),
    )


async def _let_follow(scene: Scene) -> None:
    """The person here follows the villain, whose posts are shown from then on."""

    def asked() -> list[Json]:
        return [one for one in scene.hostile.taken if one["type"] == "Follow" and one["actor"] == scene.alice]

    found = (await asyncio.to_thread(eventually, asked))[0]
    assert await scene.mail.send(scene.mallory, scene.mallory.does("Accept", found)) == 202


async def _ask_around(hostile: Hostile, server: Server, person: Person, said: dict[str, Any]) -> None:
    """What people do with such a server: they look up what it names, and open what it has sent."""
    headers = {"Authorization": f"Bearer {person.client.access_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=300) as client:
        scene = _scene(hostile, Mail(server.url, client), person, person, {person.name: said})
        names = [*lies.lying_names(scene), *(hostile.address(f"/{trap}/post") for trap in harm.TRAPS)]
        for name in names:
            answer = await client.get("/api/v2/search", params={"q": name, "resolve": "true"})
            assert answer.status_code == 200, (name, answer.text)
        for status in (await client.get("/api/v1/timelines/home?limit=40")).json():
            answer = await client.get(f"/api/v1/statuses/{status['id']}/context")
            assert answer.status_code == 200, answer.text


def _check(server: Server, person: Person, memory_before: int) -> None:
    """Nothing waits, nothing has grown without end, counters are right, everything is shown."""
    eventually(lambda: server.ask_database(LEFT) == 0, seconds=600)
    found = asyncio.run(look_inside(server))
    assert found["off"] == []
    assert found["leased"] == 0
    assert memory(server) - memory_before < GROWTH_BYTES
    rows = asyncio.run(_rows(server))
    assert {name: rows[name] for name, most in MOST_ROWS.items() if rows[name] > most} == {}, rows
    asyncio.run(_look_at_everything(server, person))


async def _rows(server: Server) -> dict[str, int]:
    async with opened(Common(data=server.data)):
        return {name: int(await db.fetch_value(f"SELECT count(*) FROM {name}")) for name in MOST_ROWS}


async def _look_at_everything(server: Server, person: Person) -> None:
    token = (await asyncio.to_thread(_staff, server))["access_token"]
    headers = {"Authorization": f"Bearer {person.client.access_token}"}
    me = await asyncio.to_thread(person.client.me)
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=300) as client:
        (mine,) = [
            post
            for post in (await client.get(f"/api/v1/accounts/{me['id']}/statuses?limit=40")).json()
            if f"hello from {person.name}" in post["content"]
        ][-1:]
        assert mine["content"] == f"<p>hello from {person.name}</p>"
        enemies = (await client.get("/api/v1/accounts/search", params={"q": "mallory"})).json()
        await _check_what_is_theirs(client, me, mine, person)
        words = {"me": me["id"], "post": mine["id"], "enemy": enemies[0]["id"]}
        for path in LISTS:
            answer = await client.get(f"/api/v1/{path.format(**words)}?limit=40")
            assert answer.status_code == 200, (path, answer.text)
        for path in STAFF_LISTS:
            answer = await client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, (path, answer.text)


async def _check_what_is_theirs(client: httpx.AsyncClient, me: Any, mine: Any, person: Person) -> None:
    """Whom they follow, what they said, and what is counted of it: only what villains may do was done."""
    following = (await client.get(f"/api/v1/accounts/{me['id']}/following")).json()
    assert {one["username"] for one in following} <= {
        "alice",
        "bob",
        f"mallory-{person.name}",
        "eve",
        "grace",
    }
    assert {"alice", "bob"} & {one["username"] for one in following}
    assert (me.get("moved"), me["display_name"], me["username"]) == (None, "", person.name)
    liking = (await client.get(f"/api/v1/statuses/{mine['id']}/favourited_by")).json()
    assert {one["username"] for one in liking} <= {f"mallory-{person.name}", "fickle", "eve"}
    assert mine["favourites_count"] == len(liking)
    posts = (await client.get(f"/api/v1/accounts/{me['id']}/statuses?limit=40")).json()
    (private,) = [one for one in posts if one["visibility"] == "private"]
    assert (private["reblogs_count"], private["quotes_count"]) == (0, 0)
    assert "only for followers" in private["content"]
    assert len(posts) == len(KINDS) + 3
    chats = (await client.get("/api/v1/echo/chats")).json()
    assert [chat for chat in chats if chat["kind"] == "group"] == []


def _staff(server: Server) -> Any:
    server.ctl(
        "accounts", "create", "owner", "--email", "owner@example.org", "--confirmed", "--role", "Owner"
    )
    return server.ctl("apps", "token", "--account", "owner", "--scopes", "read write admin:read admin:write")


def _check_logs(server: Server) -> None:
    log = Path(server.data / "echo.log").read_text()
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:4000]
