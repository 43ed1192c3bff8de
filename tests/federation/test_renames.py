"""Names change, ids stay: of people elsewhere, and of people here."""

from __future__ import annotations

import httpx
import pytest

from echo import ports
from echo.actions import renaming
from echo.errors import Invalid
from echo.models import Account, Follow
from federation import resolve
from federation.errors import Unbelievable
from tests import make
from tests.federation.peer import Actor, Peer, jrd, key_pair
from tests.fediverse import Echo, Router, settle_down


def answers(peer: Peer, name: str, actor: str, *, subject: str = "") -> None:
    peer.pages[f"/.well-known/webfinger?resource=acct:{name}@{peer.host}"] = jrd(
        f"acct:{subject or name}@{peer.host}", actor
    )


async def test_somebody_elsewhere_is_renamed_and_keeps_followers(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    bob = peer.person("bob")
    known = await resolve.account(bob.id)
    await make.follow(alice, known)
    renamed = {**bob.document, "preferredUsername": "Robert"}
    peer.serve(bob.id, renamed)
    answers(peer, "robert", bob.id)
    answers(peer, "Robert", bob.id)
    await bob.sends(one, bob.does("Update", renamed))
    await settle_down([one])
    now = await Account.get(uri=bob.id)
    assert (now.id, now.username, now.domain) == (known.id, "Robert", "peer.test")
    assert await Follow.filter(follower_id=alice.id, followee_id=known.id).exists()
    assert await ports.directory().account_by_handle("robert", "peer.test") == known.id


async def test_a_handle_moves_to_another_host(one: Echo, peer: Peer, router: Router) -> None:
    bob = peer.person("bob")
    known = await resolve.account(bob.id)
    front = Peer(router, "example.test")
    answers(front, "bob", bob.id)
    moved = {**bob.document, "webfinger": "bob@example.test"}
    peer.serve(bob.id, moved)
    await bob.sends(one, bob.does("Update", moved))
    await settle_down([one])
    now = await Account.get(id=known.id)
    assert (now.username, now.domain, now.host) == ("bob", "example.test", "peer.test")


async def test_s_l01_a_new_name_needs_the_word_of_its_host(one: Echo, evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    await resolve.account(vera.id)
    mallory = evil.person("mallory")
    known = await resolve.account(mallory.id)
    for claim in ({"webfinger": "vera@victim.test"}, {"preferredUsername": "boss"}):
        answers(evil, "boss", vera.id)
        await mallory.sends(one, mallory.does("Update", {**mallory.document, **claim}))
        await settle_down([one])
        now = await Account.get(id=known.id)
        assert (now.username, now.domain) == ("mallory", "evil.test")
    assert (await Account.get(uri=vera.id)).domain == "victim.test"


async def test_a_handle_goes_to_whoever_has_it_now(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    former = await resolve.account(bob.id)
    peer.serve(bob.id, {**bob.document, "preferredUsername": "bobby"})
    answers(peer, "bobby", bob.id)
    heir = Actor(peer, "bob2", key_pair(2))
    peer.serve(heir.id, {**heir.document, "preferredUsername": "bob"})
    answers(peer, "bob", heir.id)
    stored = await resolve.account(heir.id)
    assert (stored.username, stored.domain) == ("bob", "peer.test")
    assert await ports.directory().account_by_handle("bob", "peer.test") == stored.id
    for task in list(one.runtime.network.background):
        await task
    assert (await Account.get(id=former.id)).username == "bobby"


async def test_a_handle_of_somebody_gone_goes_to_the_next(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await resolve.account(bob.id)
    peer.serve_status(bob.id, 404)
    heir = Actor(peer, "bob2", key_pair(2))
    peer.serve(heir.id, {**heir.document, "preferredUsername": "bob"})
    answers(peer, "bob", heir.id)
    stored = await resolve.account(heir.id)
    assert await ports.directory().account_by_handle("bob", "peer.test") == stored.id


async def test_s_a15_who_cannot_be_asked_keeps_the_handle(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    first = await resolve.account(bob.id)
    peer.serve_status(bob.id, 503)
    thief = Actor(peer, "bob2", key_pair(2))
    peer.serve(thief.id, {**thief.document, "preferredUsername": "bob"})
    answers(peer, "bob", thief.id)
    with pytest.raises(Unbelievable):
        await resolve.account(thief.id)
    assert await ports.directory().account_by_handle("bob", "peer.test") == first.id


async def test_somebody_here_is_renamed(one: Echo, two: Echo) -> None:
    alice, dora = await make.person("alice"), await make.person("dora")
    bob = await two.run(make.person("bob"))
    uri, old_url = alice.account.uri, alice.account.url

    async def follow() -> int:
        known = await resolve.account(uri)
        await make.follow(bob, known)
        return int(known.id)

    known_id = await two.run(follow())
    await settle_down([one, two])
    await renaming.rename(alice.id, "@Alicia")
    await settle_down([one, two])

    async def seen() -> tuple[str, str, bool]:
        known = await Account.get(id=known_id)
        still = await Follow.filter(followee_id=known_id, state="accepted").exists()
        return known.username, known.url, still

    assert await two.run(seen()) == ("alicia", "https://one.test/@alicia", True)
    assert (await Account.get(id=alice.id)).uri == uri
    for name in ("alice", "alicia", "ALICE"):
        url = f"https://one.test/.well-known/webfinger?resource=acct:{name}@one.test"
        answer = await one.answer(httpx.Request("GET", url))
        assert answer.json()["subject"] == "acct:alicia@one.test"
        assert answer.json()["aliases"] == [uri, "https://one.test/@alicia"]
    page = await one.answer(httpx.Request("GET", old_url, headers={"accept": "text/html"}))
    assert (page.status_code, page.headers["location"]) == (302, "https://one.test/@alicia")
    with pytest.raises(Invalid):
        await renaming.rename(dora.id, "alice")
    with pytest.raises(Invalid):
        await renaming.rename(dora.id, "alicia")
    with pytest.raises(Invalid):
        await renaming.rename(dora.id, "no spaces")
    back = await renaming.rename(alice.id, "alice")
    assert back.username == "alice"
    assert await renaming.rename(alice.id, "alice") == back
