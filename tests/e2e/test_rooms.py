"""Rooms as people use them: browsers, and `echoctl up`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conferencing.janus_server import ADMIN_KEY, TOKEN_SECRET, janus_server
from tests.conferencing.janus_server import is_installed as has_janus
from tests.e2e.chromium import Chromium, Tab, chromium, program
from tests.e2e.servers import Person, Server, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(program() is None, reason="Chromium is not installed"),
]
PASSWORD = "correct horse battery"
PICTURED = "[...document.querySelectorAll('.tile video')].filter((one) => one.videoWidth > 0).length"
# A folder for pictures of the pages, for whoever wants to look at them.
PICTURES = os.environ.get("ECHO_TEST_PICTURES", "")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("rooms") as started:
        yield started


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with chromium(tmp_path) as started:
        yield started


def ask(server: Server, person: Person, method: str, path: str, **body: Any) -> Any:
    """The client API beyond what Mastodon.py knows."""
    answer = httpx.request(
        method,
        f"{server.url}{path}",
        headers={"Authorization": f"Bearer {person.client.access_token}"},
        json=body or None,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def inside(browser: Chromium, server: Server, person: Person, room: str) -> Tab:
    """Somebody who has logged in with a browser and joined."""
    tab = await browser.tab()
    await tab.log_in(server.url, person.name, PASSWORD)
    await tab.open(f"{server.url}/rooms/{room}")
    await tab.click('[data-part="join"]')
    await tab.until("room.state() === 'live'")
    return tab


async def look(tab: Tab, name: str) -> None:
    if PICTURES:
        await tab.picture(Path(PICTURES) / f"{name}.png")


async def _turns_off_and_on(hers: Tab, his: Tab, his_id: int, *others: Tab) -> None:
    """Whose camera is off is a picture and a name to the others, and signs say what is off."""
    tile = f'.tile[data-account="{his_id}"]'
    signs = f"[...document.querySelectorAll('{tile} .off')].map((one) => one.hidden).join()"
    picture = f"getComputedStyle(document.querySelector('{tile} > img')).display"
    await hers.until(f"{signs} === 'true,true'")
    await his.click('[data-part="camera"]')
    await his.click('[data-part="mic"]')
    for tab in (hers, his, *others):
        await tab.until(f"{signs} === 'false,false'")
        await tab.until(f"{picture} !== 'none'")
    await look(hers, "camera-off")
    await his.click('[data-part="camera"]')
    for tab in (hers, his, *others):
        await tab.until(f"{signs} === 'false,true'")
        await tab.until(f"{picture} === 'none'")
    await his.click('[data-part="mic"]')
    await hers.until(f"{signs} === 'true,true'")


async def test_three_browsers_see_each_other_and_the_host_rules(server: Server, browser: Chromium) -> None:
    people = [server.person(name) for name in ("host", "bob", "carol")]
    host, *guests = people
    for guest in guests:
        guest.client.account_follow(guest.client.account_lookup("host").id)
    room = ask(server, host, "POST", "/api/v1/echo/rooms", title="Birds, live")["id"]
    tabs = [await inside(browser, server, person, room) for person in people]

    # Every browser decodes pictures of both others: six links.
    seen: list[dict[str, Any]] = []
    for tab in tabs:
        await tab.until("room.members().length === 3")
        await tab.until(
            "room.report().then((all) => Object.values(all).length === 2"
            " && Object.values(all).every((one) => one.state === 'connected' && one.frames > 10))",
            seconds=60,
        )
        seen.append(await tab.run("room.report()"))
    assert sum(len(links) for links in seen) == 6
    before = seen[0]
    await tabs[0].until(
        "room.report().then((all) => Object.entries(all).every(([id, one]) => one.frames >"
        f" ({ {account: link['frames'] for account, link in before.items()} })[id] + 10))"
    )
    await look(tabs[0], "three")

    bob_id = guests[0].client.me().id
    tile = f'.tile[data-account="{bob_id}"]'
    await _turns_off_and_on(tabs[0], tabs[1], bob_id, tabs[2])

    # A hand is seen by the host; who is muted is not played any more, by nobody.
    await tabs[1].click('[data-part="hand"]')
    await tabs[0].until(f"document.querySelector('{tile}').classList.contains('asks')")
    await look(tabs[0], "hand")
    await tabs[0].click(f'{tile} [data-do="mute"]')
    for tab in (tabs[0], tabs[2]):
        await tab.until(f"document.querySelector('{tile} video').srcObject === null")
    await tabs[1].until("document.querySelector('[data-part=\"mic\"]').disabled")
    await tabs[0].click(f'{tile} [data-do="mute"]')
    await tabs[2].until(f"document.querySelector('{tile} video').srcObject !== null")

    # The socket is lost: they find each other again.
    before_it = await tabs[2].run("room.session()")
    await tabs[2].run("room.drop()")
    await tabs[2].until(f"room.session() !== {before_it!r} && room.state() === 'live'")
    await tabs[2].until(
        "room.report().then((all) => Object.values(all).length === 2"
        " && Object.values(all).every((one) => one.state === 'connected' && one.frames > 10))",
        seconds=180,  # where signals were lost on the way, each new try takes a quarter of a minute
    )

    # One leaves, one is removed; the post of the room says that it is over.
    await tabs[2].click('[data-part="leave"]')
    await tabs[0].until("room.members().length === 2")
    await tabs[0].click(f'{tile} [data-do="remove"]')
    await tabs[1].until("room.state() === 'out'")
    await look(tabs[1], "removed")
    await tabs[0].until("room.members().length === 1")
    # The host ends it while somebody is there.
    await tabs[2].click('[data-part="join"]')
    await tabs[0].until("room.report().then((all) => Object.keys(all).length === 1)")
    await tabs[0].click('[data-part="end"]')
    for tab in (tabs[0], tabs[2]):
        await tab.until("room.state() === 'out'")
        assert "The room is over" in await tab.run("document.querySelector('[data-part=\"door\"]').innerText")
    assert ask(server, host, "GET", f"/api/v1/echo/rooms/{room}")["ended_at"]


# Two ends of a mesh in one page. Signals take a while, so that both offer before they hear of each other; the
# first ones are lost, or the first candidates.
GLARE = """
(async () => {
  const members = [{account_id: "1", session_id: "a"}, {account_id: "2", session_id: "b"}];
  const ends = {}, offers = {a: 0, b: 0};
  let lost = LOST;
  const deafUntil = Date.now() + DEAF;
  const end = (mine, accountId) => new Mesh(mine, [], {
    show() {}, hide() {},
    send(link, body) {
      if (body.description && body.description.type === "offer") offers[mine] += 1;
      if (lost-- > 0 || (body.candidate && Date.now() < deafUntil)) return;
      const said = JSON.parse(JSON.stringify({from: mine, account_id: accountId, ...body}));
      setTimeout(() => ends[link.session].hear(said), 60);
    },
  });
  const picture = () => {
    const canvas = document.createElement("canvas");
    const paint = canvas.getContext("2d");
    setInterval(() => paint.fillRect(Math.random() * 200, 0, 20, 20), 50);
    return canvas.captureStream();
  };
  ends.a = end("a", "1");
  ends.b = end("b", "2");
  for (const one of Object.values(ends)) one.update(members, picture());
  const until = Date.now() + 25000;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const is_there = (link) => link.state === "connected" && link.frames > 5;
  const sees = async (one) => Object.values(await one.report()).every(is_there);
  while (!((await sees(ends.a)) && (await sees(ends.b))) && Date.now() < until) await pause(100);
  const found = [await sees(ends.a), await sees(ends.b), offers.a > 0 && offers.b > 0];
  // Both change at once what they send.
  for (const one of Object.values(ends)) one.update(members, picture());
  await pause(2000);
  const before = [await ends.a.report(), await ends.b.report()].map((all) => Object.values(all)[0].frames);
  await pause(1500);
  const after = [await ends.a.report(), await ends.b.report()].map((all) => Object.values(all)[0].frames);
  for (const one of Object.values(ends)) one.close();
  return [...found, after[0] > before[0], after[1] > before[1]];
})()
"""


async def test_two_that_offer_at_once_meet_also_when_signals_are_lost(
    server: Server, browser: Chromium
) -> None:
    host = server.person("dora")
    room = ask(server, host, "POST", "/api/v1/echo/rooms", title="Glare")["id"]
    tab = await browser.tab()
    await tab.log_in(server.url, "dora", PASSWORD)
    await tab.open(f"{server.url}/rooms/{room}")
    for lost, deaf in ((0, 0), (2, 0), (0, 3000)):
        script = GLARE.replace("LOST", str(lost)).replace("DEAF", str(deaf))
        assert await tab.run(script) == [True] * 5, f"{lost} signals were lost, and candidates for {deaf} ms"


@pytest.mark.skipif(not has_janus(), reason="Janus is not installed")
async def test_a_browser_joins_and_leaves_a_room_of_janus(tmp_path: Path, browser: Chromium) -> None:
    with janus_server(tmp_path / "janus") as janus:
        settings = {
            "ECHO_ROOMS__ENGINE": "janus",
            "ECHO_ROOMS__JANUS_URL": janus.http,
            "ECHO_ROOMS__JANUS_PUBLIC_URL": janus.websocket,
            "ECHO_ROOMS__JANUS_TOKEN_SECRET": TOKEN_SECRET,
            "ECHO_ROOMS__JANUS_ADMIN_KEY": ADMIN_KEY,
        }
        with running("janus", env=settings) as server:
            host, bob = server.person("host"), server.person("bob")
            bob.client.account_follow(bob.client.account_lookup("host").id)
            room = ask(server, host, "POST", "/api/v1/echo/rooms", title="Through Janus")
            assert room["engine"] == "janus"
            hers = await inside(browser, server, host, room["id"])
            await hers.until("room.carrier() === 'connected'")
            his = await inside(browser, server, bob, room["id"])
            await his.until("room.carrier() === 'connected'")
            for tab in (hers, his):
                await tab.until(f"{PICTURED} === 2")
            await look(hers, "janus")
            await _turns_off_and_on(hers, his, bob.client.me().id)
            await his.click('[data-part="leave"]')
            await hers.until("room.members().length === 1")
            await hers.click('[data-part="leave"]')
            await hers.until("room.state() === 'out'")
