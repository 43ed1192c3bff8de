"""The pages of those who run the server."""

from __future__ import annotations

from echo import db
from echo.kinds import Role
from echo.store import deliveries, hosts
from echo.store.hosts import Failing
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.api.test_federation import deliver
from tests.web.browser import Browser

PATH = "/admin/federation"


async def test_an_operator_sees_and_wakes_a_queue(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    assert (await browser.get(PATH)).location == "/login?next=%2Fadmin%2Ffederation"
    await browser.log_in("root", PASSWORD)
    assert "None." in (await browser.get(PATH)).text
    await deliver(1, "a.test")
    await hosts.note_failures([Failing("a.test", 5, "500 <script>alert(1)</script>")])
    await db.execute("UPDATE deliveries SET due_at = now() + interval '1 hour'")
    page = await browser.get(PATH)
    assert page.status == 200
    assert f'href="{PATH}/a.test"' in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    page = await browser.get(f"{PATH}/a.test")
    assert "5 failures in a row" in page.text
    assert "&lt;script&gt;" in page.text
    done = await browser.submit(page.form(f"{PATH}/a.test"), do="retry")
    assert "What waits is tried now: 1." in done.text
    assert await deliveries.next_hosts("", limit=9) == ["a.test"]
    done = await browser.submit(page.form(f"{PATH}/a.test"), do="drop")
    assert "Dropped: 1." in done.text
    assert (await browser.submit(page.form(f"{PATH}/a.test"), do="else")).status == 404
    assert (await browser.get(f"{PATH}/nobody.test")).status == 404


async def test_nobody_else_sees_that_there_is_such_a_page(browser: Browser) -> None:
    await people.person("mod", role=Role.MODERATOR)
    await hosts.note_successes(["a.test"])
    await browser.log_in("mod", PASSWORD)
    form = (await browser.get("/settings/aliases")).form("/settings/aliases")
    for path in (PATH, f"{PATH}/a.test"):
        assert (await browser.get(path)).status == 404
    form.action = f"{PATH}/a.test"
    assert (await browser.submit(form, do="drop")).status == 404


async def test_a_form_from_elsewhere_changes_nothing(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    await hosts.note_successes(["a.test"])
    assert (await browser.send("POST", f"{PATH}/a.test", values={"do": "drop"})).status == 403
