"""Figures for those who run the server: measures, dimensions, retention, queues, storage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echo import clock, db
from echo.actions import likes, reports
from echo.kinds import Role
from echo.models import ActiveDay, AuditRow, Job, User
from tests import make
from tests.api.asking import Api
from tests.make import Person

pytestmark = pytest.mark.usefixtures("runtime")
BASE = "/api/v1/echo/admin"


async def admin() -> Person:
    return await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")


def _days(count: int) -> dict[str, str]:
    today = clock.now().date()
    return {"start_at": (today - timedelta(days=count - 1)).isoformat(), "end_at": f"{today}T11:00:00Z"}


async def test_measures_count_by_the_day(api: Api) -> None:
    root, alice = await admin(), await make.person("alice")
    bob = await make.stranger("bob", "peer.test")
    await make.follow(alice, bob)
    await api.get("/api/v1/timelines/home", by=alice)
    tagged = await make.remote_post(bob, hashtags=("Cats",))
    await likes.like(alice.id, tagged.id)
    await make.post(alice, "yes", reply_to=tagged.id)
    await reports.report(alice.id, reports.ReportDraft(target_id=bob.id))
    old = clock.now() - timedelta(days=4)
    await User.filter(id=alice.id).update(created_at=old)
    await ActiveDay.create(day=old.date(), user_id=alice.id)
    tag = await db.fetch_value("SELECT id FROM hashtags")
    keys = [
        "active_users", "new_users", "interactions", "opened_reports", "resolved_reports", "tag_accounts",
        "tag_uses", "tag_servers", "instance_accounts", "instance_media_attachments", "instance_reports",
        "instance_statuses", "instance_follows", "instance_followers", "no_such_key",
    ]  # fmt: skip
    about = {key: {"id": str(tag)} for key in keys if key.startswith("tag_")}
    about |= {key: {"domain": "peer.test"} for key in keys if key.startswith("instance_")}
    found = await api.post("/api/v1/admin/measures", by=root, json=_days(3) | {"keys": keys} | about)
    answers = {one["key"]: one for one in found.many("AdminMeasure")}
    assert list(answers) == keys[:-1]
    assert {key: one["total"] for key, one in answers.items()} == {
        "active_users": "2",
        "new_users": "1",
        "interactions": "2",
        "opened_reports": "1",
        "resolved_reports": "0",
        "tag_accounts": "1",
        "tag_uses": "1",
        "tag_servers": "1",
        "instance_accounts": "1",
        "instance_media_attachments": "0",
        "instance_reports": "1",
        "instance_statuses": "1",
        "instance_follows": "1",
        "instance_followers": "0",
    }
    active = answers["active_users"]
    assert [day["value"] for day in active["data"]] == ["0", "0", "2"]
    assert active["data"][2]["date"] == f"{clock.now().date()}T00:00:00.000Z"
    assert active["previous_total"] == "1"
    assert answers["instance_statuses"]["previous_total"] is None
    assert answers["instance_media_attachments"]["unit"] == "bytes"
    carol = await make.stranger("carol", "below.peer.test")
    await make.stranger("dave", "otherpeer.test")
    await make.remote_post(carol)
    for below, total in ((False, "1"), (True, "2")):
        about = {"domain": "peer.test", "include_subdomains": below}
        body = _days(2) | {"keys": ["instance_accounts"], "instance_accounts": about}
        found = await api.post("/api/v1/admin/measures", by=root, json=body)
        assert found.json[0]["total"] == total
    # As Mastodon's page asks, in a form.
    asked = f"keys[]=tag_uses&tag_uses[id]={tag}&start_at={clock.now().date()}&end_at={clock.now().date()}"
    form = await api.post(f"/api/v1/admin/measures?{asked}", by=root)
    assert form.json[0]["total"] == "1"


async def test_dimensions_name_the_most_frequent(api: Api) -> None:
    root, alice = await admin(), await make.person("alice")
    bob = await make.stranger("bob", "peer.test")
    await make.follow(alice, bob)
    for _ in range(2):
        await make.remote_post(bob, hashtags=("cats",), language="de")
    await make.post(alice, "here #cats", language="en")
    tag = await db.fetch_value("SELECT id FROM hashtags")
    keys = [
        "languages", "sources", "servers", "space_usage", "software_versions", "tag_servers", "tag_languages",
        "instance_accounts", "instance_languages", "nothing",
    ]  # fmt: skip
    about = {key: {"id": str(tag)} for key in keys if key.startswith("tag_")}
    about |= {key: {"domain": "PEER.test"} for key in keys if key.startswith("instance_")}
    found = await api.post(
        "/api/v1/admin/dimensions", by=root, json=_days(2) | {"keys": keys, "limit": 5} | about
    )
    answers = {one["key"]: one["data"] for one in found.many("AdminDimension")}
    assert list(answers) == keys[:-1]
    pairs = {key: [(part["human_key"], part["value"]) for part in parts] for key, parts in answers.items()}
    assert pairs["servers"] == [("peer.test", "2"), ("echo.test", "1")]
    assert pairs["tag_servers"] == pairs["servers"]
    assert pairs["tag_languages"] == [("German", "2"), ("English", "1")]
    assert pairs["instance_languages"] == [("German", "2")]
    assert pairs["instance_accounts"] == [("bob", "1")]
    assert pairs["sources"] == [("Website", "2")]
    assert pairs["languages"] == [("English", "1")], "root asked, alice was never here"
    assert [name for name, _ in pairs["space_usage"]][:1] == ["PostgreSQL"]
    assert all(int(part["value"]) >= 0 and part["unit"] == "bytes" for part in answers["space_usage"])
    assert pairs["software_versions"][0][0] == "Echo"


async def test_retention_says_who_comes_back(api: Api) -> None:
    root = await admin()
    old = clock.now() - timedelta(days=2)
    for name, days in (("a", (2, 0)), ("b", (2,)), ("c", ())):
        person = await make.person(name)
        await User.filter(id=person.id).update(created_at=old)
        for ago in days:
            await ActiveDay.create(day=(clock.now() - timedelta(days=ago)).date(), user_id=person.id)
    found = await api.post("/api/v1/admin/retention", by=root, json=_days(3) | {"frequency": "day"})
    first, second, third = found.many("AdminCohort")
    assert [(day["value"], round(day["rate"], 2)) for day in first["data"]] == [
        ("2", 0.67), ("0", 0.0), ("1", 0.33),
    ]  # fmt: skip
    assert first["period"] == f"{old.date()}T00:00:00.000Z"
    assert (len(second["data"]), len(third["data"])) == (2, 1)
    monthly = (
        await api.post("/api/v1/admin/retention", by=root, json=_days(40) | {"frequency": "month"})
    ).json
    assert {one["frequency"] for one in monthly} == {"month"}
    assert monthly[-1]["period"].endswith("-01T00:00:00.000Z")


async def test_s_i08_periods_have_an_end(api: Api) -> None:
    """A period of ten years is refused at once, and so is one that is none; strangers get no figures."""
    root, mod = await admin(), await make.person(role=Role.USER)
    for kind in ("measures", "dimensions", "retention"):
        path = f"/api/v1/admin/{kind}"
        ten_years = {"start_at": "2016-01-01", "end_at": "2026-01-01", "keys": ["active_users", "servers"]}
        await api.post(path, by=root, json=ten_years, expect=422)
        for far in ("0001-01-01", "0001-01-01T00:00:00+05:00", "9999-12-31", "9999-12-31T23:00:00-05:00"):
            body = {"start_at": far, "end_at": far, "keys": ["active_users", "servers"]}
            await api.post(path, by=root, json=body, expect=400)
        await api.post(path, by=root, json={"keys": ["active_users"]}, expect=400)
        await api.post(path, by=root, json={"start_at": "x", "end_at": "2026-01-01"}, expect=400)
        await api.post(path, by=root, json={"start_at": "2026-02-01", "end_at": "2026-01-01"}, expect=422)
        await api.post(path, by=await make.with_scopes(mod, "admin:read"), json=_days(2), expect=403)
    await api.post("/api/v1/admin/measures", by=root, json=_days(2) | {"keys": ["tag_uses"]}, expect=400)
    assert await AuditRow.all().count() == 0, "looking is no deed"


async def test_queues_are_looked_at_and_mended(api: Api) -> None:
    root, now = await admin(), clock.now()

    async def job(name: str, **more: object) -> Job:
        return await Job.create(
            name=name, arguments={"post_id": 1}, created_at=now, **({"due_at": now} | more)
        )

    await Job.all().delete()
    await job("search.keep_post", due_at=now - timedelta(seconds=90))
    await job("push.send", due_at=now + timedelta(hours=1))
    dead = [await job("media.process", dead=True, last_error="boom"), await job("x", dead=True)]
    found = {one["queue"]: one for one in (await api.get(f"{BASE}/queues", by=root)).json}
    assert (found["jobs"]["due"], found["jobs"]["dead"]) == (1, 1)
    assert 89 < found["jobs"]["lag_seconds"] < 120
    assert (found["outside_jobs"]["waiting"], found["outside_jobs"]["due"]) == (1, 0)
    assert found["slow_jobs"]["dead"] == 1
    assert list(found) == ["jobs", "slow_jobs", "outside_jobs", "deliveries", "inbound"]
    shown = (await api.get(f"{BASE}/queues/dead", by=root)).json
    assert [(one["name"], one["last_error"]) for one in shown] == [("x", ""), ("media.process", "boom")]
    assert (await api.post(f"{BASE}/queues/requeue", by=root, json={"name": "x"})).json == {"count": 1}
    await api.post(f"{BASE}/queues/drop", by=root, json={}, expect=422)
    asked = {"job_ids": [str(dead[0].id)]}
    assert (await api.post(f"{BASE}/queues/drop", by=root, json=asked)).json == {"count": 1}
    assert (await api.get(f"{BASE}/queues/dead", by=root)).json == []
    assert [row.deed for row in await AuditRow.all().order_by("id")] == ["job.requeue", "job.drop"]
    mod = await make.with_scopes(await make.person(role=Role.MODERATOR), "admin:read", "admin:write")
    await api.get(f"{BASE}/queues", by=mod, expect=403)


async def test_the_report_of_storage(api: Api) -> None:
    root = await admin()
    await make.remote_post(await make.stranger())
    found = (await api.get(f"{BASE}/storage", by=root)).json
    assert found["remote_posts"] == 1
    assert found["database_bytes"] > 1_000_000
    assert found["remote_posts_budget_bytes"] == 10_737_418_240
    assert "posts" in {one["name"] for one in found["tables"]}
    assert {one["name"] for one in found["files"]} == {"uploads", "copies", "previews", "portraits"}
    assert (found["cleared"], found["overdue"], found["full"]) == ([], False, False)
