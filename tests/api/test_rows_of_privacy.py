"""Rows of part G that no other file shows: oracles, closed servers, admins' lists, logs, conversations."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any, Literal

import pytest
from quart.typing import TestClientProtocol as Client

from echo import db, logs
from echo.actions import password_changes, posts
from echo.actions.drafts import PollDraft, PostDraft
from echo.config import Log
from echo.kinds import Lane, Role, Visibility
from echo.models import Post, User
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Api
from tests.api.test_house import choose
from tests.api.test_notification_policy import _choose, _told
from workers import jobs

STATUSES = "/api/v1/statuses"
ABSENT = 123456
# What differs between any two answers.
MOVING = {"date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "x-runtime"}


# S-G03


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{STATUSES}/{{}}", {}),
        ("GET", f"{STATUSES}/{{}}/context", {}),
        ("GET", f"{STATUSES}/{{}}/history", {}),
        ("GET", f"{STATUSES}/{{}}/quotes", {}),
        ("POST", f"{STATUSES}/{{}}/pin", {}),
        ("POST", f"{STATUSES}/{{}}/mute", {}),
        ("POST", f"{STATUSES}/{{}}/translate", {"json": {"lang": "en"}}),
        ("POST", STATUSES, {"json": {"status": "x", "in_reply_to_id": "{}"}}),
        ("POST", STATUSES, {"json": {"status": "x", "quoted_status_id": "{}"}}),
    ],
)
async def test_s_g03_private_and_absent_are_answered_the_same(
    api: Api, method: str, path: str, body: dict[str, Any]
) -> None:
    alice, bob = await make.person(), await make.person()
    secret = await make.post(alice, "secret", visibility=Visibility.FOLLOWERS)
    told = []
    for number in (secret.id, ABSENT):
        filled = json.loads(json.dumps(body).replace("{}", str(number))) if body else {}
        response = await api.client.open(
            path.replace("{}", str(number)),
            method=method,
            headers={"Host": "echo.test", **bob.headers},
            **filled,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        kept = {name: value for name, value in headers.items() if name not in MOVING}
        told.append((response.status_code, kept, await response.get_data()))
    assert told[0] == told[1]
    assert told[0][0] in (404, 422)


async def test_s_g03_a_poll_that_is_not_for_one_is_not_there(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    draft = PollDraft(options=("a", "b"), duration_seconds=600)
    post = await posts.publish(alice.id, PostDraft(text="?", visibility=Visibility.DIRECT, poll=draft))
    for method, tail, body in (("GET", "", {}), ("POST", "/votes", {"json": {"choices": [0]}})):
        answers = [
            await api.ask(method, f"/api/v1/polls/{number}{tail}", by=bob, expect=404, **body)
            for number in (post.poll_id, ABSENT)
        ]
        assert answers[0].body == answers[1].body


# S-G13


async def test_s_g13_a_thread_in_which_others_named_one_lets_no_stranger_in(api: Api) -> None:
    """The post above names alice, but alice has never written to the stranger."""
    alice, friend, stranger = await make.person("alice"), await make.person(), await make.person("stranger")
    await make.follow(alice, friend)
    above = await make.post(friend, "@alice @stranger", visibility=Visibility.DIRECT)
    assert await _told(api, alice) == ["mention"]
    own = await make.post(stranger, "@alice", visibility=Visibility.DIRECT, reply_to=above.id)
    await make.post(stranger, "@alice", visibility=Visibility.DIRECT, reply_to=own.id)
    assert await _told(api, alice) == ["mention"]
    await _choose(api, alice, for_not_following="drop")
    await make.post(stranger, "@alice", reply_to=above.id)
    assert await _told(api, alice) == ["mention"]


# S-G14


async def test_s_g14_the_list_of_blocked_servers_is_for_those_who_were_chosen(
    api: Api, runtime: Runtime
) -> None:
    path = "/api/v1/instance/domain_blocks"
    alice, unsure = await make.person(), await make.person()
    await User.filter(id=unsure.id).update(confirmed_at=None)
    choose(runtime, instance={"publish_blocks": "users"})

    async def told(headers: dict[str, str]) -> int:
        response = await api.client.get(path, headers={"Host": "echo.test", **headers})
        return int(response.status_code)

    assert await told({}) == 404
    assert await told((await make.app_token()).headers) == 404
    assert await told(unsure.headers) == 403
    assert await told(alice.headers) == 200
    choose(runtime, instance={"publish_blocks": "disabled"})
    assert await told(alice.headers) == 404


async def test_s_g14_what_is_told_to_moderators_is_told_to_nobody_else(api: Api) -> None:
    alice, bob, moderator = await make.person(), await make.person(), await make.person(role=Role.MODERATOR)
    body = {"account_id": str(bob.id), "comment": "rude"}
    await api.post("/api/v1/reports", by=alice, json=body)
    kinds = [item["type"] for item in (await api.get("/api/v1/notifications", by=moderator)).json]
    assert kinds == ["admin.report"]
    for person in (alice, bob):
        assert (await api.get("/api/v1/notifications", by=person)).json == []


# S-G15


async def test_s_g15_a_closed_server_is_closed_everywhere(api: Api, client: Client, runtime: Runtime) -> None:
    closed = dict.fromkeys(
        ("live_local", "live_remote", "hashtag_local", "hashtag_remote", "link_local", "link_remote"),
        "authenticated",
    )
    alice = await make.person("alice")
    await make.post(alice, "inside #tea")
    await make.remote_post(await make.stranger(), "<p>inside</p>", hashtags=("tea",))
    paths = ("/api/v1/timelines/public", "/api/v1/timelines/public?local=true", "/api/v1/timelines/tag/tea")
    pages = ("/", "/tags/tea")
    for path in pages:
        assert b"inside" in await (await client.get(path, headers={"Host": "echo.test"})).get_data()
    choose(runtime, timelines=closed)
    for path in paths:
        for caller in (None, await make.app_token()):
            assert b"inside" not in (await api.get(path, by=caller, expect=422)).body
        assert (await api.get(path, by=alice)).ids
    for path in pages:
        page = await client.get(path, headers={"Host": "echo.test"})
        assert page.status_code == 200
        assert b"inside" not in await page.get_data()
    found = await client.get("/api/v2/search?q=inside&type=statuses", headers={"Host": "echo.test"})
    assert b"inside #" not in await found.get_data()
    await api.get("/api/v1/streaming/public", expect=401)
    await api.get("/api/v1/streaming/hashtag?tag=tea", expect=401)


# S-G17


async def test_s_g17_no_secret_is_logged_or_kept_with_a_job(
    api: Api, client: Client, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """What is sent with requests of every kind, at the wordiest level."""
    alice, bob = await make.person("alice"), await make.person("bob")
    app = await make.app()
    with caplog.at_level(logging.DEBUG):
        await api.get("/api/v1/accounts/verify_credentials", by=alice)
        await client.get(f"{STATUSES}/1?access_token={alice.token}", headers={"Host": "echo.test"})
        await client.get("/api/v1/accounts/verify_credentials?access_token=not-a-token-hush")
        form = {
            "grant_type": "authorization_code",
            "client_id": app.client_id,
            "client_secret": "secret-of-app-hush",
            "code": "code-hush",
            "redirect_uri": "https://app.test/back",
        }
        await client.post("/oauth/token", form=form, headers={"Host": "echo.test"})
        form = {"email": "alice@example.org", "password": "password-hush"}
        await client.post("/login", form=form, headers={"Host": "echo.test"})
        body = {"status": "@bob words-hush", "visibility": "direct"}
        await api.post(STATUSES, by=alice, json=body)
        await api.post(STATUSES, by=alice, expect=422, json={**body, "media_ids": ["1"]})
        await make.settle(runtime)
        await password_changes.request_password_reset("nobody@mail.test")

        async def fail(_: Runtime, **__: object) -> None:
            raise OSError(f"https://a.test/?access_token={alice.token}&x=1 'Authorization': 'Basic xhush'")

        assert await jobs.drain_once(runtime, {"mail.send": fail}, "test", Lane.OUTSIDE)
    said = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.__dict__.get('args')}"
        for record in caplog.records
    )
    rows = await db.fetch("SELECT name, arguments::text, coalesce(last_error, '') AS error FROM jobs")
    kept = "\n".join(f"{row['arguments']} {row['error']}" for row in rows)
    assert "OSError: https://a.test/?access_token=[secret]" in kept
    for secret in (alice.token, bob.token, "hush"):
        assert secret not in logs.redact(said)
        assert secret not in kept, "what waits and what is dead is shown to staff as it is"


@pytest.mark.parametrize("form", ["text", "json"])
async def test_s_g17_what_is_written_holds_no_secret(
    form: Literal["text", "json"], api: Api, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a process writes to standard error, errors with their traces included, at the wordiest level."""
    written, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure(Log(level="debug", format=form))
    try:
        alice, app = await make.person("alice"), await make.app_token("write")
        given = {"username": "bob", "email": "bob@example.org", "password": "new-hush", "agreement": True}
        await client.post("/api/v1/accounts", headers=app.headers, json=given)
        await client.get("/setup/aaaaaaaaaaaaaaaaaaaahush", headers={"Host": "echo.test"})
        await client.post("/login/second", form={"code": "hushhush"}, headers={"Host": "echo.test"})
        await client.post("/oauth/revoke", form={"token": "token-hush", "client_secret": "xhush"})
        log = logging.getLogger("echo.test")
        log.debug("asked with %s", {"Authorization": f"Bearer {alice.token}", "Cookie": "session=xhush"})
        try:
            raise ValueError(f"refused: access_token={alice.token}&password=xhush")
        except ValueError:
            log.exception("job failed")
        asked = logs.REQUEST_ID.set("0123456789abcdef")
        log.warning("said %s", {"password": "xhush"})
        logs.REQUEST_ID.reset(asked)
        log.warning("asked for %s", "/x\r\n2026-11-26T00:00:00Z [error] forged\x1b[2J")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = written.getvalue()
    assert said.count("0123456789abcdef") == 1
    assert "job failed" in said
    assert "ValueError" in said
    assert "forged" in said
    assert not any(line.startswith("2026-11-26T00:00:00Z") for line in said.splitlines()), "a line of others"
    assert "\x1b" not in said
    for secret in (alice.token, app.token, "hush"):
        assert secret not in said


# S-G18


async def test_s_g18_outsiders_learn_nothing_of_a_conversation(api: Api) -> None:
    alice, bob, outsider = await make.person("alice"), await make.person("bob"), await make.person("outsider")
    await make.follow(bob, alice)
    post = await make.post(alice, "@bob psst", visibility=Visibility.DIRECT)
    (conversation,) = (await api.get("/api/v1/conversations", by=bob)).json
    number = conversation["id"]
    for method, tail in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
        told = [
            await api.ask(method, f"/api/v1/conversations/{which}{tail}", by=outsider, expect=404)
            for which in (number, ABSENT)
        ]
        assert told[0].body == told[1].body
    assert (await api.get("/api/v1/conversations", by=outsider)).json == []
    await api.get(f"{STATUSES}/{post.id}/context", by=outsider, expect=404)
    await api.get(f"/api/v2/search?q={post.uri}&resolve=true&type=statuses", by=outsider)
    assert (await api.get("/api/v2/search?q=psst&type=statuses", by=outsider)).json["statuses"] == []
    assert (await api.get("/api/v1/conversations", by=bob)).json == [conversation]


async def test_s_g18_who_is_left_out_of_an_answer_does_not_hear_it(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    first = await make.post(alice, "@bob @carol all", visibility=Visibility.DIRECT)
    between = await make.post(bob, "@alice just us", visibility=Visibility.DIRECT, reply_to=first.id)
    around = (await api.get(f"{STATUSES}/{first.id}/context", by=carol)).json
    assert around["descendants"] == []
    await api.get(f"{STATUSES}/{between.id}", by=carol, expect=404)
    assert await Post.filter(id=between.id).exists()
