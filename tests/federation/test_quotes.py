"""Quotes between servers: asked for, allowed, taken back, and believed only with proof (FEP-044f)."""

from __future__ import annotations

from typing import Any

import pytest

from echo.actions import follows, posts, quotes
from echo.actions.drafts import PostDraft
from echo.kinds import Visibility
from echo.models import Notification, Post, PostStats
from tests import make
from tests.federation.peer import Actor, Peer
from tests.federation.test_two_echos import follow, post_by_uri
from tests.fediverse import Echo, settle_down, work
from tests.make import Person

Json = dict[str, Any]


async def quote(by: Person, quoted_id: int, text: str = "look") -> Post:
    return await posts.publish(
        by.id, PostDraft(text=text, visibility=Visibility.PUBLIC, quote_of_id=quoted_id)
    )


async def state(uri: str) -> str:
    found = await post_by_uri(uri)
    return "unknown" if found is None else found.quote_state


async def count(post_id: int) -> int:
    stats = await PostStats.get_or_none(post_id=post_id)
    return stats.quotes if stats else 0


async def test_a_quote_is_asked_for_allowed_and_taken_back(one: Echo, two: Echo) -> None:
    """Alice at one quotes Bob at two; Bob allows it by his policy, and takes it back."""
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await follow(alice, "bob", "two.test")
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    theirs = await two.run(make.post(bob, "quote me"))
    await settle_down([one, two])
    copy = await post_by_uri(theirs.uri)
    assert copy is not None
    assert copy.quote_automatic == ["public"]

    quoting = await quote(alice, copy.id)
    assert quoting.quote_state == "pending"
    await settle_down([one, two])

    mine = await post_by_uri(quoting.uri)
    assert mine is not None
    assert (mine.quote_state, await two.run(state(quoting.uri))) == ("accepted", "accepted")
    assert mine.quote_stamp_uri.startswith("https://two.test/ap/stamps/")
    assert (await count(copy.id), await two.run(count(theirs.id))) == (1, 1)

    async def told() -> list[str]:
        return [row.kind for row in await Notification.filter(account_id=bob.id, kind="quote")]

    assert await two.run(told()) == ["quote"]

    their_copy = await two.run(post_by_uri(quoting.uri))
    assert their_copy is not None
    await two.run(quotes.revoke(bob.id, theirs.id, their_copy.id))
    await settle_down([one, two])
    assert (await state(quoting.uri), await two.run(state(quoting.uri))) == ("revoked", "revoked")
    assert (await count(copy.id), await two.run(count(theirs.id))) == (0, 0)
    assert await two.run(told()) == []


async def test_a_quote_that_is_not_allowed_is_rejected(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await follow(alice, "bob", "two.test")
    await settle_down([one, two])
    theirs = await two.run(make.post(bob, "not me", quote_policy="followers"))
    await settle_down([one, two])
    copy = await post_by_uri(theirs.uri)
    assert copy is not None
    assert copy.quote_automatic == ["followers"]
    quoting = await quote(alice, copy.id)
    await two.run(follows.remove_follower(bob.id, (await two.run(account_of(alice))).id))
    await settle_down([one, two])
    assert await state(quoting.uri) == "rejected"
    assert await two.run(state(quoting.uri)) == "rejected"


async def account_of(person: Person) -> Any:
    from echo.models import Account

    return await Account.get(uri=person.account.uri)


async def asked(one: Echo, quoter: Actor, quoted: Post, **changed: Any) -> Json:
    """A request with its post, delivered and worked off; the answers that came back."""
    note = quoter.note("look", quote=quoted.uri) | changed.pop("note", {})
    request = quoter.does("QuoteRequest", quoted.uri, instrument=note) | changed
    await quoter.sends(one, request)
    await work()
    await work()
    return note


def answers(peer: Peer, kind: str) -> list[Json]:
    return peer.sent(kind)


async def test_somebody_elsewhere_asks(one: Echo, peer: Peer) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice)
    note = await asked(one, quoter, post)
    accepted = answers(peer, "Accept")
    assert len(accepted) == 1
    assert accepted[0]["object"]["type"] == "QuoteRequest"
    assert accepted[0]["object"]["instrument"] == note["id"]
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert (stored.quote_state, stored.quote_stamp_uri) == ("accepted", accepted[0]["result"])
    assert await count(post.id) == 1

    document = (await one.app.test_client().get(accepted[0]["result"].removeprefix("https://one.test"))).json
    found = await document
    assert {key: found[key] for key in found if key != "@context"} == {
        "id": accepted[0]["result"],
        "type": "QuoteAuthorization",
        "attributedTo": alice.account.uri,
        "interactingObject": note["id"],
        "interactionTarget": post.uri,
    }


async def test_a_repeated_request_is_answered_again(one: Echo, peer: Peer) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice)
    note = await asked(one, quoter, post)
    await quoter.sends(one, quoter.does("QuoteRequest", post.uri, instrument=note))
    await work()
    await work()
    results = [answer["result"] for answer in answers(peer, "Accept")]
    assert len(results) == 2
    assert len(set(results)) == 1
    assert await count(post.id) == 1


async def test_a_request_for_a_closed_post_is_rejected(one: Echo, peer: Peer) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice, quote_policy="nobody")
    note = await asked(one, quoter, post)
    assert answers(peer, "Accept") == []
    rejected = answers(peer, "Reject")
    assert rejected[0]["object"]["instrument"] == note["id"]
    assert await post_by_uri(note["id"]) is None


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_a_private_post_is_not_known_to_be_there(one: Echo, peer: Peer, visibility: Visibility) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice, visibility=visibility)
    await asked(one, quoter, post)
    assert peer.delivered == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"attributedTo": "https://peer.test/users/other"},
        {"quote": "https://one.test/ap/posts/1"},
        {"id": "https://evil.test/1"},
        {"type": "Person"},
    ],
)
async def test_only_ones_own_post_that_quotes_is_allowed(one: Echo, peer: Peer, wrong: Json) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice)
    await asked(one, quoter, post, note=wrong)
    assert answers(peer, "Accept") == []
    assert await count(post.id) == 0


async def test_what_was_taken_back_is_not_given_again(one: Echo, peer: Peer) -> None:
    alice, quoter = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice)
    note = await asked(one, quoter, post)
    stored = await post_by_uri(note["id"])
    assert stored is not None
    await quotes.revoke(alice.id, post.id, stored.id)
    await work()
    gone = answers(peer, "Delete")
    assert [one_gone["object"] for one_gone in gone] == [stored.quote_stamp_uri]
    path = stored.quote_stamp_uri.removeprefix("https://one.test")
    assert (await one.app.test_client().get(path)).status_code == 404
    await quoter.sends(one, quoter.does("QuoteRequest", post.uri, instrument=note))
    await work()
    await work()
    assert len(answers(peer, "Accept")) == 1
    assert len(answers(peer, "Reject")) == 1


async def pending(one: Echo, peer: Peer) -> tuple[Person, Actor, Post, Json]:
    """A post here that quotes one of a peer, whose author was asked."""
    alice, author = await make.person("alice"), peer.person("quinn")
    note = author.note("mine", interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC_NAME]}})
    peer.serve(note["id"], note)
    from echo import ports

    quoted_id = await ports.directory().post_by_iri(note["id"])
    assert quoted_id is not None
    quoting = await quote(alice, quoted_id)
    await work()
    return alice, author, quoting, note


PUBLIC_NAME = "https://www.w3.org/ns/activitystreams#Public"


def authorization(author: Actor, quoting: str, quoted: str, **changed: Any) -> Json:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{author.id}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": author.id,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    } | changed


async def test_we_ask_with_the_post_inside(one: Echo, peer: Peer) -> None:
    _, _author, quoting, note = await pending(one, peer)
    request = peer.sent("QuoteRequest")[0]
    assert request["object"] == note["id"]
    instrument = request["instrument"]
    assert (instrument["id"], instrument["quote"]) == (quoting.uri, note["id"])
    assert instrument["quoteUrl"] == instrument["_misskey_quote"] == instrument["quoteUri"] == note["id"]
    assert "quoteAuthorization" not in instrument
    assert any(tag["type"] == "Link" and tag["href"] == note["id"] for tag in instrument["tag"])
    assert instrument["content"].startswith('<p class="quote-inline">RE: ')


@pytest.mark.parametrize("shape", ["whole", "address", "without id"])
async def test_an_accept_is_believed_with_its_stamp(one: Echo, peer: Peer, shape: str) -> None:
    _, author, quoting, note = await pending(one, peer)
    request = peer.sent("QuoteRequest")[0]
    found = authorization(author, quoting.uri, note["id"])
    peer.serve(found["id"], found)
    whole = {key: request[key] for key in ("id", "type", "actor", "object")} | {"instrument": quoting.uri}
    obj: Any = {
        "whole": whole,
        "address": request["id"],
        "without id": {key: value for key, value in whole.items() if key != "id"},
    }[shape]
    await author.sends(one, author.does("Accept", obj, result=found["id"]))
    await work()
    assert await state(quoting.uri) == "accepted"
    await work()
    updated = peer.sent("Update")
    assert [update["object"]["quoteAuthorization"] for update in updated] == [found["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"interactingObject": "https://one.test/ap/posts/1"},
        {"interactionTarget": "https://peer.test/other"},
        {"attributedTo": "https://peer.test/users/other"},
        {"type": "Note"},
        {"id": "https://peer.test/elsewhere"},
    ],
)
async def test_s_c24_a_stamp_for_something_else_is_not_believed(one: Echo, peer: Peer, wrong: Json) -> None:
    _, author, quoting, note = await pending(one, peer)
    found = authorization(author, quoting.uri, note["id"])
    peer.serve(found["id"], found | wrong)
    request = peer.sent("QuoteRequest")[0]
    await author.sends(one, author.does("Accept", request["id"], result=found["id"]))
    await work()
    assert await state(quoting.uri) == "pending"


async def test_only_the_quoted_author_answers(one: Echo, peer: Peer, evil: Peer) -> None:
    _, author, quoting, note = await pending(one, peer)
    mallory, other = evil.person("mallory"), peer.person("other")
    request = peer.sent("QuoteRequest")[0]
    found = authorization(author, quoting.uri, note["id"], id="https://evil.test/stamps/1")
    evil.serve(found["id"], found)
    await mallory.sends(one, mallory.does("Accept", request["id"], result=found["id"]))
    await author.sends(one, author.does("Accept", request["id"], result=found["id"]))
    await author.sends(one, author.does("Accept", request["id"]))
    await other.sends(one, other.does("Reject", request["id"]))
    await mallory.sends(one, mallory.does("Reject", request["id"]))
    await work()
    assert await state(quoting.uri) == "pending"
    await author.sends(one, author.does("Reject", request["id"]))
    await work()
    assert await state(quoting.uri) == "rejected"


async def test_the_end_of_a_stamp_ends_the_quote(one: Echo, peer: Peer, evil: Peer) -> None:
    _, author, quoting, note = await pending(one, peer)
    found = authorization(author, quoting.uri, note["id"])
    peer.serve(found["id"], found)
    await author.sends(one, author.does("Accept", peer.sent("QuoteRequest")[0]["id"], result=found["id"]))
    await work()
    other = peer.person("other")
    await other.sends(one, other.does("Delete", found["id"]))
    await work()
    assert await state(quoting.uri) == "accepted"
    await author.sends(one, author.does("Delete", found["id"]))
    await work()
    assert await state(quoting.uri) == "revoked"
    await work()
    assert "quoteAuthorization" not in peer.sent("Update")[-1]["object"]


async def third(one: Echo, peer: Peer, evil: Peer, **more: Any) -> tuple[Actor, Actor, Json, Json]:
    """Somebody at evil.test, whom somebody here follows, quotes somebody at peer.test."""
    reader, author, quoter = await make.person("reader"), peer.person("quinn"), evil.person("quentin")
    await follow(reader, "quentin", "evil.test")
    await work()
    await quoter.sends(one, quoter.does("Accept", evil.sent("Follow")[0]))
    await work()
    quoted = author.note("mine")
    peer.serve(quoted["id"], quoted)
    quoting = quoter.note("look", **({"quote": quoted["id"]} | more))
    return author, quoter, quoted, quoting


@pytest.mark.parametrize("key", ["quote", "_misskey_quote", "quoteUrl", "quoteUri"])
async def test_a_quote_of_others_waits_for_proof(one: Echo, peer: Peer, evil: Peer, key: str) -> None:
    _author, quoter, quoted, quoting = await third(one, peer, evil)
    del quoting["quote"]
    await quoter.sends(one, quoter.creates(quoting | {key: quoted["id"]}))
    await work()
    stored = await post_by_uri(quoting["id"])
    assert stored is not None
    assert (stored.quote_state, stored.quote_uri) == ("pending", quoted["id"])
    assert await post_by_uri(quoted["id"]) is not None
    assert stored.quote_of_id is not None


async def test_a_quote_of_others_is_believed_with_proof(one: Echo, peer: Peer, evil: Peer) -> None:
    author, quoter, quoted, quoting = await third(one, peer, evil)
    found = authorization(author, quoting["id"], quoted["id"])
    peer.serve(found["id"], found)
    await quoter.sends(one, quoter.creates(quoting | {"quoteAuthorization": found["id"]}))
    await work()
    assert await state(quoting["id"]) == "accepted"
    copy = await post_by_uri(quoted["id"])
    assert copy is not None
    assert await count(copy.id) == 1


async def test_proof_may_come_later(one: Echo, peer: Peer, evil: Peer) -> None:
    author, quoter, quoted, quoting = await third(one, peer, evil)
    await quoter.sends(one, quoter.creates(quoting))
    await work()
    found = authorization(author, quoting["id"], quoted["id"])
    peer.serve(found["id"], found)
    later = quoting | {"quoteAuthorization": found["id"]}
    await quoter.sends(one, quoter.does("Update", later, to=quoting["to"], cc=quoting["cc"]))
    await work()
    assert await state(quoting["id"]) == "accepted"


async def test_s_c24_proof_of_the_quoters_own_making_is_none(one: Echo, peer: Peer, evil: Peer) -> None:
    author, quoter, quoted, quoting = await third(one, peer, evil)
    found = authorization(author, quoting["id"], quoted["id"], id="https://evil.test/stamp")
    evil.serve(found["id"], found)
    await quoter.sends(one, quoter.creates(quoting | {"quoteAuthorization": found["id"]}))
    await work()
    assert await state(quoting["id"]) == "pending"


async def test_a_quote_of_a_post_here_is_not_believed_for_a_foreign_stamp(
    one: Echo, peer: Peer, evil: Peer
) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, quote_policy="nobody")
    _, quoter, _, quoting = await third(one, peer, evil)
    found = authorization(quoter, quoting["id"], post.uri)
    evil.serve(found["id"], found)
    await quoter.sends(one, quoter.creates(quoting | {"quote": post.uri, "quoteAuthorization": found["id"]}))
    await work()
    assert await state(quoting["id"]) == "rejected"


@pytest.mark.parametrize("key", ["quote", "_misskey_quote", "quoteUrl", "quoteUri"])
async def test_nobody_asks_before_they_quote_an_open_post_of_ours(
    one: Echo, peer: Peer, evil: Peer, key: str
) -> None:
    """Misskey and Pleroma know no consent: what our post says decides. Who asks later gets that answer."""
    alice = await make.person("alice")
    post = await make.post(alice)
    _, quoter, _, quoting = await third(one, peer, evil)
    del quoting["quote"]
    quoting |= {key: post.uri}
    await quoter.sends(one, quoter.creates(quoting))
    await work()
    stored = await post_by_uri(quoting["id"])
    assert stored is not None
    assert (stored.quote_state, await count(post.id)) == ("accepted", 1)
    assert await Notification.filter(account_id=alice.id, kind="quote").count() == 1
    whole = quoting | {"quote": post.uri}
    await quoter.sends(one, quoter.does("QuoteRequest", post.uri, instrument=whole))
    await work()
    await work()
    assert [answer["result"] for answer in evil.sent("Accept") if "result" in answer] == [
        stored.quote_stamp_uri
    ]
    assert await count(post.id) == 1
    await quotes.revoke(alice.id, post.id, stored.id)
    await quoter.sends(one, quoter.does("Update", quoting | {"updated": "2100-01-01T00:00:00Z"}))
    await work()
    assert await state(quoting["id"]) == "revoked"


async def test_nobody_quotes_a_closed_post_by_not_asking(one: Echo, peer: Peer, evil: Peer) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, quote_policy="followers")
    _, quoter, _, quoting = await third(one, peer, evil)
    await quoter.sends(one, quoter.creates(quoting | {"quote": None, "_misskey_quote": post.uri}))
    await work()
    assert (await state(quoting["id"]), await count(post.id)) == ("rejected", 0)
    assert await Notification.filter(account_id=alice.id, kind="quote").count() == 0


@pytest.mark.parametrize(
    ("list_name", "kept"), [("automaticApproval", "accepted"), ("manualApproval", "rejected")]
)
async def test_what_stays_here_can_ask_nobody(one: Echo, peer: Peer, list_name: str, kept: str) -> None:
    """A post for this server alone is settled at once by what the quoted post says."""
    from echo import ports

    alice, author = await make.person("alice"), peer.person("quinn")
    note = author.note("mine", interactionPolicy={"canQuote": {list_name: [PUBLIC_NAME]}})
    peer.serve(note["id"], note)
    quoted_id = await ports.directory().post_by_iri(note["id"])
    assert quoted_id is not None
    quoting = await make.post(alice, quote_of_id=quoted_id, local_only=True)
    assert (quoting.quote_state, quoting.quote_stamp_uri) == (kept, "")
    await work()
    assert peer.delivered == []
    assert await count(quoted_id) == (1 if kept == "accepted" else 0)


async def test_policies_change_without_an_edit(one: Echo, peer: Peer) -> None:
    author = peer.person("quinn")
    note = author.note("mine")
    peer.serve(note["id"], note)
    from echo import ports

    await ports.directory().post_by_iri(note["id"])
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert stored.quote_automatic == []
    policy = {
        "canQuote": {
            "automaticApproval": f"{author.id}/followers",
            "manualApproval": ["as:Public", "https://far.test/somebody", author.id],
        }
    }
    await author.sends(one, author.does("Update", note | {"interactionPolicy": policy}))
    await work()
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert (stored.quote_automatic, stored.quote_manual) == (
        ["followers"],
        ["public", "unsupported_policy"],
    )
    assert stored.edited_at is None


@pytest.mark.parametrize(
    ("policy", "automatic"),
    [
        ("public", [PUBLIC_NAME]),
        ("followers", ["https://one.test/ap/actors/{id}/followers"]),
        ("nobody", ["https://one.test/ap/actors/{id}"]),
    ],
)
async def test_posts_of_ours_say_who_may_quote_them(one: Echo, policy: str, automatic: list[str]) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, quote_policy=policy)
    response = await one.app.test_client().get(
        f"/ap/posts/{post.id}", headers={"Accept": "application/activity+json"}
    )
    document = await response.json
    assert document["interactionPolicy"]["canQuote"]["automaticApproval"] == [
        uri.format(id=alice.id) for uri in automatic
    ]
    assert document["interactionPolicy"]["canQuote"]["manualApproval"] == []


async def test_quotes_between_people_here_carry_our_stamp(one: Echo) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    quoted = await make.post(alice)
    quoting = await quote(bob, quoted.id)
    client = one.app.test_client()
    accept = {"Accept": "application/activity+json"}
    document = await (await client.get(f"/ap/posts/{quoting.id}", headers=accept)).json
    path = document["quoteAuthorization"].removeprefix("https://one.test")
    found = await (await client.get(path)).json
    assert (found["interactingObject"], found["interactionTarget"]) == (quoting.uri, quoted.uri)
    own = await quote(alice, quoted.id)
    document = await (await client.get(f"/ap/posts/{own.id}", headers=accept)).json
    assert "quoteAuthorization" not in document
    assert (await client.get("/ap/stamps/unknown")).status_code == 404
