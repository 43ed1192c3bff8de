"""Nobody learns by asking who has an account here, with which address, or how that account stands. Row S-H14.

Two answers are the same when their status, headers and text are, and when as much was computed for them. To
hash a password takes nearly all of the time of an answer, so hashes are counted and no clock is looked at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Literal

import pytest
from argon2 import PasswordHasher

from echo import clock
from echo.actions import accounts, auth, identities
from echo.models import Account, Job, Passkey, User
from echo.policy import passwords
from echo.ports import Identified
from echo.runtime import Runtime
from echo.store.users import login_key
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.conftest import changed
from tests.web.browser import Answer, Browser
from tests.web.issuer import ISSUER, Issuer
from tests.web.test_openid import come_back

# No word that a page says for another reason.
HERE = tuple(
    f"q_{how}"
    for how in ("active", "suspended", "disabled", "unconfirmed", "pending", "moved", "memorial", "careful")
)
GONE, NEVER = "q_deleted", "q_never"
EVERYBODY = (*HERE, GONE, NEVER)
LATER = ("x-request-id", "content-length", "date")


class _Counting(PasswordHasher):
    """Counts what it does."""

    done: Counter[str] = Counter()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.done["hash"] += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.done["verify"] += 1
        return super().verify(hash, password)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many hashes were made and checked."""
    ours = passwords._HASHER
    counting = _Counting(ours.time_cost, ours.memory_cost, ours.parallelism)
    counting.done = Counter()
    monkeypatch.setattr(passwords, "_HASHER", counting)
    return counting.done


async def everybody() -> dict[str, User]:
    """People of every standing."""
    now = clock.now()
    found = {name: await people.person(name) for name in (*HERE, GONE)}
    await Account.filter(id=found["q_suspended"].id).update(suspended_at=now)
    await User.filter(id=found["q_disabled"].id).update(disabled_at=now)
    await User.filter(id=found["q_unconfirmed"].id).update(confirmed_at=None)
    await User.filter(id=found["q_pending"].id).update(approved_at=None)
    await Account.filter(id=found["q_moved"].id).update(moved_to_uri="https://far.test/me")
    await Account.filter(id=found["q_memorial"].id).update(memorial=True)
    await Passkey.create(
        user_id=found["q_careful"].id, credential_id="a", public_key="b", name="Key", created_at=now
    )
    await accounts.delete_local(found[GONE].id)
    return found


def seen(answer: Answer, *typed: str) -> tuple[int, str, str]:
    """All that somebody sees who typed this, without what they typed and what is another one each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in LATER}
    text = re.sub(r'name="csrf" value="[^"]*"', "", answer.text)
    for one in typed:
        text = text.replace(one, "...")
        headers = {name: value.replace(one, "...") for name, value in headers.items()}
    headers.pop("set-cookie", None)
    return answer.status, json.dumps(headers, sort_keys=True), text


async def test_s_h14_a_wrong_password_is_answered_alike_whoever_it_was_for(
    browser: Browser, hashing: Counter[str]
) -> None:
    await everybody()
    answers, costs = set(), set()
    for name in EVERYBODY:
        for typed in (name, f"{name}@mail.test"):
            visitor = Browser(browser.client)
            page = await visitor.get("/login")
            hashing.clear()
            answer = await visitor.submit(page.form("/login"), name=typed, password="not that one")
            costs.add(tuple(sorted(hashing.items())))
            answers.add((*seen(answer, typed), tuple(sorted(visitor.cookies))))
    assert len(answers) == 1
    assert {answer[0] for answer in answers} == {422}
    assert costs == {(("verify", 1),)}


async def test_s_h14_the_right_password_of_somebody_deleted_is_as_wrong_as_any(
    browser: Browser, hashing: Counter[str]
) -> None:
    await everybody()
    answers, costs = set(), set()
    for name in (GONE, NEVER):
        visitor = Browser(browser.client)
        hashing.clear()
        answers.add(seen(await visitor.log_in(name, PASSWORD), name))
        costs.add(tuple(sorted(hashing.items())))
    assert len(answers) == len(costs) == 1


async def test_s_h14_asking_for_a_new_password_is_answered_alike(
    browser: Browser, hashing: Counter[str]
) -> None:
    await everybody()
    hashing.clear()
    answers, letters = set(), set()
    for name in EVERYBODY:
        visitor = Browser(browser.client)
        page = await visitor.get("/password")
        await Job.filter(name="mail.send").delete()
        answer = await visitor.submit(page.form("/password"), email=f"{name}@mail.test")
        letters.add(await Job.filter(name="mail.send").count())
        answers.add(seen(answer, f"{name}@mail.test"))
    assert len(answers) == 1
    assert {answer[0] for answer in answers} == {200}
    assert letters == {1}, "one row each, also where nobody is to be written to"
    assert not hashing


async def test_s_h14_asking_for_the_letter_again_says_nothing_of_others(browser: Browser) -> None:
    """Strangers are sent to log in. The app of somebody new hears what the sign-up says of addresses, too."""
    known, client = await everybody(), await people.app()
    page = await browser.get("/password")
    answer = await browser.send("POST", "/confirm", values=page.form("/password").values)
    assert answer.location.startswith("/login")
    fresh = await people.person("fresh", confirmed=False)
    await User.filter(id=fresh.id).update(created_by_app_id=client.app_id)
    token = await auth.create_token_for(fresh.id, ["write"], app_id=client.app_id)
    asked = {"Host": "echo.test", "Authorization": f"Bearer {token.text}"}
    said = set()
    for name in known:
        answered = await browser.client.post(
            "/api/v1/emails/confirmations", headers=asked, json={"email": f"{name}@mail.test"}
        )
        said.add((answered.status_code, await answered.get_data(as_text=True)))
    assert len(said) == 1
    assert {status for status, _ in said} == {422}


@pytest.mark.parametrize("field", ["username", "email"])
async def test_s_h14_a_sign_up_says_that_something_is_taken_and_not_by_whom(
    browser: Browser, hashing: Counter[str], field: str
) -> None:
    """That much is told, as Mastodon tells it: nobody could sign up otherwise. It can be asked five times in
    half an hour (`sign_ups_per_address`).
    """
    known = await everybody()
    hashing.clear()
    answers = set()
    for name in known:
        typed = {"username": "fresh", "email": "fresh@mail.test", "password": PASSWORD, "agreement": "1"}
        typed[field] = name if field == "username" else f"{name}@mail.test"
        visitor = Browser(browser.client)
        page = await visitor.get("/sign-up")
        answer = await visitor.submit(page.form("/sign-up"), **typed)
        assert "has already been taken" in answer.text
        text = re.sub(r"challenge[^>]*>", "", seen(answer, typed[field])[2])
        answers.add((answer.status, text))
    assert len(answers) == 1
    assert not hashing


async def test_s_h14_a_passkey_is_asked_for_without_a_word_about_anybody(browser: Browser) -> None:
    await everybody()
    page = await browser.get("/login")
    form = page.form("/login/passkey").values
    for name in ("q_careful", "q_active", NEVER):
        question = await browser.send("POST", "/login/passkey/options", values=form | {"name": name})
        assert json.loads(question.text).get("allowCredentials", []) == []


async def test_s_h14_another_service_is_told_nothing_of_who_is_gone(visitor: Browser, issuer: Issuer) -> None:
    gone = await people.person(GONE)
    await identities.connect(gone.id, Identified(issuer=ISSUER, subject="7"))
    await accounts.delete_local(gone.id)
    first = await come_back(Browser(visitor.client), issuer)
    issuer.claims["sub"] = "8"
    assert seen(first) == seen(await come_back(Browser(visitor.client), issuer))


@pytest.mark.parametrize("name", ["q_active", NEVER])
@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("{0}", ("@{0}", " {0} ", "{0}@echo.test", "@{0}@echo.test", "{0} @echo.test", "{1}")),
        (
            "{0}@mail.test",
            ("{0}@MAIL.test", " {0}@mail.test", "{0}@ｍail.test", "{0}@ma\N{SOFT HYPHEN}il.test"),
        ),
    ],
)
async def test_s_h14_no_spelling_opens_another_window(
    browser: Browser, runtime: Runtime, name: str, first: str, others: tuple[str, ...]
) -> None:
    """Guesses at one account are counted together, and just so where there is none. Row S-H13."""
    await everybody()
    limits = {"enabled": True, "logins_per_account": 2, "logins_per_address": 1000}
    runtime.config = changed(runtime.config, rate_limits=limits)
    for path, fields in (("/login", {"password": "wrong"}), ("/password", {})):
        is_letter = path == "/password"
        if is_letter and "@" not in first:
            continue
        for spelled in (first, first):
            page = await browser.get(path)
            field = "email" if is_letter else "name"
            await browser.submit(page.form(path), **fields, **{field: spelled.format(name, name.upper())})
        for spelled in others:
            answer = await browser.submit(
                page.form(path), **fields, **{field: spelled.format(name, name.upper())}
            )
            assert answer.status == 429, spelled
        # Name and address are counted apart, or the count would tell whose address it is.
        other = f"{name}@mail.test" if first == "{0}" else name
        answer = await browser.submit(page.form(path), **fields, **{field: other})
        assert answer.status != 429


async def test_what_is_typed_is_counted_in_one_spelling(runtime: Runtime) -> None:
    assert login_key(" @Alice@echo.test ") == login_key("ALICE") == "alice"
    assert login_key("Alice@MAIL.test") == "alice@mail.test"
    assert len(login_key("x" * 100_000)) < 1000
    for odd in ("", "@", "@@", "\x00", "\ud800", "a@\ud800.test", "＠", "a@" + "ü" * 9000):
        login_key(odd)
