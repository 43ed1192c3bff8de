"""Pages of blocks, lists and invitations, for staff and members; signing up with a proof or a link."""

from __future__ import annotations

import json
import re
from html import unescape

import altcha
import pytest

from echo.actions import follows, invites, ip_blocks
from echo.actions.ip_blocks import IpDraft
from echo.humans.work import ProofOfWork
from echo.kinds import BlockSeverity, Role
from echo.models import (
    BlockListChange,
    CanonicalEmailBlock,
    EmailDomainBlock,
    Invite,
    IpBlock,
    ServerBlock,
    User,
)
from echo.runtime import Runtime
from echo.store import ip_blocks as ip_store
from tests import fences, make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

PATHS = ("domains", "block-lists", "email-domains", "networks", "mailboxes", "invites")


@pytest.fixture
async def root(browser: Browser) -> User:
    """An admin, logged in with this browser."""
    user = await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    return user


async def test_only_those_with_the_right_open_them(browser: Browser) -> None:
    await people.person("mod", role=Role.MODERATOR)
    for path in PATHS:
        assert (await browser.get(f"/admin/{path}")).location.startswith("/login")
    await browser.log_in("mod", PASSWORD)
    for path in PATHS:
        assert (await browser.get(f"/admin/{path}")).status == 404
    await browser.get("/account")


async def test_a_domain_is_looked_at_blocked_and_unblocked(browser: Browser, root: User) -> None:
    alice, zoe = await make.person("alice"), await make.stranger("zoe", "bad.test")
    await make.follow(alice, zoe)
    found = await browser.get("/admin/domains?domain=*.Bad.test")
    assert found.location == "/admin/domains/bad.test"
    assert "is not the name of a server" in (await browser.get("/admin/domains?domain=no+name")).text
    page = await browser.get(found.location)
    assert "1 person here would lose 1 follow" in page.text
    form = page.form("/admin/domains/bad.test")
    form.values["severity"] = "suspend"
    done = await browser.submit(form, do="block", reason="spam", reject_reports="true")
    assert done.location == "/admin/domains/bad.test?done=blocked"
    block = await ServerBlock.get(domain="bad.test")
    assert (block.severity, block.reject_reports, block.reason) == ("suspend", True, "spam")
    listed = await browser.get("/admin/domains?severity=suspend")
    assert "bad.test" in listed.text
    assert "no reports" in listed.text
    below = await browser.get("/admin/domains/sub.bad.test")
    assert "by the block of" in below.text
    page = await browser.get("/admin/domains/bad.test")
    await browser.submit(page.form("/admin/domains/bad.test"), do="unblock")
    assert await ServerBlock.all().count() == 0
    assert (await browser.get("/admin/domains/Bad.test")).status == 404


async def test_a_list_is_brought_and_part_of_it_applied(browser: Browser, root: User) -> None:
    page = await browser.get("/admin/block-lists")
    form = page.form("/admin/block-lists")
    form.values.pop("url", None)
    brought = await browser.submit(form, do="bring", list="a.test\nb.test\nc.test")
    path = brought.location.partition("?")[0]
    assert brought.location.endswith("?done=brought")
    assert await ServerBlock.all().count() == 0
    page = await browser.get(path)
    assert all(name in page.text for name in ("a.test", "b.test", "c.test"))
    change = await BlockListChange.get(domain="b.test")
    form = page.form(path)
    done = await browser.submit(form, **{"do": "apply", "changes[]": str(change.id)})
    assert "added=1" in done.location
    assert [block.domain for block in await ServerBlock.all()] == ["b.test"]
    left = await BlockListChange.get(domain="a.test")
    await browser.submit(form, **{"do": "dismiss", "changes[]": str(left.id)})
    assert "a.test" not in (await browser.get(path)).text
    csv = await browser.get("/admin/block-lists/own.csv")
    assert csv.text.splitlines()[1].startswith("b.test,suspend")
    assert (await browser.submit(page.form(path), do="read")).status == 404
    gone = await browser.submit(form, do="remove-blocks")
    assert gone.location == "/admin/block-lists?done=removed"
    assert await ServerBlock.all().count() == 0
    wrong = await browser.submit(
        (await browser.get("/admin/block-lists")).form("/admin/block-lists"), do="bring"
    )
    assert wrong.status == 422


async def test_mail_networks_and_mailboxes(browser: Browser, root: User) -> None:
    page = await browser.get("/admin/email-domains?domain=Mail.test")
    form = page.forms[[f.method for f in page.forms].index("post", 1)]
    await browser.submit(form, domain="mail.test", hours="24")
    blocked = await EmailDomainBlock.get(domain="mail.test")
    assert blocked.expires_at is not None
    page = await browser.get("/admin/email-domains")
    await browser.submit(page.form(f"/admin/email-domains/{blocked.id}/remove"))
    assert await EmailDomainBlock.all().count() == 0

    page = await browser.get("/admin/networks")
    form = page.form("/admin/networks")
    assert (await browser.submit(form, ip="nonsense", severity="no_access")).status == 422
    await browser.submit(form, ip="198.51.100.0/24", severity="no_access", comment="bots")
    page = await browser.get("/admin/networks")
    assert "198.51.100.0/24" in page.text
    await browser.submit(page.form(f"/admin/networks/{(await IpBlock.get()).id}/remove"))
    assert await IpBlock.all().count() == 0

    form = (await browser.get("/admin/mailboxes")).form("/admin/mailboxes")
    assert (await browser.submit(form, do="test", email="a@b.test")).location.endswith("done=free")
    await browser.submit(form, do="block", email="a.b@b.test")
    assert (await browser.submit(form, do="test", email="ab+x@b.test")).location.endswith("done=met")
    page = await browser.get("/admin/mailboxes")
    await browser.submit(page.form(f"/admin/mailboxes/{(await CanonicalEmailBlock.get()).id}/remove"))
    assert await CanonicalEmailBlock.all().count() == 0


async def test_a_member_invites_and_the_link_leads_to_sign_up(browser: Browser, runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "invite", "confirm_email": False})
    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    page = await browser.get("/settings/invites")
    form = page.form("/settings/invites")
    assert (await browser.submit(form, max_uses="0")).status == 422
    assert (
        await browser.submit(form, max_uses="1", comment="for Bob")
    ).location == "/settings/invites?done=invited"
    made = await Invite.get()
    page = await browser.get("/settings/invites")
    assert f"/invite/{made.code}" in page.text
    guest = Browser(browser.client)
    assert "By invitation only" in (await guest.get("/sign-up")).text
    json_ = await guest.get(f"/invite/{made.code}", Accept="application/json")
    assert json.loads(json_.text)["invite_code"] == made.code
    assert (await guest.get("/invite/none", Accept="application/json")).status == 404
    assert (await guest.get("/invite/none")).status == 404
    page = await guest.get(f"/invite/{made.code}")
    assert "invited by <bdi>@alice</bdi>" in page.text
    filled = page.form("/sign-up")
    came = await guest.submit(filled, username="bob", email="bob@mail.test", password=PASSWORD, agreement="1")
    assert came.location == "/account"
    late = Browser(browser.client)
    assert (await late.get(f"/invite/{made.code}")).status == 404
    fresh = await Browser(browser.client).get("/sign-up")
    assert "By invitation only" in fresh.text
    page = await browser.get("/settings/invites")
    assert "over" in page.text


async def test_those_who_look_after_invitations_end_them(browser: Browser, root: User) -> None:
    alice = await make.person("alice")
    made = [await invites.create(alice.id, invites.InviteDraft()) for _ in range(2)]
    page = await browser.get("/admin/invites?state=open")
    assert all(invite.code in page.text for invite in made)
    await browser.submit(page.form(f"/admin/invites/{made[0].id}/end"))
    assert made[0].code not in (await browser.get("/admin/invites?state=open")).text
    await browser.submit(page.form("/admin/invites"))
    assert made[1].code not in (await browser.get("/admin/invites?state=open")).text


async def test_the_browser_proves_that_it_worked(browser: Browser, runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "open", "confirm_email": False, "check": "work"})
    runtime.human_check = ProofOfWork("secret", 1)
    page = await browser.get("/sign-up")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    found = re.search(r'data-challenge="([^"]*)"', page.text)
    assert found is not None
    challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    proof = altcha.Payload(challenge, solution).to_base64()
    form = page.form("/sign-up")
    who = {"email": "bob@mail.test", "password": PASSWORD, "agreement": "1"}
    assert "wrong or too old" in (await browser.submit(form, username="bob", proof="x", **who)).text
    form = (await browser.get("/sign-up")).form("/sign-up")
    assert (await browser.submit(form, username="bob", proof=proof, **who)).location == "/account"
    assert (await User.get(email="bob@mail.test")).approved_at is not None


async def test_lost_follows_are_kept_as_files(browser: Browser, runtime: Runtime) -> None:
    alice = await people.person("alice")
    zoe = await make.stranger("zoe", "bad.test")
    await follows.follow(alice.id, zoe.id)
    await follows.receive_accept(zoe, follower_id=alice.id)
    await fences.block("bad.test", BlockSeverity.SUSPEND)
    await make.settle(runtime)
    await browser.log_in("alice", PASSWORD)
    page = await browser.get("/severed_relationships")
    found = re.search(r"/severed_relationships/(\d+)/following.csv", page.text)
    assert found is not None
    csv = await browser.get(found[0])
    assert csv.text == (
        "Account address,Show boosts,Notify on new posts,Languages\nzoe@bad.test,true,false,\n"
    )
    followers = await browser.get(f"/severed_relationships/{found[1]}/followers.csv")
    assert followers.text == "Account address\n"
    await people.person("bob")
    other = Browser(browser.client)
    await other.log_in("bob", PASSWORD)
    assert (await other.get(found[0])).status == 404


async def test_a_network_that_is_shut_out_gets_nothing(
    browser: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ip_store, "REMEMBERED_SECONDS", 0.0)
    await ip_blocks.add(fences.SHELL, IpDraft(network="198.51.100.0/24", severity="no_access"))
    shut = {"X-Forwarded-For": "198.51.100.9"}
    for path in ("/", "/api/v2/instance", "/.well-known/nodeinfo", "/health/live", "/nothing"):
        response = await browser.client.get(path, headers=shut, scope_base={"client": ("127.0.0.1", 1)})
        assert response.status_code == 403, path
        assert (await browser.client.get(path, scope_base={"client": ("127.0.0.1", 1)})).status_code != 403
