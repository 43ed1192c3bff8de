"""A yes to an app at the very moment in which its browser is put out: rows S-H09, S-H20, S-H22."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from echo import clock, db
from echo.actions import auth, moderation, password_changes, room_tickets, sessions, user_access
from echo.errors import Forbidden
from echo.models import AuthorizationCode, Session, Token, User
from echo.policy.authorization import Client, OAuthError
from echo.policy.roles import Staff
from echo.store import access
from echo.store import auth as store
from tests.actions import people
from tests.actions.people import PASSWORD, REDIRECT
from tests.waiting import eventually
from tests.web.browser import Answer, Browser

SHELL = Staff.shell()
NEW = "another horse entirely"
OOB = "urn:ietf:wg:oauth:2.0:oob"
Step = Callable[[int, int], Awaitable[object]]


async def reset(user_id: int, _: int) -> None:
    _, secret = await password_changes.link_for(user_id) or ("", "")
    await password_changes.reset_password(secret, NEW)


# What puts a browser out, by whose it is and the session.
ENDS: dict[str, Step] = {
    "reset": reset,
    "an operator sets a password": lambda user_id, _: password_changes.set_password(SHELL, user_id, NEW),
    "an operator logs all out": lambda user_id, _: user_access.end_everything(SHELL, user_id),
    "an operator logs this one out": lambda user_id, one: user_access.end_session(SHELL, user_id, one),
    "revoked": sessions.end,
    "all but another revoked": lambda user_id, _: sessions.end_others(user_id, None),
}


async def consent(browser: Browser, client: Client, redirect_uri: str = REDIRECT) -> dict[str, str]:
    """The form of the consent page."""
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": "read",
    }
    page = await browser.get(f"/oauth/authorize?{urlencode(query)}")
    return next(f for f in page.forms if f.action == "/oauth/authorize" and "_method" not in f.values).values


def code_of(answer: Answer) -> str:
    return parse_qs(urlsplit(answer.location).query)["code"][0]


async def somebody(browser: Browser) -> tuple[User, int]:
    """Alice, logged in, and her session."""
    user = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    return user, (await Session.get(user_id=user.id)).id


async def somebody_waits() -> bool:
    """Whether a statement waits for a lock. It is asked inside of transactions, where this table is always
    that of the moment.
    """
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"))


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, end: Callable[[], Awaitable[object]]
) -> Callable[[], Awaitable[object]]:
    """Let `end` come while something is written: it is through, or waits, before that goes on.

    Returns: to be awaited afterwards, until `end` is through
    """
    began, write = asyncio.Event(), getattr(where, name)

    async def wait_and_end() -> object:
        await began.wait()
        return await end()

    # Here, so that it is no part of the unit of work that it comes into.
    ending = asyncio.create_task(wait_and_end())

    async def written(*args: object, **kwargs: object) -> object:
        began.set()

        async def is_met() -> bool:
            return ending.done() or await somebody_waits()

        await eventually(is_met)
        return await write(*args, **kwargs)

    monkeypatch.setattr(where, name, written)

    async def through() -> object:
        return await ending

    return through


@pytest.mark.parametrize("way", ENDS)
async def test_s_h09_a_yes_at_the_moment_of_the_end_gives_no_token(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (user, session_id), client = await somebody(browser), await people.app()
    form = await consent(browser, client)
    through = meanwhile(monkeypatch, store, "insert_code", lambda: ENDS[way](user.id, session_id))
    answer = await browser.send("POST", "/oauth/authorize", values=form)
    await through()
    with pytest.raises(OAuthError, match="invalid"):
        await auth.exchange_code(client, people.shown(code_of(answer)))
    assert await Token.filter(user_id=user.id).count() == 0


@pytest.mark.parametrize("way", ENDS)
async def test_s_h09_a_yes_just_after_the_end_is_none(browser: Browser, way: str) -> None:
    """The page had looked who is there before the end came."""
    (user, session_id), client = await somebody(browser), await people.app()
    await ENDS[way](user.id, session_id)
    with pytest.raises(Forbidden):
        await auth.authorise(user.id, session_id, people.request(client))
    assert await AuthorizationCode.all().count() == 0


async def test_s_h20_a_yes_at_the_moment_of_a_suspension_gives_no_token(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user, session_id), client = await somebody(browser), await people.app()
    form = await consent(browser, client)
    through = meanwhile(
        monkeypatch, store, "insert_code", lambda: moderation.suspend(SHELL, user.id, is_suspended=True)
    )
    answer = await browser.send("POST", "/oauth/authorize", values=form)
    await through()
    with pytest.raises(Forbidden):
        await auth.exchange_code(client, people.shown(code_of(answer)))
    with pytest.raises(Forbidden):
        await auth.authorise(user.id, session_id, people.request(client))
    assert await Token.filter(user_id=user.id).count() == 0


async def test_s_h09_a_token_that_is_given_at_the_moment_of_a_reset_ends_with_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user, session_id), client = await somebody(browser), await people.app()
    code = await people.code_for(user, client)
    through = meanwhile(monkeypatch, store, "use_code", lambda: reset(user.id, session_id))
    token = await auth.exchange_code(client, people.shown(code))
    await through()
    assert await access.load_token(token.text) is None


@pytest.mark.parametrize("way", ENDS)
async def test_s_h22_what_a_page_is_given_at_the_moment_of_the_end_ends_with_the_session(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    user, session_id = await somebody(browser)
    through = meanwhile(monkeypatch, store, "insert_token", lambda: ENDS[way](user.id, session_id))
    ticket = await room_tickets.give(user.id, session_id)
    await through()
    assert await access.load_token(ticket) is None
    with pytest.raises(Forbidden):
        await room_tickets.give(user.id, session_id)


async def test_s_h22_logging_out_lets_the_app_have_what_it_was_promised(browser: Browser) -> None:
    """People log out of a borrowed machine while the app on their own fetches its token."""
    _, client = await somebody(browser), await people.app()
    code = code_of(await browser.send("POST", "/oauth/authorize", values=await consent(browser, client)))
    await browser.submit((await browser.get("/account")).form("/logout"))
    assert (await auth.exchange_code(client, people.shown(code))).text


async def test_s_h08_the_page_shows_no_code_but_ones_own(browser: Browser) -> None:
    await somebody(browser)
    bob, client = await people.person("bob"), await people.app(redirects=(REDIRECT, OOB))
    form = await consent(browser, client, OOB)
    own = (await browser.send("POST", "/oauth/authorize", values=form)).location
    other = code_of(
        await browser.send("POST", "/oauth/authorize", values=await consent(browser, client, REDIRECT))
    )
    theirs = await people.code_for(bob, client, redirect_uri=OOB)
    for code in (theirs, other, "4711", "", "x" * 5000, "%00", "%F0%9F", "<script>alert(1)</script>"):
        page = await browser.get(f"/oauth/authorize/native?code={code}")
        assert page.status in {404, 410}, code
        assert not code or code not in page.text
        assert 'id="code"' not in page.text
    code = parse_qs(urlsplit(own).query)["code"][0]
    assert f'id="code">{code}<' in (await browser.get(own)).text
    assert (await Browser(browser.client).get(own)).location.startswith("/login")
    await auth.exchange_code(client, people.shown(code, redirect_uri=OOB))
    assert (await browser.get(own)).status == 410
    old = (await browser.send("POST", "/oauth/authorize", values=form)).location
    clock.shift(timedelta(minutes=11))
    assert (await browser.get(old)).status == 410
