"""Policies in the admin API: set up, ordered, tried, and what they hold decided."""

from __future__ import annotations

import pytest

from echo.kinds import Role, Visibility
from echo.models import AuditRow, HeldThing, Policy, Post
from echo.policy import seals
from tests import make
from tests.api.asking import Api
from tests.make import Person

pytestmark = pytest.mark.usefixtures("runtime")
BASE = "/api/v1/echo/admin"


async def root() -> Person:
    return await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")


async def test_a_policy_is_made_changed_ordered_and_taken_away(api: Api) -> None:
    by, alice = await root(), await make.person("alice")
    kinds = (await api.get(f"{BASE}/policies/kinds", by=by)).json
    assert {"words", "patterns", "caps", "newcomers", "repeats", "servers", "hook"} == {
        k["name"] for k in kinds
    }
    wanted = {
        "kind": "words",
        "name": "Casinos",
        "enabled": True,
        "doors": ["local"],
        "settings": {"words": ["casino"], "action": "reject", "reason": "No casinos"},
    }
    made = (await api.post(f"{BASE}/policies", by=by, json=wanted)).json
    assert (made["name"], made["doors"], made["settings"]["whole_words"]) == ("Casinos", ["local"], True)
    refused = await api.post("/api/v1/statuses", by=alice, json={"status": "a casino"}, expect=422)
    assert refused.json["error"] == "No casinos"
    path = f"{BASE}/policies/{made['id']}"
    assert (await api.patch(path, by=by, json={"enabled": False})).json["settings"]["words"] == ["casino"]
    await api.post("/api/v1/statuses", by=alice, json={"status": "a casino"})
    other = (await api.post(f"{BASE}/policies", by=by, json={"kind": "caps"})).json
    assert (other["enabled"], other["position"]) == (False, 2)
    ordered = await api.post(f"{BASE}/policies/order", by=by, json={"ids": [other["id"]]})
    assert [one["id"] for one in ordered.json] == [other["id"], made["id"]]
    for draft in (
        {"kind": "nonsense"},
        {"kind": "words", "doors": ["window"]},
        {"kind": "words", "settings": {"colour": "red"}},
        {"kind": "patterns", "settings": {"patterns": ["("]}},
        {"kind": "caps", "settings": {"mentions": -1}},
        {"kind": "servers"},
        {"kind": "servers", "only_hosts": ["no host"]},
    ):
        await api.post(f"{BASE}/policies", by=by, json=draft, expect=422)
    limited = (
        await api.post(f"{BASE}/policies", by=by, json={"kind": "servers", "only_hosts": ["*.PEER.test"]})
    ).json
    assert limited["only_hosts"] == ["peer.test"]
    renamed = await api.put(path, by=by, json={"name": "Games"})
    assert renamed.json["name"] == "Games"
    await api.delete(path, by=by)
    await api.get(path, by=by, expect=404)
    await api.patch(path, by=by, json={"doors": "x"}, expect=404)
    deeds = [row.deed for row in await AuditRow.filter(refused=False).order_by("id")]
    assert deeds[:4] == ["policy.create", "policy.change", "policy.create", "policy.change"]
    mod = await make.with_scopes(await make.person(role=Role.MODERATOR), "admin:read", "admin:write")
    await api.get(f"{BASE}/policies", by=mod, expect=403)


async def test_a_secret_is_sealed_and_never_shown(api: Api) -> None:
    by = await root()
    hook = {"kind": "hook", "settings": {"url": "https://hook.test/", "secret": "s3cret"}}
    made = await api.post(f"{BASE}/policies", by=by, json=hook)
    assert b"s3cret" not in made.body
    sealed = (await Policy.get()).settings["secret"]
    assert seals.unseal(sealed) == "s3cret"
    path = f"{BASE}/policies/{made.json['id']}"
    await api.patch(path, by=by, json={"settings": {"url": "https://other.test/"}})
    assert (await Policy.get()).settings["secret"] == sealed, "one that is not sent stays"
    assert all("s3cret" not in str(row.details) for row in await AuditRow.all())


async def test_the_dry_run_says_what_would_happen_and_changes_nothing(api: Api) -> None:
    by, alice, far = await root(), await make.person("alice"), await make.stranger()
    await make.post(alice, "a casino")
    await make.post(alice, "a direct casino", visibility=Visibility.DIRECT)
    await make.remote_post(far, "<p>another casino</p>")
    await make.remote_post(far, "<p>nothing</p>")
    before = await Post.all().order_by("id").values()
    wanted = {"kind": "words", "settings": {"words": ["casino"], "action": "reject"}}
    tried = (await api.post(f"{BASE}/policies/try", by=by, json=wanted)).json
    assert (tried["looked_at"], tried["accept"], tried["reject"]) == (3, 1, 2)
    assert [one["text"] for one in tried["examples"]] == ["another casino", "a casino"]
    assert tried["examples"][0]["matches"] == [
        {"policy": "Words and word lists", "found": "“casino”", "action": "reject"}
    ]
    local = (await api.post(f"{BASE}/policies/try", by=by, json={**wanted, "posts": "local"})).json
    assert (local["looked_at"], local["reject"]) == (1, 1)
    row = await make.policy("words", words=["nothing"])
    saved = {"policy_id": str(row.id), "limit": 1}
    assert (await api.post(f"{BASE}/policies/try", by=by, json=saved)).json["hold"] == 1
    assert (await api.post(f"{BASE}/policies/try", by=by, json={})).json["hold"] == 1
    await api.post(f"{BASE}/policies/try", by=by, json={"policy_id": "999"}, expect=404)
    await api.post(f"{BASE}/policies/try", by=by, json={"kind": "x"}, expect=422)
    assert await Post.all().order_by("id").values() == before
    assert not await HeldThing.exists()


async def test_a_held_post_is_a_status_like_others_until_a_moderator_decides(api: Api) -> None:
    by, alice, bob = await root(), await make.person("alice"), await make.person("bob")
    await make.policy("words", words=["maybe"], action="hold")
    held = [
        (await api.post("/api/v1/statuses", by=alice, json={"status": f"maybe {n}"})).one("Status")
        for n in range(3)
    ]
    assert {one["held"] for one in held} == {"review"}
    ids = [one["id"] for one in held]
    await api.get(f"/api/v1/statuses/{ids[0]}", by=bob, expect=404)
    home = (await api.get("/api/v1/timelines/home", by=alice)).json
    assert [one["id"] for one in home] == ids[::-1]
    queue = await api.get(f"{BASE}/held?limit=2", by=by)
    assert [one["status_id"] for one in queue.json] == ids[:0:-1]
    assert "max_id" in queue.headers["Link"]
    things = {one["status_id"]: one["id"] for one in (await api.get(f"{BASE}/held", by=by)).json}
    await api.post(f"{BASE}/held/{things[ids[0]]}/accept", by=by)
    assert "held" not in (await api.get(f"/api/v1/statuses/{ids[0]}", by=bob)).one("Status")
    chosen = {"ids": [things[ids[1]], things[ids[2]], "12345"], "action": "reject"}
    assert (await api.post(f"{BASE}/held/decide", by=by, json=chosen)).json == {"count": 2}
    assert (await api.get(f"/api/v1/statuses/{ids[1]}", by=alice)).json["held"] == "refused"
    await api.get(f"/api/v1/statuses/{ids[1]}", by=bob, expect=404)
    assert (await api.get(f"{BASE}/held", by=by)).json == []
    assert len((await api.get(f"{BASE}/held?state=rejected", by=by)).json) == 2
    await api.post(f"{BASE}/held/decide", by=by, json={"ids": ids}, expect=400)
    await api.post(f"{BASE}/held/4711/accept", by=by, expect=404)
    last = (await api.post("/api/v1/statuses", by=alice, json={"status": "maybe"})).json
    thing = await HeldThing.get(post_id=int(last["id"]))
    await api.post(f"{BASE}/held/{thing.id}/reject", by=by)
