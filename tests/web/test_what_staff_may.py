"""Pages of those who run the server show what whoever looks may do, and lead to pages that are there."""

from __future__ import annotations

import pytest
from quart import Quart

from echo import clock
from echo.actions import posts, reports, restraints, roles, staff_notes
from echo.actions.drafts import PostDraft
from echo.actions.reports import ReportDraft
from echo.actions.roles import RoleDraft
from echo.kinds import Role, Visibility
from echo.models import Account, BannedFile, StaffNote, User
from echo.policy.roles import Permission, Staff
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def _with(name: str, permissions: Permission) -> User:
    role = await roles.create(Staff.shell(), RoleDraft(name=name, permissions=permissions, position=5))
    user = await people.person(name)
    await roles.give(Staff.shell(), user.id, role.id)
    return user


async def _reported(target: User) -> int:
    said = await posts.publish(target.id, PostDraft(text="a rude thing", visibility=Visibility.PUBLIC))
    reporter = await people.person()
    draft = ReportDraft(target_id=target.id, comment="look at that", post_ids=(said.id,))
    return (await reports.report(reporter.id, draft)).id


async def test_nothing_is_offered_against_somebody_as_high_or_higher(browser: Browser) -> None:
    root, mod = await people.person("root", role=Role.ADMIN), await people.person("mod", role=Role.MODERATOR)
    alice = await people.person("alice")
    report = f"/admin/reports/{await _reported(root)}"
    now = clock.now()
    for one in (root, alice):
        await Account.filter(id=one.id).update(silenced_at=now, suspended_at=now)
        await User.filter(id=one.id).update(approved_at=None)
    await browser.log_in("mod", PASSWORD)
    headings = {"Let them in", "What holds it back", "Do something", "In memory", "A note for the others"}
    for person, shown in ((root, set()), (mod, set()), (alice, headings)):
        path = f"/admin/accounts/{person.id}"
        page = await browser.get(path)
        assert {words for words in headings if words in page.text} == shown
        assert any(form.action == path for form in page.forms) == bool(shown)
        assert "Delete now" not in page.text
    page = await browser.get(report)
    assert "you cannot act on them" in page.text
    for words in ("Delete chosen", "Do it, and settle"):
        assert words not in page.text
    assert "Settle</button>" in page.text, "the report itself is looked after"


async def test_who_may_look_at_reports_alone_is_led_nowhere_else(browser: Browser) -> None:
    alice = await people.person("alice")
    await _with("reader", Permission.MANAGE_REPORTS | Permission.MANAGE_APPEALS)
    report = await _reported(alice)
    await BannedFile.create(look="a" * 16, note="", created_at=clock.now())
    await browser.log_in("reader", PASSWORD)
    for path in ("/admin/reports", f"/admin/reports/{report}"):
        page = await browser.get(path)
        assert "@alice" in page.text
        assert "/admin/accounts/" not in page.text
    assert "Delete chosen" in page.text
    assert "Allow again" not in (await browser.get("/admin/files")).text


async def test_who_may_look_after_accounts_alone_deletes_no_notes(browser: Browser) -> None:
    alice = await people.person("alice")
    await _with("helper", Permission.MANAGE_USERS)
    await staff_notes.about_account(Staff.shell(), alice.id, "a friend")
    note = await StaffNote.get()
    path = f"/admin/accounts/{alice.id}"
    await browser.log_in("helper", PASSWORD)
    page = await browser.get(path)
    assert ("a friend" in page.text, 'value="forget"' in page.text) == (True, False)
    assert (await browser.submit(page.form(path), do="forget", note=str(note.id))).status == 422
    assert await StaffNote.exists(id=note.id)


async def test_who_may_change_rules_alone_is_not_sent_to_other_texts(browser: Browser) -> None:
    await _with("ruler", Permission.MANAGE_RULES)
    await browser.log_in("ruler", PASSWORD)
    page = await browser.get("/admin/texts")
    assert 'href="/admin/texts/rules.md"' in page.text
    assert "/admin/texts/about.md" not in page.text
    assert (await browser.get("/admin/texts/about.md")).status == 404
    assert (await browser.get("/admin/texts/rules.de.md")).status == 200


@pytest.mark.parametrize("may_see_accounts", [True, False])
async def test_links_to_a_suspended_account_lead_to_what_is_there(
    browser: Browser, app: Quart, *, may_see_accounts: bool
) -> None:
    alice = await people.person("alice")
    report = f"/admin/reports/{await _reported(alice)}"
    account = f"/admin/accounts/{alice.id}"
    also = Permission.MANAGE_USERS if may_see_accounts else Permission.MANAGE_APPEALS
    await _with("mod", Permission.MANAGE_REPORTS | also)
    await browser.log_in("mod", PASSWORD)
    profile = 'href="/@alice'
    assert profile in (await browser.get(report)).text
    if may_see_accounts:
        assert profile in (await browser.get(account)).text
    await Account.filter(id=alice.id).update(suspended_at=clock.now())
    assert (await Browser(app.test_client(use_cookies=False)).get("/@alice")).status == 404
    page = await browser.get(report)
    assert profile not in page.text
    assert "a rude thing" in page.text
    assert f'class="author" href="{account if may_see_accounts else report}"' in page.text
    if may_see_accounts:
        assert profile not in (await browser.get(account)).text
    await restraints.end(Staff.shell(), alice.id, restraints.StrikeKind.SUSPEND)
    assert profile in (await browser.get(report)).text
