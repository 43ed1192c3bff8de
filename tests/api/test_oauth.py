"""OAuth for programs: rows S-H03 to S-H06, S-H22."""

from __future__ import annotations

import asyncio
import base64
import time
from urllib.parse import quote

import pytest
from quart.typing import TestClientProtocol as Client

from echo.actions import auth
from echo.models import App, Token
from echo.policy import scopes
from echo.runtime import Runtime
from tests import make
from tests.actions import people
from tests.actions.people import CHALLENGE, REDIRECT, VERIFIER
from tests.api.oauth_client import answered, code_of, credentials, registered


async def test_registering_answers_what_clients_decode(client: Client) -> None:
    app = await registered(client)
    assert set(app) == {
        "id", "name", "website", "scopes", "redirect_uris", "redirect_uri", "vapid_key",
        "client_id", "client_secret", "client_secret_expires_at",
    }  # fmt: skip
    assert isinstance(app["id"], str)
    assert app["scopes"] == ["read", "write"]
    assert app["redirect_uris"] == [REDIRECT]
    assert app["redirect_uri"] == REDIRECT
    assert app["client_secret_expires_at"] == 0


@pytest.mark.parametrize("place", ["query", "form", "json", "multipart"])
async def test_parameters_may_stand_anywhere(client: Client, place: str) -> None:
    values = {"client_name": "App", "redirect_uris": f"{REDIRECT}\nicecubesapp://", "scopes": "read follow"}
    match place:
        case "query":
            query = "&".join(f"{name}={quote(value)}" for name, value in values.items())
            response = await client.post(f"/api/v1/apps?{query}")
        case "form":
            response = await client.post("/api/v1/apps/", form=values)
        case "json":
            lists = {"redirect_uris": [REDIRECT, "icecubesapp://"], "website": None}
            response = await client.post("/api/v1/apps", json=values | lists)
        case _:
            response = await client.post("/api/v1/apps", form=values, files={})
    app = await response.get_json()
    assert app["redirect_uris"] == [REDIRECT, "icecubesapp://"]
    assert app["scopes"] == ["read", "follow"]
    assert app["website"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": ""},
        {"redirect_uris": ""},
        {"redirect_uris": "javascript:alert(1)"},
        {"scopes": "nonsense"},
    ],
)
async def test_apps_that_are_not_taken(client: Client, changes: dict[str, str]) -> None:
    values = {"client_name": "App", "redirect_uris": REDIRECT} | changes
    status, body = await answered(client, "POST", "/api/v1/apps", json=values)
    assert status == 422
    assert isinstance(body, dict)
    assert body["error"].startswith("Validation failed: ")


async def test_the_whole_way_to_a_token(client: Client) -> None:
    app = await registered(client)
    code = await code_of(app, scope="read write:statuses")
    given = credentials(app) | {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "scope": "ignored",
    }
    response = await client.post("/oauth/token", form=given)
    assert response.headers["Cache-Control"] == "no-store"
    token = await response.get_json()
    assert set(token) == {"access_token", "token_type", "scope", "created_at"}
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read write:statuses"
    assert abs(token["created_at"] - time.time()) < 60
    headers = {"Authorization": f"bearer {token['access_token']}"}
    me = await client.get("/api/v1/accounts/verify_credentials", headers=headers)
    assert me.status_code == 200
    by_parameter = await client.get(
        f"/api/v1/accounts/verify_credentials?access_token={token['access_token']}"
    )
    assert by_parameter.status_code == 200


@pytest.mark.parametrize("way", ["json", "form", "basic", "query"])
async def test_the_token_endpoint_takes_every_spelling(client: Client, way: str) -> None:
    app = await registered(client)
    given = {"grant_type": "client_credentials", "scope": "read"}
    match way:
        case "json":
            response = await client.post("/oauth/token", json=given | credentials(app))
        case "form":
            response = await client.post("/oauth/token/", form=given | credentials(app))
        case "query":
            query = "&".join(f"{k}={quote(v)}" for k, v in (given | credentials(app)).items())
            response = await client.post(f"/oauth/token?{query}")
        case _:
            pair = f"{quote(app['client_id'])}:{quote(app['client_secret'])}"
            basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
            response = await client.post("/oauth/token", form=given, headers={"Authorization": basic})
    assert response.status_code == 200
    assert (await response.get_json())["scope"] == "read"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "wrong"}, 400, "invalid_grant"),
        ({"scope": "read follow push"}, 400, "invalid_scope"),
        ({"scope": "nonsense"}, 400, "invalid_scope"),
    ],
)
async def test_refusals_are_in_the_words_of_oauth(
    client: Client, changes: dict[str, str], status: int, code: str
) -> None:
    app = await registered(client)
    given = {"grant_type": "client_credentials"} | credentials(app) | changes
    got, body = await answered(client, "POST", "/oauth/token", form=given)
    assert isinstance(body, dict)
    assert (got, body["error"]) == (status, code)
    assert body["error_description"]


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Basic AAAA", "Basic Og=="])
async def test_broken_basic_headers_are_no_client(client: Client, header: str) -> None:
    given = {"grant_type": "client_credentials"}
    status, body = await answered(
        client, "POST", "/oauth/token", form=given, headers={"Authorization": header}
    )
    assert isinstance(body, dict)
    assert (status, body["error"]) == (401, "invalid_client")


async def test_s_h03_reuse_over_http_ends_the_token(client: Client) -> None:
    app = await registered(client)
    given = credentials(app) | {
        "grant_type": "authorization_code",
        "code": await code_of(app),
        "redirect_uri": REDIRECT,
    }
    token = await (await client.post("/oauth/token", form=given)).get_json()
    assert (await client.post("/oauth/token", form=given)).status_code == 400
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    gone = await client.get("/api/v1/accounts/verify_credentials", headers=headers)
    assert gone.status_code == 401
    assert gone.headers["WWW-Authenticate"].startswith("Bearer")


async def test_s_h03_many_exchanges_at_once_give_one_token(client: Client) -> None:
    app = await registered(client)
    given = credentials(app) | {
        "grant_type": "authorization_code",
        "code": await code_of(app),
        "redirect_uri": REDIRECT,
    }
    responses = await asyncio.gather(*(client.post("/oauth/token", form=given) for _ in range(20)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 19
    assert await Token.all().count() == 1


async def test_s_h04_the_code_of_another_app_is_refused(client: Client) -> None:
    app, thief = await registered(client), await registered(client)
    given = {"grant_type": "authorization_code", "code": await code_of(app), "redirect_uri": REDIRECT}
    assert (await client.post("/oauth/token", form=given | credentials(thief))).status_code == 400
    assert (await client.post("/oauth/token", form=given | credentials(app))).status_code == 200


async def test_s_h05_pkce(client: Client) -> None:
    app = await registered(client)
    code = await code_of(app, code_challenge=CHALLENGE, code_challenge_method="S256")
    given = credentials(app) | {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    for wrong in ({}, {"code_verifier": ""}, {"code_verifier": "w" * 43}, {"code_verifier": CHALLENGE}):
        assert (await client.post("/oauth/token", json=given | wrong)).status_code == 400
    assert (await client.post("/oauth/token", json=given | {"code_verifier": VERIFIER})).status_code == 200


async def test_s_h06_scopes_are_checked_on_routes(client: Client) -> None:
    alice = await make.person("alice")
    narrow = await auth.create_token_for(alice.id, ["read:statuses", "push"])
    headers = {"Authorization": f"Bearer {narrow.text}"}
    status, body = await answered(client, "GET", "/api/v1/accounts/verify_credentials", headers=headers)
    assert (status, body) == (403, {"error": "This action is outside the authorized scopes"})
    status, _ = await answered(client, "GET", "/oauth/userinfo", headers=headers)
    assert status == 403
    app = await registered(client)
    given = {"grant_type": "client_credentials", "scope": "read"} | credentials(app)
    token = (await (await client.post("/oauth/token", form=given)).get_json())["access_token"]
    status, body = await answered(
        client, "GET", "/api/v1/accounts/verify_credentials", headers={"Authorization": f"Bearer {token}"}
    )
    assert (status, body) == (422, {"error": "This method requires an authenticated user"})


async def test_revoking(client: Client) -> None:
    app, other = await registered(client), await registered(client)
    alice = await make.person("alice")
    token = await auth.create_token_for(alice.id, ["read"], app_id=int(app["id"]))
    headers = {"Authorization": f"Bearer {token.text}"}
    for wrong in (credentials(other), {}, credentials(app) | {"client_secret": "x"}):
        status, body = await answered(client, "POST", "/oauth/revoke", form=wrong | {"token": token.text})
        assert isinstance(body, dict)
        assert (status, body["error"]) == (403, "unauthorized_client")
    assert (await client.get("/api/v1/accounts/verify_credentials", headers=headers)).status_code == 200
    for text in (token.text, token.text, "unknown", ""):
        assert await answered(client, "POST", "/oauth/revoke", form=credentials(app) | {"token": text}) == (
            200,
            {},
        )
    status, body = await answered(client, "GET", "/api/v1/accounts/verify_credentials", headers=headers)
    assert (status, body) == (401, {"error": "The access token was revoked"})
    status, body = await answered(client, "GET", "/api/v1/preferences", headers={"Authorization": "Bearer x"})
    assert (status, body) == (401, {"error": "The access token is invalid"})


async def test_s_h22_the_secret_is_told_once(client: Client) -> None:
    app = await registered(client)
    given = {"grant_type": "client_credentials"} | credentials(app)
    token = (await (await client.post("/oauth/token", form=given)).get_json())["access_token"]
    _, shown = await answered(
        client, "GET", "/api/v1/apps/verify_credentials", headers={"Authorization": f"Bearer {token}"}
    )
    assert isinstance(shown, dict)
    assert not {"client_secret", "client_id"} & set(shown)
    assert shown["name"] == "App"
    stored = await App.get(id=int(app["id"]))
    assert app["client_secret"] not in str(dict(stored))
    status, _ = await answered(client, "GET", "/api/v1/apps/verify_credentials")
    assert status == 401


async def test_userinfo(client: Client) -> None:
    alice = await make.person("alice")
    for method in ("GET", "POST"):
        status, claims = await answered(client, method, "/oauth/userinfo", headers=alice.headers)
        assert status == 200
        assert claims == {
            "iss": "https://echo.test/",
            "sub": alice.account.uri,
            "name": "alice",
            "preferred_username": "alice",
            "profile": "https://echo.test/@alice",
            "picture": "https://echo.test/static/avatar.png",
        }


async def test_metadata(client: Client) -> None:
    status, document = await answered(
        client, "GET", "/.well-known/oauth-authorization-server", headers={"Host": "echo.test"}
    )
    assert status == 200
    assert isinstance(document, dict)
    assert document["issuer"] == "https://echo.test/"
    assert document["token_endpoint"] == "https://echo.test/oauth/token"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert set(document["grant_types_supported"]) == {"authorization_code", "client_credentials"}
    assert document["scopes_supported"] == list(scopes.ALL)


async def test_preflight(client: Client) -> None:
    for path in ("/api/v1/apps", "/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server"):
        response = await client.open(
            path,
            method="OPTIONS",
            headers={"Origin": "https://web.test", "Access-Control-Request-Headers": "X-A"},
        )
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Headers"] == "X-A"


async def test_registering_apps_is_limited(runtime: Runtime, client: Client) -> None:
    people.configure(runtime, rate_limits={"enabled": True, "apps_per_address": 2})
    for _ in range(2):
        await registered(client)
    status, body = await answered(
        client, "POST", "/api/v1/apps", json={"client_name": "App", "redirect_uris": REDIRECT}
    )
    assert (status, body) == (429, {"error": "Too many requests"})
