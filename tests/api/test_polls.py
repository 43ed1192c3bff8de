"""Polls: asked, voted in, shown."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quart import Quart

from echo import clock, db
from echo.actions import blocks, polls, schedules
from echo.actions.drafts import PollDraft, RemoteEmoji, RemotePoll
from echo.errors import Invalid
from echo.kinds import Visibility
from echo.models import Poll as PollRow
from echo.models import PollOption, PollVote, Post
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Answer, Api
from tests.conftest import changed
from tests.emptying import empty
from tests.make import Person

STATUSES = "/api/v1/statuses"
ASKED = PollDraft(options=("yes", "no", "maybe"), duration_seconds=3600)
SEVERAL = PollDraft(options=("a", "b", "c"), duration_seconds=3600, multiple=True)


async def asked(by: Person, draft: PollDraft = ASKED, **more: Any) -> int:
    """The id of a poll."""
    post = await make.post(by, poll=draft, **more)
    assert post.poll_id is not None
    return post.poll_id


async def vote(api: Api, by: Person, poll_id: int, choices: Any, expect: int = 200) -> Answer:
    return await api.post(f"/api/v1/polls/{poll_id}/votes", by=by, expect=expect, json={"choices": choices})


def counts(poll: dict[str, Any]) -> list[int | None]:
    return [option["votes_count"] for option in poll["options"]]


POLL = {"options": ["yes", " no "], "expires_in": 86400, "multiple": True, "hide_totals": True}
SPELLINGS: list[dict[str, Any]] = [
    {"json": {"status": "Well?", "poll": POLL}},
    {"json": {"status": "Well?", "poll": {**POLL, "expires_in": "86400", "multiple": "true"}}},
    {
        "json": {
            "status": "Well?",
            "poll": {
                "options": {"0": "yes", "1": "no"},
                "expires_in": 86400.0,
                "multiple": 1,
                "hide_totals": 1,
            },
        }
    },
    {
        "form": {
            "status": "Well?",
            "poll[options][0]": "yes",
            "poll[options][1]": "no",
            "poll[expires_in]": "86400",
            "poll[multiple]": "1",
            "poll[hide_totals]": "true",
        }
    },
    {
        "data": b"status=Well%3F&poll%5Boptions%5D%5B%5D=yes&poll%5Boptions%5D%5B%5D=no"
        b"&poll%5Bexpires_in%5D=86400&poll%5Bmultiple%5D=true&poll%5Bhide_totals%5D=true",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
]


@pytest.mark.parametrize("body", SPELLINGS)
async def test_a_poll_comes_with_its_post_however_it_is_spelled(api: Api, body: dict[str, Any]) -> None:
    alice = await make.person()
    post = (await api.ask("POST", STATUSES, by=alice, **body)).one("Status")
    poll = post["poll"]
    assert poll["options"] == [{"title": "yes", "votes_count": None}, {"title": "no", "votes_count": None}]
    assert (poll["multiple"], poll["expired"], poll["voted"], poll["own_votes"]) == (True, False, True, [])
    assert (poll["votes_count"], poll["voters_count"]) == (0, 0)
    ends = datetime.fromisoformat(poll["expires_at"]) - clock.now()
    assert abs(ends - timedelta(days=1)) < timedelta(seconds=5)
    assert (await api.get(f"/api/v1/polls/{poll['id']}", by=alice)).one("Poll") == poll


async def test_a_poll_needs_no_text(api: Api) -> None:
    alice = await make.person()
    body = {"poll": {"options": ["1", "2"], "expires_in": 300}}
    assert (await api.post(STATUSES, by=alice, json=body)).one("Status")["content"] == ""


@pytest.mark.parametrize(
    ("poll", "words"),
    [
        ({"options": ["one"], "expires_in": 300}, "Choices must have more than one item"),
        ({"expires_in": 300}, "Choices must have more than one item"),
        ({"options": list("abcde"), "expires_in": 300}, "Choices can't contain more than 4 items"),
        ({"options": ["a", "b" * 51], "expires_in": 300}, "longer than 50 characters each"),
        ({"options": ["a", "a "], "expires_in": 300}, "Choices contain duplicate items"),
        ({"options": ["a", "b"]}, "Deadline can't be blank"),
        ({"options": ["a", "b"], "expires_in": "soon"}, "Deadline can't be blank"),
        ({"options": ["a", "b"], "expires_in": 299}, "Deadline is too soon"),
        ({"options": ["a", "b"], "expires_in": 2_629_747}, "Deadline is too far into the future"),
    ],
)
async def test_polls_that_are_refused(api: Api, poll: dict[str, Any], words: str) -> None:
    alice = await make.person()
    for more in ({}, {"scheduled_at": "2100-01-01T00:00:00Z"}):
        answer = await api.post(STATUSES, by=alice, expect=422, json={"status": "x", "poll": poll, **more})
        assert words in answer.json["error"]
    assert await Post.all().count() == 0


async def test_a_post_has_files_or_a_poll(api: Api) -> None:
    alice = await make.person()
    body = {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 300}}
    image = await make.image(alice)
    await api.post(STATUSES, by=alice, expect=422, json=body | {"media_ids": [image.id]})


async def test_the_limits_are_those_that_are_told(api: Api, runtime: Runtime) -> None:
    runtime.config = changed(
        runtime.config, limits={"poll_options": 6, "poll_option_characters": 60, "poll_min_seconds": 60}
    )
    told = (await api.get("/api/v2/instance")).json["configuration"]["polls"]
    assert told == {
        "max_options": 6,
        "max_characters_per_option": 60,
        "min_expiration": 60,
        "max_expiration": 2_629_746,
    }
    alice = await make.person()
    poll = {"options": [*"abcde", "f" * 60], "expires_in": 60}
    await api.post(STATUSES, by=alice, json={"status": "x", "poll": poll})


@pytest.mark.parametrize("choices", [[1], ["1"], "1", {"0": "1"}])
async def test_a_vote_counts(api: Api, choices: Any) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice)
    poll = (await vote(api, bob, poll_id, choices)).one("Poll")
    assert (poll["voted"], poll["own_votes"], counts(poll)) == (True, [1], [0, 1, 0])
    assert (poll["votes_count"], poll["voters_count"]) == (1, 1)
    theirs = (await api.get(f"/api/v1/polls/{poll_id}", by=alice)).one("Poll")
    assert (theirs["voted"], theirs["own_votes"], theirs["votes_count"]) == (True, [], 1)
    anonymous = (await api.get(f"/api/v1/polls/{poll_id}")).one("Poll")
    assert counts(anonymous) == [0, 1, 0]
    third = (await api.get(f"/api/v1/polls/{poll_id}", by=await make.person())).one("Poll")
    assert (third["voted"], third["own_votes"]) == (False, [])


async def test_several_answers_where_several_may_be_chosen(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice, SEVERAL)
    assert counts((await vote(api, bob, poll_id, [2, 0])).one("Poll")) == [1, 0, 1]
    poll = (await vote(api, bob, poll_id, ["1"])).one("Poll")
    assert (poll["own_votes"], poll["votes_count"], poll["voters_count"]) == ([0, 1, 2], 3, 1)
    answer = await vote(api, bob, poll_id, [0], expect=422)
    assert answer.json["error"] == "Validation failed: You have already voted on this poll"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([3], "The chosen vote option does not exist"),
        ([-1], "The chosen vote option does not exist"),
        (["no"], "The chosen vote option does not exist"),
        ([99999999999], "The chosen vote option does not exist"),
        ([0, 1], "You have already voted on this poll"),
    ],
)
async def test_votes_that_are_refused(api: Api, choices: list[Any], words: str) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice)
    answer = await vote(api, bob, poll_id, choices, expect=422)
    assert answer.json["error"] == f"Validation failed: {words}"
    assert await PollVote.all().count() == 0


async def test_no_choice_is_no_vote(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice)
    await api.post(f"/api/v1/polls/{poll_id}/votes", by=bob, expect=400)
    assert (await vote(api, bob, poll_id, [])).one("Poll")["voted"] is False


async def test_nobody_votes_twice_in_ones_own_or_when_it_is_over(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person(), await make.person()
    poll_id = await asked(alice)
    await vote(api, bob, poll_id, [0])
    answer = await vote(api, bob, poll_id, [1], expect=422)
    assert answer.json["error"] == "Validation failed: You have already voted on this poll"
    answer = await vote(api, alice, poll_id, [1], expect=422)
    assert answer.json["error"] == "Validation failed: You cannot vote in your own polls"
    clock.shift(timedelta(hours=1, seconds=1))
    answer = await vote(api, carol, poll_id, [1], expect=422)
    assert answer.json["error"] == "Validation failed: The poll has already ended"
    poll = (await api.get(f"/api/v1/polls/{poll_id}", by=carol)).one("Poll")
    assert (poll["expired"], counts(poll)) == (True, [1, 0, 0])


@pytest.mark.parametrize("visibility", [Visibility.DIRECT, Visibility.FOLLOWERS])
async def test_a_poll_is_as_private_as_its_post(api: Api, visibility: Visibility) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice, visibility=visibility)
    await api.get(f"/api/v1/polls/{poll_id}", by=bob, expect=404)
    await api.get(f"/api/v1/polls/{poll_id}", expect=404)
    await vote(api, bob, poll_id, [0], expect=404)
    await vote(api, bob, poll_id, [], expect=404)
    await api.post(f"/api/v1/polls/{poll_id}/votes", by=bob, expect=404)
    (await api.get(f"/api/v1/polls/{poll_id}", by=alice)).one("Poll")
    await make.follow(bob, alice)
    expect = 200 if visibility == Visibility.FOLLOWERS else 404
    await vote(api, bob, poll_id, [0], expect=expect)


async def test_who_is_blocked_does_not_vote(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice)
    await blocks.block(alice.id, bob.id)
    await vote(api, bob, poll_id, [0], expect=404)
    for path in ("/api/v1/polls/9", "/api/v1/polls/nothing"):
        await api.get(path, by=bob, expect=404)
        await api.post(f"{path}/votes", by=bob, expect=404, json={"choices": [0]})
    await api.post(f"/api/v1/polls/{poll_id}/votes", expect=401, json={"choices": [0]})
    reader = await make.with_scopes(await make.person(), "read")
    await vote(api, reader, poll_id, [0], expect=403)


async def test_a_deleted_poll_is_gone(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "Well?", poll=ASKED)
    deleted = (await api.delete(f"{STATUSES}/{post.id}", by=alice)).one("DeletedStatus")
    assert (deleted["text"], [option["title"] for option in deleted["poll"]["options"]]) == (
        "Well?",
        ["yes", "no", "maybe"],
    )
    await api.get(f"/api/v1/polls/{post.poll_id}", by=bob, expect=404)
    await vote(api, bob, post.poll_id or 0, [0], expect=404)


async def test_hidden_totals_are_for_nobody_before_the_end(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    hidden = PollDraft(options=("a", "b"), duration_seconds=300, hide_totals=True)
    poll_id = await asked(alice, hidden)
    await vote(api, bob, poll_id, [0])
    for by in (alice, bob, None):
        poll = (await api.get(f"/api/v1/polls/{poll_id}", by=by)).one("Poll")
        assert (counts(poll), poll["votes_count"], poll["voters_count"]) == ([None, None], 1, 1)
    clock.shift(timedelta(seconds=301))
    assert counts((await api.get(f"/api/v1/polls/{poll_id}")).one("Poll")) == [1, 0]


async def test_a_poll_of_elsewhere_has_its_counts_and_emoji(api: Api) -> None:
    zoe, bob = await make.stranger("zoe"), await make.person()
    remote = RemotePoll(options=((":blob: yes", 7), ("no", 2)), multiple=True, voters=None)
    emojis = (
        RemoteEmoji(shortcode="blob", url="https://peer.test/blob.png"),
        RemoteEmoji(shortcode="other", url="https://peer.test/other.png"),
    )
    post = await make.remote_post(zoe, "<p>:other:</p>", poll=remote, emojis=emojis)
    poll = (await api.get(f"{STATUSES}/{post.id}", by=bob)).one("Status")["poll"]
    assert (poll["expires_at"], poll["expired"], poll["voters_count"]) == (None, False, None)
    assert (counts(poll), poll["votes_count"]) == ([7, 2], 9)
    assert [emoji["shortcode"] for emoji in poll["emojis"]] == ["blob"]
    poll = (await vote(api, bob, int(poll["id"]), [1])).one("Poll")
    assert (counts(poll), poll["own_votes"], poll["voters_count"]) == ([7, 3], [1], None)


async def test_a_scheduled_poll_runs_from_when_it_is_published(api: Api) -> None:
    alice = await make.person()
    poll = {"options": ["a", "b"], "expires_in": "600", "hide_totals": True}
    at = (clock.now() + timedelta(hours=1)).isoformat()
    made = (await api.post(STATUSES, by=alice, json={"status": "x", "poll": poll, "scheduled_at": at})).one(
        "ScheduledStatus"
    )
    assert made["params"]["poll"] == {
        "options": ["a", "b"],
        "expires_in": 600,
        "multiple": False,
        "hide_totals": True,
    }
    clock.shift(timedelta(hours=2))
    await schedules.publish_due("test", 10)
    post = await Post.get(author_id=alice.id)
    shown = (await api.get(f"{STATUSES}/{post.id}", by=alice)).one("Status")["poll"]
    left = datetime.fromisoformat(shown["expires_at"]) - clock.now()
    assert timedelta(minutes=9) < left < timedelta(minutes=10, seconds=1)


@pytest.mark.parametrize("draft", [ASKED, SEVERAL])
async def test_one_person_who_votes_at_once_counts_once(api: Api, draft: PollDraft) -> None:
    alice, bob = await make.person(), await make.person()
    poll_id = await asked(alice, draft)

    async def once() -> int:
        path = f"/api/v1/polls/{poll_id}/votes"
        response = await api.client.post(path, headers=bob.headers, json={"choices": [0]})
        return response.status_code

    assert sorted(await asyncio.gather(*(once() for _ in range(6)))) == [200, 422, 422, 422, 422, 422]
    poll = (await api.get(f"/api/v1/polls/{poll_id}", by=bob)).one("Poll")
    assert (poll["votes_count"], poll["voters_count"]) == (1, 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    multiple=st.booleans(),
    ballots=st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=1, max_size=3)), max_size=12
    ),
)
async def test_whoever_votes_whatever_at_once_the_counts_are_right(
    app: Quart, multiple: bool, ballots: list[tuple[int, list[int]]]
) -> None:
    await empty()
    alice, *voters = [await make.person() for _ in range(5)]
    draft = PollDraft(options=("a", "b", "c"), duration_seconds=3600, multiple=multiple)
    poll_id = await asked(alice, draft)

    async def cast(number: int, choices: list[int]) -> None:
        try:
            await polls.vote(voters[number].id, poll_id, choices)
        except Invalid:
            return

    await asyncio.gather(*(cast(number, choices) for number, choices in ballots))
    stored = await PollVote.filter(poll_id=poll_id).values_list("account_id", "position")
    assert len(set(stored)) == len(stored)
    by_option = dict(await PollOption.filter(poll_id=poll_id).values_list("position", "votes"))
    assert by_option == {place: sum(position == place for _, position in stored) for place in range(3)}
    people = {account_id for account_id, _ in stored}
    assert (await PollRow.get(id=poll_id)).voters == len(people)
    if not multiple:
        assert len(stored) == len(people)
    # Whoever cast a ballot that is good by itself, and no other, is counted.
    alone = {number: choices for number, choices in ballots if [n for n, _ in ballots].count(number) == 1}
    for number, choices in alone.items():
        is_good = max(choices) < 3 and (multiple or len(set(choices)) == 1)
        assert (voters[number].id in people) == is_good
    assert await db.fetch_value("SELECT count(*) FROM jobs WHERE last_error <> ''") == 0
