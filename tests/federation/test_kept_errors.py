"""What went wrong with deliveries, their hosts and what came in is kept without the secrets in it. S-G17."""

from __future__ import annotations

import httpx
import pytest

from echo import clock, db
from echo.store import deliveries, hosts, inbound, outbound
from echo.store.hosts import Failing
from echo.store.inbound import Received
from federation import processing
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_outbox import follow_of
from tests.fediverse import Echo, Router, settle_down

SECRET = "x4711-abcdefgh"
SAID = (
    f'https://peer.test/inbox?access_token={SECRET}&x=1 "client_secret": "{SECRET}"'
    f" 'Authorization': 'Bearer {SECRET}'"
)


async def kept(table: str) -> str:
    """All that a table keeps, as text."""
    return "\n".join(row[0] for row in await db.fetch(f"SELECT t::text FROM {table} t"))


@pytest.mark.parametrize("way", ["answer", "outage", "fault"])
async def test_s_g17_a_failed_delivery_keeps_no_secret(
    one: Echo, router: Router, peer: Peer, way: str
) -> None:
    """Another server repeats in its answer what it was sent, or an error names a whole address."""
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    await make.post(alice)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.method != "POST":
            return await peer.answer(request)
        if way == "answer":
            return httpx.Response(500, text=SAID)
        raise httpx.ConnectError(SAID) if way == "outage" else OSError(SAID)

    router.hosts[peer.host] = answer
    await settle_down([one])
    [row] = await db.fetch("SELECT last_error, attempts FROM deliveries")
    assert row["attempts"] == 1
    assert "access_token=[secret]" in row["last_error"]
    for table in ("deliveries", "hosts"):
        assert SECRET not in await kept(table)


async def test_s_g17_what_is_kept_of_hosts_and_of_given_up_deliveries_holds_no_secret(one: Echo) -> None:
    await outbound.insert(
        outbound.Outgoing(
            uri="https://one.test/ap/activities/1",
            kind="Create",
            sender_id=1,
            body=b"{}",
            object_key="1",
            expires_at=clock.now(),
        )
    )
    [row] = await db.fetch("SELECT id FROM outbound_activities")
    await outbound.address(row["id"], "1", [outbound.Inbox("a.test", "https://a.test/inbox")])
    await deliveries.give_up(["a.test"], SAID)
    await hosts.note_failures([Failing("a.test", 1, SAID)])
    await hosts.note_gone(["a.test"], SAID)
    await hosts.pause("b.test", clock.now(), SAID)
    for table in ("deliveries", "hosts"):
        assert "access_token=[secret]" in await kept(table)
        assert SECRET not in await kept(table)
    # Cut only after that: half a secret would not be known as one.
    await hosts.pause("b.test", clock.now(), "." * (1000 - len("token=ab")) + f"token={SECRET}")
    assert "token=ab" not in await kept("hosts")


async def test_s_g17_what_came_in_and_failed_keeps_no_secret(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = "https://peer.test/users/bob"
    await inbound.insert(
        Received(actor_uri=uri, signer_uri=uri, uri=f"{uri}/1", kind="Like", host="peer.test", body=b"{}")
    )
    [stored] = await inbound.claim(owner="w", limit=10, lease_seconds=60)

    async def fail(_: object) -> str:
        raise OSError(SAID)

    monkeypatch.setattr(processing, "process", fail)
    await processing.settle(stored, "w")
    [row] = await db.fetch("SELECT last_error, state FROM inbound_activities")
    assert row["state"] == "pending"
    assert "OSError: https://peer.test/inbox?access_token=[secret]" in row["last_error"]
    assert SECRET not in row["last_error"]
