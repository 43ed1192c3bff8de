"""Push subscriptions: one for each token, in the shape that strict clients read."""

from __future__ import annotations

from typing import Any

import pytest

from echo import clock, db
from echo.actions import auth, erasing, notices
from echo.kinds import Handling
from echo.models import Account
from echo.runtime import Runtime, open_runtime
from echo.store import notification_policies, push
from echo.store.cursor import Cursor
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.push_sink import App

PATH = "/api/v1/push/subscription"
ENDPOINT = "https://push.test/send/abc?device=1"


def _sent(**data: Any) -> dict[str, Any]:
    return {"subscription": App().subscription(ENDPOINT), "data": data}


async def test_without_a_subscription_there_is_none(api: Api) -> None:
    alice = await make.person("alice")
    await api.get(PATH, by=alice, expect=404)
    for ask in (api.put, api.patch):
        await ask(PATH, by=alice, json={"data": {"policy": "all"}}, expect=404)
    assert (await api.delete(PATH, by=alice)).json == {}


async def test_a_subscription_is_made_changed_and_ended(api: Api) -> None:
    alice = await make.person("alice")
    sent = _sent(alerts={"mention": True, "favourite": "1", "poll": False, "quote": True, "unknown": True})
    made = (await api.post(PATH, by=alice, json=sent)).one("WebPushSubscription")
    assert made["endpoint"] == ENDPOINT
    assert (made["policy"], made["standard"]) == ("all", False)
    wanted = {kind for kind, is_wanted in made["alerts"].items() if is_wanted}
    assert wanted == {"mention", "favourite", "quote"}
    assert (await api.get(PATH, by=alice)).one("WebPushSubscription") == made
    changed = {"data": {"alerts": {"reblog": "true"}, "policy": "followed"}}
    for ask in (api.put, api.patch):
        again = (await ask(PATH, by=alice, json=changed)).one("WebPushSubscription")
        assert again["id"] == made["id"]
        assert {kind for kind, is_wanted in again["alerts"].items() if is_wanted} == {"reblog"}
        assert again["policy"] == "followed"
    await api.delete(PATH, by=alice)
    await api.get(PATH, by=alice, expect=404)


async def test_forms_of_older_apps_are_read(api: Api) -> None:
    alice = await make.person("alice")
    keys = App().subscription(ENDPOINT)["keys"]
    form = {
        "subscription[endpoint]": ENDPOINT,
        "subscription[keys][p256dh]": keys["p256dh"].replace("-", "+").replace("_", "/") + "=",
        "subscription[keys][auth]": keys["auth"] + "==",
        "subscription[standard]": "true",
        "data[alerts][follow]": "true",
        "data[policy]": "follower",
    }
    made = (await api.post(PATH, by=alice, form=form)).one("WebPushSubscription")
    assert (made["alerts"]["follow"], made["policy"], made["standard"]) == (True, "follower", True)


async def test_a_token_has_one_subscription_and_each_token_its_own(api: Api) -> None:
    alice = await make.person("alice")
    phone, mallory = await make.with_scopes(alice, "push"), await make.person()
    await api.post(PATH, by=alice, json=_sent())
    second = _sent()
    second["subscription"]["endpoint"] = "https://other.test/x"
    await api.post(PATH, by=alice, json=second)
    await api.post(PATH, by=phone, json=_sent())
    assert await db.fetch_value("SELECT count(*) FROM push_subscriptions") == 2
    assert (await api.get(PATH, by=alice)).json["endpoint"] == "https://other.test/x"
    await api.get(PATH, by=mallory, expect=404)
    await api.delete(PATH, by=mallory)
    await api.delete(PATH, by=phone)
    assert (await api.get(PATH, by=alice)).json["endpoint"] == "https://other.test/x"


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "push.test",
        "http://push.test/plain",
        "ftp://push.test/",
        "https://",
        "https://me:secret@push.test/",
        "https://push.test:99999/",
        "https://push.test/" + "x" * 2048,
        "https://push.test/a b",
        "https://[::1/",
    ],
)
async def test_endpoints_that_cannot_be_used_are_refused(api: Api, endpoint: str) -> None:
    alice, sent = await make.person("alice"), _sent()
    sent["subscription"]["endpoint"] = endpoint
    await api.post(PATH, by=alice, json=sent, expect=422)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("p256dh", ""),
        ("p256dh", "????"),
        ("p256dh", "AAAA"),
        ("p256dh", "B" + "A" * 86),
        ("auth", ""),
        ("auth", "AAAA"),
        ("auth", "ä"),
    ],
)
async def test_keys_that_are_none_are_refused(api: Api, key: str, value: str) -> None:
    alice, sent = await make.person("alice"), _sent()
    sent["subscription"]["keys"][key] = value
    await api.post(PATH, by=alice, json=sent, expect=422)


async def test_what_is_missing_is_said(api: Api) -> None:
    alice = await make.person("alice")
    await api.post(PATH, by=alice, json={"data": {}}, expect=400)
    await api.post(PATH, by=alice, json=_sent(policy="friends"), expect=422)
    await api.get(PATH, expect=401)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        await api.ask(method, PATH, by=await make.with_scopes(alice, "read", "write"), expect=403)


async def test_a_subscription_ends_with_its_token(api: Api) -> None:
    alice = await make.person("alice")
    app = await make.app()
    phone = await make.with_scopes(alice, "push", app_id=app.app_id)
    for person in (alice, phone):
        await api.post(PATH, by=person, json=_sent())
    await auth.disconnect(alice.id, app.app_id)
    assert await db.fetch_value("SELECT count(*) FROM push_subscriptions") == 1
    await auth.end_all_access(alice.id)
    assert await db.fetch_value("SELECT count(*) FROM push_subscriptions") == 0


async def test_the_key_of_the_server_is_the_same_everywhere(api: Api, runtime: Runtime) -> None:
    alice = await make.person("alice")
    key = (await api.post(PATH, by=alice, json=_sent())).json["server_key"]
    instance = (await api.get("/api/v2/instance")).json
    assert instance["configuration"]["vapid"]["public_key"] == key
    form = {"client_name": "x", "redirect_uris": "https://app.test/"}
    assert (await api.post("/api/v1/apps", form=form)).json["vapid_key"] == key
    assert len(key) == 87
    shared = await push.server_keys()
    for _ in range(2):
        other = await open_runtime(runtime.config, runtime.data)
        assert other.push_keys == shared, "made once, for all processes"
        await other.close()
    runtime.bind()


async def test_the_database_does_not_hold_the_token(api: Api) -> None:
    alice: Person = await make.person("alice")
    await api.post(PATH, by=alice, json=_sent())
    stored = await db.fetch_value("SELECT s::text FROM push_subscriptions s")
    assert alice.token not in stored


async def test_nothing_is_left_of_the_deleted(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    for person, other in ((alice, bob), (bob, alice)):
        await api.post(PATH, by=person, json=_sent())
        await notices.choose(person.id, {"not_following": Handling.FILTER})
        for _ in range(2):
            await make.post(other, f"@{person.account.username}")
        waiting = await notification_policies.requests(person.id, Cursor(limit=5))
        await notices.accept(person.id, [waiting[0]["id"]])
        await db.execute(
            "INSERT INTO notification_requests (account_id, from_id, created_at, updated_at)"
            " VALUES ($1, $2, now(), now())",
            person.id,
            other.id,
        )
    await Account.filter(id=alice.id).update(deleted_at=clock.now())
    await db.execute("DELETE FROM jobs")
    assert await erasing.erase(alice.id)
    left = {
        table: await db.fetch_value(f"SELECT count(*) FROM {table}")
        for table in ("push_subscriptions", "notification_policies", "notification_requests")
    }
    assert left == {"push_subscriptions": 1, "notification_policies": 1, "notification_requests": 0}
    assert await db.fetch_value("SELECT count(*) FROM notification_permissions") == 0
