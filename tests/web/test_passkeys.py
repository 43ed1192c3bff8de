"""Passkeys through the pages, with an authenticator in software: rows S-H08, S-H11, S-H12, S-I01."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from webauthn.helpers import base64url_to_bytes

from echo import clock, ids
from echo.actions import passkeys, user_access
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds import Role
from echo.models import Account, AuditRow, BackupCode, Passkey, RoleRow, User
from echo.policy.deeds import Deed
from echo.policy.roles import Permission, Staff
from echo.runtime import Runtime
from echo.store import roles
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.authenticator import Authenticator
from tests.web.browser import Answer, Browser

SECURITY = "/settings/security"
KEYS = f"{SECURITY}/passkeys"
SCRIPTS = "script-src 'self'; connect-src 'self'"


async def asked(browser: Browser, page: Answer, action: str, path: str, **values: str) -> Answer:
    """What the script asks for."""
    return await browser.send("POST", path, values=page.form(action).values | values)


async def made(browser: Browser, device: Authenticator, name: str = "My phone") -> Answer:
    """A passkey is made on a device."""
    page = await browser.get(SECURITY)
    question = await asked(browser, page, KEYS, f"{KEYS}/options", password=PASSWORD)
    assert question.status == 200, question.text
    return await browser.submit(page.form(KEYS), name=name, answer=device.make(question.text))


async def log_in(browser: Browser, device: Authenticator) -> Answer:
    """A passkey, and nothing else."""
    page = await browser.get("/login")
    question = await asked(browser, page, "/login/passkey", "/login/passkey/options")
    return await browser.submit(page.form("/login/passkey"), answer=device.show(question.text))


async def test_a_passkey_logs_in_by_itself_and_as_a_second_factor(browser: Browser) -> None:
    user = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    page = await browser.get(SECURITY)
    assert page.headers["content-security-policy"].endswith(SCRIPTS)
    wrong = await asked(browser, page, KEYS, f"{KEYS}/options", password="wrong")
    assert (wrong.status, json.loads(wrong.text)) == (422, {"error": "That is not your password"})
    device = Authenticator()
    shown = await made(browser, device)
    codes = re.findall(r'<li class="literal">([a-z0-9-]+)</li>', shown.text)
    assert len(codes) == 10
    other = Browser(browser.client)
    assert (await log_in(other, device)).location == "/account"
    assert "@alice" in (await other.get("/account")).text
    # The password alone is not enough any more.
    third = Browser(browser.client)
    answer = await third.log_in("alice", PASSWORD)
    page = await third.get(answer.location)
    assert page.headers["content-security-policy"].endswith(SCRIPTS)
    path = "/login/second/passkey"
    question = await asked(third, page, path, f"{path}/options")
    assert device.credential in [
        base64url_to_bytes(one["id"]) for one in json.loads(question.text)["allowCredentials"]
    ]
    answer = await third.submit(page.form(path), answer=device.show(question.text))
    assert answer.location == "/account"
    assert (await third.get("/account")).status == 200
    stored = await Passkey.get(user_id=user.id)
    assert (stored.sign_count, stored.name) == (2, "My phone")
    # A second one brings no other codes.
    assert (await made(browser, Authenticator(), "Key")).location == f"{SECURITY}?done=passkey-added"
    assert await BackupCode.filter(user_id=user.id).count() == 10


async def test_s_h12_answers_count_once_and_only_where_they_belong(browser: Browser) -> None:
    alice, bob = await people.person("alice"), await people.person("bob")
    device = Authenticator()
    await browser.log_in("alice", PASSWORD)
    await made(browser, device)
    other = Browser(browser.client)
    page = await other.get("/login")
    question = await asked(other, page, "/login/passkey", "/login/passkey/options")
    answer = device.show(question.text)
    assert await passkeys.check(None, answer) == alice.id
    with pytest.raises(Invalid):
        await passkeys.check(None, answer)
    # A key of alice is no second factor of bob, and a question for one is not for another.
    with pytest.raises(Invalid):
        await passkeys.check(bob.id, device.show((await passkeys.ask(bob.id)).decode()))
    with pytest.raises(Invalid):
        await passkeys.check(None, device.show((await passkeys.ask(alice.id)).decode()))
    late = device.show((await passkeys.ask(None)).decode())
    clock.shift(timedelta(minutes=6))
    with pytest.raises(Invalid):
        await passkeys.check(None, late)
    clock.shift(timedelta())
    # Another page, another signature, a device that asks nobody, a copy that has signed less often.
    device.origin = "https://echo.test.evil.example"
    with pytest.raises(Invalid):
        await passkeys.check(None, device.show((await passkeys.ask(None)).decode()))
    device.origin = "https://echo.test"
    forged = Authenticator(credential=device.credential, count=50)
    with pytest.raises(Invalid):
        await passkeys.check(None, forged.show((await passkeys.ask(None)).decode()))
    device.verifies = False
    with pytest.raises(Invalid):
        await passkeys.check(None, device.show((await passkeys.ask(None)).decode()))
    assert await passkeys.check(alice.id, device.show((await passkeys.ask(alice.id)).decode())) == alice.id
    device.verifies, device.count = True, 0
    with pytest.raises(Invalid):
        await passkeys.check(None, device.show((await passkeys.ask(None)).decode()))
    for odd in (
        "",
        "{}",
        "[]",
        '{"id": 1}',
        '{"response": {"clientDataJSON": "e30"}}',
        "x" * 20_000,
        "\ud800",
    ):
        with pytest.raises(Invalid):
            await passkeys.check(None, odd)
    page = await other.get("/login")
    assert (await other.submit(page.form("/login/passkey"), answer="{}")).status == 422


async def test_passkeys_are_named_and_removed_by_whose_they_are(browser: Browser) -> None:
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    device = Authenticator()
    await made(browser, device)
    known = await Passkey.get(user_id=alice.id)
    again = await made(browser, device)
    assert again.status == 422
    assert "known already" in again.text
    bob = await people.person("bob")
    with pytest.raises(NotFound):
        await passkeys.rename(bob.id, known.id, "x")
    with pytest.raises(NotFound):
        await passkeys.remove(bob.id, known.id, PASSWORD)
    page = await browser.get(SECURITY)
    path = f"{KEYS}/{known.id}"
    await browser.submit(page.form(f"{path}/name"), name="<b>Ring</b>")
    assert "&lt;b&gt;Ring" in (await browser.get(SECURITY)).text
    assert (await browser.submit(page.form(f"{path}/remove"), password="wrong")).status == 422
    answer = await browser.submit(page.form(f"{path}/remove"), password=PASSWORD)
    assert answer.location == f"{SECURITY}?done=passkey-removed"
    assert await BackupCode.filter(user_id=alice.id).count() == 0
    assert (await Browser(browser.client).log_in("alice", PASSWORD)).location == "/account"


async def test_staff_switches_off_what_somebody_has_lost(runtime: Runtime, browser: Browser) -> None:
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    await made(browser, Authenticator())
    assert (await Browser(browser.client).log_in("alice", PASSWORD)).location.startswith("/login/second")
    root, path = await people.person("root", role=Role.ADMIN), f"/admin/accounts/{alice.id}"
    staff = Browser(browser.client)
    await staff.log_in("root", PASSWORD)
    page = await staff.get(path)
    assert "They show a passkey besides their password." in page.text
    done = await staff.submit(page.form(path), do="two_factor_off")
    assert done.location == f"{path}?done=two_factor_off"
    assert "Off: a password is enough." in (await staff.get(path)).text
    assert (await Browser(browser.client).log_in("alice", PASSWORD)).location == "/account"
    # The same for apps, however often.
    by = await make.with_scopes(make.Person(await Account.get(id=root.id), ""), "admin:write")
    asked = {"Host": "echo.test", **by.headers}
    url = f"/api/v1/echo/admin/accounts/{alice.id}/two_factor"
    assert (await browser.client.delete(url, headers=asked)).status_code == 200
    row = await AuditRow.filter(deed=Deed.USER_TWO_FACTOR_OFF).order_by("id").first()
    assert row is not None
    assert (row.account_id, row.door, row.target_id) == (root.id, "page", str(alice.id))
    await user_access.end_everything(Staff.shell(), alice.id)
    assert (await browser.get("/account")).status == 302
    assert await AuditRow.filter(deed=Deed.USER_TWO_FACTOR_OFF, refused=False).count() == 2


async def test_a_role_that_needs_a_second_factor_does_nothing_without(browser: Browser) -> None:
    root = await people.person("root")
    alice = await people.person("alice")
    careful = await RoleRow.create(
        id=ids.new_id(),
        name="Careful",
        permissions=int(Permission.MANAGE_ROLES | Permission.MANAGE_USER_ACCESS),
        position=50,
        require_2fa=True,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    await User.filter(id=root.id).update(role_id=careful.id)
    by = Staff(account_id=root.id, seat=await roles.seat(root.id), door="api")
    await browser.log_in("root", PASSWORD)
    answer = await browser.get("/admin/roles")
    assert answer.location == f"{SECURITY}?done=needed"
    assert "needs a second factor" in (await browser.get(answer.location)).text
    with pytest.raises(Forbidden):
        await user_access.end_everything(by, alice.id)
    await made(browser, Authenticator())
    assert (await browser.get("/admin/roles")).status == 200
    await user_access.end_everything(by, alice.id)
    tries = await AuditRow.filter(deed=Deed.USER_LOG_OUT).order_by("id")
    assert [row.refused for row in tries] == [True, False]
