"""Handles at one host, addresses at another: example.test leads to social.example.test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from echo import ports
from echo.actions import follows
from echo.config import Config
from echo.models import Account, Follow, Post
from federation import resolve
from tests import make
from tests.api.asking import Api
from tests.emptying import empty
from tests.federation.peer import Json, Peer, jrd
from tests.fediverse import Echo, Router, open_echo, settle_down

HOST, DOMAIN = "social.example.test", "example.test"


@pytest.fixture
async def split(
    router: Router, migrated: Config, second_database: str, tmp_path: Path
) -> AsyncIterator[Echo]:
    async with open_echo(HOST, router, migrated, second_database, tmp_path, domain=DOMAIN) as server:
        await server.run(empty())
        router.hosts[DOMAIN] = _front
        yield server


async def _front(request: httpx.Request) -> httpx.Response:
    """The site at the handle host: it only sends on what others look for at well-known addresses."""
    if request.url.path.startswith("/.well-known/"):
        return httpx.Response(301, headers={"location": str(request.url.copy_with(host=HOST))})
    return httpx.Response(200, text="hello", headers={"content-type": "text/html"})


async def _webfinger(server: Echo, resource: str) -> httpx.Response:
    url = f"https://{HOST}/.well-known/webfinger"
    return await server.answer(httpx.Request("GET", url, params={"resource": resource}))


async def test_both_hosts_name_somebody_and_are_answered_with_one_handle(split: Echo) -> None:
    carol = await split.run(make.person("carol"))
    for name in ("carol@example.test", "CAROL@Example.Test", f"@carol@{HOST}", "acct:carol@example.test"):
        found = (await _webfinger(split, name)).json()
        assert found["subject"] == "acct:carol@example.test"
        assert found["links"][0]["href"] == carol.account.uri
    for address in (carol.account.uri, carol.account.url):
        assert (await _webfinger(split, address)).json()["subject"] == "acct:carol@example.test"


async def test_the_server_itself_is_found_at_both(split: Echo) -> None:
    """FEP-d556."""
    for name in (f"https://{HOST}/", f"https://{DOMAIN}/", f"acct:{DOMAIN}@{DOMAIN}"):
        answer = await _webfinger(split, name)
        assert answer.status_code == 200, name
        service = [link for link in answer.json()["links"] if link["rel"].endswith("activitystreams#Service")]
        assert service[0]["href"].startswith(f"https://{HOST}/ap/actors/")
    assert (await _webfinger(split, "https://elsewhere.test/")).status_code == 404


async def test_an_actor_says_its_handle(split: Echo) -> None:
    """FEP-2c59."""
    carol = await split.run(make.person("carol"))
    headers = {"accept": "application/activity+json"}
    answer = await split.answer(httpx.Request("GET", carol.account.uri, headers=headers))
    assert answer.json()["webfinger"] == "carol@example.test"
    assert answer.json()["url"] == f"https://{HOST}/@carol"


async def test_another_echo_follows_and_mentions_somebody(one: Echo, split: Echo) -> None:
    alice, carol = await make.person("alice"), await split.run(make.person("carol"))
    found = await ports.directory().account_by_handle("Carol", "EXAMPLE.test")
    known = await Account.get(id=found)
    assert (known.username, known.domain, known.host) == ("carol", DOMAIN, HOST)
    assert (await resolve.account(carol.account.uri)).id == known.id
    await follows.follow(alice.id, known.id)
    await settle_down([one, split])
    assert (await Follow.get(follower_id=alice.id)).state == "accepted"
    await make.post(alice, "hello @carol@example.test")

    async def answer() -> str:
        post = await Post.get(author_id__not=carol.id)
        assert [alice.account.uri] == [(await Account.get(username="alice")).uri]
        return (await make.post(carol, "hello @alice@one.test", reply_to=post.id)).uri

    await settle_down([one, split])
    uri = await split.run(answer())
    await settle_down([one, split])
    stored = await Post.get(uri=uri)
    shown = await Api(one.app.test_client()).ask(
        "GET", f"/api/v1/statuses/{stored.id}", by=alice, headers={"Host": "one.test"}
    )
    assert shown.one("Status")["account"]["acct"] == "carol@example.test"
    assert [mention["acct"] for mention in shown.json["mentions"]] == ["alice"]


async def test_mentions_on_the_wire_name_the_handle_host(split: Echo, peer: Peer) -> None:
    carol, dave = await split.run(make.person("carol")), await split.run(make.person("dave"))
    post = await split.run(make.post(carol, f"@dave@{DOMAIN} and @dave@{HOST} are one"))
    answer = await split.answer(
        httpx.Request("GET", post.uri, headers={"accept": "application/activity+json"})
    )
    document: Json = answer.json()
    tags = [tag for tag in document["tag"] if tag["type"] == "Mention"]
    assert tags == [{"type": "Mention", "href": dave.account.uri, "name": "@dave@example.test"}]
    assert f"https://{HOST}/@dave" in document["content"]


async def test_people_here_are_looked_up_by_either_host(split: Echo) -> None:
    carol = await split.run(make.person("carol"))
    for handle in ("carol", f"carol@{DOMAIN}", f"@Carol@{HOST}", f"acct:carol@{DOMAIN}"):
        answer = await split.answer(
            httpx.Request("GET", f"https://{HOST}/api/v1/accounts/lookup", params={"acct": handle})
        )
        assert answer.json()["id"] == str(carol.id), handle


async def test_s_l01_nobody_elsewhere_is_called_like_us(split: Echo, evil: Peer, router: Router) -> None:
    await split.run(make.person("carol"))
    mallory = evil.person("mallory", webfinger=f"carol@{DOMAIN}")
    evil.pages[f"/.well-known/webfinger?resource=acct:mallory@{evil.host}"] = jrd(
        f"acct:carol@{DOMAIN}", mallory.id
    )
    router.asked.clear()
    stored = await split.run(resolve.account(mallory.id))
    assert (stored.username, stored.domain) == ("mallory", "evil.test")
    assert router.asked_of(DOMAIN) == []
