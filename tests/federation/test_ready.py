"""Documents that are answered before the framework begins: as the application would, and never an old one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from quart import Quart

from echo import clock, db, metrics
from echo.actions import boosts, likes
from echo.actions.drafts import PollDraft
from echo.app import BoundApp
from echo.http.ready import Front
from echo.kinds import Visibility
from echo.kinds_of_fences import IpSeverity
from echo.models import Account, IpBlock, Post
from echo.store.ip_blocks import Fence
from federation.ready import sources
from tests import make
from tests.conftest import changed
from tests.federation.peer import ACTIVITY
from tests.fediverse import Echo
from tests.make import Person

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Asked:
    """A server of which is known how much it leaves to its application."""

    def __init__(self, server: Echo) -> None:
        self.left = 0
        application = Quart.asgi_app.__get__(server.app)

        async def inner(scope: Any, receive: Any, send: Any) -> None:
            self.left += 1
            await application(scope, receive, send)

        front = BoundApp(Front(server.app, inner, sources(server.app)), server.runtime)
        self._asgi: Any = httpx.ASGITransport(app=front)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        sent = {"accept": ACTIVITY} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._answer(httpx.Request(method, f"https://one.test{path}", headers=sent))

    async def ready(self, path: str) -> httpx.Response:
        """An answer that is not the application's."""
        before = self.left
        answer = await self.ask(path)
        assert (answer.status_code, self.left) == (200, before), path
        return answer

    async def full(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """An answer of the application."""
        before = self.left
        answer = await self.ask(path, method, **headers)
        assert self.left == before + 1, (path, method, headers)
        return answer

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._asgi.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


def finger(person: Person) -> str:
    return f"/.well-known/webfinger?resource=acct:{person.account.username}@one.test"


def without_id(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-request-id"}


async def test_they_are_as_the_application_answers(one: Echo) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    first = await make.post(alice, "a first word #hello")
    answer = await make.post(bob, "@alice and another", reply_to=first.id, spoiler="careful")
    quiet = await make.post(alice, "not so loud", visibility=Visibility.UNLISTED)
    asked = Asked(one)
    await asked.full("/nodeinfo/2.1")  # counts people, for a minute
    posts = [f"/ap/posts/{post.id}" for post in (first, answer, quiet)]
    actors = [f"/ap/actors/{person.id}" for person in (alice, bob)]
    handle = finger(alice).replace("alice", "ALICE").replace(":", "%3A").replace("@", "%40")
    for path in (*posts, *actors, finger(alice), handle, "/nodeinfo/2.0", "/nodeinfo/2.1"):
        # What says something of a body is left to the application.
        full = await asked.full(path, content_type="text/plain")
        assert full.status_code == 200
        for ready in (await asked.ready(path), await asked.ready(path)):
            assert ready.content == full.content
            assert without_id(ready.headers) == without_id(full.headers)
            assert len(ready.headers["x-request-id"]) == 16


async def test_all_else_is_the_applications(one: Echo) -> None:
    alice = await make.person("alice")
    note = await make.post(alice)
    hidden = await make.post(alice, visibility=Visibility.FOLLOWERS)
    poll = await make.post(alice, poll=PollDraft(options=("a", "b"), duration_seconds=3600))
    boost = await boosts.boost(alice.id, note.id)
    server_id = await one.runtime.network.keys.server_actor_id()
    asked = Asked(one)
    post, actor = f"/ap/posts/{note.id}", f"/ap/actors/{alice.id}"
    for path in (post, actor):
        await asked.ready(path)
        assert (await asked.full(path, "HEAD")).content == b""
        assert (await asked.full(path, accept=HTML)).status_code == 302
        assert (await asked.full(path, host="other.test")).status_code == 200
        assert (await asked.full(path, signature="x")).status_code == 200
        assert (await asked.full(f"{path}?page=true")).status_code == 200
        assert (await asked.full(f"{path}/")).status_code in (200, 404)
        assert (await asked.full(path, "POST")).status_code == 404
    assert (await asked.full(f"/ap/posts/{hidden.id}")).status_code == 404
    assert (await asked.full(f"/ap/posts/{boost.id}")).status_code == 404
    assert (await asked.full(f"/ap/posts/{poll.id}")).json()["type"] == "Question"
    assert (await asked.full("/ap/posts/none")).status_code == 404
    assert (await asked.full("/ap/posts/99999999999999999999")).status_code == 404
    assert (await asked.full("/ap/actors/7")).status_code == 404
    assert (await asked.ready(f"/ap/actors/{server_id}")).json()["type"] == "Application"
    for resource, status in (
        ("acct:nobody@one.test", 404),
        ("acct:alice@other.test", 404),
        ("acct:one.test@one.test", 200),
        (f"https://one.test{actor}", 200),
        ("acct:alice@one.test&rel=self", 200),
        ("", 400),
    ):
        path = f"/.well-known/webfinger?resource={resource}"
        assert (await asked.full(path)).status_code == status, resource
    assert (await asked.full("/nodeinfo/3.0")).status_code == 404


async def test_nothing_old_is_sent(one: Echo) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    note = await make.post(alice, "before")
    asked = Asked(one)
    post, actor, row = f"/ap/posts/{note.id}", f"/ap/actors/{alice.id}", Post.filter(id=note.id)
    assert "before" in (await asked.ready(post)).text
    await row.update(html="<p>after</p>")
    assert "after" in (await asked.ready(post)).text
    await likes.like(bob.id, note.id)
    assert (await asked.ready(post)).json()["likes"]["totalItems"] == 1
    await row.update(visibility=Visibility.FOLLOWERS)
    assert (await asked.full(post)).status_code == 404
    await row.update(visibility=Visibility.PUBLIC)
    await asked.ready(post)
    await row.update(deleted_at=clock.now())
    assert (await asked.full(post)).status_code == 410
    await row.update(deleted_at=None)
    await asked.ready(actor)
    await asked.ready(finger(alice))
    await Account.filter(id=alice.id).update(display_name="Somebody else")
    assert (await asked.ready(actor)).json()["name"] == "Somebody else"
    await Account.filter(id=alice.id).update(suspended_at=clock.now())
    assert [(await asked.full(path)).status_code for path in (post, actor, finger(alice))] == [404, 403, 404]
    await Account.filter(id=alice.id).update(suspended_at=None, deleted_at=clock.now())
    assert [(await asked.full(path)).status_code for path in (post, actor, finger(alice))] == [404, 410, 410]


@pytest.mark.parametrize("mode", ["secure_mode", "only_allowed"])
async def test_where_who_asks_must_be_known_documents_are_the_applications(one: Echo, mode: str) -> None:
    alice = await make.person("alice")
    note = await make.post(alice)
    asked = Asked(one)
    await asked.ready(f"/ap/posts/{note.id}")
    one.runtime.config = changed(one.runtime.config, federation={mode: True})
    assert (await asked.full(f"/ap/posts/{note.id}")).status_code == 401
    key = (await asked.full(f"/ap/actors/{alice.id}")).json()
    assert "summary" not in key
    assert key["publicKey"]["id"].startswith(alice.account.uri)


async def test_they_are_counted_with_all_others(one: Echo) -> None:
    alice = await make.person("alice")
    one.runtime.config = changed(
        one.runtime.config, rate_limits={"enabled": True, "documents_per_address": 3}
    )
    asked = Asked(one)
    metrics.REQUESTS.clear()
    metrics._requests.clear()
    actor = f"/ap/actors/{alice.id}"
    await asked.ready(actor)
    await asked.full(actor, content_type="text/plain")
    await asked.ready(actor)
    refused = await asked.full(actor)
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    await asked.ready(finger(alice))  # a window of its own, as before
    for route, status, count in (
        ("/ap/actors/<account_id>", "2xx", 3.0),
        ("/ap/actors/<account_id>", "4xx", 1.0),
        ("/.well-known/webfinger", "2xx", 1.0),
    ):
        line = f'echo_http_request_seconds_count{{method="GET",route="{route}",status="{status}"}} {count}'
        assert line in metrics.text().decode()


async def test_while_the_database_is_busy_nobody_waits_twice(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    asked, actor = Asked(one), f"/ap/actors/{alice.id}"
    await asked.ready(actor)
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.3)
    async with AsyncExitStack() as held:
        for _ in range(one.runtime.database.pool_counts()["most"]):
            await held.enter_async_context(one.runtime.database.client.acquire_connection())
        left = asked.left
        refused = await asked.ask(actor)
        assert (refused.status_code, asked.left) == (503, left)
        full = await asked.full(actor, content_type="text/plain")
    assert refused.content == full.content
    assert without_id(refused.headers) == without_id(full.headers)
    monkeypatch.undo()
    await asked.ready(actor)


async def test_blocked_networks_get_none(one: Echo) -> None:
    alice = await make.person("alice")
    asked = Asked(one)
    await asked.ready(f"/ap/actors/{alice.id}")
    await IpBlock.create(network="127.0.0.0/8", severity=IpSeverity.ACCESS, created_at=clock.now())
    one.app.extensions["echo_fence"] = Fence()
    assert (await asked.full(f"/ap/actors/{alice.id}")).status_code == 403
