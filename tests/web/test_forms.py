"""Forms from elsewhere, and targets that lead away: rows S-E09 and S-H08."""

from __future__ import annotations

import pytest

from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/logout",
        "/sign-up",
        "/password",
        "/password/x",
        "/confirm",
        "/confirm/x",
        "/setup/x",
        "/settings/security/password",
        "/settings/security/email",
        "/settings/security/app",
        "/settings/security/app/confirm",
        "/settings/security/app/remove",
        "/settings/security/codes",
        "/login/second",
        "/login/second/passkey",
        "/login/second/passkey/options",
        "/login/passkey",
        "/login/passkey/options",
        "/settings/security/passkeys",
        "/settings/security/passkeys/options",
        "/settings/security/passkeys/1/remove",
        "/settings/sessions/1/end",
        "/settings/sessions/end-others",
        "/settings/sessions/apps/1",
        "/settings/preferences",
        "/settings/profile",
        "/settings/privacy",
        "/settings/chat",
        "/settings/filters",
        "/settings/filters/1/delete",
        "/settings/blocks",
        "/settings/mutes/1/remove",
        "/settings/domains",
        "/settings/tags",
        "/settings/name",
        "/settings/notifications/strangers",
        "/settings/notifications",
        "/oauth/authorize",
    ],
)
async def test_s_h08_forms_from_elsewhere_are_refused(browser: Browser, path: str) -> None:
    await people.person("alice")
    stranger = Browser(browser.client)
    assert (await stranger.send("POST", path, values={"name": "alice", "password": PASSWORD})).status == 403
    await browser.log_in("alice", PASSWORD)
    assert (await browser.send("POST", path, values={})).status == 403
    assert (await browser.send("POST", path, values={"csrf": ""})).status == 403
    assert (await browser.send("POST", path, values={"csrf": "guessed"})).status == 403
    csrf = (await browser.get("/account")).form("/logout").values["csrf"]
    foreign = await browser.send(
        "POST", path, values={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status == 403
    # Another session's token is no good either.
    other = Browser(browser.client)
    theirs = (await other.get("/login")).form("/login").values["csrf"]
    assert (await browser.send("POST", path, values={"csrf": theirs})).status == 403
    assert (await browser.get("/account")).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "/%5cevil.test",
        "/%2fevil.test",
        "/%252f%252fevil.test",
        "https://evil.test/",
        "/\r\nLocation:https://evil.test",
        "/%0d%0aLocation:https://evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
    ],
)
async def test_s_e09_the_log_in_form_leads_to_us(browser: Browser, target: str) -> None:
    await people.person("alice")
    form = (await browser.get("/login")).form("/login")
    answer = await browser.submit(form, name="alice", password=PASSWORD, next=target)
    assert (answer.status, answer.location) == (303, "/account")
