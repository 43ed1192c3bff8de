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
    pytest.mark.timeout(400),
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
