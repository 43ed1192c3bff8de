"""The page of webhooks."""

from __future__ import annotations

import re

from echo.kinds import Role
from echo.models import Webhook
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_a_webhook_is_set_up_on_its_page(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/admin/webhooks")
    assert "No program is told" in page.text
    form = page.form("/admin/webhooks")
    refused = await browser.submit(form, url="http://bot.test/", **{"events[]": "report.created"})
    assert (refused.status, "has to begin with https" in refused.text) == (422, True)
    made = await browser.submit(form, url="https://bot.test/", **{"events[]": "report.created"})
    secret = re.search(r"<code>([0-9a-f]{40})</code>", made.text)
    assert secret is not None
    again = await browser.get("/admin/webhooks")
    assert secret[1] not in again.text, "shown once"
    row = await Webhook.get()
    form = again.form(f"/admin/webhooks/{row.id}")
    assert (await browser.submit(form, do="off")).location == "/admin/webhooks?done=changed"
    assert not (await Webhook.get()).enabled
    rotated = await browser.submit(form, do="secret")
    assert re.search(r"<code>[0-9a-f]{40}</code>", rotated.text)
    saved = await browser.submit(form, do="save", **{"events[]": "status.created"})
    assert saved.location == "/admin/webhooks?done=changed"
    assert (await Webhook.get()).events == ["status.created"]
    assert (await browser.submit(form, do="delete")).location == "/admin/webhooks?done=gone"
    assert not await Webhook.exists()
