"""Browsers and apps in a list, each of which somebody can end: rows S-H09, S-H22, S-I01."""

from __future__ import annotations

from echo import clock, db
from echo.actions import auth, room_tickets
from echo.models import Session, Token
from echo.runtime import Runtime
from echo.store import access
from echo.web.agents import described
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser

PATH = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_browsers_are_listed_and_ended(runtime: Runtime, browser: Browser) -> None:
    user = await people.person("alice")
    other, third = Browser(browser.client), Browser(browser.client)
    for one in (other, third):
        page = await one.get("/login")
        form = page.form("/login")
        await one.send(
            "POST",
            form.action,
            values=form.values | {"name": "alice", "password": PASSWORD},
            headers={"User-Agent": FIREFOX},
        )
    await browser.log_in("alice", PASSWORD)
    page = await browser.get(PATH)
    assert page.status == 200
    assert page.text.count("Firefox on Linux</p>") == 2
    assert page.text.count("This browser") == 1
    sessions = await Session.filter(user_id=user.id, user_agent=FIREFOX).order_by("created_at", "id")
    assert {session.address for session in sessions} != {""}
    ticket = await room_tickets.give(user.id, sessions[0].id)
    kept = await room_tickets.give(user.id, sessions[1].id)
    assert await access.load_token(ticket)
    answer = await browser.submit(page.form(f"{PATH}/{sessions[0].id}/end"))
    assert answer.location == f"{PATH}?done=session"
    assert await access.load_token(ticket) is None, "what its page held has ended with it"
    assert await access.load_token(kept)
    assert [(await one.get("/account")).status for one in (other, third)] == [302, 200]
    page = await browser.get(answer.location)
    assert "That browser is logged out" in page.text
    await browser.submit(page.form(f"{PATH}/end-others"))
    assert (await third.get("/account")).status == 302
    assert (await browser.get("/account")).status == 200
    assert f"{PATH}/end-others" not in (await browser.get(PATH)).text
    # Logging out ends what pages hold, too.
    mine = await room_tickets.give(user.id, (await Session.get(user_id=user.id)).id)
    await browser.submit((await browser.get("/account")).form("/logout"))
    assert await access.load_token(mine) is None


async def test_s_i01_only_ones_own_browsers_and_apps(browser: Browser) -> None:
    other = Browser(browser.client)
    await people.person("bob")
    await other.log_in("bob", PASSWORD)
    theirs = await Session.all().first()
    assert theirs is not None
    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    csrf = (await browser.get(PATH)).form("/logout").values["csrf"]
    for guessed in (str(theirs.id), "0", "x", "9" * 30):
        answer = await browser.send("POST", f"{PATH}/{guessed}/end", values={"csrf": csrf})
        assert answer.status == 404, guessed
    assert (await other.get("/account")).status == 200


async def test_apps_are_listed_with_what_they_may_and_ended(browser: Browser) -> None:
    user = await people.person("alice")
    client = await people.app(scopes=("read", "write:statuses"))
    code = await people.code_for(user, client, scope="read write:statuses")
    token = await auth.exchange_code(client, people.shown(code))
    await browser.log_in("alice", PASSWORD)
    page = await browser.get(PATH)
    assert "Not used yet" in page.text
    assert "read write:statuses" in page.text
    assert client.client_id not in page.text, "S-H22"
    assert await access.load_token(token.text)
    row = await Token.get(id=token.token_id)
    assert row.last_used_at is not None
    await db.execute("UPDATE tokens SET last_used_at = $1", clock.now().replace(year=2020))
    assert "2020" in (await browser.get(PATH)).text
    answer = await browser.submit(page.form(f"{PATH}/apps/{client.app_id}"))
    assert answer.location == f"{PATH}?done=app"
    assert await access.load_token(token.text) is None
    assert "None yet" in (await browser.get(PATH)).text


def test_browsers_are_described() -> None:
    assert described(FIREFOX) == "Firefox on Linux"
    safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
    assert described(safari) == "Safari on iPhone"
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0"
    assert described(edge) == "Edge on Windows"
    assert described("") == "Unknown browser"
