"""`echoctl federation`: each command is seen by what it changes, or by the rows that it shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cyclopts import CycloptsError

from echo import clock
from echo.errors import Invalid, NotFound
from echo.models import AllowedServer, Delivery, Host, InboundActivity, OutboundActivity, ServerBlock
from tests import make
from tests.cli.conftest import Echoctl

LATER = timedelta(hours=5)


async def delivery(host: str, state: str = "pending", **more: Any) -> Delivery:
    """Something for a host that is known, due in some hours."""
    now = clock.now()
    await Host.get_or_create(name=host, defaults={"created_at": now})
    number = await OutboundActivity.all().count()
    activity = await OutboundActivity.create(
        uri=f"https://one.test/{number}",
        kind=more.pop("kind", "Create"),
        sender_id=1,
        body=b"{}",
        created_at=now,
        expires_at=now + LATER,
    )
    return await Delivery.create(
        activity_id=activity.id,
        host=host,
        inbox=f"https://{host}/inbox",
        state=state,
        due_at=now + LATER,
        created_at=now,
        **more,
    )


async def activity(host: str, state: str, reason: str = "", **more: Any) -> InboundActivity:
    """Something that a host sent."""
    now = clock.now()
    uri = f"https://{host}/{await InboundActivity.all().count()}"
    return await InboundActivity.create(
        actor_uri=f"https://{host}/a",
        uri=uri,
        kind="Like",
        host=host,
        body=b"{}",
        state=state,
        reason=reason,
        due_at=now,
        created_at=now,
        **more,
    )


async def is_due(row: Delivery) -> bool:
    await row.refresh_from_db()
    return row.state == "pending" and row.due_at <= clock.now()


async def test_what_waits_is_listed_and_shown_by_host(echoctl: Echoctl) -> None:
    waiting = await delivery("slow.test", kind="Like", attempts=2, last_error="timeout")
    dead = await delivery("gone.test", "dead", last_status=410)
    await Host.filter(name="slow.test").update(health="open", failures=3, last_error="timeout")
    found = await echoctl("federation", "deliveries", reads=True)
    assert [(row["id"], row["state"]) for row in found] == [(dead.id, "dead"), (waiting.id, "pending")]
    [row] = await echoctl("federation", "deliveries", "--state", "dead")
    assert row["last_status"] == 410
    [row] = await echoctl("federation", "deliveries", "--host", "SLOW.test", "--limit", "5")
    assert (row["kind"], row["attempts"], row["last_error"]) == ("Like", 2, "timeout")
    [first, second] = await echoctl("federation", "hosts", reads=True)
    assert (first["name"], first["waiting"], second["name"], second["dead"]) == (
        "slow.test",
        1,
        "gone.test",
        1,
    )
    assert [row["name"] for row in await echoctl("federation", "hosts", "--health", "closed")] == [
        "gone.test"
    ]
    shown = await echoctl("federation", "host", "Slow.test", reads=True)
    assert (shown["health"], shown["kinds_waiting"]) == ("open", {"Like": 1})
    with pytest.raises(NotFound):
        await echoctl("federation", "host", "nobody.test")
    counted = await echoctl("federation", "metrics", reads=True)
    assert (counted["deliveries"]["pending"], counted["deliveries"]["dead"]) == (1, 1)
    assert (counted["hosts"]["open"], counted["deliveries"]["outcomes"]) == (
        1,
        {"refused 410": 1, "retrying": 1},
    )


async def test_what_waits_is_tried_at_once(echoctl: Echoctl) -> None:
    one, two, other = [await delivery(host) for host in ("a.test", "a.test", "b.test")]
    await Host.filter(name="a.test").update(health="open", probe_at=clock.now() + LATER)
    assert await echoctl("federation", "retry", "--delivery", str(one.id)) == {"retried": 1}
    assert [await is_due(row) for row in (one, two, other)] == [True, False, False]
    assert (await Host.get(name="a.test")).probe_at <= clock.now()  # type: ignore[operator]
    assert await echoctl("federation", "retry", "--host", "A.test") == {"retried": 1}
    assert await echoctl("federation", "retry", "--host", "nobody.test") == {"retried": 0}
    assert [await is_due(row) for row in (one, two, other)] == [True, True, False]
    assert await echoctl("federation", "retry") == {"retried": 1}
    assert await is_due(other)


async def test_what_was_given_up_comes_back_or_goes_for_good(echoctl: Echoctl) -> None:
    rows = [await delivery(host, "dead", attempts=9) for host in ("a.test", "a.test", "b.test", "c.test")]
    waiting = await delivery("c.test")
    assert await echoctl("federation", "requeue", "--delivery", str(rows[0].id)) == {"requeued": 1}
    assert [await is_due(row) for row in rows] == [True, False, False, False]
    assert rows[0].attempts == 0
    assert await echoctl("federation", "requeue", "--host", "a.test") == {"requeued": 1}
    assert await echoctl("federation", "deliveries", "--requeue", "--host", "b.test") == {"requeued": 1}
    assert [await is_due(row) for row in rows] == [True, True, True, False]
    assert await echoctl("federation", "drop", "--delivery", str(rows[3].id)) == {"dropped": 1}
    assert await echoctl("federation", "drop", "--host", "c.test") == {"dropped": 1}
    assert not await Delivery.exists(id__in=[rows[3].id, waiting.id])
    with pytest.raises(Invalid):
        await echoctl("federation", "drop")
    assert await Delivery.all().count() == 3


async def test_what_came_in_is_listed_counted_and_processed_again(echoctl: Echoctl) -> None:
    done = await activity("a.test", "done")
    stale = await activity("a.test", "ignored", "stale")
    await activity("b.test", "ignored", "stale")
    dead = await activity("b.test", "dead", "gave-up", attempts=8)
    everything = await echoctl("federation", "inbound", reads=True)
    assert len(everything) == 4
    found = await echoctl("federation", "inbound", "--reason", "stale", "--host", "A.test")
    assert [row["id"] for row in found] == [stale.id]
    assert [row["id"] for row in await echoctl("federation", "inbound", "--state", "done")] == [done.id]
    assert len(await echoctl("federation", "inbound", "--limit", "1")) == 1
    with pytest.raises(CycloptsError):
        await echoctl("federation", "inbound", "--limit", "-1")
    [most, least] = await echoctl("federation", "inbound", "--reason", "all", reads=True)
    assert (most["reason"], most["count"], most["hosts"]) == ("stale", 2, 2)
    assert (least["reason"], least["most_from"]) == ("gave-up", "b.test")
    assert await echoctl("federation", "inbound", "--requeue") == {"requeued": 1}
    await dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.reason) == ("pending", 0, "")


async def test_servers_are_blocked_and_let_in_again(echoctl: Echoctl) -> None:
    known = await make.stranger(domain="bad.test")
    words = ("--severity", "silence", "--reason", "spam", "--note", "ours", "--obfuscate", "--reject-media")
    assert await echoctl("federation", "block", "Bad.test", *words) == {"domain": "Bad.test", "accounts": 1}
    row = await ServerBlock.get()
    assert (row.domain, row.severity, row.reason, row.note) == ("bad.test", "silence", "spam", "ours")
    assert (row.obfuscate, row.reject_media, row.reject_reports) == (True, True, False)
    await known.refresh_from_db()
    assert (known.suspended_at, known.silenced_at is None) == (None, False)
    await echoctl("federation", "block", "bad.test", "--reject-reports")
    [shown] = await echoctl("federation", "blocks", reads=True)
    assert (shown["domain"], shown["severity"]) == ("bad.test", "suspend")
    await echoctl("federation", "unblock", "bad.test")
    assert await echoctl("federation", "blocks", reads=True) == []
    with pytest.raises(NotFound):
        await echoctl("federation", "unblock", "bad.test")


async def test_servers_are_allowed_and_not_any_more(echoctl: Echoctl) -> None:
    assert await echoctl("federation", "allow", "friend.test") == {"domain": "friend.test", "new": True}
    assert (await echoctl("federation", "allow", "friend.test"))["new"] is False
    assert [row["domain"] for row in await echoctl("federation", "allowed", reads=True)] == ["friend.test"]
    assert (await AllowedServer.get()).domain == "friend.test"
    await echoctl("federation", "disallow", "friend.test")
    assert await echoctl("federation", "allowed", reads=True) == []
