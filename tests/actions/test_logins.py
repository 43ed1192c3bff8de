"""Browser sessions and passwords: rows S-H09, S-H11, S-H14, S-H17."""

from __future__ import annotations

from datetime import timedelta

import bcrypt
import pytest

from echo import clock, db
from echo.actions import auth, logins, password_changes
from echo.actions.logins import Browser
from echo.errors import Gone, Invalid
from echo.models import Account, User
from echo.policy import passwords
from echo.policy.roles import Staff
from echo.policy.standing import Standing
from echo.runtime import Runtime
from echo.store import access
from echo.store.auth import load_session
from tests.actions import people
from tests.actions.people import PASSWORD

BROWSER = Browser(address="192.0.2.1", user_agent="Test")
NEW = "another horse entirely"


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "ALICE",
        "@alice",
        "@alice@echo.test",
        "alice@echo.test",
        "alice@mail.test",
        " Alice@MAIL.test ",
    ],
)
async def test_people_log_in_by_name_handle_or_address(runtime: Runtime, name: str) -> None:
    user = await people.person("alice")
    login = await load_session((await logins.log_in(name, PASSWORD, BROWSER)).session)
    assert login is not None
    assert (login.user_id, login.username, login.standing) == (user.id, "alice", Standing.ACTIVE)


async def test_s_h11_each_log_in_is_a_new_session_and_logging_out_ends_it(runtime: Runtime) -> None:
    await people.person("alice")
    first, second = [(await logins.log_in("alice", PASSWORD, BROWSER)).session for _ in range(2)]
    assert first != second
    await logins.log_out(first)
    assert await load_session(first) is None
    login = await load_session(second)
    assert login is not None
    assert login.csrf not in {"", second}
    clock.shift(timedelta(days=logins.SESSION_DAYS, seconds=1))
    try:
        assert await load_session(second) is None
    finally:
        clock.shift(timedelta())


async def test_s_h14_the_answer_is_the_same_for_everybody(runtime: Runtime) -> None:
    await people.person("alice")
    await people.person("unconfirmed", confirmed=False)
    suspended = await people.person("suspended")
    await Account.filter(id=suspended.id).update(suspended_at=clock.now())
    texts = set()
    for name in ("alice", "unconfirmed", "suspended", "nobody", "no@body.test", "", "\x00"[1:]):
        with pytest.raises(Invalid) as error:
            await logins.log_in(name, "wrong password", BROWSER)
        texts.add((error.value.public, error.value.status))
    assert texts == {(logins.WRONG, 422)}


async def test_s_h14_unknown_people_take_as_long(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is nearly all of the time; it is computed once, with the same settings, for everybody."""
    await people.person("alice")
    checked: list[str] = []

    def note(password: str, stored: str) -> bool:
        checked.append(stored.rpartition("$")[0].rpartition("$")[0])
        return False

    monkeypatch.setattr(passwords, "_matches_argon2", note)
    for name in ("alice", "nobody", "no@body.test"):
        with pytest.raises(Invalid):
            await logins.log_in(name, "wrong password", BROWSER)
    assert len(checked) == 3
    assert len(set(checked)) == 1
    assert checked[0].startswith("$argon2id$")


async def test_s_h14_asking_for_a_reset_leaves_the_same_traces(runtime: Runtime) -> None:
    user = await people.person("alice")
    await password_changes.request_password_reset("alice@mail.test")
    await password_changes.request_password_reset("nobody@mail.test")
    rows = await db.fetch(
        "SELECT arguments->>'user_id' AS user_id FROM jobs WHERE name = 'mail.send' ORDER BY id"
    )
    assert [row["user_id"] for row in rows] == [str(user.id), "0"]
    assert await password_changes.link_for(0) is None


@pytest.mark.parametrize("way", ["reset", "change", "operator"])
async def test_s_h09_a_new_password_ends_whatever_the_old_one_opened(runtime: Runtime, way: str) -> None:
    user, client = await people.person("alice"), await people.app()
    bob = await people.person("bob")
    session = (await logins.log_in("alice", PASSWORD, BROWSER)).session
    bobs = (await logins.log_in("bob", PASSWORD, BROWSER)).session
    token = await auth.create_token_for(user.id, ["read"], app_id=client.app_id)
    bobs_token = await auth.create_token_for(bob.id, ["read"])
    code = await people.code_for(user, client)
    _, unused_link = await password_changes.link_for(user.id) or ("", "")
    match way:
        case "reset":
            await password_changes.reset_password(unused_link, NEW)
        case "change":
            fresh = await password_changes.change_password(user.id, PASSWORD, NEW, BROWSER)
            assert await load_session(fresh) is not None
        case "operator":
            await password_changes.set_password(Staff.shell(), user.id, NEW)
    assert await load_session(session) is None
    assert await access.load_token(token.text) is None
    with pytest.raises(auth.OAuthError):
        await auth.exchange_code(client, people.shown(code))
    with pytest.raises(Gone):
        await password_changes.reset_password(unused_link, "yet another horse")
    with pytest.raises(Invalid):
        await logins.log_in("alice", PASSWORD, BROWSER)
    await logins.log_in("alice", NEW, BROWSER)
    assert await load_session(bobs) is not None
    assert await access.load_token(bobs_token.text) is not None


async def test_s_h09_a_log_in_that_is_under_way_ends_with_the_old_password(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password was found right, but before the browser is let in there is another one."""
    user, verify = await people.person("alice"), passwords.verify
    _, secret = await password_changes.link_for(user.id) or ("", "")

    async def reset_meanwhile(password: str, stored: str | None) -> passwords.Verdict:
        verdict = await verify(password, stored)
        if verdict.matches and password == PASSWORD:
            await password_changes.reset_password(secret, NEW)
        return verdict

    monkeypatch.setattr(passwords, "verify", reset_meanwhile)
    with pytest.raises(Invalid):
        await logins.log_in("alice", PASSWORD, BROWSER)
    assert await db.fetch("SELECT 1 FROM sessions") == []
    assert (await logins.log_in("alice", NEW, BROWSER)).session


async def test_s_h17_a_reset_link_works_once_for_an_hour_and_is_kept_as_a_digest(runtime: Runtime) -> None:
    user = await people.person("alice")
    _, secret = await password_changes.link_for(user.id) or ("", "")
    stored = await db.fetch("SELECT secret_hash FROM one_time_links")
    assert [len(row["secret_hash"]) for row in stored] == [64]
    assert secret not in [row["secret_hash"] for row in stored]
    assert len(secret) >= 43
    with pytest.raises(Invalid):
        await password_changes.reset_password(secret, "short")
    await password_changes.reset_password(secret, NEW)
    with pytest.raises(Gone):
        await password_changes.reset_password(secret, NEW)
    _, late = await password_changes.link_for(user.id) or ("", "")
    clock.shift(timedelta(hours=1, seconds=1))
    try:
        with pytest.raises(Gone):
            await password_changes.reset_password(late, NEW)
    finally:
        clock.shift(timedelta())


async def test_the_old_password_is_needed_for_a_new_one(runtime: Runtime) -> None:
    user = await people.person("alice")
    with pytest.raises(Invalid, match="not your password"):
        await password_changes.change_password(user.id, "wrong password", NEW, BROWSER)
    with pytest.raises(Invalid, match="too short"):
        await password_changes.change_password(user.id, PASSWORD, "short", BROWSER)
    await logins.log_in("alice", PASSWORD, BROWSER)


async def test_an_imported_hash_is_replaced_at_the_first_log_in(runtime: Runtime) -> None:
    user = await people.person("alice")
    imported = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    await User.filter(id=user.id).update(password_hash=imported)
    await logins.log_in("alice", PASSWORD, BROWSER)
    assert (await User.get(id=user.id)).password_hash.startswith("$argon2id$")
    await logins.log_in("alice", PASSWORD, BROWSER)


async def test_a_reset_confirms_the_address_it_was_sent_to(runtime: Runtime) -> None:
    user = await people.person("alice", confirmed=False)
    _, secret = await password_changes.link_for(user.id) or ("", "")
    await password_changes.reset_password(secret, NEW)
    assert (await User.get(id=user.id)).confirmed_at is not None
