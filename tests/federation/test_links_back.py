"""Links on profiles are verified when the page links back."""

from __future__ import annotations

import httpx
import pytest

from echo.actions import accounts as account_actions
from echo.actions.drafts import ProfileDraft
from echo.models import Account
from federation.links_back import MOST_PAGES, PAGE_BYTES, links_back
from tests import make
from tests.fediverse import Echo, Router, settle_down
from tests.make import Person

PROFILE = "https://one.test/@alice"


async def _link(person: Person, *links: str) -> None:
    rows = tuple((f"link {number}", link) for number, link in enumerate(links))
    await account_actions.change_profile(person.id, ProfileDraft(fields=rows))


async def _verified(person: Person) -> list[str]:
    account = await Account.get(id=person.id)
    return [row["source"] for row in account.fields_ if row["verified_at"]]


async def test_two_servers_verify_each_other(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await _link(alice, "https://two.test/@bob")
    await settle_down([one, two])
    assert await _verified(alice) == []
    await two.run(_link(bob, PROFILE))
    await settle_down([one, two])
    assert await two.run(_verified(bob)) == [PROFILE]
    # Saved again, looked at again.
    await _link(alice, "https://two.test/@bob", "https://two.test/@nobody")
    await settle_down([one, two])
    assert await _verified(alice) == ["https://two.test/@bob"]
    await _link(alice, "https://two.test/about")
    await settle_down([one, two])
    assert await _verified(alice) == []


def _serve(router: Router, host: str, body: bytes, content_type: str = "text/html; charset=utf-8") -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": content_type}
        return httpx.Response(200, headers=headers, content=body, request=request)

    router.hosts[host] = answer


async def test_what_proves_nothing(one: Echo, router: Router) -> None:
    alice = await make.person("alice")
    good = f'<a rel="me" href="{PROFILE}">me</a>'.encode()
    _serve(router, "json.test", good, "application/json")
    _serve(router, "big.test", good + b" " * PAGE_BYTES)
    _serve(router, "plain.test", good)
    _serve(router, "good.test", good)
    links = ["https://json.test/", "https://big.test/", "http://plain.test/", "https://away.test/"]
    for link in links:
        await _link(alice, link)
        await settle_down([one])
        assert await _verified(alice) == [], link
    assert router.asked_of("plain.test") == []
    await _link(alice, "https://good.test/", f"{PROFILE}", "not a link", "https://user@good.test/")
    await settle_down([one])
    assert await _verified(alice) == ["https://good.test/"]
    (asked,) = router.asked_of("good.test")
    assert "signature" not in asked.headers
    assert MOST_PAGES >= 4


async def test_a_redirect_to_plain_http_proves_nothing(one: Echo, router: Router) -> None:
    alice = await make.person("alice")

    async def away(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://plain.test/"})

    router.hosts["away.test"] = away
    _serve(router, "plain.test", f'<link rel="me" href="{PROFILE}">'.encode())
    await _link(alice, "https://away.test/")
    await settle_down([one])
    assert await _verified(alice) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<a rel="me" href="{PROFILE}">', True),
        (f'<A REL="nofollow ME" HREF="{PROFILE.upper()}/">', True),
        (f'<link rel="me" href="{PROFILE}#top">', True),
        ('<a rel=me href="https://one.test/ap/actors/1">', True),
        (f'<a href="{PROFILE}">', False),
        (f'<a rel="menu" href="{PROFILE}">', False),
        (f'<a rel="me" href="{PROFILE}2">', False),
        (f'<!-- <a rel="me" href="{PROFILE}"> -->', False),
        (f'<script>"<a rel=me href={PROFILE}>"</script>', False),
        ("<a" * 50_000, False),
        ("<div>" * 20_000 + f'<a rel="me" href="{PROFILE}">', True),
        ("", False),
        ("\x00\x01<a rel=me href=>", False),
    ],
)
def test_what_counts_as_a_link_back(html: str, expected: bool) -> None:
    profiles = frozenset({PROFILE, "https://one.test/ap/actors/1"})
    assert links_back(html.encode(), profiles) is expected
