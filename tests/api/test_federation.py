"""What an operator's program sees and does: only those who run the server, and only with their scopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.actions import auth
from echo.kinds import Role
from echo.store import deliveries, hosts, inbound, outbound
from echo.store.hosts import Failing
from echo.store.inbound import Received
from echo.store.outbound import Inbox, Outgoing
from tests import make
from tests.api.asking import Api
from tests.make import Person

pytestmark = pytest.mark.usefixtures("runtime")
BASE = "/api/v1/echo/admin/federation"


async def operator(role: Role = Role.ADMIN, scopes: str = "admin:read admin:write") -> Person:
    person = await make.person(role=role)
    issued = await auth.create_token_for(person.id, tuple(scopes.split()))
    return Person(person.account, issued.text)


async def deliver(number: int, host: str) -> None:
    activity_id = await outbound.insert(
        Outgoing(
            uri=f"https://echo.test/{number}", kind="Create", sender_id=1, body=b"{}", object_key=f"{number}",
            expires_at=clock.now() + timedelta(days=1),
        )
    )  # fmt: skip
    await outbound.address(activity_id, f"{number}", [Inbox(host, f"https://{host}/inbox")])


async def three_deliveries() -> None:
    await deliver(1, "a.test")
    await deliver(2, "a.test")
    await deliver(3, "b.test")
    await hosts.note_failures([Failing("a.test", 5, "500 down")])
    await hosts.note_successes(["b.test"])
    await hosts.note_software("b.test", "mastodon", "4.6.0")
    await db.execute("UPDATE deliveries SET state = 'dead', last_status = 404, last_error = '404' WHERE id ="
        " (SELECT max(id) FROM deliveries WHERE host = 'a.test')")  # fmt: skip


async def test_how_a_host_is(api: Api) -> None:
    root = await operator()
    await three_deliveries()
    [first, second] = (await api.get(f"{BASE}/hosts", by=root)).json
    assert (first["name"], first["health"], first["last_error"]) == ("a.test", "open", "500 down")
    assert first["queue"] == {"pending": 1, "leased": 0, "dead": 1}
    assert first["oldest_at"].endswith("Z")
    assert (second["software"], second["software_version"]) == ("mastodon", "4.6.0")
    assert [
        each["name"] for each in (await api.get(f"{BASE}/hosts", by=root, query={"after": "a.test"})).json
    ] == ["b.test"]
    assert (await api.get(f"{BASE}/hosts", by=root, query={"health": "dead"})).json == []
    one = (await api.get(f"{BASE}/hosts/a.test", by=root)).json
    assert one["kinds_waiting"] == {"Create": 1}
    await api.get(f"{BASE}/hosts/nobody.test", by=root, expect=404)


async def test_counts_are_counts_of_rows(api: Api) -> None:
    root = await operator()
    await three_deliveries()
    await inbound.insert(
        Received(
            actor_uri="x", signer_uri="x", uri="y", kind="Like", host="a.test", body=b"", reason="duplicate"
        )
    )
    counts = (await api.get(BASE, by=root)).json
    assert counts["deliveries"]["outcomes"] == {"waiting": 2, "refused 404": 1}
    assert (counts["deliveries"]["pending"], counts["deliveries"]["dead"]) == (2, 1)
    assert counts["hosts"] == {"closed": 1, "open": 1, "dead": 0, "gone": 0}
    assert counts["software"] == {"mastodon": 1}
    assert counts["inbound"]["reasons"] == {"duplicate": 1}


async def test_dead_letters_are_listed_tried_again_and_dropped(api: Api) -> None:
    root = await operator()
    await three_deliveries()
    path = f"{BASE}/deliveries"
    [dead] = (await api.get(path, by=root, query={"state": "dead"})).json
    assert (dead["kind"], dead["host"], dead["last_status"]) == ("Create", "a.test", 404)
    newest = (await api.get(path, by=root, query={"limit": 1})).json
    older = (await api.get(path, by=root, query={"max_id": newest[0]["id"]})).json
    assert len(older) == 2
    assert (await api.post(f"{BASE}/requeue", by=root, form={"delivery_id": dead["id"]})).json == {"count": 1}
    assert (await deliveries.summary())["pending"] == 3
    await db.execute("UPDATE deliveries SET due_at = now() + interval '1 hour'")
    assert (await api.post(f"{BASE}/retry", by=root, form={"host": "a.test"})).json == {"count": 2}
    assert (await api.post(f"{BASE}/retry", by=root, form={"delivery_id": dead["id"]})).json == {"count": 1}
    row = (await api.get(f"{BASE}/hosts/a.test", by=root)).json
    assert row["probe_at"] <= clock.now().isoformat()
    await api.post(f"{BASE}/drop", by=root, expect=422)
    assert (await api.post(f"{BASE}/drop", by=root, form={"host": "a.test"})).json == {"count": 2}
    assert (await deliveries.summary())["pending"] == 1


async def test_what_was_received_and_given_up_is_processed_again(api: Api) -> None:
    root = await operator()
    await inbound.insert(
        Received(actor_uri="x", signer_uri="x", uri="y", kind="Like", host="a.test", body=b"secret")
    )
    await db.execute("UPDATE inbound_activities SET state = 'dead', reason = 'gave-up'")
    [dead] = (await api.get(f"{BASE}/inbound", by=root, query={"state": "dead"})).json
    assert dead["reason"] == "gave-up"
    assert "body" not in dead
    path = f"{BASE}/inbound/requeue"
    assert (await api.post(path, by=root, form={"activity_id": dead["id"]})).json == {"count": 1}
    assert (await api.post(path, by=root)).json == {"count": 0}


READS = [BASE, f"{BASE}/hosts", f"{BASE}/hosts/a.test", f"{BASE}/deliveries", f"{BASE}/inbound"]
WRITES = [f"{BASE}/retry", f"{BASE}/requeue", f"{BASE}/drop", f"{BASE}/inbound/requeue"]


async def test_s_g14_only_those_who_run_the_server_see_it(api: Api) -> None:
    await three_deliveries()
    scopes = "read write admin:read admin:write"
    users = [await operator(role, scopes) for role in (Role.USER, Role.MODERATOR)]
    without = await operator(Role.ADMIN, "read write")
    half = await operator(Role.ADMIN, "admin:read")
    for path in READS:
        await api.get(path, expect=401)
        for user in (*users, without):
            await api.get(path, by=user, expect=403)
    for path in WRITES:
        await api.post(path, expect=401)
        for user in (*users, without, half):
            await api.post(path, by=user, expect=403)
    await api.get(BASE, by=await operator(Role.OWNER))


@pytest.mark.parametrize("limit", ["0", "-1", "1e3", str(10**9), "x"])
async def test_s_i08_lists_are_bounded(api: Api, limit: str) -> None:
    root = await operator()
    for path in (f"{BASE}/hosts", f"{BASE}/deliveries", f"{BASE}/inbound"):
        answer: Any = await api.client.get(f"{path}?limit={limit}", headers=root.headers)
        assert answer.status_code in (200, 422)
