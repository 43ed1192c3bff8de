"""Filters, version 2: making them, their keywords and posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from echo import clock
from echo.actions import filters as filter_actions
from echo.actions import posts
from echo.kinds import Visibility
from tests import make
from tests.api.asking import Api
from tests.make import Person

FILTERS = "/api/v2/filters"
PLAIN = {"title": "tea", "context": ["home"]}


async def new_filter(api: Api, owner: Person, *words: str, **more: Any) -> dict[str, Any]:
    body = PLAIN | {"keywords_attributes": [{"keyword": word} for word in words]} | more
    made: dict[str, Any] = (await api.post(FILTERS, by=owner, json=body)).one("Filter")
    return made


async def test_a_filter_is_made_read_changed_and_deleted(api: Api) -> None:
    alice = await make.person()
    assert (await api.get(FILTERS, by=alice)).json == []
    made = await new_filter(api, alice, "green tea")
    word = {"id": made["keywords"][0]["id"], "keyword": "green tea", "whole_word": True}
    plain = {
        "id": made["id"],
        "title": "tea",
        "context": ["home"],
        "expires_at": None,
        "filter_action": "warn",
        "keywords": [word],
        "statuses": [],
    }
    assert made == plain
    assert (await api.get(FILTERS, by=alice)).many("Filter") == [plain]
    path = f"{FILTERS}/{made['id']}"
    assert (await api.get(path, by=alice)).one("Filter") == plain
    changed = plain | {"title": "x" * 256, "filter_action": "blur", "context": ["thread", "account"]}
    body = {"title": "x" * 256, "filter_action": "blur", "context": [" thread", "account", "thread", ""]}
    assert (await api.put(path, by=alice, json=body)).one("Filter") == changed
    assert (await api.patch(path, by=alice)).one("Filter") == changed
    assert (await api.patch(path, by=alice, query={"filter_action": "hide"})).json == changed | {
        "filter_action": "hide"
    }
    assert (await api.delete(path, by=alice)).json == {}
    await api.get(path, by=alice, expect=404)
    await api.get(f"{FILTERS}/keywords/{word['id']}", by=alice, expect=404)
    assert (await api.get(FILTERS, by=alice)).json == []


@pytest.mark.parametrize(
    "sent",
    [
        {
            "json": PLAIN
            | {"keywords_attributes": [{"keyword": "milk"}, {"keyword": "tea", "whole_word": False}]}
        },
        {
            "json": PLAIN
            | {
                "keywords_attributes": {
                    "0": {"keyword": "milk"},
                    "1": {"keyword": "tea", "whole_word": "false"},
                }
            }
        },
        {
            "form": {
                "title": "tea",
                "context[]": "home",
                "keywords_attributes[0][keyword]": "milk",
                "keywords_attributes[1][keyword]": "tea",
                "keywords_attributes[1][whole_word]": "0",
            }
        },
        {
            "data": "title=tea&context[]=home&keywords_attributes[][keyword]=milk"
            "&keywords_attributes[][whole_word]=true&keywords_attributes[][keyword]=tea"
            "&keywords_attributes[][whole_word]=false",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
    ],
    ids=["json", "json by index", "form by index", "form by repetition"],
)
async def test_keywords_in_every_spelling(api: Api, sent: dict[str, Any]) -> None:
    made = (await api.ask("POST", FILTERS, by=await make.person(), **sent)).one("Filter")
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [
        ("milk", True),
        ("tea", False),
    ]


async def test_keywords_are_made_changed_and_removed_with_their_filter(api: Api) -> None:
    alice = await make.person()
    made = await new_filter(api, alice, "milk", "tea", "sugar")
    other = await new_filter(api, alice, "coffee")
    path = f"{FILTERS}/{made['id']}"
    milk, tea, sugar = [one["id"] for one in made["keywords"]]
    wanted = [
        {"id": milk, "keyword": "cream"},
        {"id": tea, "_destroy": True},
        {"id": sugar, "whole_word": "false"},
        {"keyword": "lemon", "whole_word": "true"},
        {"keyword": "", "whole_word": ""},
        {"keyword": "never", "_destroy": "1"},
    ]
    changed = (await api.put(path, by=alice, json={"keywords_attributes": wanted})).one("Filter")
    assert [(one["keyword"], one["whole_word"]) for one in changed["keywords"]] == [
        ("cream", True),
        ("sugar", False),
        ("lemon", True),
    ]
    assert (await api.get(f"{path}/keywords", by=alice)).many("FilterKeyword") == changed["keywords"]
    # One that is wrong, and nothing has changed.
    for wrong, expect in (
        ({"id": other["keywords"][0]["id"], "keyword": "x"}, 404),
        ({"id": "x", "keyword": "x"}, 404),
        ({"id": sugar, "keyword": " "}, 422),
        ({"keyword": "x" * 513}, 422),
        ({"keyword": "", "whole_word": "true"}, 422),
    ):
        body = {"title": "other", "keywords_attributes": [{"id": milk, "_destroy": "true"}, wrong]}
        await api.put(path, by=alice, json=body, expect=expect)
        assert (await api.get(path, by=alice)).json == changed


async def test_single_keywords(api: Api) -> None:
    alice = await make.person()
    made = await new_filter(api, alice)
    path = f"{FILTERS}/{made['id']}/keywords"
    assert (await api.get(path, by=alice)).json == []
    word = (await api.post(path, by=alice, form={"keyword": "x" * 512, "whole_word": "false"})).one(
        "FilterKeyword"
    )
    assert word["whole_word"] is False
    assert (await api.get(path, by=alice)).many("FilterKeyword") == [word]
    one = f"{FILTERS}/keywords/{word['id']}"
    assert (await api.get(one, by=alice)).one("FilterKeyword") == word
    changed = (await api.put(one, by=alice, json={"keyword": "tea"})).one("FilterKeyword")
    assert changed == word | {"keyword": "tea"}
    changed = (await api.patch(one, by=alice, json={"whole_word": True})).one("FilterKeyword")
    assert (changed["keyword"], changed["whole_word"]) == ("tea", True)
    for body, told in (
        ({"keyword": " "}, "can't be blank"),
        ({"keyword": "x" * 513}, "is too long (maximum is 512 characters)"),
    ):
        for method, asked in (("POST", path), ("PUT", one)):
            answer = await api.ask(method, asked, by=alice, expect=422, json=body)
            assert answer.json["error"] == f"Validation failed: Keyword {told}"
    await api.post(path, by=alice, expect=422)
    assert (await api.delete(one, by=alice)).json == {}
    await api.delete(one, by=alice, expect=404)


async def test_single_posts(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    made = await new_filter(api, alice)
    path = f"{FILTERS}/{made['id']}/statuses"
    post, secret = await make.post(bob), await make.post(bob, visibility=Visibility.DIRECT)
    found = (await api.post(path, by=alice, form={"status_id": str(post.id)})).one("FilterStatus")
    assert found["status_id"] == str(post.id)
    assert (await api.get(path, by=alice)).many("FilterStatus") == [found]
    assert (await api.get(f"{FILTERS}/{made['id']}", by=alice)).one("Filter")["statuses"] == [found]
    one = f"{FILTERS}/statuses/{found['id']}"
    assert (await api.get(one, by=alice)).one("FilterStatus") == found
    told = await api.post(path, by=alice, expect=422, json={"status_id": post.id})
    assert told.json["error"] == "Validation failed: Status has already been taken"
    for unseen in (secret.id, 12345, "x", ""):
        await api.post(path, by=alice, expect=404, json={"status_id": unseen})
    await api.post(path, by=alice, expect=404)
    assert (await api.delete(one, by=alice)).json == {}
    await api.get(one, by=alice, expect=404)
    assert (await api.get(path, by=alice)).json == []
    await api.post(path, by=alice, json={"status_id": str(post.id)})
    await posts.remove(bob.id, post.id)
    assert len((await api.get(path, by=alice)).many("FilterStatus")) == 1


async def test_nobody_sees_or_changes_the_filter_of_another(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(bob)
    made = await new_filter(api, alice, "tea")
    added = await api.post(f"{FILTERS}/{made['id']}/statuses", by=alice, json={"status_id": str(post.id)})
    paths = {
        f"{FILTERS}/{made['id']}": ("GET", "PUT", "PATCH", "DELETE"),
        f"{FILTERS}/{made['id']}/keywords": ("GET", "POST"),
        f"{FILTERS}/{made['id']}/statuses": ("GET", "POST"),
        f"{FILTERS}/keywords/{made['keywords'][0]['id']}": ("GET", "PUT", "PATCH", "DELETE"),
        f"{FILTERS}/statuses/{added.json['id']}": ("GET", "DELETE"),
        f"/api/v1/filters/{made['keywords'][0]['id']}": ("GET", "PUT", "PATCH", "DELETE"),
    }
    body = {"keyword": "x", "phrase": "x", "title": "mine", "status_id": str(post.id), "context": ["home"]}
    for path, methods in paths.items():
        for method in methods:
            more: dict[str, Any] = {} if method == "GET" else {"json": body}
            await api.ask(method, path, by=bob, expect=404, **more)
            await api.ask(method, path, expect=401, **more)
            broken = path.rsplit("/", 1)[0] + "/x"
            if path.count("/") == 4 or "v1" in path:
                await api.ask(method, broken, by=alice, expect=404, **more)
    assert (await api.get(FILTERS, by=bob)).json == []
    assert (await api.get("/api/v1/filters", by=bob)).json == []
    assert (await api.get(f"{FILTERS}/{made['id']}", by=alice)).json["keywords"] == made["keywords"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"title": " "}, "Title can't be blank"),
        ({"title": "x" * 257}, "Title is too long (maximum is 256 characters)"),
        ({"context": []}, "Context can't be blank, Context None or invalid context supplied"),
        ({"context": ["home", "lists"]}, "Context None or invalid context supplied"),
        ({"filter_action": "delete"}, "Action is not included in the list"),
    ],
)
async def test_what_no_filter_can_be(api: Api, body: dict[str, Any], told: str) -> None:
    alice = await make.person()
    made = await new_filter(api, alice)
    for method, path in (("POST", FILTERS), ("PUT", f"{FILTERS}/{made['id']}")):
        answer = await api.ask(method, path, by=alice, expect=422, json=PLAIN | body)
        assert answer.json["error"] == f"Validation failed: {told}"
    await api.post(FILTERS, by=alice, expect=422)
    assert (await api.get(FILTERS, by=alice)).json == [made]


async def test_a_filter_ends(api: Api) -> None:
    alice = await make.person()
    for sent, seconds in (("3600", 3600), (3600, 3600), ("", None), (None, None), ("soon", 0), (-5, 0)):
        made = await new_filter(api, alice, expires_in=sent)
        if seconds is None:
            assert made["expires_at"] is None
            continue
        ends = datetime.fromisoformat(made["expires_at"])
        assert abs(ends - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(minutes=1)
    far = await new_filter(api, alice, expires_in="999999999999999999")
    path = f"{FILTERS}/{far['id']}"
    assert far["expires_at"] > "2100"
    assert (await api.put(path, by=alice, json={"title": "x"})).json["expires_at"] == far["expires_at"]
    assert (await api.put(path, by=alice, json={"expires_in": None})).json["expires_at"] is None
    assert (await api.put(path, by=alice, form={"expires_in": "60"})).json["expires_at"] is not None
    assert (await api.put(path, by=alice, form={"expires_in": ""})).json["expires_at"] is None


async def test_there_are_bounds(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = await make.person(), await make.person()
    monkeypatch.setattr(filter_actions, "MOST_FILTERS", 2)
    monkeypatch.setattr(filter_actions, "MOST_KEYWORDS", 2)
    monkeypatch.setattr(filter_actions, "MOST_POSTS", 1)
    made = await new_filter(api, alice, "milk")
    await new_filter(api, alice, "tea")
    for body, what in (({}, "filters"), ({"keywords_attributes": [{"keyword": "x"}]}, "keywords")):
        path, method = (FILTERS, "POST") if not body else (f"{FILTERS}/{made['id']}", "PUT")
        answer = await api.ask(method, path, by=alice, expect=422, json=PLAIN | body)
        assert answer.json["error"] == f"Validation failed: You have reached the maximum number of {what}"
    path = f"{FILTERS}/{made['id']}/statuses"
    await api.post(path, by=alice, json={"status_id": str((await make.post(bob)).id)})
    await api.post(path, by=alice, expect=422, json={"status_id": str((await make.post(bob)).id)})
    await api.post(f"{FILTERS}/{made['id']}/keywords", by=alice, expect=422, json={"keyword": "x"})
    await new_filter(api, bob, "tea")


async def test_filters_need_their_scopes(api: Api) -> None:
    alice = await make.person()
    reader = await make.with_scopes(alice, "read:filters")
    writer = await make.with_scopes(alice, "write:filters")
    await api.get(FILTERS, by=reader)
    await api.get(FILTERS, by=writer, expect=403)
    await api.post(FILTERS, by=reader, expect=403, json=PLAIN)
    await api.post("/api/v1/filters", by=reader, expect=403, json={"phrase": "x", "context": ["home"]})
    await new_filter(api, writer)


V1 = "/api/v1/filters"


async def test_version_1_is_a_view_on_version_2(api: Api) -> None:
    alice = await make.person()
    body = {"phrase": "tea", "context": ["home", "public"], "irreversible": "true", "expires_in": 60}
    made = (await api.post(V1, by=alice, json=body)).one("V1Filter")
    assert made == made | {
        "phrase": "tea",
        "context": ["home", "public"],
        "irreversible": True,
        "whole_word": True,
    }
    assert made["expires_at"] is not None
    (whole,) = (await api.get(FILTERS, by=alice)).many("Filter")
    assert (whole["title"], whole["filter_action"]) == ("tea", "hide")
    assert whole["keywords"] == [{"id": made["id"], "keyword": "tea", "whole_word": True}]
    several = await new_filter(api, alice, "milk", "sugar")
    shown = (await api.get(V1, by=alice)).many("V1Filter")
    assert [one["phrase"] for one in shown] == ["tea", "milk", "sugar"]
    path = f"{V1}/{made['id']}"
    changed = (
        await api.put(path, by=alice, form={"phrase": "mate", "whole_word": "0", "irreversible": "false"})
    ).one("V1Filter")
    assert changed == made | {"phrase": "mate", "whole_word": False, "irreversible": False}
    assert (await api.get(path, by=alice)).one("V1Filter") == changed
    assert (await api.patch(path, by=alice, json={"expires_in": ""})).json["expires_at"] is None
    whole = (await api.get(f"{FILTERS}/{whole['id']}", by=alice)).json
    assert (whole["title"], whole["filter_action"]) == ("mate", "warn")
    # What several keywords share cannot be changed for one of them.
    shared = f"{V1}/{several['keywords'][0]['id']}"
    for body in ({"phrase": "cream"}, {"irreversible": True}, {"context": ["thread"]}, {"expires_in": 5}):
        told = await api.put(shared, by=alice, expect=422, json=body)
        assert told.json["error"].startswith("These parameters cannot be changed from this application")
    assert (await api.get(shared, by=alice)).json["phrase"] == "milk"
    assert (await api.put(shared, by=alice, json={"whole_word": False})).json["whole_word"] is False
    assert (await api.delete(shared, by=alice)).json == {}
    await api.get(shared, by=alice, expect=404)
    assert [one["phrase"] for one in (await api.get(V1, by=alice)).json] == ["mate", "sugar"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phrase": "tea"},
        {"phrase": " ", "context": ["home"]},
        {"phrase": "tea", "context": ["lists"]},
        {"phrase": "x" * 257, "context": ["home"]},
    ],
)
async def test_what_no_filter_of_version_1_can_be(api: Api, body: dict[str, Any]) -> None:
    alice = await make.person()
    told = await api.post(V1, by=alice, expect=422, json=body)
    assert told.json["error"].startswith("Validation failed: ")
    assert (await api.get(V1, by=alice)).json == []


async def test_an_ended_filter_is_still_listed(api: Api) -> None:
    alice = await make.person()
    await new_filter(api, alice, "tea", expires_in=60)
    clock.shift(timedelta(hours=1))
    try:
        assert len((await api.get(FILTERS, by=alice)).many("Filter")) == 1
    finally:
        clock.shift(timedelta())
