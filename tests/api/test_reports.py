"""Telling the moderators."""

from __future__ import annotations

from typing import Any

import pytest

from echo import clock
from echo.actions import posts, report_work
from echo.kinds import Role, Visibility
from echo.models import Account, Job, Report
from echo.policy.roles import Staff
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.conftest import changed

PATH = "/api/v1/reports"


def with_rules(runtime: Runtime, *texts: str) -> None:
    """The house rules for the rest of the test."""
    runtime.config = changed(runtime.config, instance={"rules": list(texts)})


async def test_a_report_of_an_account(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    made = (await api.post(PATH, by=alice, form={"account_id": bob.id})).one("Report")
    assert made["target_account"]["acct"] == "bob"
    assert (made["category"], made["comment"], made["action_taken"]) == ("other", "", False)
    assert (made["status_ids"], made["rule_ids"], made["collection_ids"]) == ([], [], [])
    assert (made["forwarded"], made["action_taken_at"]) == (False, None)
    stored = await Report.get(id=int(made["id"]))
    assert (stored.reporter_id, stored.target_id, stored.uri) == (alice.id, bob.id, "")


async def test_a_report_with_everything(api: Api, runtime: Runtime) -> None:
    with_rules(runtime, "be kind", "no ads")
    alice, bob = await make.person("alice"), await make.person("bob")
    first, second = (
        await make.post(bob, "one"),
        await make.post(bob, "@alice two", visibility=Visibility.DIRECT),
    )
    sent: dict[str, Any] = {
        "account_id": str(bob.id),
        "status_ids": [str(second.id), first.id, str(first.id)],
        "rule_ids": ["2", 1],
        "comment": "x" * 1000,
        "forward": True,
    }
    made = (await api.post(PATH, by=alice, json=sent)).one("Report")
    assert made["status_ids"] == [str(first.id), str(second.id)]
    assert (made["rule_ids"], made["category"]) == (["2", "1"], "violation")
    assert made["forwarded"] is False  # bob is here
    assert await Job.filter(name="federation.send_report").count() == 0


@pytest.mark.parametrize("category", ["spam", "legal", "violation", "other"])
async def test_categories(api: Api, runtime: Runtime, category: str) -> None:
    with_rules(runtime, "be kind")
    alice, bob = await make.person(), await make.person()
    sent = {"account_id": bob.id, "category": category, "rule_ids[]": "1"}
    made = (await api.post(PATH, by=alice, form=sent)).one("Report")
    # Rules say something about a violation alone.
    assert (made["category"], made["rule_ids"]) == (category, ["1"] if category == "violation" else [])


async def test_what_is_refused(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    target = {"account_id": bob.id}
    await api.post(PATH, expect=401, form=target)
    await api.post(PATH, by=await make.with_scopes(alice, "read", "write:statuses"), expect=403, form=target)
    await api.post(PATH, by=await make.app_token(), expect=422, form=target)
    await api.post(PATH, by=alice, expect=400)
    await api.post(PATH, by=alice, expect=404, form={"account_id": "1"})
    await api.post(PATH, by=alice, expect=404, form={"account_id": "bob"})
    for wrong in ({"category": "rude"}, {"rule_ids[]": "7"}, {"comment": "x" * 1001}):
        await api.post(PATH, by=alice, expect=422, form=target | wrong)
    await Account.filter(id=bob.id).update(suspended_at=clock.now())
    await api.post(PATH, by=alice, expect=404, form=target)
    assert await Report.all().count() == 0


async def test_only_posts_of_the_target_that_one_can_read(api: Api) -> None:
    alice, bob, carol = [await make.person(name) for name in ("alice", "bob", "carol")]
    seen = await make.post(bob)
    secret = await make.post(bob, "@carol psst", visibility=Visibility.DIRECT)
    followers = await make.post(bob, visibility=Visibility.FOLLOWERS)
    gone = await make.post(bob)
    await posts.remove(bob.id, gone.id)
    others = await make.post(carol)
    for wrong in (secret.id, followers.id, gone.id, others.id, 12345, "abc"):
        sent = {"account_id": bob.id, "status_ids": [str(seen.id), wrong]}
        await api.post(PATH, by=alice, expect=404, json=sent)
    assert await Report.all().count() == 0
    await make.follow(alice, bob)
    sent = {"account_id": bob.id, "status_ids": [str(followers.id)]}
    assert (await api.post(PATH, by=alice, json=sent)).one("Report")["status_ids"] == [str(followers.id)]


async def test_forwarding_is_for_people_elsewhere(api: Api) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe")
    sent: dict[str, Any] = {"account_id": str(zoe.id)}
    assert (await api.post(PATH, by=alice, json=sent)).one("Report")["forwarded"] is False
    assert await Job.filter(name="federation.send_report").count() == 0
    made = (await api.post(PATH, by=alice, json=sent | {"forward": "true"})).one("Report")
    assert made["forwarded"] is True
    assert (await Report.get(id=int(made["id"]))).forward_hosts == ["peer.test"]
    job = await Job.get(name="federation.send_report")
    assert job.arguments == {"report_id": int(made["id"])}


async def test_moderators_are_told_once_for_reports_that_wait(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    mod, admin = await make.person(role=Role.MODERATOR), await make.person(role=Role.ADMIN)
    first = (await api.post(PATH, by=alice, form={"account_id": bob.id, "comment": "rude"})).json["id"]
    await api.post(PATH, by=bob, form={"account_id": bob.id})
    for caller in (mod, admin):
        (told,) = (await api.get("/api/v1/notifications", by=caller)).many("Notification")
        assert (told["type"], told["account"]["acct"]) == ("admin.report", "alice")
        assert (told["report"]["id"], told["report"]["comment"]) == (first, "rude")
        grouped = (await api.get("/api/v2/notifications", by=caller)).one("GroupedNotificationsResults")
        assert grouped["notification_groups"][0]["report"]["target_account"]["acct"] == "bob"
    for caller in (alice, bob):
        assert (await api.get("/api/v1/notifications", by=caller)).json == []
    for known in await Report.all():
        await report_work.resolve(Staff.shell(), known.id)
    await api.post(PATH, by=alice, form={"account_id": bob.id})
    assert len((await api.get("/api/v1/notifications", by=mod)).json) == 2
