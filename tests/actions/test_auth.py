"""Codes and tokens: rows S-H03, S-H04, S-H05, S-H06 and S-H20."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from echo import clock, db
from echo.actions import apps, auth
from echo.errors import Forbidden, Invalid
from echo.models import Account, App, Token, User
from echo.policy.authorization import OAuthError
from echo.runtime import Runtime
from echo.store import access
from echo.store.apps import connected_to, find_by_credentials
from tests.actions import people
from tests.actions.people import CHALLENGE, REDIRECT, VERIFIER


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.shift(timedelta())


async def test_a_code_becomes_a_token(runtime: Runtime) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client, scope="read write:statuses")
    token = await auth.exchange_code(client, people.shown(code))
    found = await access.load_token(token.text)
    assert found is not None
    assert (found.user_id, found.app_id) == (user.id, client.app_id)
    assert found.scopes == token.scopes == ("read", "write:statuses")
    assert found.refusal == ""


async def test_secrets_are_not_stored(runtime: Runtime) -> None:
    user = await people.person()
    registered = await apps.register_app(apps.AppDraft(name="App", redirect_uris=(REDIRECT,)))
    client = registered.client
    code = await people.code_for(user, client)
    token = await auth.exchange_code(client, people.shown(code))
    for table in ("apps", "tokens", "authorization_codes", "users", "jobs"):
        stored = " ".join(row[0] for row in await db.fetch(f"SELECT t::text FROM {table} t"))
        for secret in (registered.secret, code, token.text, people.PASSWORD):
            assert secret not in stored


async def test_s_h03_a_code_works_once_and_its_reuse_ends_the_token(runtime: Runtime) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client)
    token = await auth.exchange_code(client, people.shown(code))
    other = await auth.create_token_for(user.id, ["read"])
    with pytest.raises(OAuthError, match="invalid") as error:
        await auth.exchange_code(client, people.shown(code))
    assert error.value.code == "invalid_grant"
    assert await access.load_token(token.text) is None
    assert await access.was_revoked(token.text)
    assert await access.load_token(other.text) is not None


async def test_s_h03_twenty_exchanges_at_once_give_one_token(runtime: Runtime) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client)
    results = await asyncio.gather(
        *(auth.exchange_code(client, people.shown(code)) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(result, auth.IssuedToken) for result in results) == 1
    assert sum(isinstance(result, OAuthError) for result in results) == 19
    assert await Token.filter(user_id=user.id).count() == 1


async def test_s_h03_a_code_is_too_old_after_ten_minutes(runtime: Runtime) -> None:
    user, client = await people.person(), await people.app()
    old, young = await people.code_for(user, client), await people.code_for(user, client)
    clock.shift(timedelta(minutes=9, seconds=50))
    await auth.exchange_code(client, people.shown(young))
    clock.shift(timedelta(minutes=10, seconds=1))
    with pytest.raises(OAuthError):
        await auth.exchange_code(client, people.shown(old))


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.test/callback",
        "https://app.test/callback?keep=1&more",
        "https://APP.test/callback?keep=1",
        "https://app.test/callback/?keep=1",
        "",
    ],
)
async def test_s_h03_the_redirect_address_must_be_the_same(runtime: Runtime, redirect_uri: str) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client)
    with pytest.raises(OAuthError):
        await auth.exchange_code(client, people.shown(code, redirect_uri=redirect_uri))


async def test_s_h04_the_code_of_another_client_is_refused_and_stays_good(runtime: Runtime) -> None:
    user, client, thief = await people.person(), await people.app(), await people.app()
    code = await people.code_for(user, client)
    with pytest.raises(OAuthError):
        await auth.exchange_code(thief, people.shown(code))
    token = await auth.exchange_code(client, people.shown(code))
    with pytest.raises(OAuthError):
        await auth.exchange_code(thief, people.shown(code))
    assert await access.load_token(token.text) is not None


@pytest.mark.parametrize("verifier", ["", "w" * 43, "v" * 42, "v" * 129, CHALLENGE, "v" * 42 + "é"])
async def test_s_h05_the_verifier_is_needed_once_there_was_a_challenge(
    runtime: Runtime, verifier: str
) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client, code_challenge=CHALLENGE, code_challenge_method="S256")
    with pytest.raises(OAuthError):
        await auth.exchange_code(client, people.shown(code, verifier=verifier))
    await auth.exchange_code(client, people.shown(code, verifier=VERIFIER))


async def test_s_h05_a_verifier_without_a_challenge_is_refused(runtime: Runtime) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client)
    with pytest.raises(OAuthError):
        await auth.exchange_code(client, people.shown(code, verifier=VERIFIER))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_code_challenge_method"),
        ({"code_challenge": CHALLENGE}, "invalid_code_challenge_method"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"scope": "read follow"}, "invalid_scope"),
        ({"scope": "read nonsense"}, "invalid_scope"),
        ({"scope": "admin:read"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"state": "x" * 5000}, "invalid_request"),
    ],
)
async def test_s_h05_s_h06_what_may_be_asked_for(
    runtime: Runtime, changes: dict[str, str], code: str
) -> None:
    client = await people.app(scopes=("read", "write:statuses"))
    with pytest.raises(OAuthError) as error:
        people.request(client, **changes)
    assert error.value.code == code


async def test_s_h06_narrow_scopes_of_a_registered_wide_one(runtime: Runtime) -> None:
    client = await people.app(scopes=("read", "follow"))
    assert people.request(client, scope="read:lists write:mutes").scopes == ("read:lists", "write:mutes")
    assert people.request(client, scope="").scopes == ("read",)


async def test_client_credentials_speak_for_the_app_alone(runtime: Runtime) -> None:
    client = await people.app(scopes=("read",))
    token = await auth.client_credentials(client, "")
    found = await access.load_token(token.text)
    assert found is not None
    assert found.user_id is None
    assert found.viewer.is_anonymous
    with pytest.raises(OAuthError):
        await auth.client_credentials(client, "write")


async def test_revoke_ends_own_tokens_only_and_does_not_mind_repetition(runtime: Runtime) -> None:
    user, client, other = await people.person(), await people.app(), await people.app()
    token = await auth.exchange_code(client, people.shown(await people.code_for(user, client)))
    with pytest.raises(OAuthError) as error:
        await auth.revoke(other, token.text)
    assert (error.value.code, error.value.status) == ("unauthorized_client", 403)
    assert await access.load_token(token.text) is not None
    await auth.revoke(client, token.text)
    await auth.revoke(client, token.text)
    await auth.revoke(client, "unknown")
    assert await access.load_token(token.text) is None


@pytest.mark.parametrize("state", ["suspended", "deleted", "disabled", "unconfirmed", "pending"])
async def test_s_h20_the_state_is_known_when_the_token_is_read(runtime: Runtime, state: str) -> None:
    user, client = await people.person(), await people.app()
    code = await people.code_for(user, client)
    token = await auth.create_token_for(user.id, ["read"])
    now = clock.now()
    match state:
        case "suspended":
            await Account.filter(id=user.id).update(suspended_at=now)
        case "deleted":
            await Account.filter(id=user.id).update(deleted_at=now)
        case "disabled":
            await User.filter(id=user.id).update(disabled_at=now)
        case "unconfirmed":
            await User.filter(id=user.id).update(confirmed_at=None)
        case "pending":
            await User.filter(id=user.id).update(approved_at=None)
    found = await access.load_token(token.text)
    assert found is not None
    assert found.refusal.startswith("Your login is")
    with pytest.raises(Forbidden):
        await auth.exchange_code(client, people.shown(code))
    with pytest.raises(Forbidden):
        await people.code_for(user, client)


async def test_s_h22_the_secret_is_kept_as_a_digest_and_not_listed(runtime: Runtime) -> None:
    user = await people.person()
    registered = await apps.register_app(apps.AppDraft(name=" App ", redirect_uris=(REDIRECT,), website=""))
    client = registered.client
    assert await find_by_credentials(client.client_id, registered.secret) == client
    assert await find_by_credentials(client.client_id, "wrong") is None
    assert await find_by_credentials("nobody", registered.secret) is None
    await auth.create_token_for(user.id, ["read", "push"], app_id=client.app_id)
    await auth.create_token_for(user.id, ["read"], app_id=client.app_id)
    (listed,) = await connected_to(user.id)
    assert (listed.name, listed.website, set(listed.scopes)) == ("App", None, {"read", "push"})
    assert registered.secret not in repr(listed) + repr(client)


async def test_disconnecting_an_app_ends_its_tokens_and_codes(runtime: Runtime) -> None:
    user, client, kept = await people.person(), await people.app(), await people.app()
    token = await auth.create_token_for(user.id, ["read"], app_id=client.app_id)
    other = await auth.create_token_for(user.id, ["read"], app_id=kept.app_id)
    code = await people.code_for(user, client)
    await auth.disconnect(user.id, client.app_id)
    assert await access.load_token(token.text) is None
    assert await access.load_token(other.text) is not None
    with pytest.raises(OAuthError):
        await auth.exchange_code(client, people.shown(code))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "x" * 61},
        {"redirect_uris": ()},
        {"redirect_uris": ("javascript:alert(1)",)},
        {"redirect_uris": (REDIRECT, "relative")},
        {"redirect_uris": (REDIRECT,) * 51},
        {"scopes": ("nonsense",)},
        {"scopes": ()},
        {"website": "javascript:alert(1)"},
        {"website": "https://x.test/" + "x" * 2000},
    ],
)
async def test_apps_that_are_not_registered(runtime: Runtime, changes: dict[str, object]) -> None:
    values: dict[str, object] = {"name": "App", "redirect_uris": (REDIRECT,), "scopes": ("read",)}
    with pytest.raises(Invalid, match="Validation failed: "):
        await apps.register_app(apps.AppDraft(**(values | changes)))  # type: ignore[arg-type]
    assert await App.all().count() == 0


async def test_stale_things_are_forgotten_and_used_ones_kept(runtime: Runtime) -> None:
    user, used, unused = await people.person(), await people.app(), await people.app()
    await auth.create_token_for(user.id, ["read"], app_id=used.app_id)
    await people.code_for(user, used)
    assert await auth.forget_stale() == 0
    clock.shift(timedelta(days=2, minutes=1))
    assert await auth.forget_stale() == 2
    assert [app.id for app in await App.all()] == [used.app_id]
    assert unused.app_id != used.app_id
