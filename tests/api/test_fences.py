"""Blocks of servers, mail, networks and mailboxes over the admin API, in Mastodon's words."""

from __future__ import annotations

import hashlib

import pytest

from echo.kinds import Role
from echo.models import Account, EmailDomainBlock, IpBlock, ServerBlock
from echo.runtime import Runtime
from echo.store import audit
from tests import fences, make
from tests.actions import people
from tests.api.asking import Api
from tests.make import Person

DOMAIN_BLOCK = {
    *("id", "domain", "digest", "created_at", "severity", "reject_media", "reject_reports"),
    *("private_comment", "public_comment", "obfuscate"),
}


@pytest.fixture
async def root(runtime: Runtime) -> Person:
    """Somebody who may do all this."""
    return await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")


async def deeds() -> list[str]:
    return [row["deed"] for row in await audit.page(limit=40)]


async def test_domain_blocks_are_made_shown_changed_and_taken_back(api: Api, root: Person) -> None:
    path = "/api/v1/admin/domain_blocks"
    await make.stranger("zoe", "sub.bad.test")
    form = {"domain": "Bad.test", "severity": "suspend", "public_comment": "spam", "reject_media": "1"}
    made = (await api.post(path, by=root, form=form)).json
    assert set(made) == DOMAIN_BLOCK
    assert (made["domain"], made["severity"], made["reject_media"]) == ("bad.test", "suspend", True)
    assert (made["public_comment"], made["private_comment"]) == ("spam", None)
    assert made["digest"] == hashlib.sha256(b"bad.test").hexdigest()
    assert (await Account.get(username="zoe")).suspended_at is not None

    again = (await api.post(path, by=root, expect=422, form={"domain": "bad.test"})).json
    assert again["existing_domain_block"] == made
    below = await api.post(path, by=root, expect=422, form={"domain": "sub.bad.test", "severity": "silence"})
    assert below.json["existing_domain_block"]["domain"] == "bad.test"
    for wrong in ({}, {"domain": "no domain"}, {"domain": "x.test", "severity": "harsh"}):
        refused = (await api.post(path, by=root, expect=422, form=wrong)).json
        assert "existing_domain_block" not in refused

    one = f"{path}/{made['id']}"
    changed = (await api.put(one, by=root, form={"severity": "noop", "private_comment": "watch"})).json
    assert (changed["severity"], changed["private_comment"], changed["public_comment"]) == (
        *("noop", "watch", "spam"),
    )
    assert changed["id"] == made["id"]
    assert (await api.patch(one, by=root, form={"obfuscate": "false"})).json == changed
    assert changed["reject_media"] is True
    assert (await Account.get(username="zoe")).suspended_at is None
    assert (await api.get(one, by=root)).json == changed
    for name in ("b.test", "c.test"):
        await api.post(path, by=root, form={"domain": name})
    pages = await api.pages(path, by=root, query={"limit": 2})
    assert [[block["domain"] for block in page] for page in pages if page] == [
        ["c.test", "b.test"],
        ["bad.test"],
    ]
    assert (await api.delete(one, by=root)).json == {}
    await api.get(one, by=root, expect=404)
    await api.delete(f"{path}/abc", by=root, expect=404)
    assert (await deeds()).count("domain.block") == 3
    assert {"domain.block_change", "domain.unblock"} <= set(await deeds())


async def test_what_a_block_would_end_is_counted(api: Api, root: Person) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe", "peer.test")
    await make.follow(alice, zoe)
    await make.follow(zoe, alice)
    await make.remote_post(zoe)
    facts = (await api.get("/api/v1/echo/admin/domains/peer.test", by=root)).json
    assert {name: facts[name] for name in ("accounts", "posts", "following", "followers", "members")} == {
        "accounts": 1,
        "posts": 1,
        "following": 1,
        "followers": 1,
        "members": 1,
    }
    assert facts["domain_block"] is None
    await api.get("/api/v1/echo/admin/domains/no%20domain", by=root, expect=404)


async def test_servers_are_allowed_one_by_one(api: Api, root: Person) -> None:
    path = "/api/v1/admin/domain_allows"
    made = (await api.post(path, by=root, form={"domain": "Good.test"})).json
    assert set(made) == {"id", "domain", "created_at"}
    assert (await api.post(path, by=root, form={"domain": "good.test"})).json == made
    assert (await api.get(path, by=root)).json == [made]
    assert (await api.get(f"{path}/{made['id']}", by=root)).json == made
    await api.post(path, by=root, expect=422, form={"domain": ""})
    assert (await api.delete(f"{path}/{made['id']}", by=root)).json == {}
    await api.get(f"{path}/{made['id']}", by=root, expect=404)


async def test_domains_of_mail_are_blocked_with_who_tried(api: Api, root: Person, runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "open", "confirm_email": False})
    path = "/api/v1/admin/email_domain_blocks"
    made = (await api.post(path, by=root, form={"domain": "mail.test"})).json
    assert set(made) == {"id", "domain", "created_at", "history", "allow_with_approval", "expires_at"}
    assert [day["uses"] for day in made["history"]] == ["0"] * 7
    await api.post(path, by=root, expect=422, form={"domain": "mail.test"})
    app = await make.app_token()
    form = {
        "username": "zed",
        "email": "z@in.mail.test",
        "password": people.PASSWORD,
        "agreement": "true",
    }
    refused = (await api.post("/api/v1/accounts", by=app, expect=422, form=form)).json
    assert refused["details"]["email"][0]["error"] == "ERR_BLOCKED"
    shown = (await api.get(f"{path}/{made['id']}", by=root)).json
    assert (shown["history"][0]["uses"], shown["history"][0]["accounts"]) == ("1", "1")
    assert int(shown["history"][0]["day"]) - int(shown["history"][1]["day"]) == 86_400
    assert (await api.get(path, by=root)).json == [shown]
    await api.delete(f"{path}/{made['id']}", by=root)
    await api.post("/api/v1/accounts", by=app, form=form)
    servers = {"domain": "b.test", "mail_servers": ["mx.b.test"], "expires_in": 60}
    timed = (await api.post(path, by=root, json=servers)).json
    assert timed["expires_at"] is not None
    assert await EmailDomainBlock.all().count() == 2
    await api.delete(f"{path}/{timed['id']}", by=root)
    assert await EmailDomainBlock.all().count() == 0


async def test_networks_are_blocked(api: Api, root: Person) -> None:
    path = "/api/v1/admin/ip_blocks"
    form = {"ip": "198.51.100.7", "severity": "sign_up_block", "comment": "bots", "expires_in": "3600"}
    made = (await api.post(path, by=root, form=form)).json
    assert set(made) == {"id", "ip", "severity", "comment", "created_at", "expires_at"}
    assert (made["ip"], made["severity"]) == ("198.51.100.7/32", "sign_up_block")
    assert made["expires_at"] > made["created_at"]
    for wrong in (
        form,
        {"ip": "", "severity": "no_access"},
        {"ip": "300.1.1.1", "severity": "no_access"},
        {"ip": "10.0.0.0/8"},
        {"ip": "10.0.0.0/8", "severity": "harsh"},
    ):
        await api.post(path, by=root, expect=422, form=wrong)
    one = f"{path}/{made['id']}"
    changed = (await api.put(one, by=root, form={"ip": "2001:db8::1/32", "expires_in": ""})).json
    assert (changed["ip"], changed["comment"], changed["expires_at"]) == ("2001:db8::/32", "bots", None)
    assert (await api.patch(one, by=root)).json == changed
    assert (await api.get(path, by=root)).json == [changed]
    assert (await api.delete(one, by=root)).json == {}
    await api.get(one, by=root, expect=404)
    assert await IpBlock.all().count() == 0


async def test_mailboxes_are_blocked_however_they_are_spelled(api: Api, root: Person) -> None:
    path = "/api/v1/admin/canonical_email_blocks"
    made = (await api.post(path, by=root, form={"email": "Al.Ice+x@Mail.test"})).json
    assert made["canonical_email_hash"] == hashlib.sha256(b"alice@mail.test").hexdigest()
    assert set(made) == {"id", "canonical_email_hash"}
    test = f"{path}/test"
    assert (await api.post(test, by=root, form={"email": "a.lice@mail.test"})).json == [made]
    assert (await api.post(test, by=root, form={"email": "bob@mail.test"})).json == []
    await api.post(test, by=root, expect=400)
    by_hash = {"canonical_email_hash": made["canonical_email_hash"]}
    assert (await api.post(path, by=root, form=by_hash)).json == made
    for wrong in ({}, {"email": "none"}, {"canonical_email_hash": "abc"}):
        await api.post(path, by=root, expect=422, form=wrong)
    assert (await api.get(f"{path}/{made['id']}", by=root)).json == made
    assert (await api.get(path, by=root)).json == [made]
    assert (await api.delete(f"{path}/{made['id']}", by=root)).json == {}


async def test_scope_and_role_are_both_needed(api: Api, root: Person) -> None:
    mod = await make.with_scopes(await make.person("mod", role=Role.MODERATOR), "admin:read", "admin:write")
    narrow = await make.with_scopes(root, "admin:read:ip_blocks", "read", "write")
    for noun in ("domain_blocks", "domain_allows", "email_domain_blocks", "ip_blocks"):
        path = f"/api/v1/admin/{noun}"
        await api.get(path, expect=401)
        assert (await api.get(path, by=mod, expect=403)).json["error"] == "This action is not allowed"
        await api.post(path, by=mod, expect=403, form={"domain": "x.test", "ip": "10.0.0.1"})
        await api.get(path, by=narrow, expect=200 if noun == "ip_blocks" else 403)
        await api.post(path, by=narrow, expect=403, form={"domain": "x.test"})
    assert await ServerBlock.all().count() == 0


async def test_no_list_counts_noop_as_a_block_for_others(api: Api, root: Person, runtime: Runtime) -> None:
    people.configure(runtime, instance={"publish_blocks": "all"})
    await fences.block("a.test", reject_media=True)
    await api.post("/api/v1/admin/domain_blocks", by=root, form={"domain": "b.test", "severity": "noop"})
    shown = (await api.get("/api/v1/instance/domain_blocks")).json
    assert [block["domain"] for block in shown] == ["a.test"]
