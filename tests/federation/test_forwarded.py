"""Activities that somebody passes on: believed by a proof inside, or because their origin says so."""

from __future__ import annotations

import time
from typing import Any

import pytest

from echo.kinds import BlockSeverity
from echo.models import Account, InboundActivity, Post
from echo.store import inbound
from federation import canonical, forwarded
from tests import fences, make
from tests.federation.peer import Actor, Json, Peer, key_pair
from tests.federation.sealing import linked, proven, with_document_key
from tests.fediverse import Echo, Router, settle_down


async def reasons() -> list[str]:
    return [row["reason"] for row in await inbound.listing()]


async def known(actor: Actor, server: Echo) -> Actor:
    """An actor whose keys are known here."""
    await actor.sends(server, actor.does("View", f"{actor.id}/x"))
    await settle_down([server])
    await InboundActivity.all().delete()
    await actor.peer.forget()
    return actor


@pytest.fixture
async def carrier(one: Echo, evil: Peer) -> Actor:
    """Somebody who passes things on, and is believed in nothing."""
    return await known(evil.person("carrier", keys=2), one)


@pytest.fixture
async def vera(one: Echo, victim: Peer) -> Actor:
    """Somebody whose things are passed on."""
    return await known(with_document_key(victim.person("vera")), one)


async def replied(one: Echo, vera: Actor) -> tuple[Post, Json]:
    """A post here and a reply to it that is known."""
    alice = await make.person("alice")
    post = await make.post(alice)
    note = vera.note("first", inReplyTo=post.uri)
    await vera.sends(one, vera.creates(note))
    await settle_down([one])
    await InboundActivity.all().delete()
    assert await Post.filter(uri=note["id"]).count() == 1
    await vera.peer.forget()
    return post, note


async def test_a_reply_with_a_proof_is_taken_without_asking(one: Echo, carrier: Actor, vera: Actor) -> None:
    post = await make.post(await make.person("alice"))
    note = vera.note("proven", inReplyTo=post.uri)
    await carrier.sends(one, proven(vera, vera.creates(note)))
    await settle_down([one])
    assert await reasons() == [""]
    stored = await Post.get(uri=note["id"])
    assert "proven" in stored.html
    assert vera.peer.requests == []


async def test_s_a13_a_reply_with_a_linked_data_signature_is_asked_for(
    one: Echo, carrier: Actor, vera: Actor
) -> None:
    post = await make.post(await make.person("alice"))
    note = vera.note("told by its origin", inReplyTo=post.uri)
    vera.peer.serve(note["id"], note)
    copy = vera.creates({**note, "content": "<p>told by the carrier</p>"})
    await carrier.sends(one, linked(vera, copy))
    await settle_down([one])
    assert await reasons() == [""]
    assert "told by its origin" in (await Post.get(uri=note["id"])).html
    assert len(vera.peer.requests) == 1


async def test_a_reply_whose_origin_does_not_have_it_is_not_taken(
    one: Echo, carrier: Actor, vera: Actor
) -> None:
    post = await make.post(await make.person("alice"))
    await carrier.sends(one, linked(vera, vera.creates(vera.note("?", inReplyTo=post.uri))))
    await settle_down([one])
    assert await Post.filter(local=False).count() == 0


FORGERIES: dict[str, Any] = {
    "another content": lambda vera, it: {**it, "object": {**it["object"], "content": "<p>forged</p>"}},
    "another key": lambda vera, it: proven(vera, {**it, "proof": None}, key=2),
    "a key of another": lambda vera, it: proven(
        vera, {**it, "proof": None}, key_id="https://evil.test/users/carrier#ed25519-key"
    ),
    "a key that is not listed": lambda vera, it: proven(vera, it, key_id=f"{vera.id}#other"),
    "a key that signs requests": lambda vera, it: proven(vera, it, key_id=f"{vera.id}#main-key"),
    "another activity": lambda vera, it: {**it, "id": f"{it['id']}x"},
    "nonsense": lambda vera, it: {**it, "proof": "trust me"},
}


@pytest.mark.parametrize("how", FORGERIES)
async def test_a_forged_proof_proves_nothing(one: Echo, carrier: Actor, vera: Actor, how: str) -> None:
    post = await make.post(await make.person("alice"))
    note = vera.note("true", inReplyTo=post.uri)
    vera.peer.serve(note["id"], note)
    await carrier.sends(one, FORGERIES[how](vera, proven(vera, vera.creates(note))))
    await settle_down([one])
    stored = await Post.get_or_none(uri=note["id"])
    assert stored is not None  # its origin has it
    assert "true" in stored.html


async def test_a_stranger_s_key_is_asked_for_once(one: Echo, carrier: Actor, victim: Peer) -> None:
    post = await make.post(await make.person("alice"))
    ursula = with_document_key(victim.person("ursula"))
    notes = [ursula.note(inReplyTo=post.uri) for _ in range(2)]
    for note in notes:
        await carrier.sends(one, proven(ursula, ursula.creates(note)))
    await settle_down([one])
    assert await Post.filter(uri__in=[note["id"] for note in notes]).count() == 2
    asked = [request.url.path for request in victim.requests if request.url.path == "/users/ursula"]
    assert len(asked) == 1


async def test_a_proof_does_not_make_it_matter(
    one: Echo, carrier: Actor, vera: Actor, router: Router
) -> None:
    router.asked.clear()
    await carrier.sends(one, proven(vera, vera.creates(vera.note())))
    await carrier.sends(one, proven(vera, vera.creates(vera.note(inReplyTo="https://else.test/1"))))
    await settle_down([one])
    assert set(await reasons()) == {"forwarded"}
    assert router.asked == []


async def test_a_proof_that_comes_again_does_nothing_more(one: Echo, carrier: Actor, vera: Actor) -> None:
    _, note = await replied(one, vera)
    await vera.sends(one, vera.does("Delete", note["id"]))
    await settle_down([one])
    await carrier.sends(one, proven(vera, vera.creates(note)))
    await settle_down([one])
    assert await Post.filter(uri=note["id"], deleted_at=None).count() == 0


async def test_an_edit_with_a_proof_is_taken_and_an_older_one_is_not(
    one: Echo, carrier: Actor, vera: Actor
) -> None:
    _, note = await replied(one, vera)
    new = {**note, "content": "<p>second</p>", "updated": "2099-01-01T00:00:00Z"}
    old = {**note, "content": "<p>third</p>", "updated": "2020-01-01T00:00:00Z"}
    for version in (new, old):
        await carrier.sends(one, proven(vera, vera.does("Update", version)))
        await settle_down([one])
    assert "second" in (await Post.get(uri=note["id"])).html
    assert vera.peer.requests == []


async def test_s_a13_an_edit_with_a_linked_data_signature_is_asked_for(
    one: Echo, carrier: Actor, vera: Actor
) -> None:
    _, note = await replied(one, vera)
    vera.peer.serve(note["id"], {**note, "content": "<p>origin</p>", "updated": "2026-11-26T00:00:00Z"})
    claimed = {**note, "content": "<p>carrier</p>", "updated": "2099-01-01T00:00:00Z"}
    await carrier.sends(one, linked(vera, vera.does("Update", claimed)))
    await settle_down([one])
    assert "carrier" not in (await Post.get(uri=note["id"])).html


@pytest.mark.parametrize("seal", [proven, linked])
@pytest.mark.parametrize("status", [404, 410, 503, 403])
async def test_s_c03_a_forwarded_deletion(
    one: Echo, carrier: Actor, vera: Actor, seal: Any, status: int
) -> None:
    """What its origin says counts; where it says nothing, the author."""
    _, note = await replied(one, vera)
    vera.peer.serve_status(note["id"], status)
    await carrier.sends(one, seal(vera, vera.does("Delete", {"id": note["id"], "type": "Tombstone"})))
    await settle_down([one])
    assert await reasons() == [""]
    assert (await Post.get(uri=note["id"])).deleted_at is not None


@pytest.mark.parametrize("seal", [proven, linked])
async def test_s_c03_what_its_origin_still_serves_stays(
    one: Echo, carrier: Actor, vera: Actor, seal: Any
) -> None:
    _, note = await replied(one, vera)
    vera.peer.serve(note["id"], note)
    await carrier.sends(one, seal(vera, vera.does("Delete", note["id"])))
    await settle_down([one])
    assert await reasons() == ["unproven"]
    assert (await Post.get(uri=note["id"])).deleted_at is None


async def test_s_c03_a_stranger_deletes_nothing(one: Echo, carrier: Actor, vera: Actor) -> None:
    post, note = await replied(one, vera)
    vera.peer.serve_status(note["id"], 503)
    forged = vera.does("Delete", note["id"])
    carrier_signs = linked(Actor(vera.peer, "vera", key_pair(2)), forged)
    for activity in (
        carrier_signs,
        {**linked(vera, vera.does("Delete", f"{note['id']}x")), "object": note["id"]},
        proven(vera, forged, key=2),
        linked(carrier, carrier.does("Delete", note["id"])),
        linked(carrier, carrier.does("Delete", vera.id)),
        linked(vera, vera.does("Delete", post.uri)),
    ):
        await carrier.sends(one, activity)
    await settle_down([one])
    assert await Post.filter(deleted_at=None).count() == 2
    assert (await Account.get(uri=vera.id)).deleted_at is None


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@reverse"])
async def test_s_a13_a_rearranged_deletion_is_not_applied(
    one: Echo, carrier: Actor, vera: Actor, keyword: str
) -> None:
    _, note = await replied(one, vera)
    vera.peer.serve_status(note["id"], 503)
    signed = linked(vera, vera.does("Undo", vera.does("Delete", note["id"])))
    moved = {**signed["object"], "@context": signed["@context"], "signature": signed["signature"]}
    moved[keyword] = {name: item for name, item in signed.items() if name not in ("object", "signature")}
    await carrier.sends(one, moved)
    await settle_down([one])
    assert (await Post.get(uri=note["id"])).deleted_at is None


async def test_a_forwarded_goodbye_is_asked_about(one: Echo, carrier: Actor, vera: Actor) -> None:
    await carrier.sends(one, linked(vera, vera.does("Delete", vera.id)))
    await settle_down([one])
    assert await reasons() == ["unproven"]
    vera.peer.serve_status(vera.id, 410)
    one.runtime.network.failures.forget(vera.id)  # type: ignore[attr-defined]
    await carrier.sends(one, linked(vera, vera.does("Delete", vera.id)))
    await settle_down([one])
    assert (await Account.get(uri=vera.id)).deleted_at is not None


async def test_blocks_are_about_the_actor_whoever_brings_it(one: Echo, carrier: Actor, vera: Actor) -> None:
    """mastodon#11295."""
    post = await make.post(await make.person("alice"))
    await fences.block("victim.test", BlockSeverity.SUSPEND)
    one.runtime.network.blocked._read_at = None  # type: ignore[attr-defined]
    await carrier.sends(one, proven(vera, vera.creates(vera.note(inReplyTo=post.uri))))
    await settle_down([one])
    assert await reasons() == ["blocked"]
    assert await Post.filter(local=False).count() == 0
    assert vera.peer.requests == []


async def test_one_server_does_not_send_us_asking_around(
    one: Echo, carrier: Actor, vera: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarded, "FROM_ONE_SERVER", 2)
    post = await make.post(await make.person("alice"))
    for _ in range(4):
        await carrier.sends(one, linked(vera, vera.creates(vera.note(inReplyTo=post.uri))))
    await settle_down([one])
    assert len(vera.peer.requests) <= 2
    assert sorted(await reasons()).count("too-many") == 2


def poison() -> list[Json]:
    names = [f"_:b{number}" for number in range(40)]
    return [{"id": name, "tag": [{"id": other} for other in names if other != name]} for name in names]


async def test_a_poison_graph_is_refused_and_the_next_signature_is_checked(
    one: Echo, carrier: Actor, vera: Actor
) -> None:
    _, note = await replied(one, vera)
    vera.peer.serve_status(note["id"], 503)
    signed = linked(vera, vera.does("Delete", note["id"]))
    began = time.monotonic()
    await carrier.sends(one, {**signed, "id": f"{signed['id']}p", "attachment": poison()})
    await settle_down([one])
    assert time.monotonic() - began < canonical.ANSWER_SECONDS
    assert (await Post.get(uri=note["id"])).deleted_at is None
    await carrier.sends(one, signed)
    await settle_down([one])
    assert (await Post.get(uri=note["id"])).deleted_at is not None
