"""Who may hear what, for how long, and how many."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from echo import clock, db
from echo.actions import auth, likes
from echo.config import Config
from echo.events import AccessEnded
from echo.models import Account, User
from echo.policy.standing import COLUMNS, IS_ACTIVE, Standing, standing_of
from echo.policy.streams import SCOPES
from echo.runtime import Runtime
from echo.store import live as live_store
from echo.store.auth import revoke_token
from echo.streaming import hub
from echo.streaming.registry import Caps
from tests import make
from tests.conftest import changed
from tests.make import Person
from tests.streaming.conftest import LiveServer
from tests.waiting import eventually

REFUSED = {"error": "Access token does not have the required scopes", "status": 401}


async def with_scopes(person: Person, *scopes: str) -> Person:
    issued = await auth.create_token_for(person.id, scopes)
    return Person(person.account, issued.text)


@pytest.mark.parametrize(
    "scope", ["read", "read:statuses", "read:notifications", "read:accounts", "write", "push"]
)
async def test_s_j03_each_stream_needs_its_scope(live: LiveServer, scope: str) -> None:
    ear = await live.listen(await with_scopes(await make.person(), scope))
    for stream, needed in SCOPES.items():
        await ear.say(type="subscribe", stream=stream, tag="tea", list="1")
        if scope not in ("read", needed):
            assert await ear.next() == REFUSED
        elif stream == "list":
            assert (await ear.next())["status"] == 401
        await ear.settle()


async def test_without_the_scope_the_home_stream_is_silent_about_notifications(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(alice)
    ear = await live.listen(await with_scopes(alice, "read:statuses"), "?stream=user")

    await likes.like(bob.id, post.id)

    assert await ear.hears_nothing()


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks again and again whether access has ended: what is noticed was said."""
    monkeypatch.setattr(hub, "RECHECK_SECONDS", 3600.0)


@pytest.mark.usefixtures("unwatched")
async def test_s_j01_a_revoked_token_closes_its_sockets_and_no_others(live: LiveServer) -> None:
    alice = await make.person()
    other = await with_scopes(alice, "read")
    ear, staying = await live.listen(alice, "?stream=user"), await live.listen(other, "?stream=user")

    async with db.unit_of_work() as unit:
        await revoke_token(await token_id(alice), clock.now())
        unit.emit(AccessEnded(local=True, user_id=alice.id, token_id=await token_id(alice)))

    assert await ear.closed() == 4001
    await staying.settle()


async def token_id(person: Person) -> int:
    found: int = await db.fetch_value("SELECT min(id) FROM tokens WHERE user_id = $1", person.id)
    return found


@pytest.mark.usefixtures("unwatched")
async def test_s_j01_the_end_of_all_access_closes_everything_of_a_person(live: LiveServer) -> None:
    """As when a password is changed."""
    alice = await make.person()
    ears = [await live.listen(alice), await live.listen(await with_scopes(alice, "read"))]
    _, _, reader = await live.get("/api/v1/streaming/user", alice.headers)

    await auth.end_all_access(alice.id)

    for ear in ears:
        assert await ear.closed() == 4001
    async with asyncio.timeout(60):
        await reader.readuntil(b"\r\n0\r\n\r\n")  # the end of a chunked body
    with pytest.raises(InvalidStatus) as refused:
        await live.listen(alice)
    assert refused.value.response.status_code == 401


async def test_s_j01_an_end_that_nobody_announced_is_noticed(live: LiveServer) -> None:
    people = [await make.person() for _ in range(6)]
    ears = [await live.listen(person, "?stream=user") for person in people]
    now = clock.now()
    await revoke_token(await token_id(people[0]), now)
    await User.filter(id=people[1].id).update(disabled_at=now)
    await Account.filter(id=people[2].id).update(suspended_at=now)
    await Account.filter(id=people[3].id).update(deleted_at=now)
    await User.filter(id=people[5].id).update(role_id=1)

    assert hub.RECHECK_SECONDS < 5
    async with asyncio.timeout(60):
        assert await asyncio.gather(*(ear.closed() for ear in (*ears[:4], ears[5]))) == [4001] * 5
    await ears[4].settle()
    for person in people[:4]:
        with pytest.raises(InvalidStatus) as refused:
            await live.listen(person)
        assert refused.value.response.status_code in (401, 403)


async def test_active_in_python_is_active_in_sql(runtime: Runtime) -> None:
    now = clock.now()
    ended: list[dict[str, object]] = [
        {"suspended_at": now},
        {"deleted_at": now},
        {"moved_to_uri": "https://peer.test/users/x"},
        {"memorial": True},
    ]
    for change in ended:
        await Account.filter(id=(await make.person()).id).update(**change)
    for name in ("confirmed_at", "approved_at", "disabled_at"):
        person = await make.person()
        await User.filter(id=person.id).update(**{name: now if name == "disabled_at" else None})
    await make.person()
    rows = await db.fetch(
        f"SELECT {COLUMNS}, {IS_ACTIVE} AS is_active FROM users u JOIN accounts a ON a.id = u.id"
    )
    assert [row["is_active"] for row in rows] == [standing_of(row) is Standing.ACTIVE for row in rows]
    assert sum(row["is_active"] for row in rows) == 1
    tokens = await db.fetch("SELECT id FROM tokens")
    assert len(await live_store.ended_tokens([(row["id"], -99, 65536) for row in tokens])) == 7


async def refusal(live: LiveServer, person: Person) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refused:
        await live.listen(person)
    response = refused.value.response
    return response.status_code, response.headers["Retry-After"]


async def test_s_j07_connections_of_one_person_are_limited(
    live: LiveServer, runtime: Runtime, config: Config
) -> None:
    limited(live, runtime, config, Caps(per_user=2))
    alice, bob = await make.person(), await make.person()
    ears = [await live.listen(alice) for _ in range(2)]
    assert await refusal(live, alice) == (429, "30")
    status, _, _ = await live.get("/api/v1/streaming/user", alice.headers)
    assert status == 429
    await live.listen(bob)
    await ears[0].socket.close()
    await eventually(lambda: live.hub.count == 2)
    await live.listen(alice)


async def test_s_j07_connections_from_one_address_are_limited(
    live: LiveServer, runtime: Runtime, config: Config
) -> None:
    limited(live, runtime, config, Caps(per_address=2))
    for _ in range(2):
        await live.listen(await make.person())
    alice = await make.person()
    assert (await refusal(live, alice))[0] == 429
    other = {**alice.headers, "X-Forwarded-For": "192.0.2.7"}  # through a proxy that we believe
    await live.connect(additional_headers=other)


async def test_s_j07_connections_in_all_are_limited_whatever_the_configuration_says(live: LiveServer) -> None:
    live.hub._registry._caps = Caps(total=2)
    for _ in range(2):
        await live.listen(await make.person())
    assert (await refusal(live, await make.person()))[0] == 503


def limited(live: LiveServer, runtime: Runtime, config: Config, caps: Caps) -> None:
    """Switch limits on, with these caps."""
    runtime.config = changed(config, rate_limits={"enabled": True})
    live.hub._registry._caps = caps
