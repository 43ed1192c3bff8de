"""Relays of both styles: asked, posted to, listened to, and believed in nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from activitypub.signatures import graph, linked_data, proofs
from activitypub.signatures.keys import load_public_key
from echo.actions import posts, relays
from echo.cli import relays as cli
from echo.errors import Invalid, NotFound
from echo.kinds import RelayStyle, Visibility
from echo.models import Account, AccountKey, Follow, InboundActivity, Job, Notification, Post, Relay
from echo.policy.roles import Staff
from echo.store import inbound
from tests import make
from tests.conftest import changed
from tests.federation.peer import PUBLIC, Actor, Json, Peer, key_pair
from tests.federation.sealing import linked, proven, with_document_key
from tests.fediverse import Echo, Router, settle_down

US = "https://one.test/relay"


class RelayDouble(Actor):
    """A relay at a peer, which answers what it is sent as the real ones do."""

    @property
    def id(self) -> str:
        return f"https://{self.peer.host}/actor"

    @property
    def document(self) -> Json:
        return {**super().document, "type": "Application", "inbox": f"https://{self.peer.host}/inbox"}

    def asked(self) -> list[Json]:
        """What it was asked."""
        return self.peer.sent("Follow")


def relay_at(peer: Peer) -> RelayDouble:
    double = RelayDouble(peer, "relay", key_pair(2))
    peer.serve(double.id, double.document)
    peer.pages[f"/.well-known/webfinger?resource=acct:relay@{peer.host}"] = {
        "subject": f"acct:relay@{peer.host}",
        "links": [{"rel": "self", "type": "application/activity+json", "href": double.id}],
    }
    return double


@pytest.fixture
async def mastodon(one: Echo, router: Router) -> RelayDouble:
    """A relay that is posted to, and has accepted."""
    double = relay_at(Peer(router, "relay.test"))
    await relays.add(Staff.shell(), RelayStyle.MASTODON, inbox="https://relay.test/inbox")
    await settle_down([one])
    [asked] = double.asked()
    await double.sends(one, double.does("Accept", asked["id"]))
    await settle_down([one])
    await InboundActivity.all().delete()
    return double


@pytest.fixture
async def litepub(one: Echo, router: Router) -> RelayDouble:
    """A relay that is followed, has accepted and follows back."""
    double = relay_at(Peer(router, "pub.test"))
    await relays.add(Staff.shell(), RelayStyle.LITEPUB, inbox="https://pub.test/inbox", actor_uri=double.id)
    await settle_down([one])
    [asked] = double.asked()
    await double.sends(one, double.does("Accept", asked))
    await double.sends(one, double.does("Follow", US))
    await settle_down([one])
    await InboundActivity.all().delete()
    return double


async def states() -> list[tuple[str, str, str]]:
    return [(relay.style, relay.state, relay.actor_uri) for relay in await Relay.all().order_by("id")]


async def reasons() -> list[str]:
    return [row["reason"] for row in await inbound.listing()]


async def get(one: Echo, path: str) -> httpx.Response:
    headers = {"host": "one.test", "accept": "application/activity+json"}
    return await one.answer(httpx.Request("GET", f"https://one.test{path}", headers=headers))


async def test_a_relay_that_is_posted_to_is_asked_for_everybody(one: Echo, mastodon: RelayDouble) -> None:
    [asked] = mastodon.asked()
    assert (asked["actor"], asked["object"]) == (US, PUBLIC)
    assert await states() == [("mastodon", "accepted", mastodon.id)]
    posted = next(request for request in mastodon.peer.requests if request.method == "POST")
    assert f'keyId="{US}#main-key"' in posted.headers["signature"]


async def test_a_relay_that_is_followed_follows_back_and_is_accepted(one: Echo, litepub: RelayDouble) -> None:
    [asked] = litepub.asked()
    assert (asked["actor"], asked["object"], asked["to"]) == (US, litepub.id, [litepub.id])
    assert await states() == [("litepub", "accepted", litepub.id)]
    [accept] = litepub.peer.sent("Accept")
    assert (accept["actor"], accept["object"]["object"], accept["object"]["actor"]) == (US, US, litepub.id)


async def test_the_actor_who_asks_can_be_looked_at(one: Echo, mastodon: RelayDouble) -> None:
    actor = (await get(one, "/relay")).json()
    assert (actor["id"], actor["type"], actor["preferredUsername"]) == (US, "Application", "relay")
    assert actor["id"].endswith("/relay")
    assert actor["publicKey"]["id"] == f"{US}#main-key"
    assert actor["inbox"] == actor["endpoints"]["sharedInbox"] == "https://one.test/ap/inbox"
    for name in ("followers", "following", "outbox"):
        collection = (await get(one, f"/relay/{name}")).json()
        assert (collection["id"], collection["totalItems"]) == (f"{US}/{name}", 0 if name == "outbox" else 1)
    assert (await get(one, "/relay/secrets")).status_code == 404
    for resource in ("acct:relay@one.test", US):
        jrd = (await get(one, f"/.well-known/webfinger?resource={resource}")).json()
        assert jrd["subject"] == "acct:relay@one.test"
        assert jrd["links"][0]["href"] == US


async def test_nobody_else_answers_for_a_relay(one: Echo, peer: Peer, router: Router) -> None:
    double = relay_at(Peer(router, "relay.test"))
    await relays.add(Staff.shell(), RelayStyle.MASTODON, inbox="https://relay.test/inbox")
    await settle_down([one])
    [asked] = double.asked()
    mallory = peer.person("mallory")
    for answer in (asked, asked["id"], {**asked, "id": None}):
        await mallory.sends(one, mallory.does("Accept", answer))
    await settle_down([one])
    assert await states() == [("mastodon", "pending", "")]


async def test_a_relay_may_refuse_and_answer_without_the_id(one: Echo, router: Router) -> None:
    double = relay_at(Peer(router, "relay.test"))
    await relays.add(Staff.shell(), RelayStyle.MASTODON, inbox="https://relay.test/inbox")
    await settle_down([one])
    [asked] = double.asked()
    await double.sends(
        one, double.does("Reject", {name: asked[name] for name in ("type", "actor", "object")})
    )
    await settle_down([one])
    assert [state for _, state, _ in await states()] == ["rejected"]
    await make.post(await make.person("alice"))
    await settle_down([one])
    assert double.peer.sent("Create") == []


async def test_only_relays_follow_the_relay_actor(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await bob.sends(one, bob.does("Follow", US))
    await settle_down([one])
    assert await reasons() == ["not-ours"]
    assert await Follow.all().count() == 0
    assert peer.sent("Accept") == []


async def test_a_relay_is_left(one: Echo, mastodon: RelayDouble, litepub: RelayDouble) -> None:
    await relays.remove(Staff.shell(), "https://relay.test/inbox")
    await relays.remove(Staff.shell(), litepub.id)
    await settle_down([one])
    for double, target in ((mastodon, PUBLIC), (litepub, litepub.id)):
        [undo] = double.peer.sent("Undo")
        assert (undo["actor"], undo["object"]["object"]) == (US, target)
        assert undo["object"]["id"] == double.asked()[0]["id"]
    with pytest.raises(NotFound):
        await relays.remove(Staff.shell(), "https://relay.test/inbox")
    await make.post(await make.person("alice"))
    await settle_down([one])
    assert mastodon.peer.sent("Create") == []
    assert litepub.peer.sent("Announce") == []


async def test_the_same_relay_is_not_asked_twice(one: Echo, mastodon: RelayDouble) -> None:
    with pytest.raises(Invalid):
        await relays.add(Staff.shell(), RelayStyle.MASTODON, inbox="https://relay.test/inbox")


async def test_what_is_public_is_posted_with_both_seals(one: Echo, mastodon: RelayDouble) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "for all")
    await settle_down([one])
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    keys = await AccountKey.get(account_id=alice.id)
    rsa: Any = load_public_key(keys.public_pem)
    ed25519: Any = load_public_key(keys.ed25519_public_pem)
    for kind in ("Create", "Delete"):
        [activity] = mastodon.peer.sent(kind)
        assert activity["actor"] == alice.account.uri
        claim = linked_data.read_claim(activity, now=datetime.now(UTC))
        linked_data.verify(claim, graph.canonical(activity).text, rsa)
        proofs.verify_proof(proofs.read_proof(activity, now=datetime.now(UTC)), ed25519)
    posted = [r for r in mastodon.peer.requests if b'"Create"' in r.content]
    assert f'keyId="{alice.account.uri}#main-key"' in posted[0].headers["signature"]


async def test_what_is_public_is_announced(one: Echo, litepub: RelayDouble) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    await settle_down([one])
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    [announce] = litepub.peer.sent("Announce")
    assert (announce["actor"], announce["object"], announce["to"]) == (US, post.uri, [f"{US}/followers"])
    assert announce["published"]
    assert litepub.peer.sent("Create") == []
    assert [gone["object"]["id"] for gone in litepub.peer.sent("Delete")] == [post.uri]


async def test_what_is_not_public_never_goes_to_a_relay(
    one: Echo, mastodon: RelayDouble, litepub: RelayDouble
) -> None:
    alice = await make.person("alice")
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        post = await make.post(alice, visibility=visibility)
        await posts.remove(alice.id, post.id)
    kept = await make.post(alice, local_only=True)
    await posts.remove(alice.id, kept.id)
    await settle_down([one])
    for double in (mastodon, litepub):
        assert {activity["type"] for activity in double.peer.delivered} <= {"Follow", "Accept"}


@pytest.mark.parametrize("how", ["proof", "signature", "nothing"])
async def test_a_post_that_a_relay_brings(one: Echo, mastodon: RelayDouble, victim: Peer, how: str) -> None:
    """By the author's proof, or from its origin."""
    vera = with_document_key(victim.person("vera"))
    note = vera.note("from its origin")
    victim.serve(note["id"], note)
    copy = vera.creates({**note, "content": "<p>as it was brought</p>"})
    seal = {"proof": proven, "signature": linked}.get(how)
    await mastodon.sends(one, copy if seal is None else seal(vera, copy))
    await settle_down([one])
    assert await reasons() == [""]
    stored = await Post.get(uri=note["id"])
    assert ("as it was brought" in stored.html) == (how == "proof")
    assert stored.author_id == (await Account.get(uri=vera.id)).id


async def test_a_post_that_a_relay_announces_is_no_boost(
    one: Echo, litepub: RelayDouble, victim: Peer
) -> None:
    vera = victim.person("vera")
    note = vera.note("hello")
    victim.serve(note["id"], note)
    await litepub.sends(one, litepub.does("Announce", note["id"]))
    await settle_down([one])
    assert await Post.filter(uri=note["id"]).count() == 1
    assert await Post.exclude(boost_of_id=None).count() == 0
    await litepub.sends(one, litepub.does("Announce", vera.creates(vera.note("unserved"))))
    await settle_down([one])
    assert await Post.all().count() == 1
    # Some announce the Create by its id; what it is about is asked for.
    other = vera.note("by its activity")
    create = vera.creates({**other, "content": "<p>a copy</p>"})
    for document in (other, create):
        victim.serve(document["id"], document)
    await litepub.sends(one, litepub.does("Announce", create["id"]))
    await settle_down([one])
    assert "by its activity" in (await Post.get(uri=other["id"])).html


async def test_a_relay_forges_nothing(one: Echo, mastodon: RelayDouble, victim: Peer) -> None:
    vera = with_document_key(victim.person("vera"))
    forged = vera.note("forged")
    for activity in (vera.creates(forged), proven(vera, vera.creates(forged), key=2)):
        await mastodon.sends(one, activity)
    await settle_down([one])
    assert await Post.all().count() == 0
    private = {**vera.note("private"), "to": [f"{vera.id}/followers"], "cc": []}
    await mastodon.sends(one, proven(vera, vera.creates(private)))
    await settle_down([one])
    assert await Post.all().count() == 0


async def test_strangers_bring_nothing(one: Echo, peer: Peer, victim: Peer, mastodon: RelayDouble) -> None:
    vera, bob = with_document_key(victim.person("vera")), peer.person("bob")
    note = vera.note()
    victim.serve(note["id"], note)
    await bob.sends(one, bob.does("View", "https://x.test/"))
    for activity in (vera.creates(note), proven(vera, vera.creates(note)), bob.does("Announce", note["id"])):
        await bob.sends(one, activity)
    await settle_down([one])
    assert await Post.all().count() == 0


async def test_nothing_from_a_relay_notifies_or_looks_at_links(
    one: Echo, mastodon: RelayDouble, victim: Peer
) -> None:
    alice = await make.person("alice")
    vera = with_document_key(victim.person("vera"))
    tag = {"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}
    named = {**vera.note("@alice"), "cc": [alice.account.uri], "tag": [tag]}
    await mastodon.sends(one, proven(vera, vera.creates(named)))
    await settle_down([one])
    assert await reasons() == ["comes-itself"]
    link = vera.note('<a href="https://page.test/">look</a>')
    await mastodon.sends(one, proven(vera, vera.creates(link)))
    before = await Job.filter(name="cards.look").count()
    await settle_down([one])
    assert await Post.filter(uri=link["id"]).count() == 1
    assert await Job.filter(name="cards.look").count() == before
    assert await Notification.all().count() == 0
    # Its author's server delivers it by itself, and then it counts.
    await vera.sends(one, vera.creates(named))
    await settle_down([one])
    assert await Notification.filter(account_id=alice.id).count() == 1


async def test_a_deletion_that_a_relay_brings_is_asked_about(
    one: Echo, mastodon: RelayDouble, victim: Peer
) -> None:
    vera = with_document_key(victim.person("vera"))
    note = vera.note()
    victim.serve(note["id"], note)
    await mastodon.sends(one, proven(vera, vera.creates(note)))
    await mastodon.sends(one, vera.does("Delete", note["id"]))
    await settle_down([one])
    assert (await Post.get(uri=note["id"])).deleted_at is None
    victim.serve_status(note["id"], 410)
    await mastodon.sends(one, vera.does("Delete", note["id"]))
    await settle_down([one])
    assert (await Post.get(uri=note["id"])).deleted_at is not None


async def test_a_flood_is_cut_and_announcements_first(
    one: Echo, mastodon: RelayDouble, litepub: RelayDouble, victim: Peer
) -> None:
    one.runtime.config = changed(one.runtime.config, federation={"relayed_per_minute": 4})
    one.runtime.bind()
    vera = with_document_key(victim.person("vera"))
    for _ in range(5):
        note = vera.note()
        victim.serve(note["id"], note)
        await litepub.sends(one, litepub.does("Announce", note["id"]))
    await settle_down([one])
    assert await Post.all().count() == 3
    for _ in range(3):
        await mastodon.sends(one, proven(vera, vera.creates(vera.note())))
    await settle_down([one])
    assert await Post.all().count() == 4
    assert (await reasons()).count("too-many") == 4


async def test_the_command_line(
    one: Echo, router: Router, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[object]:
        yield one.runtime

    monkeypatch.setattr(cli, "opened", opened)
    double = relay_at(Peer(router, "pub.test"))
    await cli.add("https://relay.test/inbox")
    await cli.add(double.id)
    assert [style for style, _, _ in await states()] == ["mastodon", "litepub"]
    capsys.readouterr()
    await cli.list_()
    listed = capsys.readouterr().out
    assert "https://relay.test/inbox" in listed
    assert double.id in listed
    await cli.remove("https://relay.test/inbox")
    await cli.remove(str((await Relay.all().first()).id))  # type: ignore[union-attr]
    assert await states() == []
    for wrong in ("relay.test", "https://nobody.test/actor"):
        with pytest.raises(Invalid):
            await cli.add(wrong)


async def test_silenced_people_do_not_come_in_through_a_relay(
    one: Echo, mastodon: RelayDouble, victim: Peer
) -> None:
    vera = with_document_key(victim.person("vera"))
    await vera.sends(one, vera.does("View", "https://x.test/"))
    await Account.filter(uri=vera.id).update(silenced_at=datetime.now(UTC))
    await mastodon.sends(one, proven(vera, vera.creates(vera.note())))
    await settle_down([one])
    assert await Post.all().count() == 0


async def test_what_is_sent_is_json_that_lists_its_audience(one: Echo, mastodon: RelayDouble) -> None:
    """Some relays want lists."""
    await make.post(await make.person("alice"))
    await settle_down([one])
    for activity in mastodon.peer.delivered:
        assert isinstance(activity["to"], list), json.dumps(activity)
        assert isinstance(activity["cc"], list)
