"""The second factor through the pages: rows S-H08, S-H09, S-H11, S-H12."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp

from echo import cache, clock
from echo.models import BackupCode, SecondFactor, User
from echo.policy import second_factor as policy
from echo.runtime import Runtime
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Answer, Browser
from tests.web.test_entry import NEW, letter

SECURITY, APP, SECOND = "/settings/security", "/settings/security/app", "/login/second"
HALF, SESSION = "__Host-echo_half", "__Host-echo_session"


async def switched_on(browser: Browser, name: str = "alice") -> tuple[User, pyotp.TOTP, list[str]]:
    """Somebody with an authenticator app, logged in; their app and codes for paper."""
    user = await people.person(name)
    await browser.log_in(name, PASSWORD)
    page = await browser.get(SECURITY)
    assert (await browser.submit(page.form(APP), password="wrong")).status == 422
    assert (await browser.submit(page.form(APP), password=PASSWORD)).location == APP
    page = await browser.get(APP)
    assert "<svg" in page.text
    assert "style=" not in page.text, "the content policy allows no styles in pages"
    address = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert address is not None
    app = pyotp.parse_uri(address[1].replace("&amp;", "&"))
    assert isinstance(app, pyotp.TOTP)
    assert not (await browser.get(SECURITY)).text.count(">On<")
    wrong = await browser.submit(page.form(f"{APP}/confirm"), code="000000")
    assert wrong.status == 422
    shown = await browser.submit(page.form(f"{APP}/confirm"), code=app.at(clock.now()))
    codes = re.findall(r'<li class="literal">([a-z0-9-]+)</li>', shown.text)
    assert len(codes) == len(set(codes)) == policy.BACKUP_CODES
    # The next code is of another step.
    clock.shift(timedelta(seconds=policy.STEP_SECONDS))
    return user, app, codes


async def half_way(browser: Browser, name: str = "alice", password: str = PASSWORD) -> Answer:
    answer = await browser.log_in(name, password)
    assert answer.location.startswith(SECOND), answer.location
    assert SESSION not in browser.cookies
    return await browser.get(answer.location)


async def test_s_h12_a_log_in_asks_for_a_code_and_takes_each_once(runtime: Runtime, browser: Browser) -> None:
    user, app, codes = await switched_on(browser)
    stored = await SecondFactor.get(user_id=user.id)
    assert app.secret not in stored.secret, "sealed"
    assert not {row.code_hash for row in await BackupCode.all()} & set(codes)
    assert "Your second factor is on" in await _subject(runtime)
    for _ in range(2):
        other = Browser(browser.client)
        page = await half_way(other)
        assert (await other.get("/account")).status == 302
        answer = await other.submit(page.form(SECOND), code=app.at(clock.now()))
        if answer.status == 422:
            break
        assert answer.location == "/account"
        assert HALF not in other.cookies
        assert (await other.get("/account")).status == 200
    assert "used before" in answer.text, "the same code, a second time"
    # A code of paper stands in, once, however it is written.
    spoken = codes[0].upper().replace("-", " ")
    assert (await other.submit(answer.form(SECOND), code=spoken)).location == "/account"
    third = Browser(browser.client)
    page = await half_way(third)
    assert (await third.submit(page.form(SECOND), code=codes[0])).status == 422
    assert "A backup code was used" in await _subject(runtime)


async def test_s_h12_after_many_wrong_codes_none_is_taken_for_a_while(browser: Browser) -> None:
    user, app, codes = await switched_on(browser)
    other = Browser(browser.client)
    page = await half_way(other)
    for _ in range(policy.MOST_FAILURES):
        answer = await other.submit(page.form(SECOND), code="12 34 56")
        assert answer.status == 422
    for code in (app.at(clock.now()), codes[0]):
        answer = await other.submit(page.form(SECOND), code=code)
        assert "Too many wrong codes" in answer.text
    # Another browser is no way around, and emptying the cache neither.
    page = await half_way(Browser(browser.client, dict(other.cookies)))
    await cache.forget_everything()
    assert "Too many" in (await other.submit(page.form(SECOND), code=codes[0])).text
    assert await BackupCode.filter(used_at=None).count() == policy.BACKUP_CODES
    clock.shift(policy.LOCKED_FOR + timedelta(seconds=60))
    page = await half_way(other)
    assert (await other.submit(page.form(SECOND), code="000000")).status == 422
    assert "Too many" in (await other.submit(page.form(SECOND), code=codes[0])).text, (
        "one wrong one locks again"
    )
    clock.shift(policy.LOCKED_FOR * 2 + timedelta(seconds=120))
    page = await half_way(other)
    assert (await other.submit(page.form(SECOND), code=codes[0])).location == "/account"
    assert (await SecondFactor.get(user_id=user.id)).failures == 0


async def test_s_h09_a_half_done_log_in_ends_with_time_and_with_the_password(browser: Browser) -> None:
    _, app, _ = await switched_on(browser)
    late, early = Browser(browser.client), Browser(browser.client)
    pages = [await half_way(one) for one in (late, early)]
    page = await browser.get(SECURITY)
    await browser.submit(page.form(f"{SECURITY}/password"), old=PASSWORD, password=NEW)
    answer = await early.submit(pages[1].form(SECOND), code=app.at(clock.now()))
    assert answer.location == "/login?done=late"
    assert HALF not in early.cookies
    assert (await early.get("/account")).status == 302
    page = await half_way(late, password=NEW)
    clock.shift(timedelta(minutes=6))
    assert (await late.submit(page.form(SECOND), code=app.at(clock.now()))).location == "/login?done=late"
    assert "Log in again" in (await late.get("/login?done=late")).text


async def test_the_way_to_a_page_survives_the_second_factor(browser: Browser) -> None:
    _, app, _ = await switched_on(browser)
    other = Browser(browser.client)
    page = await other.get("/login?next=/oauth/authorize%3Fa%3D1%26b%3D2")
    answer = await other.submit(page.form("/login"), name="alice", password=PASSWORD)
    page = await other.get(answer.location)
    page = await other.submit(page.form(SECOND), code="000000")
    answer = await other.submit(page.form(SECOND), code=app.at(clock.now()))
    assert answer.location == "/oauth/authorize?a=1&b=2"


async def test_codes_are_renewed_and_the_app_removed_with_the_password_alone(
    runtime: Runtime, browser: Browser
) -> None:
    user, _, codes = await switched_on(browser)
    page = await browser.get(SECURITY)
    for path in (f"{SECURITY}/codes", f"{APP}/remove"):
        assert (await browser.submit(page.form(path), password="wrong")).status == 422
    shown = await browser.submit(page.form(f"{SECURITY}/codes"), password=PASSWORD)
    renewed = re.findall(r'<li class="literal">([a-z0-9-]+)</li>', shown.text)
    assert not set(renewed) & set(codes)
    other = Browser(browser.client)
    page = await half_way(other)
    assert (await other.submit(page.form(SECOND), code=codes[1])).status == 422
    page = await browser.get(SECURITY)
    assert "10 of your codes are left" in page.text
    await browser.submit(page.form(f"{APP}/remove"), password=PASSWORD)
    assert "authenticator app was removed" in await _subject(runtime)
    assert await BackupCode.all().count() == 0
    assert (await Browser(browser.client).log_in("alice", PASSWORD)).location == "/account"
    assert (await SecondFactor.get(user_id=user.id)).secret == ""


async def test_another_address_counts_once_its_letter_was_followed(
    runtime: Runtime, browser: Browser
) -> None:
    user = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    await people.person("bob")
    path = f"{SECURITY}/email"
    form = (await browser.get(SECURITY)).form(path)
    for values in (
        {"email": "new@mail.test", "password": "wrong"},
        {"email": "bob@mail.test", "password": PASSWORD},
        {"email": "nonsense", "password": PASSWORD},
    ):
        assert (await browser.submit(form, **values)).status == 422
    await browser.submit(form, email="new@mail.test", password=PASSWORD)
    assert (await User.get(id=user.id)).email == "alice@mail.test"
    await letter(runtime)
    texts = [path.read_text() for path in sorted((runtime.data / "mail").glob("*.eml"))]
    assert {re.search(r"^To: (\S+)", text, re.M)[1] for text in texts} == {"alice@mail.test", "new@mail.test"}  # type: ignore[index]
    assert "new@mail.test" in (await browser.get(SECURITY)).text
    link = next(
        re.search(r"https://echo\.test(/confirm/\S+)", text)[1] for text in texts if "/confirm/" in text
    )  # type: ignore[index]
    await browser.submit((await browser.get(link)).form(link))
    assert (await User.get(id=user.id)).email == "new@mail.test"


async def _subject(runtime: Runtime) -> str:
    """The subjects of all letters."""
    await letter(runtime)
    found = [
        " ".join(re.findall(r"^Subject: (.*(?:\n .*)*)", path.read_text(), re.M))
        for path in (runtime.data / "mail").glob("*.eml")
    ]
    return "\n".join(found)


def test_codes_are_read_near_their_time_and_once() -> None:
    secret, now = policy.new_secret(), clock.now()
    step = int(now.timestamp()) // policy.STEP_SECONDS
    codes = pyotp.TOTP(secret)
    near = [codes.generate_otp(at) for at in range(step - 2, step + 3)]
    taken = [policy.step_of(secret, code, now, after=0) for code in near]
    assert taken == [None, step - 1, step, step + 1, None]
    assert policy.step_of(secret, near[1], now, after=step - 1) is None
    assert policy.step_of(secret, f" {near[2][:3]} {near[2][3:]} ", now, after=0) == step
    for odd in ("", "12345", "1234567", "١٢٣٤٥٦", "abcdef"):
        assert policy.step_of(secret, odd, now, after=0) is None
    assert policy.locked_until(policy.MOST_FAILURES - 1, now) is None
    assert policy.locked_until(policy.MOST_FAILURES + 3, now) == now + policy.LOCKED_FOR
