"""Posts that wait for their time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.actions import schedules
from echo.kinds import Visibility
from echo.models import Media, Post, ScheduledPost
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Answer, Api
from tests.conftest import changed
from tests.make import Person

STATUSES = "/api/v1/statuses"
SCHEDULED = "/api/v1/scheduled_statuses"


def later(**ahead: float) -> str:
    """A moment as apps write it."""
    return (clock.now() + timedelta(**(ahead or {"hours": 1}))).isoformat().replace("+00:00", "Z")


async def schedule(api: Api, by: Person, text: str = "later", expect: int = 200, **form: Any) -> Answer:
    body = {"status": text, "scheduled_at": later(), **form}
    return await api.post(STATUSES, by=by, expect=expect, json=body)


async def publish_due() -> None:
    while await schedules.publish_due("test", 10):
        pass


async def test_a_post_waits_and_is_published_when_its_time_comes(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(bob)
    made = (
        await schedule(
            api,
            alice,
            "@bob #later",
            spoiler_text="soon",
            visibility="private",
            language="de",
            in_reply_to_id=post.id,
        )
    ).one("ScheduledStatus")
    assert made["params"] == {
        "text": "@bob #later",
        "poll": None,
        "media_ids": None,
        "sensitive": False,
        "spoiler_text": "soon",
        "visibility": "private",
        "in_reply_to_id": post.id,
        "language": "de",
        "application_id": 0,
        "quoted_status_id": None,
        "quote_approval_policy": "public",
        "scheduled_at": None,
        "idempotency": None,
        "with_rate_limit": False,
    }
    await publish_due()
    assert await Post.filter(author_id=alice.id).count() == 0
    assert (await api.get("/api/v1/notifications", by=bob)).json == []
    clock.shift(timedelta(hours=1, seconds=1))
    await publish_due()
    published = await Post.get(author_id=alice.id)
    shown = (await api.get(f"{STATUSES}/{published.id}", by=bob)).one("Status")
    assert (shown["visibility"], shown["language"], shown["spoiler_text"]) == ("private", "de", "soon")
    assert shown["in_reply_to_id"] == str(post.id)
    assert [mention["acct"] for mention in shown["mentions"]] == ["bob"]
    assert datetime.fromisoformat(shown["created_at"]) > datetime.now(UTC) + timedelta(minutes=59)
    assert [told["type"] for told in (await api.get("/api/v1/notifications", by=bob)).json] == ["mention"]
    assert (await api.get(SCHEDULED, by=alice)).json == []
    await publish_due()
    assert await Post.filter(author_id=alice.id).count() == 1


@pytest.mark.parametrize(
    "at",
    ["2100-01-01T10:00:00.000Z", "2100-01-01T11:00:00+01:00", "2100-01-01 10:00", "20991231T230000-1100"],
)
async def test_moments_in_many_spellings(api: Api, at: str) -> None:
    alice = await make.person()
    made = (await schedule(api, alice, scheduled_at=at)).one("ScheduledStatus")
    assert made["scheduled_at"] == "2100-01-01T10:00:00.000Z"


@pytest.mark.parametrize("at", ["soon", "2100-13-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "1" * 500, "-5"])
async def test_what_is_no_moment_is_refused(api: Api, at: str) -> None:
    alice = await make.person()
    answer = await schedule(api, alice, scheduled_at=at, expect=422)
    assert answer.json == {"error": "Record invalid"}
    assert await Post.all().count() == 0


@pytest.mark.parametrize("ahead", [{"minutes": 4, "seconds": 59}, {"hours": -3}, {}])
async def test_what_is_near_is_posted_at_once(api: Api, ahead: dict[str, float]) -> None:
    alice = await make.person()
    at = later(**ahead) if ahead else ""
    (await schedule(api, alice, scheduled_at=at)).one("Status")
    assert (await api.get(SCHEDULED, by=alice)).json == []


@pytest.mark.parametrize(
    "form",
    [
        {"status": " "},
        {"status": "x" * 501},
        {"media_ids": ["1"]},
        {"visibility": "everybody"},
    ],
)
async def test_what_could_not_be_published_is_refused_at_once(api: Api, form: dict[str, Any]) -> None:
    alice = await make.person()
    await schedule(api, alice, expect=422, **form)
    await schedule(api, alice, in_reply_to_id=12345, expect=404)
    hidden = await make.post(await make.person(), visibility=Visibility.DIRECT)
    await schedule(api, alice, in_reply_to_id=hidden.id, expect=404)
    assert await ScheduledPost.all().count() == 0


async def test_the_list_is_paged_and_ones_own(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    made = [
        (await schedule(api, alice, str(number), scheduled_at=later(hours=30 - number)))
        for number in range(5)
    ]
    await schedule(api, bob)
    pages = await api.pages(SCHEDULED, by=alice, query={"limit": 2})
    assert [[one["params"]["text"] for one in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    last = await api.get(SCHEDULED, by=alice, query={"limit": 2, "max_id": made[2].json["id"]})
    last.many("ScheduledStatus")
    up = await api.walk_up(last, by=alice)
    assert [[one["params"]["text"] for one in page] for page in up] == [["3", "2"], ["4"]]
    empty = await api.get(SCHEDULED, by=await make.person())
    assert (empty.json, empty.links) == ([], {})
    await api.get(SCHEDULED, expect=401)


async def test_one_is_shown_put_off_and_deleted_by_its_author_alone(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    made = (await schedule(api, alice)).one("ScheduledStatus")
    path = f"{SCHEDULED}/{made['id']}"
    assert (await api.get(path, by=alice)).one("ScheduledStatus") == made
    at = later(hours=5)
    for method in ("PUT", "PATCH"):
        moved = await api.ask(method, path, by=alice, json={"scheduled_at": at})
        assert moved.one("ScheduledStatus")["scheduled_at"] == at[:23] + "Z"
    for method in ("GET", "PUT", "DELETE"):
        await api.ask(method, path, by=bob, expect=404, form={"scheduled_at": at})
        await api.ask(method, f"{SCHEDULED}/99", by=alice, expect=404, form={"scheduled_at": at})
        await api.ask(method, f"{SCHEDULED}/nothing", by=alice, expect=404, form={"scheduled_at": at})
    await api.put(path, by=await make.with_scopes(alice, "read"), expect=403, form={"scheduled_at": at})
    assert (await api.get(path, by=alice)).json["scheduled_at"] == at[:23] + "Z"
    assert (await api.delete(path, by=alice)).json == {}
    await api.get(path, by=alice, expect=404)
    await api.delete(path, by=alice, expect=404)
    clock.shift(timedelta(hours=6))
    await publish_due()
    assert await Post.all().count() == 0


@pytest.mark.parametrize(
    ("at", "words"), [("", "can't be blank"), ("never", "Record invalid"), ("near", "must be in the future")]
)
async def test_a_time_that_one_cannot_be_put_off_to(api: Api, at: str, words: str) -> None:
    alice = await make.person()
    made = (await schedule(api, alice)).json
    at = later(minutes=4) if at == "near" else at
    path = f"{SCHEDULED}/{made['id']}"
    answer = await api.put(path, by=alice, expect=422, form={"scheduled_at": at})
    assert words in answer.json["error"]
    assert (await api.get(path, by=alice)).json == made


async def test_only_so_many_wait(api: Api, runtime: Runtime) -> None:
    runtime.config = changed(runtime.config, limits={"scheduled_posts": 3, "scheduled_posts_per_day": 2})
    alice, bob = await make.person(), await make.person()
    one, two = "2100-01-01T10:00:00Z", "2100-01-02T00:00:00Z"
    first = (await schedule(api, alice, scheduled_at=one)).json
    await schedule(api, alice, scheduled_at="2100-01-01T23:59:59Z")
    answer = await schedule(api, alice, scheduled_at="2100-01-01T00:00:00Z", expect=422)
    assert answer.json["error"].endswith("exceeded the limit of 2 scheduled posts for today")
    await schedule(api, alice, scheduled_at=two)
    answer = await schedule(api, alice, scheduled_at="2100-01-03T00:00:00Z", expect=422)
    assert answer.json["error"].endswith("exceeded the limit of 3 scheduled posts")
    await schedule(api, bob, scheduled_at=one)
    await api.put(f"{SCHEDULED}/{first['id']}", by=alice, form={"scheduled_at": "2100-01-01T11:00:00Z"})


async def test_files_stay_with_the_post_that_waits(api: Api) -> None:
    alice = await make.person()
    image, other = await make.image(alice, "a cat"), await make.image(alice)
    made = (await schedule(api, alice, "", media_ids=[image.id, other.id])).one("ScheduledStatus")
    assert [file["id"] for file in made["media_attachments"]] == [str(image.id), str(other.id)]
    assert made["params"]["media_ids"] == [str(image.id), str(other.id)]
    (await api.get(SCHEDULED, by=alice)).many("ScheduledStatus")
    await api.get(f"/api/v1/media/{image.id}", by=alice, expect=404)
    await api.put(f"/api/v1/media/{image.id}", by=alice, expect=404, form={"description": "x"})
    await api.delete(f"/api/v1/media/{image.id}", by=alice, expect=422)
    taken = {"status": "x", "media_ids": [image.id]}
    await api.post(STATUSES, by=alice, expect=422, json=taken)
    await schedule(api, alice, expect=422, media_ids=[image.id])
    clock.shift(timedelta(hours=2))
    await publish_due()
    post = await Post.get(author_id=alice.id)
    shown = (await api.get(f"{STATUSES}/{post.id}")).one("Status")
    assert [file["description"] for file in shown["media_attachments"]] == ["a cat", None]
    assert set(await Media.all().values_list("post_id", "scheduled_id")) == {(post.id, None)}


async def test_files_of_a_deleted_one_are_free(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    made = (await schedule(api, alice, media_ids=[image.id])).json
    await api.delete(f"{SCHEDULED}/{made['id']}", by=alice)
    (await api.get(f"/api/v1/media/{image.id}", by=alice)).one("MediaAttachment")
    await api.post(STATUSES, by=alice, json={"status": "x", "media_ids": [image.id]})


async def test_one_key_schedules_once(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    headers = {"Idempotency-Key": "one"}
    form = {"status": "x", "scheduled_at": later()}
    answers = await asyncio.gather(
        *(api.ask("POST", STATUSES, by=alice, headers=headers, form=form) for _ in range(5))
    )
    made = answers[0].one("ScheduledStatus")
    assert all(answer.json == made for answer in answers)
    # The key is the call's, whatever is asked for the second time.
    again = await api.ask("POST", STATUSES, by=alice, headers=headers, form={"status": "now"})
    assert again.one("ScheduledStatus") == made
    other = await api.ask("POST", STATUSES, by=bob, headers=headers, form={"status": "mine"})
    other.one("Status")
    clock.shift(timedelta(hours=2))
    await publish_due()
    again = await api.ask("POST", STATUSES, by=alice, headers=headers, form=form)
    assert again.one("Status")["content"] == "<p>x</p>"
    assert await Post.filter(author_id=alice.id).count() == 1


async def test_a_key_of_a_post_does_not_schedule_another(api: Api) -> None:
    alice = await make.person()
    headers = {"Idempotency-Key": "k"}
    made = await api.ask("POST", STATUSES, by=alice, headers=headers, form={"status": "now"})
    form = {"status": "x", "scheduled_at": later()}
    again = await api.ask("POST", STATUSES, by=alice, headers=headers, form=form)
    assert again.one("Status")["id"] == made.json["id"]
    assert await ScheduledPost.all().count() == 0


async def test_whom_a_text_names_can_be_limited(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person("bob"), await make.person("carol")
    text = "@bob @carol"
    body = {"status": text, "allowed_mentions": [bob.id]}
    for more in ({}, {"scheduled_at": later()}):
        answer = await api.post(STATUSES, by=alice, expect=422, json=body | more)
        assert answer.json["error"] == "Post would be sent to unexpected accounts"
        assert [person["id"] for person in answer.json["unexpected_accounts"]] == [str(carol.id)]
    await api.post(STATUSES, by=alice, expect=422, json={"status": text, "allowed_mentions": []})
    await api.post(STATUSES, by=alice, json={"status": text, "allowed_mentions": [bob.id, carol.id]})
    assert await db.fetch_value("SELECT count(*) FROM posts") == 1


@pytest.mark.parametrize("encoding", ["form", "json"])
async def test_the_time_may_come_in_any_encoding(api: Api, encoding: str) -> None:
    alice = await make.person()
    body = {encoding: {"status": "x", "scheduled_at": later()}}
    (await api.post(STATUSES, by=alice, **body)).one("ScheduledStatus")
