"""Pages of moderators: the queue, a report, accounts, appeals; and what the person sees of it."""

from __future__ import annotations

import asyncio

import pytest
from quart import Quart

from echo.actions import posts, reports, staff_notes, strikes, trends
from echo.actions.drafts import PostDraft
from echo.actions.reports import ReportDraft
from echo.errors import Invalid
from echo.kinds import Role, Visibility
from echo.models import Account, Appeal, Hashtag, Report, StaffNote, Strike, Trend, User, WarningPreset
from echo.policy.roles import Staff
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


@pytest.fixture
def other(app: Quart) -> Browser:
    return Browser(app.test_client(use_cookies=False))


async def test_a_report_is_settled_and_appealed_against_on_pages(browser: Browser, other: Browser) -> None:
    alice, bob = await people.person("alice"), await people.person("bob")
    mod = await people.person("mod", role=Role.MODERATOR)
    await staff_notes.keep_preset(Staff.shell(), "Rude", "Please be kind.")
    said = await posts.publish(bob.id, PostDraft(text="a rude thing", visibility=Visibility.PUBLIC))
    draft = ReportDraft(target_id=bob.id, comment="look at that", post_ids=(said.id,))
    first, second = await reports.report(alice.id, draft), await reports.report(alice.id, draft)
    await browser.log_in("mod", PASSWORD)
    queue = await browser.get("/admin/reports")
    assert (queue.status, "look at that" in queue.text, "2 reports" in queue.text) == (200, True, True)
    form = queue.form("/admin/reports")
    taken = await browser.submit(form, **{"ids[]": str(first.id), "do": "take"})
    assert taken.location == "/admin/reports?done=take&tab=open"
    mine = await browser.get("/admin/reports?tab=mine")
    assert f"/admin/reports/{first.id}" in mine.text
    assert f"/admin/reports/{second.id}" not in mine.text
    await browser.submit(form, **{"ids[]": str(second.id), "do": "resolve"})
    assert (await Report.get(id=second.id)).resolved_by_id == mod.id
    path = f"/admin/reports/{first.id}"
    page = await browser.get(path)
    assert "a rude thing" in page.text
    send = page.form(path)
    await browser.submit(send, do="note", text="second time this week")
    assert "second time this week" in (await browser.get(path)).text
    await browser.submit(send, do="change", category="spam")
    wrong = await browser.submit(send, do="act")
    assert (wrong.status, "Choose what is to be done." in wrong.text) == (422, True)
    preset = await WarningPreset.get()
    acted = await browser.submit(
        send, do="act", kind="suspend", text="Enough.", preset=str(preset.id), told="true"
    )
    assert acted.location == f"{path}?done=act"
    strike = await Strike.get()
    assert (strike.text, strike.report_id, strike.kind) == ("Please be kind.\n\nEnough.", first.id, "suspend")
    assert (await Report.get(id=first.id)).category == "spam"
    assert (await Account.get(id=bob.id)).suspended_at is not None
    # The person, who can still log in to pages.
    await other.log_in("bob", PASSWORD)
    assert "/settings/strikes" in (await other.get("/account")).text
    assert f"/settings/strikes/{strike.id}" in (await other.get("/settings/strikes")).text
    mine_path = f"/settings/strikes/{strike.id}"
    shown = await other.get(mine_path)
    assert "Enough." in shown.text
    assert (await other.submit(shown.form(mine_path), text="")).status == 422
    sent = await other.submit(shown.form(mine_path), text="I was joking")
    assert sent.location == f"{mine_path}?done=appeal"
    assert (await other.submit(shown.form(mine_path), text="again")).status == 422
    appeals = await browser.get("/admin/appeals")
    assert "I was joking" in appeals.text
    granted = await browser.submit(appeals.form(f"/admin/appeals/{strike.id}"), do="approve")
    assert granted.location == "/admin/appeals?done=approve"
    assert (await Account.get(id=bob.id)).suspended_at is None
    assert (await Appeal.get()).approved_at is not None
    again = await browser.submit(appeals.form(f"/admin/appeals/{strike.id}"), do="reject")
    assert again.location == "/admin/appeals?done=gone"
    assert "It was granted." in (await other.get(mine_path)).text


async def test_accounts_are_found_and_looked_after_on_pages(browser: Browser, other: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    alice = await people.person("alice")
    waiting = [await people.person(name) for name in ("new1", "new2")]
    await User.filter(id__in=[one.id for one in waiting]).update(approved_at=None, reason="to learn")
    await browser.log_in("root", PASSWORD)
    listed = await browser.get("/admin/accounts?state=pending")
    assert ("to learn" in listed.text, "@alice" in listed.text) == (True, False)
    form = next(one for one in listed.forms if one.action == "/admin/accounts" and one.method == "post")
    await browser.submit(form, **{"ids[]": str(waiting[0].id), "do": "approve"})
    await browser.submit(form, **{"ids[]": str(waiting[1].id), "do": "reject"})
    assert (await User.get(id=waiting[0].id)).approved_at is not None
    assert await User.get_or_none(id=waiting[1].id) is None
    path = f"/admin/accounts/{alice.id}"
    page = await browser.get(path)
    assert "alice@" in page.text
    send = page.form(path)
    for kind, field, undo in (("silence", "silenced_at", "unlimit"), ("suspend", "suspended_at", "restore")):
        send = (await browser.get(path)).form(path)
        await browser.submit(send, do="act", kind=kind)
        assert getattr(await Account.get(id=alice.id), field) is not None
        await browser.submit(send, do=undo)
        assert getattr(await Account.get(id=alice.id), field) is None
    await browser.submit(send, do="note", text="a friend")
    note = await StaffNote.get()
    assert "a friend" in (await browser.get(path)).text
    await browser.submit(send, do="forget", note=str(note.id))
    assert await StaffNote.all().count() == 0
    await browser.submit(send, do="role", role="1")
    assert (await User.get(id=alice.id)).role_id == 1
    refused = await browser.submit(send, do="delete")
    assert refused.status == 422  # not suspended
    send = (await browser.get(path)).form(path)
    await browser.submit(send, do="act", kind="suspend")
    assert (await browser.submit(send, do="delete")).location == "/admin/accounts?done=delete"
    assert (await Account.get(id=alice.id)).deleted_at is not None
    shelf = await browser.get("/admin/presets")
    await browser.submit(shelf.form("/admin/presets"), title="Spam", text="No advertising, please.")
    kept = await browser.get("/admin/presets")
    assert "No advertising" in kept.text
    await browser.submit(kept.form("/admin/presets"), do="delete")
    assert await WarningPreset.all().count() == 0
    # For everybody else there is nothing.
    await people.person("carol")
    assert (await other.get("/admin/reports")).location.startswith("/login")
    await other.log_in("carol", PASSWORD)
    for closed in ("/admin/reports", "/admin/accounts", path, "/admin/appeals", "/admin/presets"):
        assert (await other.get(closed)).status == 404


async def test_two_moderators_who_look_at_one_account_do_not_both_strike(
    browser: Browser, other: Browser
) -> None:
    alice = await people.person("alice")
    path = f"/admin/accounts/{alice.id}"
    forms = []
    for one, name in ((browser, "mod"), (other, "guard")):
        await people.person(name, role=Role.MODERATOR)
        await one.log_in(name, PASSWORD)
        page = await one.get(path)
        forms.append((one, next(form for form in page.forms if "last_seen" in form.values)))
    both = [one.submit(form, kind="silence", do="act") for one, form in forms]
    came = await asyncio.gather(*both)
    assert sorted(page.status for page in came) == [303, 422]
    assert await Strike.all().count() == 1
    late, refused = next(
        (one, page) for (one, _), page in zip(forms, came, strict=True) if page.status == 422
    )
    assert strikes.MEANWHILE in refused.text
    # Whoever has seen it may act in spite of it.
    again = next(form for form in refused.forms if "last_seen" in form.values)
    assert (await late.submit(again, kind="sensitive", do="act")).status == 303
    assert await Strike.all().count() == 2


async def test_who_suspends_many_leaves_out_about_whom_somebody_else_decided(
    browser: Browser, other: Browser
) -> None:
    alice, bob = await people.person("alice"), await people.person("bob")
    forms = []
    for one, name in ((browser, "mod"), (other, "guard")):
        await people.person(name, role=Role.MODERATOR)
        await one.log_in(name, PASSWORD)
        page = await one.get("/admin/accounts?origin=local")
        forms.append(next(form for form in page.forms if f"last_seen_{alice.id}" in form.values))
    page = await browser.get(f"/admin/accounts/{alice.id}")
    warning = next(form for form in page.forms if "last_seen" in form.values)
    assert (await browser.submit(warning, kind="none", text="Be kind.", do="act")).status == 303
    said = await other.submit(forms[1], **{"ids[]": str(alice.id), "do": "suspend"})
    assert said.location == "/admin/accounts?done=some&state="
    assert "somebody else decided meanwhile" in (await other.get(said.location)).text
    said = await other.submit(forms[1], **{"ids[]": str(bob.id), "do": "suspend"})
    assert said.location == "/admin/accounts?done=suspend&state="
    assert [(await Account.get(id=one.id)).suspended_at is None for one in (alice, bob)] == [True, False]
    # Whoever has seen it may act in spite of it.
    page = await other.get("/admin/accounts?origin=local")
    again = next(form for form in page.forms if f"last_seen_{alice.id}" in form.values)
    said = await other.submit(again, **{"ids[]": str(alice.id), "do": "suspend"})
    assert said.location == "/admin/accounts?done=suspend&state="
    assert (await Account.get(id=alice.id)).suspended_at is not None


async def test_hashtags_are_reviewed_on_pages(browser: Browser) -> None:
    await people.person("mod", role=Role.MODERATOR)
    for name in ("one", "two", "three"):
        await posts.publish(
            (await people.person(name)).id, PostDraft(text="#tea", visibility=Visibility.PUBLIC)
        )
    await trends.refresh()
    await browser.log_in("mod", PASSWORD)
    page = await browser.get("/admin/trends")
    assert ("#tea" in page.text, '<span class="chip">new</span>' in page.text) == (True, True)
    form = next(one for one in page.forms if one.method == "post" and one.values.get("kind") == "hashtag")
    said = await browser.submit(form, do="reject")
    assert said.location == "/admin/trends?done=reject&tab=hashtag"
    assert '<span class="chip grave">rejected</span>' in (await browser.get("/admin/trends")).text
    liked = await posts.publish(
        (await people.person("writer")).id, PostDraft(text="read this", visibility=Visibility.PUBLIC)
    )
    await Trend.create(kind="post", item_id=liked.id, score=1.0)
    page = await browser.get("/admin/trends?tab=post")
    form = next(one for one in page.forms if one.values.get("kind") == "post")
    said = await browser.submit(form, do="reject_author")
    assert said.location == "/admin/trends?done=reject_author&tab=post"
    assert "author rejected" in (await browser.get("/admin/trends?tab=post")).text
    for tab in ("post", "link", "publisher"):
        assert (await browser.get(f"/admin/trends?tab={tab}")).status == 200
    one = await browser.get("/admin/trends?name=tea")
    form = next(found for found in one.forms if found.values.get("name") == "tea" and found.method == "post")
    await browser.submit(form, do="hashtag")
    assert await Hashtag.filter(name="tea", usable=False, listable=False).exists()
    with pytest.raises(Invalid):
        await posts.publish(
            (await people.person("four")).id, PostDraft(text="#tea", visibility=Visibility.PUBLIC)
        )
