"""Input that nobody means well with: rows S-I of the security catalogue, over the whole route table."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from quart import Quart
from werkzeug.routing import Rule

from echo.actions.uploads import DESCRIPTION_CHARACTERS
from echo.kinds import Role
from tests import make
from tests.api.asking import Api
from tests.make import Person

BAD_IDS = (
    "abc",
    "-1",
    "0",
    "1.5",
    "1e3",
    "0x10",
    " 1",
    "+1",
    str(2**63),
    str(2**64),
    "9" * 40,
    "\u0661\u0662",
    "1\x00",
    "'",
    "1;DROP TABLE posts",
    "\ud7ff",
    "%",
)
NASTY = ("'", '"', "\\", "%", "_", "';--", "' OR '1'='1", "$1", "{}", "\x00", "*", "a\\_%' b", "\U0001f600")


def _routes(app: Quart, *, with_ids: bool) -> Iterator[tuple[str, Rule]]:
    """Routes of the client API, by method."""
    for rule in app.url_map.iter_rules():
        is_named = "<name>" in rule.rule or "<host>" in rule.rule
        if rule.rule.startswith("/api/") and bool(rule.arguments) == with_ids and not is_named:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


async def _admin() -> Person:
    """Somebody who is refused nothing before it is read."""
    admin = await make.person(role=Role.ADMIN)
    return await make.with_scopes(admin, *make.SCOPES, "admin:read", "admin:write")


async def test_s_i06_what_is_no_id_is_a_404(api: Api, app: Quart) -> None:
    alice = await _admin()
    asked = 0
    for method, rule in _routes(app, with_ids=True):
        if "streaming" in rule.rule:
            continue
        for text in BAD_IDS:
            path = re.sub(r"<[^>]+>", quote(text, safe=""), rule.rule)
            await api.ask(method, path, by=alice, expect=404)
            asked += 1
    assert asked > 300


@pytest.mark.parametrize("name", ["max_id", "since_id", "min_id", "limit", "offset"])
async def test_s_i06_what_is_no_cursor_is_ignored(api: Api, app: Quart, name: str) -> None:
    alice = await make.person()
    await make.post(alice)
    paths = ["/api/v1/timelines/home", "/api/v1/notifications", "/api/v1/blocks", "/api/v1/favourites"]
    for path in (*paths, f"/api/v1/accounts/{alice.id}/statuses", "/api/v1/timelines/tag/tea"):
        expected = (await api.get(path, by=alice)).json
        for text in (*BAD_IDS, ""):
            if text.strip("\x00 ") in ("-1", "0", "+1", "1"):
                continue  # these are numbers
            answer = await api.get(path, by=alice, query={name: text})
            assert answer.json == expected or text.isdigit(), (path, text)


async def test_s_i04_nothing_of_a_text_becomes_a_statement(api: Api) -> None:
    alice = await make.person("alice")
    await make.post(alice, "#tea")
    for text in NASTY:
        for path, query in (
            ("/api/v1/accounts/search", {"q": text}),
            ("/api/v2/search", {"q": f"x{text}"}),
            ("/api/v2/search", {"q": text or "x", "type": text}),
            ("/api/v1/timelines/tag/" + quote(f"x{text}", safe=""), {}),
            ("/api/v1/timelines/tag/tea", {"any": [text], "all": [text], "none": [text]}),
            ("/api/v1/timelines/public", {"limit": text, "local": text, "sort": text, "order": text}),
            ("/api/v1/notifications", {"types": [text], "exclude_types": [text], "account_id": text}),
            ("/api/v1/accounts/lookup", {"acct": f"x{text}"}),
            ("/api/v1/markers", {"timeline": [text]}),
            (f"/api/v1/accounts/{alice.id}/statuses", {"tagged": text}),
        ):
            response = await api.client.get(
                path, query_string=_flat(query), headers={"Host": "echo.test", **alice.headers}
            )
            assert response.status_code < 500, (path, text)
    found = (await api.get("/api/v1/accounts/search", by=alice, query={"q": "%"})).json
    assert found == (await api.get("/api/v1/accounts/search", by=alice, query={"q": "_"})).json == []
    assert len((await api.get("/api/v1/timelines/tag/tea")).json) == 1


async def test_s_i08_lists_have_an_end(api: Api, app: Quart) -> None:
    alice = await _admin()
    for _ in range(45):
        await make.post(alice)
    for method, rule in _routes(app, with_ids=False):
        if method == "GET" and "streaming" not in rule.rule:
            query = {"limit": 10**9, "q": "person", "acct": "x"}
            response = await api.client.get(rule.rule, query_string=query, headers=alice.headers)
            assert response.status_code < 500, rule.rule
    for path in (
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        f"/api/v1/accounts/{alice.id}/statuses",
    ):
        assert len((await api.get(path, by=alice, query={"limit": 10**9})).json) == 40
        assert len((await api.get(path, by=alice, query={"limit": 10**30})).json) == 20


@pytest.mark.parametrize("path", ["/api/v1/accounts/relationships", "/api/v1/accounts", "/api/v1/statuses"])
async def test_s_i08_ten_thousand_ids_are_too_many(api: Api, path: str) -> None:
    alice = await make.person()
    many = "&".join(f"id[]={n}" for n in range(10_000))
    response = await api.client.get(f"{path}?{many}", headers=alice.headers)
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/statuses", {"status": "x" * 900_000}),
        ("POST", "/api/v1/statuses", {"status": "\U0001f469\u200d" * 50_000}),
        ("POST", "/api/v1/statuses", {"status": "e" + "\u0301" * 100_000}),
        ("POST", "/api/v1/statuses", {"status": "https://peer.test/" + "x" * 900_000}),
        ("POST", "/api/v1/statuses", {"status": "@x@" + "x." * 100_000 + "test"}),
        ("POST", "/api/v1/statuses", {"status": "x", "spoiler_text": "x" * 900_000}),
        ("POST", "/api/v1/accounts/{bob}/note", {"comment": "x" * 900_000}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"note": "x" * 900_000}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"display_name": "x" * 900_000}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"avatar_description": "x" * 900_000}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"header_description": "x" * 900_000}),
        (
            "PATCH",
            "/api/v1/accounts/update_credentials",
            {"fields_attributes": [{"name": "x", "value": "x" * 900_000}]},
        ),
        (
            "PATCH",
            "/api/v1/accounts/update_credentials",
            {"fields_attributes": [{"name": str(n), "value": "x"} for n in range(50)]},
        ),
        ("PUT", "/api/v1/media/{image}", {"description": "x" * 900_000}),
    ],
)
async def test_s_i09_long_texts_are_refused(
    api: Api, method: str, path: str, body: dict[str, object]
) -> None:
    alice, bob = await make.person(), await make.person()
    image = await make.image(alice)
    started = time.process_time()
    await api.ask(method, path.format(bob=bob.id, image=image.id), by=alice, json=body, expect=422)
    assert time.process_time() - started < 10.0


async def test_s_i09_a_body_has_an_end(api: Api) -> None:
    alice = await make.person()
    await api.post("/api/v1/statuses", by=alice, json={"status": "x" * 1_100_000}, expect=413)
    many = {f"a{n}": "x" for n in range(1001)}
    await api.post("/api/v1/statuses", by=alice, form={"status": "x"} | many, expect=413)
    deep = '{"a":' * 100 + "1" + "}" * 100
    json = {"Content-Type": "application/json"}
    await api.post("/api/v1/statuses", by=alice, data=deep, headers=json, expect=400)


async def test_s_i09_the_longest_that_is_allowed(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    longest = "ü" * DESCRIPTION_CHARACTERS
    kept = await api.put(f"/api/v1/media/{image.id}", by=alice, json={"description": longest})
    assert kept.json["description"] == longest
    described = await api.patch(
        "/api/v1/accounts/update_credentials", by=alice, json={"avatar_description": "ü" * 150}
    )
    assert described.json["avatar_description"] == "ü" * 150


MALFORMED = [
    {"data": b"\xff\xfe\x00", "headers": {"Content-Type": "application/json"}},
    {"data": b"{" * 1000, "headers": {"Content-Type": "application/json"}},
    {"data": b"[1,2,3]", "headers": {"Content-Type": "application/json"}},
    {"data": b"null", "headers": {"Content-Type": "application/json"}},
    {"data": b"\xff\xfe=%ZZ&%", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    {"data": b"--b\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    {"data": b"x", "headers": {"Content-Type": "application/json; charset=nonsense"}},
    {"json": {"status": {"a": 1}, "media_ids": {"a": {}}, "poll": None, "visibility": [], "language": {}}},
    {"json": {"status": 1.5, "in_reply_to_id": [1], "sensitive": "maybe", "spoiler_text": []}},
    {"form": {"status[]": "x", "media_ids[0][id]": "1", "visibility[a]": "b"}},
]


@pytest.mark.parametrize("body", MALFORMED)
async def test_s_i12_what_is_malformed_is_told_nothing_of_the_inside(
    api: Api, app: Quart, body: dict[str, object]
) -> None:
    alice = await make.person()
    image = await make.image(alice)
    post = await make.post(alice)
    telling = re.compile(rb"Traceback|File \"|/echo/|\.py|SELECT|INSERT|asyncpg|tortoise|Postgre|quart", re.I)
    for method, path in (
        ("POST", "/api/v1/statuses"),
        ("PUT", f"/api/v1/statuses/{post.id}"),
        ("POST", "/api/v2/media"),
        ("PUT", f"/api/v1/media/{image.id}"),
        ("PATCH", "/api/v1/accounts/update_credentials"),
        ("POST", "/api/v1/markers"),
        ("POST", "/api/v1/apps"),
        ("POST", "/oauth/token"),
        ("GET", "/api/v1/timelines/public"),
        ("GET", "/api/v2/search"),
    ):
        sent = dict(body)
        headers = {"Host": "echo.test", **alice.headers, **sent.pop("headers", {})}  # type: ignore[dict-item]
        response = await api.client.open(path, method=method, headers=headers, **sent)  # type: ignore[arg-type]
        said = await response.get_data()
        assert response.status_code < 500, (method, path, said)
        if response.status_code >= 400:
            assert not telling.search(said), said
            assert len(said) < 600


async def test_s_i07_a_post_takes_only_what_a_post_has(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    sent = {
        "status": "x",
        "id": "1",
        "account_id": bob.id,
        "author_id": bob.id,
        "uri": "https://peer.test/1",
        "created_at": "2001-01-01T00:00:00Z",
        "local": False,
        "favourites_count": 99,
        "html": "<script>",
        "content": "<script>",
        "app_id": 1,
        "deleted_at": None,
    }
    made = (await api.post("/api/v1/statuses", by=alice, json=sent)).one("Status")
    assert (made["account"]["id"], made["favourites_count"], made["content"]) == (
        str(alice.id),
        0,
        "<p>x</p>",
    )
    assert made["uri"].startswith("https://echo.test/")
    assert made["id"] != "1"
    assert not made["created_at"].startswith("2001")
    edited = await api.put(f"/api/v1/statuses/{made['id']}", by=alice, json=sent | {"status": "y"})
    assert (edited.json["created_at"], edited.json["uri"]) == (made["created_at"], made["uri"])


def _flat(query: dict[str, object]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", item) for item in value]
        else:
            pairs.append((name, str(value)))
    return pairs
