"""What the dashboard counts: people who use pages alone are here, and who is a sign-up."""

from __future__ import annotations

import re
from datetime import timedelta

from quart import Quart

from echo import cache, clock
from echo.actions import accounts, approvals, sign_up
from echo.kinds import Role
from echo.models import ActiveDay, ActiveWeek, User
from echo.policy.roles import Staff
from echo.store import erasing, instance, measures, retention
from echo.store.measures import MEASURES, Period
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_pages_alone_make_somebody_active(browser: Browser, app: Quart) -> None:
    alice = await people.person("alice")
    await people.person("bob")
    await people.person("root", role=Role.ADMIN)
    staff = Browser(app.test_client(use_cookies=False))
    await staff.log_in("root", PASSWORD)
    path = f"/admin/accounts/{alice.id}"
    assert "<dt>Last here</dt><dd>unknown</dd>" in (await staff.get(path)).text
    await browser.log_in("alice", PASSWORD)
    await browser.get("/account")
    assert "<dt>Last here</dt><dd>unknown</dd>" not in (await staff.get(path)).text
    assert (await instance.people())["active_day"] == 2, "alice and root"
    # More days than one, for midnight may be near.
    period = Period(clock.now().date() - timedelta(days=1), clock.now().date())
    assert (await measures.find(MEASURES["active_users"], period, {})).total == 2
    cohorts = await retention.cohorts(period, "month")
    assert sum(count for cohort in cohorts for _, count in cohort.seen) >= 2
    for model in (ActiveDay, ActiveWeek):
        assert await model.filter(user_id=alice.id).exists()


async def test_pages_of_one_minute_are_one_write(browser: Browser) -> None:
    alice = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    await browser.get("/account")
    assert (await User.get(id=alice.id)).last_active_at is not None
    await User.filter(id=alice.id).update(last_active_at=None)
    await browser.get("/account")
    assert (await User.get(id=alice.id)).last_active_at is None, "nothing is written for each request"
    cache.memory().forget("session", lambda _: True)
    await browser.get("/account")
    assert (await User.get(id=alice.id)).last_active_at is not None


async def test_sign_ups_are_all_that_have_a_login_however_they_came(browser: Browser) -> None:
    """As Mastodon's `new_users`: also who waits; not who was turned away, or has left with all they had."""
    await people.person("root", role=Role.ADMIN)  # as by a command
    await sign_up.sign_up(people.draft("open"))
    waiting = await people.person("waiting", approved=False)
    await people.person("nowhere", confirmed=False)
    turned_away = await people.person("turned", approved=False)
    gone = await people.person("gone")
    period = Period(clock.now().date() - timedelta(days=1), clock.now().date())
    await browser.log_in("root", PASSWORD)
    for count in (6, 4):
        page = (await browser.get("/admin")).text
        assert re.search(rf"Sign-ups</h2>\s*<p class=\"total\">{count}\b", page)
        assert (await measures.find(MEASURES["new_users"], period, {})).total == count
        cohorts = await retention.cohorts(period, "month")
        assert sum(cohort.joined for cohort in cohorts) == count
        if count == 6:
            await approvals.reject(Staff.shell(), turned_away.id)
            await accounts.delete_local(gone.id)
            await erasing.person(gone.id)
    assert await User.exists(id=waiting.id)
