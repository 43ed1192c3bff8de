"""What those who run a server do with it, by its pages, in a real browser: from the first link on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from mastodon import MastodonAPIError

from tests.e2e.chromium import Chromium, Tab, chromium, program
from tests.e2e.servers import Person, Server, eventually, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(program() is None, reason="Chromium is not installed"),
]
PASSWORD = "correct horse battery"
# A folder for pictures of the pages, for whoever wants to look at them.
PICTURES = os.environ.get("ECHO_TEST_PICTURES", "")
SEND = """((selector, values, button) => {
    const form = document.querySelector(selector);
    if (!form) return `no form ${selector} on ${location.href}: ${document.body.innerText.slice(0, 600)}`;
    for (const [name, value] of Object.entries(values)) {
        const fields = [...form.elements].filter((one) => one.name === name);
        if (!fields.length) return "no field " + name;
        for (const field of fields) {
            if (["checkbox", "radio"].includes(field.type)) field.checked = field.value === value;
            else field.value = value;
        }
    }
    const by = button ? form.querySelector(`button[value="${button}"]`) : form.querySelector("button");
    if (!by) return "no button " + button;
    window.isLeft = true;
    form.requestSubmit(by);
    return "";
})"""


@pytest.fixture
def server() -> Iterator[Server]:
    with running("walk") as started:
        yield started


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with chromium(tmp_path) as started:
        yield started


async def send(tab: Tab, selector: str, button: str = "", **values: str) -> str:
    """Fill a form in and send it, as a person would; the words of the page after it."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    told = await tab.run(f"{SEND}({json.dumps(selector)}, {json.dumps(named)}, {json.dumps(button)})")
    assert told == "", told
    await tab.until("!window.isLeft && document.readyState === 'complete'")
    return str(await tab.run("document.querySelector('main').innerText"))


def is_refused(person: Person, text: str) -> bool:
    """Whether somebody may not post this."""
    try:
        person.client.status_post(text)
    except MastodonAPIError:
        return True
    return False


def published(server: Server) -> list[dict[str, str]]:
    """The servers that are blocked, as everybody reads it."""
    answer = httpx.get(f"{server.url}/api/v1/instance/domain_blocks", trust_env=False)
    found: list[dict[str, str]] = answer.json() if answer.status_code == 200 else []
    return found


async def look(tab: Tab, name: str) -> None:
    if PICTURES:
        await tab.picture(Path(PICTURES) / f"walk-{name}.png")


async def test_from_the_first_link_to_the_second_factor(server: Server, browser: Chromium) -> None:
    boss = await browser.tab()
    # Set up: the link that the server printed, then what the server is called, who may sign up, and rules.
    await boss.open(server.setup_url)
    await send(
        boss, "form[method=post]:not([action])", username="root", email="root@mail.test", password=PASSWORD
    )
    await look(boss, "1-set-up")
    form = "form[action^='/admin/settings']"
    told = await send(boss, form, "choose", instance__title="The Teapot")
    assert "Step 2 of 3" in told
    told = await send(boss, form, "choose", registrations__mode="open")
    assert "Step 3 of 3" in told
    await send(boss, "form[action^='/admin/texts']", markdown="- Be kind\n- Be brief")

    # A report, from filing to the appeal.
    alice, bob = server.person("alice"), server.person("bob")
    post = bob.client.status_post("Nobody here can make tea")
    filed = alice.client.report(bob.client.me().id, status_ids=[post.id], comment="Rude about tea")
    await boss.open(f"{server.url}/admin/reports")
    assert "Rude about tea" in await boss.run("document.body.innerText")
    # By keys: j goes to the report, x chooses it, ? shows the keys, o opens it.
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    for key in "jx?":
        await boss.run(press % key)
    assert await boss.run("document.querySelector('.queue tr.current input').checked")
    assert await boss.run("document.getElementById('keys').open")
    await look(boss, "2-reports")
    await boss.run(press % "o")
    await boss.until(f"location.pathname === '/admin/reports/{filed.id}'")
    report = f"/admin/reports/{filed.id}"
    await boss.open(f"{server.url}{report}")
    await look(boss, "3-report")
    act = f"form[action='{report}']:has(input[name=kind])"
    await send(boss, act, "act", kind="silence", text="Be kind, says the first rule.")
    bobs = await browser.tab()
    await bobs.log_in(server.url, "bob", PASSWORD)
    await bobs.open(f"{server.url}/settings/strikes")
    link = await bobs.until(
        "document.querySelector('main a[href^=\"/settings/strikes/\"]')?.getAttribute('href')"
    )
    await bobs.open(f"{server.url}{link}")
    assert "Be kind, says the first rule." in await bobs.run("document.body.innerText")
    await send(bobs, f"form[action^='{link}']", text="I was joking.")
    await look(bobs, "4-strike")
    await boss.open(f"{server.url}/admin/appeals")
    assert "I was joking." in await boss.run("document.body.innerText")
    await look(boss, "5-appeal")
    assert alice.client.account(bob.client.me().id).get("limited") is True
    await send(boss, "form[action^='/admin/appeals/']", "approve")
    assert not alice.client.account(bob.client.me().id).get("limited")

    # The second factor: switched on, asked for, each code once.
    await bobs.open(f"{server.url}/settings/security")
    await send(bobs, "form[action='/settings/security/app']", password=PASSWORD)
    secret = await bobs.run("document.querySelector('.secret').innerText.replace(/\\s/g, '')")
    await look(bobs, "6-second-factor")
    told = await send(bobs, "form[action='/settings/security/app/confirm']", code=pyotp.TOTP(secret).now())
    assert "codes" in told.lower()
    await look(bobs, "7-codes")
    again = await browser.tab()
    await again.open(f"{server.url}/login")
    told = await send(again, "form[action^='/login']", name="bob", password=PASSWORD)
    assert "/login/second" in await again.run("location.pathname")
    wrong = await send(again, "form[action^='/login/second']", code="000000")
    assert "/login/second" in await again.run("location.pathname"), wrong
    later = pyotp.TOTP(secret).at(time.time() + 30)
    await send(again, "form[action^='/login/second']", code=later)
    assert await again.run("location.pathname") == "/account"

    # A server is blocked, and that is published, because the settings say so since a moment.
    await boss.open(f"{server.url}/admin/domains/bad.example")
    await look(boss, "8-domain")
    await send(boss, "form[action='/admin/domains/bad.example']", "block", severity="suspend", reason="Spam")
    assert "bad.example" in await boss.run("document.querySelector('main').innerText")
    await boss.open(f"{server.url}/admin/settings")
    instance = f"{form}:has([name='instance.title'])"
    chosen = {"instance.publish_blocks": "all", "instance.publish_block_reasons": "all"}
    await send(boss, instance, "choose", **chosen)
    [block] = eventually(lambda: published(server))
    assert (block["domain"], block["severity"], block["comment"]) == ("bad.example", "suspend", "Spam")

    # A policy is tried on what is there, then switched on.
    await boss.open(f"{server.url}/admin/policies/new?kind=words")
    policy = "form[action^='/admin/policies/']:has([name=name])"
    words = {"settings[words]": "make tea", "settings[action]": "reject"}
    told = await send(boss, policy, "try", name="No tea", **words)
    await look(boss, "9-dry-run")
    assert "@bob" in told
    assert "Nothing was changed." in told
    await send(boss, policy, "save", name="No tea", enabled="true", **words)
    refused = eventually(lambda: is_refused(alice, "Let me make tea"))
    assert refused

    # What was done stands in the log.
    await boss.open(f"{server.url}/admin/audit")
    told = await boss.run("document.querySelector('main').innerText")
    await look(boss, "10-audit")
    for deed in ("settings.change", "rule.change", "policy.create"):
        assert deed in told, deed
