"""Every page, looked at by axe in a real browser: no violation of WCAG 2.2 AA, light, dark and narrow.

The same pages are opened with scripts switched off: they must say the same.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.chromium import Chromium, Tab, chromium, program
from tests.e2e.servers import Server, running
from tests.e2e.test_clients import packages
from tests.routes import all_routes

__all__ = ["packages"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(program() is None, reason="Chromium is not installed"),
]
PASSWORD = "correct horse battery"
# A folder for pictures of the pages, for whoever wants to look at them.
PICTURES = os.environ.get("ECHO_TEST_PICTURES", "")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = """axe.run(document, %s).then((found) => JSON.stringify(found.violations.map((one) => ({
    id: one.id,
    nodes: one.nodes.slice(0, 4).map(
        (node) => node.html.slice(0, 200) + " " + node.failureSummary.slice(0, 300)),
}))))"""
# No documents: links that do something, or answer with a file.
OTHERWISE = {"/oauth/authorize", "/oauth/authorize/native"}
DEVICES = {"wide": (1280, 900, "light"), "dark": (1280, 900, "dark"), "phone": (390, 844, "light")}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("pages") as started:
        started.ctl("accounts", "create", "root", "--email", "root@example.org", "--password", PASSWORD,
            "--role", "owner", "--confirmed")  # fmt: skip
        yield started


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with chromium(tmp_path) as started:
        yield started


def pages() -> list[str]:
    """The addresses of all pages that need nothing in their path."""
    found = {
        route.path
        for route in all_routes()
        if route.mark == "page" and route.method == "GET" and "<" not in route.path
    }
    return sorted(path for path in found - OTHERWISE if not path.startswith("/health"))


def filled(server: Server) -> list[str]:
    """A server with something on it; the addresses of pages about that."""
    alice, bob = server.person("alice"), server.person("bob")
    post = alice.client.status_post("Hello @bob, see https://example.org and #tea", spoiler_text="greetings")
    bob.client.status_post("Welcome", in_reply_to_id=post.id)
    bob.client.report(alice.client.me().id, status_ids=[post.id], comment="Too much tea")
    headers = {"Authorization": f"Bearer {alice.client.access_token}"}
    chats = f"{server.url}/api/v1/echo/chats"
    group = requests.post(chats, json={"name": "Tea"}, headers=headers, timeout=30).json()["id"]
    link = requests.post(f"{chats}/{group}/link", headers=headers, timeout=30).json()["token"]
    announced = server.ctl("announcements", "create", "Tea at five")
    root = server.ctl("accounts", "show", "root")
    return [
        "/@alice",
        "/@alice/with_replies",
        f"/@alice/{post.id}",
        "/tags/tea",
        f"/chats/join/{link}",
        "/admin/roles/1",
        "/admin/roles/everybody",
        "/admin/texts/rules.md",
        f"/admin/announcements/{announced['id']}",
        f"/admin/accounts/{root['id']}",
        f"/admin/accounts/{alice.client.me().id}",
        "/admin/settings?step=1",
        "/admin/reports/1",
        "/admin/trends?name=tea",
    ]


async def shown(tab: Tab, url: str) -> int:
    """Open a page; its status."""
    await tab.open(url)
    return int(await tab.run("performance.getEntriesByType('navigation')[0].responseStatus"))


async def test_axe_finds_nothing_on_any_page(server: Server, browser: Chromium, packages: Path) -> None:
    addresses = [*pages(), *filled(server)]
    axe = (packages / "node_modules" / "axe-core" / "axe.min.js").read_text()
    wanted = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    wrong: list[str] = []
    seen = 0
    for device, (width, height, scheme) in DEVICES.items():
        stranger, tab = await browser.tab(), await browser.tab()
        for one in (stranger, tab):
            await one.wire.ask(
                "Emulation.setDeviceMetricsOverride", one.session,
                width=width, height=height, deviceScaleFactor=1, mobile=device == "phone",
            )  # fmt: skip
            await one.wire.ask(
                "Emulation.setEmulatedMedia", one.session,
                features=[{"name": "prefers-color-scheme", "value": scheme}],
            )  # fmt: skip
        await tab.log_in(server.url, "root", PASSWORD)
        for address in addresses:
            for who, one in (("stranger", stranger), ("root", tab)):
                if who == "stranger" and address.startswith(("/admin", "/settings", "/account")):
                    continue
                if who == "root" and not address.startswith(("/admin", "/settings", "/account")):
                    continue
                status = await shown(one, f"{server.url}{address}")
                assert status < 500, address
                if status != 200:
                    continue
                seen += 1
                if not await one.run("!!window.axe"):
                    await one.run(axe + ";true")
                found = json.loads(await one.run(LOOK % wanted))
                wrong += [f"{device} {address}: {violation}" for violation in found]
                # Not innerWidth: a phone widens that to what the page takes.
                wide = await one.run("document.documentElement.scrollWidth") - width
                if wide > 1:
                    wrong.append(f"{device} {address}: wider than the screen by {wide}")
                if PICTURES:
                    name = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-") or "landing"
                    await one.picture(Path(PICTURES) / f"{device}-{name}.png")
    assert seen > 2 * len(addresses), f"{seen} of {len(addresses)} pages in {len(DEVICES)} looks"
    assert not wrong, "\n".join(wrong)


async def test_the_pages_say_the_same_without_scripts(server: Server, browser: Chromium) -> None:
    """Every form and every link is there for those who switch scripts off."""
    plain, scripted = await browser.tab(), await browser.tab()
    await plain.wire.ask("Emulation.setScriptExecutionDisabled", plain.session, value=False)
    for tab in (plain, scripted):
        await tab.log_in(server.url, "root", PASSWORD)
    await plain.wire.ask("Emulation.setScriptExecutionDisabled", plain.session, value=True)
    count = "[document.forms.length, document.links.length, document.querySelectorAll('button').length]"
    different = []
    for address in pages():
        if not address.startswith(("/admin", "/settings")):
            continue
        told = []
        for tab in (plain, scripted):
            await tab.open(f"{server.url}{address}")
            told.append(await tab.run(f"JSON.stringify({count})"))
        if told[0] != told[1]:
            different.append((address, *told))
    assert different == []
