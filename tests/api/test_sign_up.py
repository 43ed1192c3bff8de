"""Signing up through an app, and tokens of people who may not go on: rows S-H18, S-H20."""

from __future__ import annotations

from datetime import timedelta

import altcha
import pytest
from quart.typing import TestClientProtocol as Client

from echo import clock
from echo.actions import approvals, confirmations
from echo.humans.work import ProofOfWork
from echo.kinds import Role
from echo.models import Account, User
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import tidying
from tests import make
from tests.actions import people
from tests.api.asking import Api
from tests.api.oauth_client import answered, credentials, registered


@pytest.fixture
async def app_token(runtime: Runtime, client: Client) -> dict[str, str]:
    """Headers of an app that may sign people up here."""
    people.configure(runtime, registrations={"mode": "open"})
    app = await registered(client)
    given = {"grant_type": "client_credentials", "scope": "read write"} | credentials(app)
    token = await (await client.post("/oauth/token", form=given)).get_json()
    return {"Authorization": f"Bearer {token['access_token']}"}


NEWCOMER = {
    "username": "alice",
    "email": "alice@mail.test",
    "password": people.PASSWORD,
    "agreement": "true",
    "locale": "en",
}


async def test_an_app_works_off_a_challenge_or_its_people_wait(
    client: Client, runtime: Runtime, app_token: dict[str, str]
) -> None:
    path = "/api/v1/echo/sign_up/challenge"
    nothing = {"check": None, "challenge": None, "site_key": None}
    assert (await answered(client, "GET", path)) == (200, nothing)
    people.configure(runtime, registrations={"confirm_email": False, "check": "work"})
    runtime.human_check = ProofOfWork("secret", 1)
    runtime.bind()
    _, asked = await answered(client, "GET", path)
    assert isinstance(asked, dict)
    challenge = altcha.Challenge.from_dict(asked["challenge"])
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    proof = altcha.Payload(challenge, solution).to_base64()

    async def sign(name: str, **more: str) -> int:
        form = NEWCOMER | {"username": name, "email": f"{name}@mail.test"} | more
        return (await answered(client, "POST", "/api/v1/accounts", form=form, headers=app_token))[0]

    assert await sign("forger", proof="x") == 422
    assert await sign("worker", proof=proof) == 200
    assert await sign("copier", proof=proof) == 422, "an answer is good for one account"
    assert await sign("plain") == 200
    waits = {user.email: user.approved_at is None for user in await User.all()}
    assert waits == {"worker@mail.test": False, "plain@mail.test": True}


async def test_an_app_signs_somebody_up(client: Client, app_token: dict[str, str]) -> None:
    status, token = await answered(client, "POST", "/api/v1/accounts", form=NEWCOMER, headers=app_token)
    assert status == 200
    assert isinstance(token, dict)
    assert token["scope"] == "read write"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    me = "/api/v1/accounts/verify_credentials"
    status, body = await answered(client, "GET", me, headers=headers)
    assert (status, body) == (403, {"error": "Your login is missing a confirmed e-mail address"})
    check = "/api/v1/emails/check_confirmation"
    assert await answered(client, "GET", check, headers=headers) == (200, False)
    resend = "/api/v1/emails/confirmations"
    assert await answered(client, "POST", resend, headers=headers, form={"email": "al@mail.test"}) == (
        200,
        {},
    )
    user = await User.get()
    assert user.email == "al@mail.test"
    _, secret = await confirmations.link_for(user.id) or ("", "")
    await confirmations.confirm(secret)
    assert await answered(client, "GET", check, headers=headers) == (200, True)
    status, _ = await answered(client, "GET", me, headers=headers)
    assert status == 200
    status, _ = await answered(client, "POST", resend, headers=headers)
    assert status == 403


async def test_s_h18_sign_up_refusals_name_the_fields(client: Client, app_token: dict[str, str]) -> None:
    bad = NEWCOMER | {"username": "", "email": "a%b@mail.test", "password": "x", "agreement": "false"}
    status, body = await answered(client, "POST", "/api/v1/accounts", json=bad, headers=app_token)
    assert status == 422
    assert isinstance(body, dict)
    assert {field: reasons[0]["error"] for field, reasons in body["details"].items()} == {
        "username": "ERR_BLANK",
        "email": "ERR_INVALID",
        "password": "ERR_TOO_SHORT",
        "agreement": "ERR_ACCEPTED",
    }
    assert body["error"].startswith("Validation failed: ")


async def test_who_may_sign_people_up(runtime: Runtime, client: Client, app_token: dict[str, str]) -> None:
    alice = await make.person("bob")
    for headers, expected in (({}, 401), (alice.headers, 403)):
        status, _ = await answered(client, "POST", "/api/v1/accounts", form=NEWCOMER, headers=headers)
        assert status == expected
    people.configure(runtime, registrations={"mode": "closed"})
    status, body = await answered(client, "POST", "/api/v1/accounts", form=NEWCOMER, headers=app_token)
    assert (status, body) == (403, {"error": "This action is not allowed"})


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("unconfirmed", "Your login is missing a confirmed e-mail address"),
        ("pending", "Your login is currently pending approval"),
        ("disabled", "Your login is currently disabled"),
        ("suspended", "Your login is currently disabled"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/api/v1/accounts/verify_credentials", "/api/v1/apps/verify_credentials", "/oauth/userinfo",
             "/api/v1/timelines/public"]
)  # fmt: skip
async def test_s_h20_tokens_of_people_who_may_not_go_on(
    client: Client, state: str, text: str, path: str
) -> None:
    alice = await make.person("alice")
    now = clock.now()
    match state:
        case "unconfirmed":
            await User.filter(id=alice.id).update(confirmed_at=None)
        case "pending":
            await User.filter(id=alice.id).update(approved_at=None)
        case "disabled":
            await User.filter(id=alice.id).update(disabled_at=now)
        case _:
            await Account.filter(id=alice.id).update(suspended_at=now)
    assert await answered(client, "GET", path, headers=alice.headers) == (403, {"error": text})


async def test_a_server_that_asks_for_the_age_says_so(
    runtime: Runtime, client: Client, app_token: dict[str, str]
) -> None:
    people.configure(runtime, registrations={"min_age": 16})
    instance = await (await client.get("/api/v2/instance")).get_json()
    assert instance["registrations"]["min_age"] == 16
    young = NEWCOMER | {"date_of_birth": f"{clock.now():%Y-%m-%d}"}
    for body, code in ((NEWCOMER, "ERR_BLANK"), (young, "ERR_BELOW_LIMIT")):
        status, refused = await answered(client, "POST", "/api/v1/accounts", json=body, headers=app_token)
        assert status == 422
        assert isinstance(refused, dict)
        assert [reason["error"] for reason in refused["details"]["date_of_birth"]] == [code]
    old = NEWCOMER | {"date_of_birth": "1990-02-03"}
    status, _ = await answered(client, "POST", "/api/v1/accounts", json=old, headers=app_token)
    assert status == 200


async def test_somebody_who_waits_can_do_nothing_until_approved(
    runtime: Runtime, client: Client, app_token: dict[str, str]
) -> None:
    people.configure(runtime, registrations={"mode": "approval", "confirm_email": False})
    status, refused = await answered(client, "POST", "/api/v1/accounts", json=NEWCOMER, headers=app_token)
    assert status == 422
    assert isinstance(refused, dict)
    assert refused["details"]["reason"][0]["error"] == "ERR_BLANK"
    asking = NEWCOMER | {"reason": "Friends are here"}
    status, token = await answered(client, "POST", "/api/v1/accounts", json=asking, headers=app_token)
    assert status == 200
    assert isinstance(token, dict)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    body = {"status": "hello"}
    for method, path in (("GET", "/api/v1/timelines/home"), ("POST", "/api/v1/statuses")):
        status, answer = await answered(client, method, path, json=body, headers=headers)
        assert (status, answer) == (403, {"error": "Your login is currently pending approval"})
    await approvals.approve(Staff.shell(), (await User.get()).id)
    status, _ = await answered(client, "POST", "/api/v1/statuses", json=body, headers=headers)
    assert status == 200


@pytest.mark.parametrize("changes", [{"moved_to_uri": "https://peer.test/x"}, {"memorial": True}])
async def test_who_moved_or_died_can_do_nothing(client: Client, changes: dict[str, object]) -> None:
    alice = await make.person("alice")
    await make.account_of(alice, **changes)
    expected = (403, {"error": "Your login is currently disabled"})
    assert await answered(client, "GET", "/api/v1/timelines/home", headers=alice.headers) == expected


async def test_moderators_see_for_a_year_from_where_somebody_signed_up(
    client: Client, runtime: Runtime, app_token: dict[str, str]
) -> None:
    people.configure(runtime, registrations={"mode": "approval"})
    form, caller = NEWCOMER | {"reason": "why not"}, {"client": ("192.0.2.7", 4711)}
    await client.post("/api/v1/accounts", form=form, headers=app_token, scope_base=caller)
    alice = await User.get(email_key=NEWCOMER["email"])
    api = Api(client)
    root = await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read")
    shown = (await api.get(f"/api/v1/admin/accounts/{alice.id}", by=root)).json
    assert (shown["approved"], shown["ip"]) == (False, "192.0.2.7")
    assert [one["ip"] for one in shown["ips"]] == ["192.0.2.7"]
    for network, expected in (("192.0.2.0/24", [str(alice.id)]), ("198.51.100.0/24", [])):
        found = (await api.get(f"/api/v2/admin/accounts?ip={network}", by=root)).json
        assert [one["id"] for one in found] == expected
    clock.shift(timedelta(days=366))
    await tidying.forget_expired()
    shown = (await api.get(f"/api/v1/admin/accounts/{alice.id}", by=root)).json
    assert (shown["ip"], shown["ips"]) == (None, [])
