from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from echo import clock, db
from echo.db import Row
from echo.kinds import DeliveryState
from echo.runtime import Runtime
from echo.store import deliveries, host_pages, hosts, outbound
from echo.store.hosts import Failing
from echo.store.outbound import Inbox, Outgoing

pytestmark = pytest.mark.usefixtures("runtime")


@pytest.fixture(autouse=True)
def clock_put_back() -> Iterator[None]:
    yield
    clock.shift(timedelta())


async def send(number: int, *inboxes: tuple[str, str], key: str = "") -> int:
    activity_id = await outbound.insert(
        Outgoing(
            uri=f"https://echo.test/ap/activities/test/{number}",
            kind="Create",
            sender_id=1,
            body=b"{}",
            object_key=key or f"object {number}",
            expires_at=clock.now() + timedelta(days=7),
        )
    )
    await outbound.address(
        activity_id,
        key or f"object {number}",
        [Inbox(host, f"https://{host}{path}") for host, path in inboxes],
    )
    return activity_id


async def take(
    *, owner: str = "w1", limit: int = 100, per_host: int = 4, lease_seconds: float = 60
) -> list[deliveries.Claimed]:
    found = await deliveries.next_hosts("", limit=100)
    return await deliveries.claim(
        found, owner=owner, limit=limit, per_host=per_host, lease_seconds=lease_seconds
    )


def done(claimed: deliveries.Claimed) -> deliveries.Result:
    return deliveries.Result(
        id=claimed.id, token=claimed.token, state=DeliveryState.DONE, due_at=clock.now(), status=202
    )


async def test_an_inbox_gets_an_activity_once(runtime: Runtime) -> None:
    first = await send(1, ("a.test", "/inbox"), ("b.test", "/inbox"))
    second = await send(1, ("a.test", "/inbox"), ("c.test", "/inbox"))
    assert first == second
    assert sorted(each.host for each in await take()) == ["a.test", "b.test", "c.test"]


async def test_few_of_each_host_are_under_way() -> None:
    for number in range(6):
        await send(number, ("a.test", "/inbox"), ("b.test", "/inbox"))
    first = await take(per_host=2)
    assert sorted(each.host for each in first) == ["a.test", "a.test", "b.test", "b.test"]
    assert await take(owner="w2", per_host=2) == []
    await deliveries.finish([done(each) for each in first if each.host == "a.test"])
    assert [each.host for each in await take(owner="w2", per_host=2)] == ["a.test", "a.test"]


async def test_hosts_are_looked_at_in_turn() -> None:
    for number in range(3):
        await send(number, *[(f"{letter}.test", "/inbox") for letter in "cabd"])
    assert await deliveries.next_hosts("", limit=3) == ["a.test", "b.test", "c.test"]
    assert await deliveries.next_hosts("c.test", limit=3) == ["d.test"]
    assert await deliveries.next_hosts("d.test", limit=3) == []
    claimed = await deliveries.claim(["d.test", "a.test"], owner="w1", limit=3, per_host=2, lease_seconds=60)
    assert sorted(each.host for each in claimed) == ["a.test", "d.test", "d.test"]


async def test_a_host_where_nothing_is_due_is_passed_over() -> None:
    await send(1, ("a.test", "/inbox"), ("b.test", "/inbox"))
    [claimed] = [each for each in await take() if each.host == "a.test"]
    await deliveries.finish(
        [
            deliveries.Result(
                id=claimed.id,
                token=claimed.token,
                state=DeliveryState.PENDING,
                due_at=clock.now() + timedelta(minutes=1),
            )
        ]
    )
    assert await deliveries.next_hosts("", limit=9) == ["b.test"]


async def test_an_activity_never_overtakes_one_of_the_same_object() -> None:
    create = await send(1, ("a.test", "/inbox"), ("b.test", "/inbox"), key="note")
    update = await send(2, ("a.test", "/other"), ("b.test", "/inbox"), key="note")
    other = await send(3, ("a.test", "/inbox"))
    first = await take()
    assert sorted((each.host, each.activity_id) for each in first) == [
        ("a.test", create), ("a.test", other), ("b.test", create)
    ]  # fmt: skip
    failed = next(each for each in first if (each.host, each.activity_id) == ("a.test", create))
    await deliveries.finish(
        [
            done(each)
            if each is not failed
            else deliveries.Result(
                id=each.id,
                token=each.token,
                state=DeliveryState.PENDING,
                due_at=clock.now() + timedelta(hours=1),
                error="500",
            )
            for each in first
        ]
    )
    assert [(each.host, each.activity_id) for each in await take()] == [("b.test", update)]


async def test_a_result_without_its_lease_counts_for_nothing() -> None:
    await send(1, ("a.test", "/inbox"))
    [old] = await take(owner="w1")
    assert await deliveries.release_leases("w1") == 1
    [new] = await take(owner="w2")
    assert await deliveries.finish([done(old)]) == 0
    assert (await deliveries.summary())["leased"] == 1
    assert await deliveries.finish([done(new)]) == 1
    assert await deliveries.summary() == {"pending": 0, "done": 1, "dead": 0, "leased": 0}


async def test_a_lease_ends_by_itself() -> None:
    await send(1, ("a.test", "/inbox"))
    [claimed] = await take(lease_seconds=-1)
    [again] = await take(owner="w2")
    assert again.id == claimed.id
    assert again.token != claimed.token


async def test_r_17_a_clock_that_is_set_back_leaves_no_lease_for_hours() -> None:
    await send(1, ("a.test", "/inbox"))
    clock.shift(timedelta(hours=2))
    [claimed] = await take()
    clock.shift(timedelta())
    [again] = await take(owner="w2")
    assert again.id == claimed.id
    assert await deliveries.finish([done(claimed)]) == 0


async def host(name: str) -> Row:
    [row] = await db.fetch("SELECT * FROM hosts WHERE name = $1", name)
    return row


async def health(name: str) -> str:
    return str((await host(name))["health"])


async def test_an_open_host_gets_one_probe() -> None:
    for number in range(3):
        await send(number, ("a.test", "/inbox"))
    await hosts.note_failures([Failing("a.test", 4, "down")])
    assert await health("a.test") == "closed"
    await hosts.note_failures([Failing("a.test", 1, "down")])
    assert await health("a.test") == "open"
    assert await take() == []
    clock.shift(timedelta(minutes=2))
    [probe] = await take()
    assert probe.is_probe
    assert await take(owner="w2") == []
    await deliveries.finish([done(probe)])
    assert await hosts.note_successes(["a.test"]) == ["a.test"]
    assert len(await take()) == 2


async def test_probes_are_further_and_further_apart() -> None:
    waits = []
    for times in (5, 1, 1, 1, 1, 1, 1, 1):
        await hosts.note_failures([Failing("a.test", times, "down", is_probe=times == 1)], scale=0.5)
        row = await host("a.test")
        waits.append((row["probe_at"] - clock.now()).total_seconds())
    minutes = [1, 5, 15, 60, 180, 360, 720, 720]
    assert [wait / 30 for wait in waits] == pytest.approx(minutes, rel=0.25)


async def test_who_is_not_there_at_all_waits_after_one_try() -> None:
    """Unless it was well within a day: then it may be a moment's trouble."""
    await hosts.note_failures([Failing("a.test", 1, "no such name", is_absent=True)])
    assert await health("a.test") == "open"
    await hosts.note_successes(["a.test"])
    await hosts.note_failures([Failing("a.test", 1, "refused", is_absent=True)])
    assert await health("a.test") == "closed"
    await hosts.note_successes(["a.test"])
    clock.shift(timedelta(hours=25))
    await hosts.note_failures([Failing("a.test", 1, "refused", is_absent=True)])
    assert await health("a.test") == "open"


async def test_a_host_that_failed_is_asked_one_thing_at_a_time() -> None:
    for number in range(3):
        await send(number, ("a.test", "/inbox"))
    await hosts.note_failures([Failing("a.test", 1, "500")])
    assert len(await take()) == 1
    await hosts.note_successes(["a.test"])
    assert len(await take()) == 2


async def test_a_host_that_asks_for_a_pause_gets_it() -> None:
    await send(1, ("a.test", "/inbox"))
    await hosts.pause("a.test", clock.now() + timedelta(minutes=5), "429")
    assert await take() == []
    # Neither its own word nor an answer to something that was under way ends it.
    await hosts.note_heard(["a.test"])
    assert await hosts.note_successes(["a.test"]) == []
    assert await take() == []
    clock.shift(timedelta(minutes=6))
    assert len(await take()) == 1


async def test_a_dead_host_gets_nothing_new_until_it_speaks() -> None:
    await hosts.note_failures([Failing("a.test", 5, "down")])
    clock.shift(timedelta(days=8))
    await hosts.note_failures([Failing("a.test", 1, "down", is_probe=True)])
    assert await health("a.test") == "dead"
    await send(1, ("a.test", "/inbox"))
    assert (await deliveries.summary())["pending"] == 0
    assert await hosts.note_heard(["a.test", "unknown.test"]) == ["a.test"]
    assert await health("a.test") == "open"
    await send(2, ("a.test", "/inbox"))
    [probe] = await take()
    assert probe.is_probe
    # Its word proves nothing: when this fails it is dead again, and not after another week.
    await hosts.note_failures([Failing("a.test", 1, "down", is_probe=True)])
    assert await health("a.test") == "dead"


async def test_who_speaks_and_never_answers_is_not_tried_each_time() -> None:
    await hosts.note_failures([Failing("a.test", 40, "down")])
    for _ in range(3):
        assert await hosts.note_heard(["a.test"]) == ["a.test"]
    row = await host("a.test")
    assert row["health"] == "open"
    assert row["probe_at"] > clock.now()
    clock.shift(timedelta(minutes=16))
    await hosts.note_heard(["a.test"])
    assert (await host("a.test"))["probe_at"] <= clock.now()


async def test_of_what_ends_things_a_dead_host_is_told_once_it_is_back() -> None:
    """Coalesced: the Delete of a post takes the place of everything that waited about it."""
    await send(1, ("a.test", "/inbox"), key="post 1")
    await send(2, ("a.test", "/inbox"), key="post 2")
    await hosts.note_failures([Failing("a.test", 5, "down")])
    clock.shift(timedelta(days=8))
    await hosts.note_failures([Failing("a.test", 1, "down", is_probe=True)])
    activity_id = await outbound.insert(
        Outgoing(
            uri="https://echo.test/gone", kind="Delete", sender_id=1, body=b"{}", object_key="post 1",
            expires_at=clock.now() + timedelta(days=14),
        )
    )  # fmt: skip
    there = [Inbox("a.test", "https://a.test/inbox")]
    assert await outbound.address(activity_id, "post 1", there, kind="Delete") == 1
    assert await outbound.address(activity_id, "post 1", there, kind="Delete") == 0
    waiting = {row["uri"].rpartition("/")[2] for row in await host_pages.delivery_listing(state="pending")}
    assert waiting == {"gone", "2"}
    await hosts.note_gone(["a.test"], "410")
    assert await hosts.note_heard(["a.test"]) == ["a.test"]
    assert await health("a.test") == "gone"
    assert await outbound.address(activity_id + 1, "x", there, kind="Delete") == 0


async def test_given_up_hosts_are_asked_weekly_and_come_back_when_they_answer() -> None:
    await hosts.note_successes(["new.test", "known.test"])
    await hosts.note_asked("known.test")
    await hosts.note_failures([Failing("gone.test", 5, "410")])
    await hosts.note_gone(["gone.test"], "410")
    assert await hosts.to_look_at(limit=9) == ["new.test"]
    clock.shift(timedelta(days=8))
    assert set(await hosts.to_look_at(limit=9)) == {"new.test", "known.test", "gone.test"}
    await hosts.note_asked("gone.test")
    assert "gone.test" not in await hosts.to_look_at(limit=9)
    await hosts.note_heard(["gone.test"])
    clock.shift(timedelta(days=8, minutes=6))
    assert "gone.test" in await hosts.to_look_at(limit=9)
    await hosts.note_software("gone.test", "mastodon", "4.6.0")
    row = await host("gone.test")
    assert (row["health"], row["software"], row["software_version"]) == ("open", "mastodon", "4.6.0")
    await send(1, ("gone.test", "/inbox"))
    [probe] = await take()
    assert probe.is_probe


async def test_what_nobody_got_is_withdrawn() -> None:
    activity_id = await outbound.insert(
        Outgoing(
            uri="https://echo.test/x", kind="Create", sender_id=1, body=b"{}", object_key="n", post_id=7,
            expires_at=clock.now() + timedelta(days=7),
        )
    )  # fmt: skip
    await outbound.address(activity_id, "n", [Inbox("a.test", "https://a.test/in")])
    [claimed] = await take()
    await outbound.address(activity_id, "n", [Inbox("b.test", "https://b.test/in")])
    assert await outbound.withdraw(7) == {"https://b.test/in"}
    await deliveries.finish([done(claimed)])
    assert await outbound.inboxes_told(7) == ["https://a.test/in"]


async def test_old_deliveries_are_given_up_and_can_be_tried_again() -> None:
    await send(1, ("a.test", "/inbox"))
    clock.shift(timedelta(days=8))
    assert await deliveries.expire() == 1
    [row] = await host_pages.delivery_listing(state="dead")
    assert row["last_error"] == "expired"
    assert await deliveries.requeue(host="a.test") == 1
    assert await deliveries.expire() == 0
    assert len(await take()) == 1
