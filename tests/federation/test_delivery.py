"""Nothing that was promised is lost, nothing is sent to who may not have it, the dead hold up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activitypub import signatures
from activitypub.signatures.keys import load_public_key
from echo import clock, db
from echo.actions import blocks, editing, likes, posts
from echo.actions.drafts import EditDraft
from echo.kinds import DeliveryState, Visibility
from echo.models import Account, AccountKey, Delivery, Job
from echo.store import deliveries, host_pages, hosts, outbound
from federation import outbox, outcomes, resolve, sending, written
from federation.delivery import Drain
from federation.errors import Refused, Unbelievable, Unreachable
from federation.outcomes import Outcome, verdict_of_answer, verdict_of_error, wait_seconds
from federation.replies import Answer
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_outbox import follow_of
from tests.fediverse import Echo, Router, settle_down, work
from tests.make import Person
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def clock_put_back() -> Iterator[None]:
    yield
    clock.shift(timedelta())


async def later(server: Echo, **time: float) -> None:
    """Go on some time later."""
    clock.shift(clock.now() - clock.now() + timedelta(**time))
    await settle_down([server])


async def states() -> list[tuple[str, str, int]]:
    """(host, state, attempts) of all deliveries."""
    rows = await host_pages.delivery_listing()
    return sorted((row["host"], row["state"], row["attempts"]) for row in rows)


# Outcomes: R-13, the table of what a status means


def test_r_13_every_status_has_one_meaning() -> None:
    for status in range(200, 600):
        found = verdict_of_answer(Answer(status, "https://x.test/inbox", {}, b"said"))
        if status < 300:
            expected = Outcome.DONE
        elif status in (401, 403):
            expected = Outcome.SLOW
        elif status in (408, 425, 429) or status >= 500:
            expected = Outcome.LATER
        else:
            expected = Outcome.NEVER
        is_lost = status in (404, 410) or 300 <= status < 400
        assert (status, found.status, found.outcome, found.is_lost) == (status, status, expected, is_lost)


def test_a_pause_that_was_asked_for_counts_against_nobody() -> None:
    for status in (429, 503):
        found = verdict_of_answer(Answer(status, "x", {"retry-after": "999999"}, b""))
        assert (found.outcome, found.pause_seconds) == (Outcome.PAUSE, 86_400.0)
    assert verdict_of_answer(Answer(500, "x", {"retry-after": "5"}, b"")).outcome == Outcome.LATER


def test_no_answer_is_worth_another_try_unless_the_address_is_bad() -> None:
    assert verdict_of_error(Unreachable("x")).outcome == Outcome.LATER
    assert verdict_of_error(Refused("x")).outcome == Outcome.NEVER
    assert verdict_of_error(Unbelievable("x")).outcome == Outcome.SLOW


def test_the_schedule() -> None:
    middle = [wait_seconds(failed, scale=1.0, chance=lambda: 0.5) for failed in range(1, 12)]
    minutes = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 86400, 86400, 86400]
    assert middle == minutes
    assert wait_seconds(1, scale=1.0, chance=lambda: 0.0) == pytest.approx(42)
    assert wait_seconds(1, scale=1.0, chance=lambda: 1.0) == pytest.approx(78)
    assert wait_seconds(4, scale=0.01, chance=lambda: 0.5) == pytest.approx(36)
    assert [wait_seconds(n, scale=1.0, chance=lambda: 0.5, slow=True) for n in (1, 2, 3, 4)] == [
        600, 7200, 43200, None
    ]  # fmt: skip
    lives = {kind: outcomes.time_to_live(kind, 1.0) for kind in ("Like", "Announce", "Create", "Update")}
    assert lives == {
        "Like": timedelta(hours=24), "Announce": timedelta(hours=24),
        "Create": timedelta(days=8), "Update": timedelta(days=8),
    }  # fmt: skip
    assert outcomes.time_to_live("Delete", 1.0) == timedelta(days=14)
    assert outcomes.time_to_live("Like", 0.0) > timedelta()


# Tries


async def test_a_failed_delivery_is_tried_again_with_a_fresh_signature(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await make.post(alice)
    peer.inbox_status = 500
    await settle_down([one])
    assert await states() == [("peer.test", "pending", 1)]
    await settle_down([one])
    posted = [request for request in peer.requests if request.method == "POST"]
    assert len(posted) == 1
    peer.inbox_status = 202
    await later(one, minutes=2)
    assert await states() == [("peer.test", "done", 2)]
    first, second = (request for request in peer.requests if request.method == "POST")
    assert first.content == second.content
    assert first.headers["date"] != second.headers["date"]
    key = load_public_key((await AccountKey.get(account_id=alice.id)).public_pem)
    for request in (first, second):
        claim = signatures.claimed("POST", request.url.raw_path.decode(), list(request.headers.items()))
        assert {"(request-target)", "host", "date", "digest", "content-type"} <= set(claim.covered)
        now = clock.now()
        signatures.verify(claim, body=request.content, public_key=key, our_hosts={"peer.test"}, now=now)


async def test_r_15_three_days_away_and_the_final_state_arrives(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    edited, deleted = await make.post(alice, "first"), await make.post(alice, "to be deleted")
    peer.inbox_status = 503
    await settle_down([one])
    for hours in range(1, 72, 3):
        clock.shift(timedelta(hours=hours))
        await settle_down([one])
    await editing.edit(alice.id, edited.id, EditDraft(text="second"))
    await posts.remove(alice.id, deleted.id)
    await settle_down([one])
    peer.inbox_status = 202
    for hours in (100, 101, 102):
        clock.shift(timedelta(hours=hours))
        await settle_down([one])
    assert [activity["type"] for activity in peer.delivered if activity["type"] != "Update"] in (
        ["Create", "Delete"],
        ["Delete", "Create"],
    )
    assert all("to be deleted" not in str(activity) for activity in peer.delivered)
    [create] = peer.sent("Create")
    assert "second" in create["object"]["content"]


async def test_after_a_week_and_a_day_it_is_given_up(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await make.post(alice)
    peer.inbox_status = 500
    await settle_down([one])
    clock.shift(timedelta(days=7, hours=12))
    await settle_down([one])
    [(_, state, _)] = await states()
    assert state == "pending"
    clock.shift(timedelta(days=8, minutes=1))
    await settle_down([one])
    [(_, state, _)] = await states()
    assert state == "dead"


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (403, 4), (404, 1), (410, 1), (308, 1), (401, 4)])
async def test_refusals_are_not_repeated(one: Echo, peer: Peer, status: int, tries: int) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await make.post(alice)
    peer.inbox_status = status
    await settle_down([one])
    for hours in range(1, 40, 4):
        clock.shift(timedelta(hours=hours))
        await settle_down([one])
    assert await states() == [("peer.test", "dead", tries)]
    [row] = await host_pages.delivery_listing()
    assert row["last_status"] == status


@pytest.mark.parametrize(("status", "is_gone"), [(410, True), (404, False)])
async def test_whose_inbox_is_gone_is_looked_at(one: Echo, peer: Peer, status: int, *, is_gone: bool) -> None:
    alice, bob = await make.person("alice"), peer.person("bob", endpoints=None)
    account = await follow_of(bob, alice)
    await Account.filter(id=account.id).update(fetched_at=clock.now() - timedelta(hours=2))
    peer.inbox_status = status
    peer.serve_status(bob.id, status)
    await make.post(alice)
    await settle_down([one])
    await asyncio.gather(*one.runtime.network.background)
    assert ((await Account.get(id=account.id)).deleted_at is not None) == is_gone


async def test_an_inbox_that_is_gone_for_good_is_not_used_again(one: Echo, peer: Peer) -> None:
    """Its owner is still there, and names another one some day."""
    alice, bob = await make.person("alice"), peer.person("bob", endpoints=None)
    account = await follow_of(bob, alice)
    peer.inbox_status = 410
    await make.post(alice)
    await settle_down([one])
    await asyncio.gather(*one.runtime.network.background)
    assert (await Account.get(id=account.id)).inbox == ""
    await make.post(alice)
    await settle_down([one])
    assert len([request for request in peer.requests if request.method == "POST"]) == 1
    await one.run(resolve.refresh(account))
    assert (await Account.get(id=account.id)).inbox == f"{bob.id}/inbox"


async def test_a_shared_inbox_that_is_gone_for_good_takes_its_host_with_it(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follow_of(bob, alice)
    peer.inbox_status = 500
    await make.post(alice)
    await settle_down([one])
    peer.inbox_status = 410
    for _ in range(2):
        await make.post(alice)
    await later(one, minutes=2)
    [row] = await host_pages.listing()
    assert row["health"] == "gone"
    assert {state for _, state, _ in await states()} == {"dead"}
    await make.post(alice)
    await settle_down([one])
    assert len(await states()) == 3


async def test_a_pause_is_kept(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    peer.inbox_status, peer.inbox_headers = 429, {"retry-after": "600"}
    await make.post(alice)
    await settle_down([one])
    peer.inbox_status = 202
    await make.post(alice)
    await later(one, minutes=5)
    assert peer.delivered == []
    await later(one, minutes=11)
    assert len(peer.delivered) == 2
    assert {attempts for _, _, attempts in await states()} == {1}


# Hosts


async def test_a_dead_host_costs_a_probe_and_wakes_with_its_first_word(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follow_of(bob, alice)
    peer.inbox_status = 500
    for _ in range(8):
        await make.post(alice)
    await settle_down([one])
    tried = len([request for request in peer.requests if request.method == "POST"])
    assert tried <= 8
    [row] = await host_pages.listing()
    assert row["health"] == "open"
    await peer.forget()
    for _ in range(3):
        await make.post(alice)
    await settle_down([one])
    assert [request for request in peer.requests if request.method == "POST"] == []
    peer.inbox_status = 202
    assert (await bob.sends(one, bob.does("View", bob.id))).status_code == 202
    await settle_down([one])
    assert len(peer.delivered) == 11
    [row] = await host_pages.listing()
    assert (row["health"], row["failures"]) == ("closed", 0)


async def test_one_poisoned_delivery_does_not_keep_a_host_closed(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    plain = peer.answer

    async def picky(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if b"poison" in request.content else await plain(request)

    peer.router.hosts["peer.test"] = picky
    await make.post(alice, "poison")
    for number in range(6):
        await make.post(alice, f"fine {number}")
    await settle_down([one])
    for minutes in range(1, 60, 2):
        clock.shift(timedelta(minutes=minutes))
        await settle_down([one])
    assert len(peer.delivered) == 6


async def test_live_hosts_do_not_wait_for_dead_ones(one: Echo, router: Router) -> None:
    alice = await make.person("alice")
    live = [Peer(router, f"live{number}.test") for number in range(10)]
    for each in live:
        await follow_of(each.person("bob"), alice)
    dead = [Peer(router, f"dead{number}.test") for number in range(100)]
    for each in dead:
        await follow_of(each.person("bob"), alice)
        router.hosts.pop(each.host)
    for _ in range(2):
        await make.post(alice)
    await settle_down([one])
    assert [len(each.delivered) for each in live] == [2] * 10


async def test_r_10_hosts_that_hang_have_only_some_of_the_places(one: Echo, router: Router) -> None:
    """The live ones have what is theirs while more hang than there are places."""
    alice = await make.person("alice")
    live = [Peer(router, f"live{number}.test") for number in range(5)]
    for each in live:
        await follow_of(each.person("bob"), alice)
    await make.post(alice)
    await settle_down([one])
    gate, asked = asyncio.Event(), 0

    async def hang(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await gate.wait()
        return httpx.Response(202)

    for number in range(80):
        dead = Peer(router, f"a{number}.test")
        await follow_of(dead.person("bob"), alice)
        router.hosts[dead.host] = hang
    for text in ("one", "two"):
        await sending.send_post((await make.post(alice, text)).id)
    drain = Drain("worker/1")
    while not all(len(each.delivered) == 3 for each in live):
        await drain.step()
        await asyncio.sleep(0.001)
    assert 0 < asked <= drain._at_once // 4
    gate.set()
    while not drain.is_idle:
        await drain.step()
        await asyncio.sleep(0.001)
    assert asked == 160
    assert {state for _, state, _ in await states()} == {"done"}


async def test_r_05_what_is_rolled_back_leaves_no_trace(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)

    async def fail_late() -> None:
        async with db.unit_of_work():
            await make.post(alice, "never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_late()
    await settle_down([one])
    assert peer.delivered == []
    assert await Job.all().count() == 0


# Order


async def test_nothing_overtakes_what_is_before_it(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    post = await make.post(alice, "v0")
    plain, calls = peer.answer, iter(range(10_000))

    async def shaky(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.001)
        return httpx.Response(500) if next(calls) % 3 == 0 else await plain(request)

    peer.router.hosts["peer.test"] = shaky
    for number in range(1, 6):
        await work()
        await editing.edit(alice.id, post.id, EditDraft(text=f"v{number}"))
    for hours in range(1, 60):
        clock.shift(timedelta(hours=hours))
        await settle_down([one])
    stamps = [activity["object"].get("updated", "") for activity in peer.delivered]
    assert peer.delivered[0]["type"] == "Create"
    assert stamps[1:] == sorted(stamps[1:])
    assert len(stamps) == 6


# Audience at each try


async def waiting(server: Echo, peer: Peer, person: Person, **post: Any) -> int:
    """A post that a peer's server did not take yet."""
    peer.inbox_status = 500
    made = await make.post(person, **post)
    await settle_down([server])
    peer.inbox_status = 202
    return made.id


async def test_s_g05_the_audience_is_looked_at_again_before_each_try(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    bob = await follow_of(peer.person("bob"), alice)
    await waiting(one, peer, alice, text="private", visibility=Visibility.FOLLOWERS)
    await blocks.block(alice.id, bob.id)
    await later(one, minutes=5)
    assert peer.sent("Create") == []
    assert ("peer.test", "dead", 1) in await states()


async def test_who_still_follows_still_gets_it(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await waiting(one, peer, alice, text="private", visibility=Visibility.FOLLOWERS)
    await later(one, minutes=5)
    assert len(peer.sent("Create")) == 1


async def test_nobody_hears_of_a_like_after_a_block(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    bob = await follow_of(peer.person("bob"), alice)
    post = await make.remote_post(bob, "<p>hello</p>")
    peer.inbox_status = 500
    await likes.like(alice.id, post.id)
    await settle_down([one])
    peer.inbox_status = 202
    await blocks.block(alice.id, bob.id)
    await later(one, minutes=5)
    assert peer.sent("Like") == []
    assert len(peer.sent("Block")) == 1


async def test_who_never_got_a_post_is_not_told_that_it_is_deleted(one: Echo, router: Router) -> None:
    alice = await make.person("alice")
    near, far = Peer(router, "near.test"), Peer(router, "far.test")
    for each in (near, far):
        await follow_of(each.person("bob"), alice)
    await hosts.pause("far.test", clock.now() + timedelta(minutes=30), "429")
    post = await make.post(alice, "regret")
    await settle_down([one])
    await posts.remove(alice.id, post.id)
    await later(one, minutes=31)
    assert [activity["type"] for activity in near.delivered] == ["Create", "Delete"]
    assert far.delivered == []


async def test_many_inboxes_are_written_in_portions(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that dies between two of them is run again and completes what is missing."""
    monkeypatch.setattr(outbound, "CHUNK", 3)
    alice = await make.person("alice")
    post = await make.post(alice)
    source = await sending.post_here(post.id)
    assert source is not None
    inboxes = [outbound.Inbox(f"h{n}.test", f"https://h{n}.test/inbox") for n in range(8)]
    await sending.hand_over(outbox.post(source), inboxes[:3])
    await sending.hand_over(outbox.post(source), inboxes)
    assert len(await states()) == 8


async def test_a_deleted_post_is_not_sent_any_more(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    post_id = await waiting(one, peer, alice, text="regret")
    await posts.remove(alice.id, post_id)
    await later(one, minutes=5)
    await later(one, minutes=10)
    assert [activity["type"] for activity in peer.delivered] == ["Delete"]


# Workers


async def test_r_01_a_killed_worker_loses_nothing(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    for _ in range(12):
        await sending.send_post((await make.post(alice)).id)
    kills = 0
    while await Delivery.filter(state="pending").exists():
        drain = Drain("worker/1")
        await deliveries.release_leases("worker/1")
        await drain._start()
        await asyncio.sleep(0)
        kills += 1
        for task in drain._flying:  # nothing that came of it is written down
            task.cancel()
        if kills >= 5:
            await deliveries.release_leases("worker/1")
            await settle_down([one])
    ids = [activity["id"] for activity in peer.delivered]
    assert len(set(ids)) == 12
    assert len(ids) - 12 <= kills * 4


async def test_r_37_a_sleeping_worker_cannot_write_over_another(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await sending.send_post((await make.post(alice)).id)
    hosts_there = ["peer.test"]
    [stale] = await deliveries.claim(hosts_there, owner="sleeper", limit=9, per_host=4, lease_seconds=-1)
    [fresh] = await deliveries.claim(hosts_there, owner="worker", limit=9, per_host=4, lease_seconds=60)
    dead = deliveries.Result(
        id=stale.id, token=stale.token, state=DeliveryState.DEAD, due_at=clock.now(), error="late"
    )
    assert await deliveries.finish([dead]) == 0
    assert fresh.id == stale.id


async def test_the_drain_runs_until_it_is_told_to_stop(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    bell = asyncio.Event()

    async def wait(seconds: float) -> None:
        await bell.wait()
        bell.clear()

    running = asyncio.create_task(Drain("worker/1").run(wait))
    await asyncio.sleep(0.05)
    for _ in range(30):
        await sending.send_post((await make.post(alice)).id)
        bell.set()

    async def all_done() -> bool:
        return (await deliveries.summary())["done"] == 30

    await eventually(all_done)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(peer.delivered) == 30
    assert await deliveries.summary() == {"pending": 0, "done": 30, "dead": 0, "leased": 0}


async def test_not_more_than_configured_is_under_way(one: Echo, peer: Peer, router: Router) -> None:
    alice = await make.person("alice")
    under_way: dict[str, int] = {}
    most: dict[str, int] = {}

    async def slow(request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        under_way[host] = under_way.get(host, 0) + 1
        most[host] = max(most.get(host, 0), under_way[host])
        await asyncio.sleep(0.05)
        under_way[host] -= 1
        return httpx.Response(202)

    for number in range(3):
        other = Peer(router, f"p{number}.test")
        await follow_of(other.person("bob"), alice)
        router.hosts[other.host] = slow
    for _ in range(12):
        await make.post(alice)
    await settle_down([one])
    assert 1 < max(most.values()) <= one.runtime.config.federation.deliveries_per_host


async def test_what_goes_everywhere_begins_where_all_is_well_and_leaves_room_for_others(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "FEW", 2)
    monkeypatch.setattr(written, "AT_ONCE", 3)
    monkeypatch.setattr(outbound, "CHUNK", 2)
    await hosts.note_successes(["c.test", "e.test", "g.test"])
    await hosts.note_failures([hosts.Failing("e.test", 1, "no answer", is_absent=True, is_probe=False)])
    inboxes = [outbound.Inbox(f"{name}.test", f"https://{name}.test/inbox") for name in "abcdefg"]
    alice = await make.person("alice")
    draft = outbound.Outgoing(
        uri="https://one.test/x", kind="Create", sender_id=alice.id, body=b"{}", object_key="x",
        expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    await written.write_down(draft, inboxes)
    rows = await db.fetch("SELECT host, due_at - created_at AS delay FROM deliveries ORDER BY id")
    assert {row["host"] for row in rows[:2]} == {"c.test", "g.test"}
    delays = {row["host"][0]: row["delay"].seconds for row in rows}
    assert delays == {"a": 2, "b": 2, "c": 0, "d": 15, "e": 15, "f": 30, "g": 0}
