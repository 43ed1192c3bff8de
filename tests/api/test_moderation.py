"""Moderators at work: Mastodon's admin API for accounts and reports, strikes and what people say to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from echo import clock
from echo.actions import logins, reports, restraints
from echo.actions import roles as role_actions
from echo.actions.reports import ReportDraft
from echo.actions.roles import RoleDraft
from echo.kinds import FollowState, Role, Visibility
from echo.models import (
    Account,
    AuditRow,
    CanonicalEmailBlock,
    Erasure,
    Follow,
    Invite,
    Job,
    Post,
    Report,
    Severance,
    Strike,
    User,
)
from echo.policy.roles import Permission, Staff
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.conftest import changed
from tests.make import Person

ACCOUNTS, REPORTS, OURS = "/api/v1/admin/accounts", "/api/v1/admin/reports", "/api/v1/echo/admin"
SCOPES = ("read", "write", "admin:read", "admin:write")


async def moderator(role: int = Role.MODERATOR) -> Person:
    return await make.with_scopes(await make.person(role=role), *SCOPES)


async def act(api: Api, mod: Person, who: Person | Account, kind: str, **more: Any) -> Strike:
    await api.post(f"{ACCOUNTS}/{who.id}/action", by=mod, json={"type": kind, **more})
    return await Strike.all().order_by("-id").first()  # type: ignore[return-value]


async def deeds() -> list[tuple[str, str]]:
    return [(row.deed, row.target_name) for row in await AuditRow.all().order_by("id")]


async def test_accounts_are_found_by_every_filter(api: Api) -> None:
    mod, alice = await moderator(), await make.person("alice")
    waiting, zoe = await make.person("waits"), await make.stranger("zoe", "far.test")
    invite = await Invite.create(code="come", owner_id=alice.id, created_at=clock.now())
    await User.filter(id=waiting.id).update(approved_at=None, reason="to read", invite_id=invite.id)
    await logins.open_session(alice.id, logins.Browser(address="192.0.2.7"))
    await Account.filter(id=alice.id).update(display_name="Alice A.", sensitized_at=clock.now())
    await Account.filter(id=zoe.id).update(silenced_at=clock.now())
    found = (await api.get(f"{ACCOUNTS}/{alice.id}", by=mod)).one("AdminAccount")
    assert (found["email"], found["ip"], found["role"]["id"]) == ("alice@example.org", "192.0.2.7", "-99")
    assert (found["sensitized"], found["domain"], found["account"]["acct"]) == (True, None, "alice")
    far = (await api.get(f"{ACCOUNTS}/{zoe.id}", by=mod)).one("AdminAccount")
    assert (found["confirmed"], found["approved"], found["disabled"]) == (True, True, False)
    assert (far["confirmed"], far["approved"], far["disabled"]) == (None, None, None)
    assert (far["email"], far["role"], far["domain"], far["silenced"]) == (None, None, "far.test", True)
    everybody = [zoe.id, waiting.id, alice.id, mod.id]
    for query, expected in (
        ({}, everybody),
        ({"local": "true"}, [waiting.id, alice.id, mod.id]),
        ({"remote": "1"}, [zoe.id]),
        ({"pending": "true"}, [waiting.id]),
        ({"sensitized": "true"}, [alice.id]),
        ({"silenced": "true"}, [zoe.id]),
        ({"staff": "true"}, [mod.id]),
        ({"username": "ALI"}, [alice.id]),
        ({"display_name": "Alice"}, [alice.id]),
        ({"by_domain": "far.test"}, [zoe.id]),
        ({"email": "waits@"}, [waiting.id]),
        ({"ip": "192.0.2.0/24"}, [alice.id]),
        ({"ip": "nonsense"}, []),
    ):
        answer = await api.get(ACCOUNTS, by=mod, query=query)
        assert answer.ids == expected, query
    for query, expected in (
        ({"origin": "remote"}, [zoe.id]),
        ({"status": "pending"}, [waiting.id]),
        ({"permissions": "staff"}, [mod.id]),
        ({"invited_by": alice.id}, [waiting.id]),
        ({"role_ids[]": "1"}, [mod.id]),
        ({"role_ids[]": "-99", "origin": "local"}, [waiting.id, alice.id]),
    ):
        assert (await api.get("/api/v2/admin/accounts", by=mod, query=query)).ids == expected, query
    await api.get("/api/v2/admin/accounts", by=mod, expect=400, query={"status": "odd"})
    first = await api.get(ACCOUNTS, by=mod, query={"limit": 2})
    shown = first.many("AdminAccount")[1]
    assert (shown["invite_request"], shown["invited_by_account_id"]) == ("to read", str(alice.id))
    assert first.link("next") == {"limit": ["2"], "max_id": [str(waiting.id)]}
    assert first.link("prev") == {"limit": ["2"], "min_id": [str(zoe.id)]}
    second = await api.get(ACCOUNTS, by=mod, query={"limit": 3, "max_id": waiting.id})
    assert (second.ids, list(second.links)) == ([alice.id, mod.id], ["prev"])


async def test_who_may_and_who_may_not(api: Api) -> None:
    mod, admin, alice = await moderator(), await moderator(Role.ADMIN), await make.person()
    nobody = await make.with_scopes(await make.person(), *SCOPES)
    narrow = await make.with_scopes(mod, "read", "write", "admin:read:accounts")
    for path in (ACCOUNTS, REPORTS, "/api/v2/admin/accounts", f"{ACCOUNTS}/{alice.id}"):
        refused = await api.get(path, by=nobody, expect=403)
        assert refused.json["error"] == "This action is not allowed"
    await api.get(ACCOUNTS, by=narrow)
    outside = await api.get(REPORTS, by=narrow, expect=403)
    assert outside.json["error"] == "This action is outside the authorized scopes"
    await api.post(f"{ACCOUNTS}/{alice.id}/action", by=narrow, expect=403, json={"type": "none"})
    # Rank: nobody acts on those who stand as high.
    for target in (mod, admin):
        await api.post(f"{ACCOUNTS}/{target.id}/action", by=mod, expect=403, json={"type": "silence"})
    assert await Strike.all().count() == 0
    assert await AuditRow.filter(refused=True, deed="account.limit").count() == 2
    await api.delete(f"{ACCOUNTS}/{alice.id}", by=mod, expect=403)  # needs another permission
    await api.delete(f"{ACCOUNTS}/{alice.id}", by=admin, expect=403)  # is not suspended
    for path in (f"{ACCOUNTS}/1/unsuspend", f"{ACCOUNTS}/x/approve", f"{REPORTS}/1/resolve"):
        await api.post(path, by=admin, expect=404)
    await api.post(f"{ACCOUNTS}/{alice.id}/action", by=mod, expect=422, json={"type": "delete_statuses"})
    await api.post(f"{ACCOUNTS}/{alice.id}/action", by=mod, expect=404, json={"type": "none", "report_id": 9})


async def test_new_people_are_let_in_or_not(api: Api) -> None:
    mod, good, bad = await moderator(), await make.person("good"), await make.person("bad")
    await User.filter(id__in=[good.id, bad.id]).update(approved_at=None)
    shown = (await api.post(f"{ACCOUNTS}/{good.id}/approve", by=mod)).one("AdminAccount")
    assert shown["approved"] is True
    await api.post(f"{ACCOUNTS}/{good.id}/approve", by=mod, expect=403)
    assert (await api.post(f"{ACCOUNTS}/{bad.id}/reject", by=mod)).json == {}
    await api.get(f"{ACCOUNTS}/{bad.id}", by=mod, expect=404)
    assert await deeds() == [("account.approve", "good"), ("account.reject", "bad")]


async def test_strikes_are_told_and_undone(api: Api) -> None:
    mod, alice = await moderator(), await make.person("alice")
    picture = await make.post(alice, media_ids=((await make.image(alice)).id,))
    for kind, field, undo in (
        ("sensitive", "sensitized", "unsensitive"),
        ("silence", "silenced", "unsilence"),
        ("disable", "disabled", "enable"),
        ("suspend", "suspended", "unsuspend"),
    ):
        strike = await act(api, mod, alice, kind, text=f"because of {kind}")
        assert (strike.kind, strike.by_id, strike.text) == (kind, mod.id, f"because of {kind}")
        assert (await api.get(f"{ACCOUNTS}/{alice.id}", by=mod)).json[field] is True
        if kind == "sensitive":
            status = (await api.get(f"/api/v1/statuses/{picture.id}")).one("Status")
            assert status["sensitive"] is True
        assert await CanonicalEmailBlock.all().count() == (kind == "suspend")
        if kind in ("disable", "suspend"):
            await api.get("/api/v1/accounts/verify_credentials", by=alice, expect=403)
        assert (await api.post(f"{ACCOUNTS}/{alice.id}/{undo}", by=mod)).one("AdminAccount")[field] is False
    assert (await api.get(f"/api/v1/statuses/{picture.id}")).json["sensitive"] is False
    assert await CanonicalEmailBlock.all().count() == 0
    told = (await api.get("/api/v1/notifications", by=alice)).many("Notification")
    # Those whose log-in is closed read it in a letter and on their page.
    assert [one["moderation_warning"]["action"] for one in told if one["type"] == "moderation_warning"] == [
        "disable",
        "silence",
        "sensitive",
    ]
    own = (await api.get("/api/v1/echo/strikes", by=alice)).many("AccountWarning")
    assert [one["action"] for one in own] == ["suspend", "disable", "silence", "sensitive"]
    assert len(await Strike.all()) == 4
    letters = await jobs("mail.strike")
    assert len(letters) == 4
    await act(api, mod, alice, "none", text="a word", send_email_notification=False)
    assert len(await jobs("mail.strike")) == 4
    assert ("account.warn", "alice") in await deeds()


async def jobs(name: str) -> list[dict[str, Any]]:
    return [job.arguments for job in await Job.filter(name=name).order_by("id")]


async def test_a_report_from_filing_to_appeal(api: Api, runtime: Runtime) -> None:
    runtime.config = changed(runtime.config, instance={"rules": ["be kind", "no ads"]})
    mod, alice, bob = await moderator(), await make.person("alice"), await make.person("bob")
    first = await make.post(bob, "@alice you", visibility=Visibility.DIRECT)
    second = await make.post(bob, "and you")
    sent = {"account_id": bob.id, "status_ids": [str(first.id), str(second.id)], "comment": "rude"}
    number = (await api.post("/api/v1/reports", by=alice, json=sent)).json["id"]
    other = (await api.post("/api/v1/reports", by=alice, json={"account_id": bob.id})).json["id"]
    path = f"{REPORTS}/{number}"
    (newest, report) = (await api.get(REPORTS, by=mod)).many("AdminReport")
    assert (newest["id"], report["id"]) == (other, number)
    assert [status["id"] for status in report["statuses"]] == [str(first.id), str(second.id)]
    assert (report["account"]["username"], report["target_account"]["username"]) == ("alice", "bob")
    assert (report["assigned_account"], report["action_taken_by_account"]) == (None, None)
    changed_to = {"category": "violation", "rule_ids": ["2"]}
    shown = (await api.put(path, by=mod, json=changed_to)).one("AdminReport")
    assert (shown["category"], [rule["text"] for rule in shown["rules"]]) == ("violation", ["no ads"])
    await api.patch(path, by=mod, expect=422, json={"rule_ids": ["7"]})
    assert (await api.post(f"{path}/assign_to_self", by=mod)).json["assigned_account"]["id"] == str(mod.id)
    assert (await api.post(f"{path}/unassign", by=mod)).json["assigned_account"] is None
    done = (await api.post(f"{path}/resolve", by=mod)).one("AdminReport")
    assert (done["action_taken"], done["action_taken_by_account"]["id"]) == (True, str(mod.id))
    assert (await api.get(REPORTS, by=mod, query={"resolved": "true"})).ids == [int(number)]
    assert (await api.post(f"{path}/reopen", by=mod)).json["action_taken"] is False
    noted = (await api.post(f"{OURS}/reports/{number}/notes", by=mod, json={"text": "third time"})).json
    assert [(note["text"], note["account_id"]) for note in noted] == [("third time", str(mod.id))]
    acted = {"type": "delete_statuses", "status_ids": [str(first.id)], "text": "no"}
    strike = (await api.post(f"{OURS}/reports/{number}/statuses", by=mod, json=acted)).one("AccountWarning")
    assert (strike["action"], strike["status_ids"]) == ("delete_statuses", [str(first.id)])
    assert (await Post.get(id=first.id)).deleted_at is not None
    # That settles this report, and no other.
    assert (await api.get(REPORTS, by=mod)).ids == [int(other)]
    # Evidence stays to be read as long as the row does.
    assert len((await api.get(path, by=mod)).json["statuses"]) == 2
    given = await act(api, mod, bob, "silence", report_id=other, text="enough")
    assert given.report_id == int(other)
    assert (await api.get(REPORTS, by=mod)).json == []
    appeal = f"/api/v1/echo/strikes/{given.id}/appeal"
    await api.post(appeal, by=alice, expect=404, json={"text": "not mine"})
    await api.post(appeal, by=bob, expect=422, json={"text": " "})
    said = (await api.post(appeal, by=bob, json={"text": "I was provoked"})).one("AccountWarning")
    assert said["appeal"] == {"text": "I was provoked", "state": "pending"}
    await api.post(appeal, by=bob, expect=403, json={"text": "again"})
    (waiting,) = (await api.get(f"{OURS}/appeals", by=mod)).many("AccountWarning")
    assert waiting["id"] == str(given.id)
    granted = (await api.post(f"{OURS}/appeals/{given.id}/approve", by=mod)).one("AccountWarning")
    assert granted["appeal"]["state"] == "approved"
    assert (await Account.get(id=bob.id)).silenced_at is None
    await api.post(f"{OURS}/appeals/{given.id}/reject", by=mod, expect=404)
    assert await jobs("mail.appeal_answer") == [{"strike_id": given.id}]


async def test_an_appeal_is_not_possible_for_ever(api: Api) -> None:
    mod, bob = await moderator(), await make.person("bob")
    given = await act(api, mod, bob, "none", text="mind your words")
    await Strike.filter(id=given.id).update(created_at=clock.now() - timedelta(days=20))
    await api.post(f"/api/v1/echo/strikes/{given.id}/appeal", by=bob, expect=403, json={"text": "late"})


async def test_posts_are_marked_as_sensitive_and_not_any_more(api: Api) -> None:
    mod, alice, bob = await moderator(), await make.person("alice"), await make.person("bob")
    post = await make.post(bob, media_ids=((await make.image(bob)).id,))
    made = await reports.report(alice.id, ReportDraft(target_id=bob.id, post_ids=(post.id,)))
    path = f"{OURS}/reports/{made.id}/statuses"
    given = (await api.post(path, by=mod, json={"type": "mark_statuses_as_sensitive"})).json
    shown = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")
    assert (shown["sensitive"], shown["edited_at"] is None) == (True, False)
    await api.post(f"/api/v1/echo/strikes/{given['id']}/appeal", by=bob, json={"text": "it is a cat"})
    await api.post(f"{OURS}/appeals/{given['id']}/approve", by=mod)
    assert (await api.get(f"/api/v1/statuses/{post.id}")).json["sensitive"] is False


async def test_many_reports_at_once_and_who_may_see_what(api: Api) -> None:
    mod, alice, bob = await moderator(), await make.person(), await make.person("bob")
    ids = [(await reports.report(alice.id, ReportDraft(target_id=bob.id))).id for _ in range(3)]
    sent = {"action": "assign_to_self", "ids": [str(ids[0]), str(ids[1]), "12345"]}
    assert (await api.post(f"{OURS}/reports/bulk", by=mod, json=sent)).json == {"count": 2}
    assert await Report.filter(assigned_to_id=mod.id).count() == 2
    await api.post(f"{OURS}/reports/bulk", by=mod, json={"action": "resolve", "ids": [str(i) for i in ids]})
    assert await Report.filter(resolved_at=None).count() == 0
    assert len([deed for deed, _ in await deeds() if deed == "report.resolve"]) == 3
    await api.post(f"{OURS}/reports/bulk", by=mod, expect=422, json={"action": "burn", "ids": []})
    # E-mail addresses are for those who manage users.
    role = await role_actions.create(
        Staff.shell(), RoleDraft(name="Reader", permissions=Permission.MANAGE_REPORTS, position=5)
    )
    reader = await moderator(role.id)
    shown = (await api.get(f"{REPORTS}/{ids[0]}", by=reader)).one("AdminReport")
    assert (shown["target_account"]["email"], shown["account"]["ips"]) == (None, [])
    assert (await api.get(f"{REPORTS}/{ids[0]}", by=mod)).json["target_account"]["email"] == "bob@example.org"
    await api.get(ACCOUNTS, by=reader, expect=403)


async def test_notes_and_words_at_hand(api: Api) -> None:
    mod, admin, bob = await moderator(), await moderator(Role.ADMIN), await make.person("bob")
    made = await reports.report(mod.id, ReportDraft(target_id=bob.id))
    await api.post(f"/api/v1/echo/admin/accounts/{bob.id}/notes", by=mod, json={"text": "a friend"})
    await api.post(f"/api/v1/echo/admin/accounts/{bob.id}/notes", by=mod, expect=422, json={"text": " "})
    (noted,) = (await api.get(f"/api/v1/echo/admin/accounts/{bob.id}/notes", by=mod)).json
    assert (noted["text"], noted["account_id"]) == ("a friend", str(mod.id))
    assert (await api.get(f"/api/v1/echo/admin/reports/{made.id}/notes", by=mod)).json == []
    await api.delete(f"/api/v1/echo/admin/notes/{noted['id']}", by=mod)
    await api.delete(f"/api/v1/echo/admin/notes/{noted['id']}", by=mod, expect=404)
    words = {"title": "Rude", "text": "Please be kind."}
    await api.post("/api/v1/echo/admin/warning_presets", by=mod, expect=403, json=words)
    (kept,) = (await api.post("/api/v1/echo/admin/warning_presets", by=admin, json=words)).json
    assert (await api.get("/api/v1/echo/admin/warning_presets", by=mod)).json == [kept]
    given = await act(api, mod, bob, "none", warning_preset_id=kept["id"], text="Really.")
    assert given.text == "Please be kind.\n\nReally."
    await api.delete(f"/api/v1/echo/admin/warning_presets/{kept['id']}", by=admin)
    struck = (await api.get(f"/api/v1/echo/admin/accounts/{bob.id}/strikes", by=mod)).many("AccountWarning")
    assert (await api.get(f"/api/v1/echo/strikes/{given.id}", by=bob)).one("AccountWarning") == struck[0]
    await api.get(f"/api/v1/echo/strikes/{given.id}", by=mod, expect=404)


async def test_the_data_of_the_suspended_go_after_thirty_days(api: Api, runtime: Runtime) -> None:
    mod, admin = await moderator(), await moderator(Role.ADMIN)
    gone, back, now = [await make.person(name) for name in ("gone", "back", "now")]
    for who in (gone, back, now):
        await make.post(who, "words")
        await act(api, mod, who, "suspend")
    await api.post(f"{ACCOUNTS}/{back.id}/unsuspend", by=mod)
    await api.delete(f"{ACCOUNTS}/{now.id}", by=admin)
    assert (await Account.get(id=now.id)).deleted_at is not None
    assert await restraints.delete_due() == 0
    due = await Erasure.get(account_id=gone.id)
    assert timedelta(days=29) < due.due_at - clock.now() <= timedelta(days=30)
    clock.shift(timedelta(days=30, minutes=1))
    await restraints.delete_due()
    assert (await Account.get(id=gone.id)).deleted_at is not None
    assert (await Account.get(id=back.id)).deleted_at is None
    assert await Erasure.all().count() == 0
    assert len((await api.get(f"/api/v1/accounts/{back.id}/statuses")).json) == 1
    # What was done stays known when all else is erased.
    await make.settle(runtime)
    assert await Strike.filter(target_id=gone.id).count() == 1


async def test_suspensions_of_other_servers_are_theirs_to_lift(api: Api) -> None:
    mod = await moderator()
    zoe = await make.stranger("zoe", suspended=True)
    assert zoe.suspended_elsewhere is True
    await api.post(f"{ACCOUNTS}/{zoe.id}/unsuspend", by=mod, expect=403)
    assert (await make.stranger("zoe")).suspended_at is None
    # One that was made here stays, whatever they say.
    await act(api, mod, zoe, "suspend")
    assert (await make.stranger("zoe")).suspended_at is not None


async def test_those_who_are_suspended_elsewhere_follow_nobody_here(api: Api, runtime: Runtime) -> None:
    mod, alice, zoe = await moderator(), await make.person("alice"), await make.stranger("zoe")
    await make.follow(zoe, alice)
    await make.follow(alice, zoe)
    await act(api, mod, zoe, "suspend")
    await restraints.part_from(zoe.id)
    (left,) = await Follow.all()
    assert (left.follower_id, left.state) == (alice.id, FollowState.ACCEPTED)
    lost = await Severance.get(account_id=alice.id)
    assert (lost.kind, lost.target, lost.followers) == ("suspension", "zoe@peer.test", 1)


@pytest.mark.parametrize("kind", ["disable"])
async def test_nobody_elsewhere_logs_in_here(api: Api, kind: str) -> None:
    mod, zoe = await moderator(), await make.stranger("zoe")
    await api.post(f"{ACCOUNTS}/{zoe.id}/action", by=mod, expect=422, json={"type": kind})
    await act(api, mod, zoe, "silence")
    assert (await Account.get(id=zoe.id)).silenced_at is not None
