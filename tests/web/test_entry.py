"""Signing up, logging in and out, letters, set-up: rows S-H09, S-H11, S-H14, S-H17."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from echo import clock, db
from echo.actions import links
from echo.actions.links import LinkKind
from echo.kinds import Role
from echo.models import Account, User
from echo.runtime import Runtime
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser
from workers.mail import send

SESSION = "__Host-echo_session"
NEW = "another horse entirely"


async def letter(runtime: Runtime) -> str:
    """The link in the newest letter, after the jobs that ask for letters were done."""
    for row in await db.fetch(
        "DELETE FROM jobs WHERE name = 'mail.send' RETURNING arguments->>'user_id' AS id,"
        " arguments->>'template' AS template"
    ):
        await send(runtime, user_id=int(row["id"]), template=row["template"])
    paths: list[Path] = sorted((runtime.data / "mail").glob("*.eml"))
    found = re.search(r"https://echo\.test(/\S+)", paths[-1].read_text()) if paths else None
    return found[1] if found else ""


async def test_sign_up_letter_and_first_log_in(runtime: Runtime, browser: Browser) -> None:
    page = await browser.get("/sign-up?next=/chats/join/x")
    assert page.status == 200
    answer = await browser.submit(
        page.form("/sign-up"), username="Alice", email="alice@mail.test", password=PASSWORD, agreement="1"
    )
    assert (answer.status, answer.location) == (303, "/account")
    page = await browser.get("/account")
    assert "alice@mail.test" in page.text
    assert "Look into your mail" in page.text
    link = await letter(runtime)
    page = await browser.get(link)
    assert (await User.get(email_key="alice@mail.test")).confirmed_at is None
    answer = await browser.submit(page.form(link))
    assert (answer.status, answer.location) == (303, "/chats/join/x"), "where she wanted to go"
    assert (await User.get(email_key="alice@mail.test")).confirmed_at is not None
    assert (await browser.get(link)).status == 410
    assert "Begin with an app" in (await browser.get("/account")).text


async def test_what_was_wrong_is_said_at_the_field(browser: Browser) -> None:
    page = await browser.get("/sign-up")
    answer = await browser.submit(
        page.form("/sign-up"), username='a"b', email="alice@mail.test", password="short"
    )
    assert answer.status == 422
    assert answer.form("/sign-up").values["email"] == "alice@mail.test"
    assert answer.form("/sign-up").values["username"] == 'a"b'
    assert answer.form("/sign-up").values["password"] == ""
    assert answer.text.count('aria-invalid="true"') == 2


async def test_closed_servers_say_so(runtime: Runtime, browser: Browser) -> None:
    token = (await browser.get("/sign-up")).form("/sign-up")
    people.configure(runtime, registrations={"mode": "closed"})
    assert "closed" in (await browser.get("/sign-up")).text
    answer = await browser.submit(
        token, username="alice", email="alice@mail.test", password=PASSWORD, agreement="1"
    )
    assert answer.status == 403
    assert await User.all().count() == 0


async def test_s_h11_a_session_begins_at_log_in_and_ends_at_log_out(browser: Browser) -> None:
    await people.person("alice")
    browser.cookies[SESSION] = "planted"
    answer = await browser.log_in("alice", PASSWORD)
    assert answer.status == 303
    (cookie,) = [header for header in browser.set_cookies if header.startswith(SESSION)]
    assert "; HttpOnly" in cookie
    assert "; Secure" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Path=/" in cookie
    assert "Domain" not in cookie
    first = browser.cookies[SESSION]
    assert first != "planted"
    page = await browser.get("/account")
    assert page.status == 200
    answer = await browser.submit(page.form("/logout"))
    assert answer.location == "/login?done=out"
    assert SESSION not in browser.cookies
    browser.cookies[SESSION] = first
    assert (await browser.get("/account")).status == 302


async def test_s_h11_logging_in_again_ends_the_old_session(browser: Browser) -> None:
    await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    first = browser.cookies[SESSION]
    page = await browser.get("/login?again=1&next=/account")
    answer = await browser.submit(page.form("/login"), name="alice", password=PASSWORD)
    assert answer.location == "/account"
    assert browser.cookies[SESSION] != first
    other = Browser(browser.client, {SESSION: first})
    assert (await other.get("/account")).status == 302


@pytest.mark.parametrize("name", ["alice", "nobody", "suspended", "unconfirmed"])
async def test_s_h14_a_wrong_log_in_is_answered_the_same(browser: Browser, name: str) -> None:
    await people.person("alice")
    await people.person("unconfirmed", confirmed=False)
    await Account.filter(id=(await people.person("suspended")).id).update(suspended_at=clock.now())
    answer = await browser.log_in(name, "wrong password")
    assert answer.status == 422
    assert "That is not the right name and password" in answer.text
    assert SESSION not in browser.cookies
    unsaid = answer.text.replace(f'value="{name}"', "").replace(browser.cookies["__Host-echo_form"], "")
    reference = await Browser(browser.client, dict(browser.cookies)).log_in("somebody", "wrong password")
    assert unsaid == reference.text.replace('value="somebody"', "").replace(
        browser.cookies["__Host-echo_form"], ""
    )


async def test_s_h14_forgotten_passwords_are_answered_the_same(runtime: Runtime, browser: Browser) -> None:
    await people.person("alice")
    texts = set()
    for email in ("alice@mail.test", "nobody@mail.test", "nonsense"):
        page = await browser.get("/password")
        texts.add((await browser.submit(page.form("/password"), email=email)).text)
    assert len(texts) == 1


async def test_s_h17_the_link_of_a_letter_does_not_follow_the_host_header(
    runtime: Runtime, browser: Browser
) -> None:
    await people.person("alice")
    page = await browser.get("/password")
    form = page.form("/password")
    await browser.send(
        "POST",
        "/password",
        values=form.values | {"email": "alice@mail.test"},
        headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"},
    )
    link = await letter(runtime)
    assert link.startswith("/password/")
    assert "evil.test" not in next((runtime.data / "mail").glob("*.eml")).read_text()


async def test_s_h09_a_reset_logs_every_browser_out(runtime: Runtime, browser: Browser) -> None:
    await people.person("alice")
    elsewhere = Browser(browser.client)
    await elsewhere.log_in("alice", PASSWORD)
    page = await browser.get("/password")
    await browser.submit(page.form("/password"), email="alice@mail.test")
    link = await letter(runtime)
    page = await browser.get(link)
    assert (await browser.submit(page.form(link), password="short")).status == 422
    answer = await browser.submit(page.form(link), password=NEW)
    assert answer.location == "/login?done=password"
    assert (await browser.get(link)).status == 410
    assert (await elsewhere.get("/account")).status == 302
    assert (await browser.log_in("alice", PASSWORD)).status == 422
    assert (await browser.log_in("alice", NEW)).status == 303


async def test_s_h09_changing_the_password_keeps_this_browser_only(browser: Browser) -> None:
    await people.person("alice")
    elsewhere = Browser(browser.client)
    await elsewhere.log_in("alice", PASSWORD)
    await browser.log_in("alice", PASSWORD)
    page = await browser.get("/settings/security")
    wrong = await browser.submit(page.form("/settings/security/password"), old="wrong", password=NEW)
    assert wrong.status == 422
    assert "That is not your password" in wrong.text
    answer = await browser.submit(page.form("/settings/security/password"), old=PASSWORD, password=NEW)
    assert answer.location == "/settings/security?done=password"
    assert (await browser.get("/account")).status == 200
    assert (await elsewhere.get("/account")).status == 302


async def test_the_way_to_a_page_survives_the_log_in(browser: Browser) -> None:
    await people.person("alice")
    page = await browser.get("/login?next=/@alice%3Freplies")
    assert page.form("/login").values["next"] == "/@alice?replies"
    wrong = await browser.submit(page.form("/login"), name="alice", password="wrong password")
    answer = await browser.submit(wrong.form("/login"), password=PASSWORD)
    assert answer.location == "/@alice?replies"


async def test_the_set_up_link_makes_the_owner_and_logs_them_in(browser: Browser) -> None:
    path = f"/setup/{await links.make_link(LinkKind.SETUP)}"
    page = await browser.get(path)
    wrong = await browser.submit(page.form(path), username="boss", email="boss@mail.test", password="x")
    assert wrong.status == 422
    answer = await browser.submit(
        wrong.form(path), username="boss", email="boss@mail.test", password=PASSWORD
    )
    assert answer.location == "/admin/settings?step=1"
    assert (await User.get(email_key="boss@mail.test")).role_id == Role.OWNER
    assert (await browser.get("/account")).status == 200
    assert (await browser.get(path)).status == 410
    assert (await browser.get("/setup/guessed")).status == 410


@pytest.mark.parametrize(
    ("standing", "words"), [("pending", "moderator"), ("disabled", "disabled"), ("suspended", "suspended")]
)
async def test_whoever_may_not_go_on_is_told_why(browser: Browser, standing: str, words: str) -> None:
    user = await people.person("alice", approved=standing != "pending")
    if standing == "disabled":
        await User.filter(id=user.id).update(disabled_at=clock.now())
    if standing == "suspended":
        await Account.filter(id=user.id).update(suspended_at=clock.now())
    await browser.log_in("alice", PASSWORD)
    assert words in (await browser.get("/account")).text
    # A page that is closed to them says so too, and leads back.
    closed = await browser.get("/settings/profile")
    assert closed.status == 403
    assert words in closed.text
    assert 'href="/account">To your account' in closed.text


async def test_log_ins_are_limited(runtime: Runtime, browser: Browser) -> None:
    await people.person("alice")
    people.configure(runtime, rate_limits={"enabled": True, "logins_per_account": 3})
    for _ in range(3):
        assert (await browser.log_in("alice", "wrong password")).status == 422
    answer = await browser.log_in("alice", PASSWORD)
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_over_plain_http_cookies_are_not_marked_secure(runtime: Runtime, browser: Browser) -> None:
    await people.person("alice")
    people.configure(runtime, server={"base_url": "http://localhost:3000"})
    await browser.log_in("alice", PASSWORD)
    assert "echo_session" in browser.cookies
    assert not any("Secure" in header for header in browser.set_cookies)


@pytest.mark.parametrize(
    ("scheme", "host", "secure"),
    [
        ("http", "echo.test", True),  # a proxy ends TLS
        ("https", "127.0.0.1:3000", True),
        ("http", "127.0.0.1:3000", False),  # somebody tries it on their machine
        ("http", "public.example", True),
    ],
)
async def test_s_h11_cookies_are_for_tls_only(browser: Browser, scheme: str, host: str, secure: bool) -> None:
    response = await browser.client.get("/login", scheme=scheme, headers={"Host": host})
    assert ("Secure" in response.headers["Set-Cookie"]) is secure
    assert response.headers["Set-Cookie"].startswith("__Host-") is secure


async def test_pages_without_forms_set_no_cookies(browser: Browser) -> None:
    for path in ("/", "/about", "/tags/echo"):
        await browser.get(path)
        assert browser.set_cookies == []
