"""What holds for every route: errors, CORS, slashes, methods, encodings, limits."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime

import pytest
from quart.typing import TestClientProtocol as Client

from echo import settings
from echo.app import create_app
from echo.http.headers import EXPOSED
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.conftest import changed

MISSING = ("/api/v1/unknown", "/api/v9/timelines/home", "/api/", "/api/v1/pleroma/emoji", "/api/proxy")


@pytest.mark.parametrize("path", MISSING)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_an_unknown_path_is_a_json_404(api: Api, path: str, method: str) -> None:
    answer = await api.ask(method, path, expect=404, headers={"Accept": "text/html"})
    assert answer.json == {"error": "Not Found"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/search",
        "/api/v1/statuses/1/card",
        "/api/v1/timelines/direct",
        "/api/proofs",
        "/api/v2_alpha/notifications",
        "/api/v1//instance",
    ],
)
async def test_what_was_removed_is_a_404(api: Api, path: str) -> None:
    await api.get(path, by=await make.person(), expect=404)


async def test_a_wrong_method_is_a_404_like_elsewhere(api: Api) -> None:
    await api.post("/api/v1/timelines/home", by=await make.person(), expect=404)


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v1/timelines/public", "/api/v2/search"])
async def test_a_trailing_slash_is_the_same_path(api: Api, path: str) -> None:
    query = {"q": "x"}
    assert (await api.get(f"{path}/", query=query)).json == (await api.get(path, query=query)).json


async def test_posting_to_a_trailing_slash_posts(api: Api) -> None:
    alice = await make.person()
    await api.post("/api/v1/statuses/", by=alice, form={"status": "x"})
    assert len((await api.get("/api/v1/timelines/home/", by=alice)).json) == 1


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v1/timelines/public", "/api/v1/unknown"])
async def test_head_has_the_headers_of_get(client: Client, path: str) -> None:
    asked = await client.get(path)
    head = await client.head(path)  # the server under the application leaves the body out
    assert head.status_code == asked.status_code
    for one in (head, asked):
        assert one.headers.pop("X-Request-Id")  # each has its own
    assert sorted(head.headers.items()) == sorted(asked.headers.items())


@pytest.mark.parametrize(
    "path", ["/api/v1/statuses", "/api/v1/unknown", "/oauth/token", "/media/x.png", "/nodeinfo/2.0"]
)
async def test_preflight_allows_any_header(client: Client, path: str) -> None:
    asked = {"Origin": "https://app.test", "Access-Control-Request-Headers": "authorization,x-anything"}
    answer = await client.options(path, headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,x-anything"
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert method in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/instance", 200),
        ("/api/v1/unknown", 404),
        ("/api/v1/statuses/1", 404),
        ("/api/v1/timelines/home", 401),
        ("/api/v2/search", 400),
        ("/media/unknown.png", 404),
        ("/nodeinfo/2.0", 200),
    ],
)
async def test_cors_headers_stand_on_every_answer(client: Client, path: str, status: int) -> None:
    answer = await client.get(path, headers={"Origin": "https://app.test", "X-Request-Id": "mine"})
    assert answer.status_code == status
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == EXPOSED


async def test_cors_headers_stand_on_an_internal_error(runtime: Runtime) -> None:
    app = create_app(runtime)

    @app.get("/api/v1/broken")
    async def broken() -> str:
        raise RuntimeError("the password is hunter2")

    answer = await app.test_client().get("/api/v1/broken")
    assert answer.status_code == 500
    assert await answer.get_json() == {"error": "Internal error"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_answers_are_not_cached_for_others(api: Api) -> None:
    answer = await api.get("/api/v1/timelines/public")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Vary"] == "Authorization, Origin"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_token_in_the_header(api: Api, scheme: str) -> None:
    alice = await make.person()
    await api.ask("GET", "/api/v1/preferences", headers={"Authorization": f"{scheme} {alice.token}"})


@pytest.mark.parametrize("name", ["access_token", "bearer_token"])
async def test_a_token_in_the_query_is_not_repeated_in_links(api: Api, name: str) -> None:
    alice = await make.person()
    await make.post(alice)
    answer = await api.get("/api/v1/timelines/home", query={name: alice.token})
    assert alice.token not in answer.headers["Link"]


async def test_bad_tokens_are_told_apart_from_none(api: Api) -> None:
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/public"):
        answer = await api.ask("GET", path, headers={"Authorization": "Bearer nonsense"}, expect=401)
        assert answer.json == {"error": "The access token is invalid"}
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "application/json; charset=utf-8"},
        {},
    ],
)
async def test_broken_json_is_a_400(api: Api, headers: dict[str, str]) -> None:
    alice = await make.person()
    answer = await api.post("/api/v1/statuses", by=alice, data="{broken", headers=headers, expect=400)
    assert "JSON" in answer.json["error"]


async def test_a_post_without_body_or_type(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice)
    await api.post(
        f"/api/v1/accounts/{bob.id}/follow", by=alice, data="", headers={"Content-Type": "text/plain"}
    )


async def test_timestamps_have_three_decimals_everywhere(api: Api) -> None:
    alice = await make.person()
    await make.post(alice)
    body = (await api.get("/api/v1/timelines/home", by=alice)).body.decode()
    moments = re.findall(r'"[a-z_]+_at":"([^"]+T[^"]+)"', body)
    assert moments
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in moments)


@pytest.fixture
def limited(runtime: Runtime) -> Runtime:
    """A server that counts, with room for three."""
    few = {
        "enabled": True,
        "requests_per_token": 3,
        "requests_per_user": 5,
        "requests_per_address": 4,
        "posts_per_user": 2,
        "uploads_per_user": 1,
        "deletes_per_user": 1,
        "follows_per_user": 1,
    }
    runtime.config = changed(runtime.config, rate_limits=few)
    runtime.bind()
    assert settings.here().rate_limits.enabled
    return runtime


@pytest.mark.usefixtures("limited")
async def test_what_is_left_stands_in_the_headers(api: Api) -> None:
    alice = await make.person()
    for left in (2, 1, 0):
        answer = await api.get("/api/v1/preferences", by=alice)
        assert answer.headers["X-RateLimit-Limit"] == "3"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        reset = answer.headers["X-RateLimit-Reset"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", reset)
        assert 0 < (datetime.fromisoformat(reset) - datetime.now().astimezone()).total_seconds() <= 300
    refused = await api.get("/api/v1/preferences", by=alice, expect=429)
    assert refused.json == {"error": "Too many requests"}
    assert refused.headers["X-RateLimit-Limit"] == "3"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    moved = datetime.fromisoformat(refused.headers["X-RateLimit-Reset"]) - datetime.fromisoformat(reset)
    assert abs(moved.total_seconds()) < 1
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert "X-RateLimit-Reset" in refused.headers["Access-Control-Expose-Headers"]


@pytest.mark.usefixtures("limited")
async def test_errors_have_the_headers_too(api: Api) -> None:
    alice = await make.person()
    answer = await api.get("/api/v1/statuses/1", by=alice, expect=404)
    assert answer.headers["X-RateLimit-Remaining"] == "2"


@pytest.mark.usefixtures("limited")
async def test_another_token_does_not_help_for_ever(api: Api) -> None:
    alice = await make.person()
    second = await make.with_scopes(alice, "read")
    for token in (alice, alice, alice, second, second):
        await api.get("/api/v1/preferences", by=token)
    await api.get("/api/v1/preferences", by=second, expect=429)
    await api.get("/api/v1/preferences", by=await make.person())


@pytest.mark.usefixtures("limited")
async def test_s_h15_the_anonymous_are_counted_by_address_and_cannot_choose_one(api: Api) -> None:
    for _ in range(4):
        await api.get("/api/v1/instance")
    await api.get("/api/v1/instance", expect=429)
    forged = {"X-Forwarded-For": "192.0.2.7", "X-Real-IP": "192.0.2.7", "Forwarded": "for=192.0.2.7"}
    await api.ask("GET", "/api/v1/instance", headers=forged, expect=429)


async def test_costly_things_have_limits_of_their_own(api: Api, limited: Runtime) -> None:
    limited.config = changed(
        limited.config, rate_limits={"requests_per_token": 100, "requests_per_user": 100}
    )
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    ids = [(await api.post("/api/v1/statuses", by=alice, form={"status": "x"})).json["id"] for _ in range(2)]
    await api.post("/api/v1/statuses", by=alice, form={"status": "x"}, expect=429)
    await api.delete(f"/api/v1/statuses/{ids[0]}", by=alice)
    await api.delete(f"/api/v1/statuses/{ids[1]}", by=alice, expect=429)
    await api.post(f"/api/v1/accounts/{bob.id}/follow", by=alice)
    await api.post(f"/api/v1/accounts/{carol.id}/follow", by=alice, expect=429)
    await api.post("/api/v2/media", by=alice, expect=422)
    await api.post("/api/v2/media", by=alice, expect=429)
    await api.post("/api/v1/statuses", by=bob, form={"status": "x"})


async def test_without_limits_there_are_no_headers(api: Api) -> None:
    alice = await make.person()
    answers = await asyncio.gather(*(api.get("/api/v1/preferences", by=alice) for _ in range(20)))
    assert all("X-RateLimit-Limit" not in answer.headers for answer in answers)
