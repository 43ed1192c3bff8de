"""The page of a live room: the one with scripts, and what they may do."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from echo import clock
from echo.actions import room_members, room_tickets, rooms
from echo.actions.rooms import RoomDraft
from echo.kinds import Role
from echo.models import Room
from echo.store.access import load_token
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

OWN_SCRIPT = re.compile(r'<script src="/static/room[a-z-]*\.js\?v=[0-9a-f]+" defer></script>')


async def test_only_those_who_may_join_see_it_and_only_our_scripts_run(browser: Browser) -> None:
    host = (await people.person("host")).id
    room = f"/rooms/{await rooms.create(host, RoomDraft(title='Tea <b>', access='link'))}"
    assert (
        await browser.get(f"{room}?key=x")
    ).location == f"/login?next={room.replace('/', '%2F')}%3Fkey%3Dx"
    await browser.log_in("host", PASSWORD)
    page = await browser.get(room)
    assert "Tea &lt;b&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self' wss://" in policy
    assert "unsafe" not in policy
    assert page.text.count("<script") == len(OWN_SCRIPT.findall(page.text)) == 4
    assert not re.search(r"\son[a-z]+=|style=", page.text)
    assert (await browser.get("/rooms/7")).status == 404
    # Every other page stays without.
    assert "script-src" not in (await browser.get("/account")).headers["content-security-policy"]


async def test_a_room_of_livekit_says_that_this_page_cannot_join_and_moderators_end_rooms(
    browser: Browser,
) -> None:
    host = (await people.person("host", role=Role.MODERATOR)).id
    room_id = await rooms.create(host, RoomDraft(title="Tea"))
    await browser.log_in("host", PASSWORD)
    assert "Come in" in (await browser.get(f"/rooms/{room_id}")).text
    await Room.filter(id=room_id).update(engine="livekit")
    page = (await browser.get(f"/rooms/{room_id}")).text
    assert "This room needs an app" in page
    assert "Come in" not in page
    page = await browser.get("/admin/rooms")
    await browser.submit(page.form(f"/admin/rooms/{room_id}/end"))
    assert "No room is open" in (await browser.get("/admin/rooms")).text
    assert "The room is over" in (await browser.get(f"/rooms/{room_id}")).text


async def test_a_ticket_is_for_rooms_and_not_for_long(browser: Browser) -> None:
    host = (await people.person("host")).id
    room_id = await rooms.create(host, RoomDraft(title="Tea"))
    path = f"/rooms/{room_id}/ticket"
    assert (await browser.send("POST", path, values={"csrf": "x"})).status == 403
    await browser.log_in("host", PASSWORD)
    assert (await browser.send("POST", path)).status == 403
    found = re.search(r'data-csrf="([^"]+)"', (await browser.get(f"/rooms/{room_id}")).text)
    assert found is not None
    sent = {"csrf": found[1]}
    foreign = await browser.send("POST", path, values=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status == 403
    token = json.loads((await browser.send("POST", path, values=sent)).text)["token"]
    access = await load_token(token)
    assert access is not None
    assert (access.user_id, access.scopes) == (host, ("read:rooms", "write:rooms"))
    assert access.app_id is None
    await room_members.join(host, room_id)

    other = await make.person()
    await room_tickets.end_old()
    clock.shift(timedelta(hours=13))
    await room_tickets.end_old()
    assert await load_token(token) is None
    assert await load_token(other.token) is not None
