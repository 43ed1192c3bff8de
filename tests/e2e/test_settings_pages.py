"""The settings and the log-in in a real browser: a passkey of a virtual authenticator, and how pages look."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.chromium import Chromium, Tab, chromium, program
from tests.e2e.servers import Server, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(program() is None, reason="Chromium is not installed"),
]
PASSWORD = "correct horse battery"
# A folder for pictures of the pages, for whoever wants to look at them.
PICTURES = os.environ.get("ECHO_TEST_PICTURES", "")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
READY = "document.readyState === 'complete' && !document.querySelector('form[data-passkey]').hidden"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("settings") as started:
        yield started


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with chromium(tmp_path) as started:
        yield started


async def look(tab: Tab, name: str) -> None:
    if PICTURES:
        await tab.picture(Path(PICTURES) / f"{name}.png")


async def test_a_passkey_is_made_and_logs_in(server: Server, browser: Chromium) -> None:
    server.person("alice")
    tab = await browser.tab()
    await tab.wire.ask("WebAuthn.enable", tab.session)
    await tab.wire.ask("WebAuthn.addVirtualAuthenticator", tab.session, options=DEVICE)
    await tab.log_in(server.url, "alice", PASSWORD)
    await tab.open(f"{server.url}/settings/security")
    await tab.until(READY)
    await tab.run(
        "(() => { const form = document.querySelector('form[data-passkey]');"
        f" form.elements.name.value = 'My laptop'; form.elements.password.value = {PASSWORD!r};"
        " form.requestSubmit(); })()"
    )
    await tab.until("document.querySelectorAll('.paper li').length === 10")
    await look(tab, "codes")
    await tab.open(f"{server.url}/settings/security")
    assert await tab.run("document.body.innerText.includes('My laptop')")
    await tab.click("form[action='/logout'] button")
    # By itself: no name, no password.
    await tab.until("location.pathname === '/login'")
    await tab.until(READY)
    await look(tab, "login")
    await tab.click("form[data-passkey] button")
    await tab.until("location.pathname === '/account'")
    await tab.click("form[action='/logout'] button")
    # And after the password.
    await tab.until("location.pathname === '/login'")
    await tab.log_in(server.url, "alice", PASSWORD)
    await look(tab, "second-factor")
    await tab.click("form[data-passkey] button")
    await tab.until("location.pathname === '/account'")
    assert not [line for line in tab.wire.said if "Content Security Policy" in line]
    # Whoever has a shell sees it, and takes it away from who has lost it.
    known = server.ctl("accounts", "two-factor", "show", "alice")
    assert (known["on"], known["passkeys"], known["backup_codes"]) == (True, 1, 10)
    kinds = [row["kind"] for row in server.ctl("accounts", "sessions", "alice")]
    assert "browser" in kinds
    assert server.ctl("accounts", "two-factor", "off", "alice")["on"] is False
    server.ctl("accounts", "revoke", "alice")
    assert server.ctl("accounts", "sessions", "alice") == []
    await tab.open(f"{server.url}/account")
    await tab.until("location.pathname === '/login'")


PAGES = (
    "/account",
    "/settings/profile",
    "/settings/privacy",
    "/settings/preferences",
    "/settings/notifications",
    "/settings/chat",
    "/settings/tags",
    "/settings/filters/new",
    "/settings/blocks",
    "/settings/mutes",
    "/settings/security",
    "/settings/sessions",
    "/settings/name",
)


@pytest.mark.parametrize(("name", "width", "scheme"), [("wide", 1200, "light"), ("phone", 390, "dark")])
async def test_no_page_is_wider_than_its_window(
    server: Server, browser: Chromium, name: str, width: int, scheme: str
) -> None:
    server.person(f"look{name}")
    tab = await browser.tab()
    feature = {"name": "prefers-color-scheme", "value": scheme}
    await tab.wire.ask("Emulation.setEmulatedMedia", tab.session, features=[feature])
    await tab.wire.ask(
        "Emulation.setDeviceMetricsOverride",
        tab.session,
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=False,
    )
    await tab.log_in(server.url, f"look{name}", PASSWORD)
    for path in PAGES:
        await tab.open(f"{server.url}{path}")
        await tab.until("document.readyState === 'complete'")
        over = await tab.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        await look(tab, f"{name}{path.replace('/', '-')}")
        assert over <= 0, path


# Whether the letters of an element stand at the end of their line.
AT_THE_RIGHT = """((element) => {
    const letters = document.createRange();
    letters.selectNodeContents(element);
    const text = letters.getBoundingClientRect(), line = element.getBoundingClientRect();
    return line.right - text.right < text.left - line.left;
})"""


async def test_every_paragraph_runs_as_its_letters_say(server: Server, browser: Chromium) -> None:
    writer = server.person("amal")
    post = writer.client.status_post("مرحبا بكم\n\nIn English\n\nثم بالعربية", language="ar")
    answer = writer.client.status_post("@amal שלום לכולם", in_reply_to_id=post.id)
    tab = await browser.tab()
    await tab.open(f"{server.url}/@amal/{answer.id}")
    sides = f"[...document.querySelectorAll('.post .text p')].map({AT_THE_RIGHT})"
    assert await tab.run(sides) == [True, False, True, True]
    # The line of a thread stays free, whatever runs beside it.
    left = "document.querySelector('{}').getBoundingClientRect().left"
    assert await tab.run(f"{left.format('.above .text')} > {left.format('.above .avatar')} + 48")
