"""What policies say of activities: a counted reason, and no second try."""

from __future__ import annotations

import httpx
import pytest

from echo.actions import editing
from echo.actions.drafts import EditDraft
from echo.errors import Disallowed
from echo.models import Delivery, HeldThing, InboundActivity, OutboundActivity, Post, Relay
from echo.policy import seals
from echo.policy.pipeline.hook import signature
from echo.policy.pipeline.said import Door
from federation import resolve
from federation.errors import Unwanted
from federation.resolve import Budget
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo, Router, settle_down


async def test_what_a_policy_does_not_let_in_is_counted_and_not_tried_again(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    await make.policy("words", Door.REMOTE, words=["casino"], action="reject")
    await make.policy("words", Door.REMOTE, words=["maybe"], action="hold")
    assert await says(bob, one, bob.does("Create", bob.note("a casino"))) == "policy"
    assert await says(bob, one, bob.does("Create", bob.note("maybe"))) == "held"
    assert {row.attempts for row in await InboundActivity.all()} == {1}
    assert not await Post.exists()
    assert (await HeldThing.get()).text == "maybe"
    asked_for = bob.note("another casino")
    peer.serve(str(asked_for["id"]), asked_for)
    with pytest.raises(Unwanted):
        await resolve.post(asked_for["id"], budget=Budget(3))


async def test_a_held_post_leaves_for_nobody(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    alice = await make.person("alice")
    await make.follow(await resolve.account(bob.id), alice)
    await make.policy("words", Door.LOCAL, words=["maybe"], action="hold")
    await Relay.create(
        inbox="https://relay.test/inbox",
        follow_uri="https://one.test/relay#1",
        style="mastodon",
        state="accepted",
        created_at=alice.account.created_at,
    )
    await settle_down([one])
    before = await OutboundActivity.all().count()
    held = await make.post(alice, "maybe")
    await settle_down([one])
    assert held.held
    assert await OutboundActivity.all().count() == before
    assert not await Delivery.filter(state="waiting").exists()
    await editing.edit(alice.id, held.id, EditDraft(text="maybe, or not"))
    await settle_down([one])
    assert await OutboundActivity.all().count() == before


async def test_the_hook_is_asked_over_the_one_client_signed(one: Echo, router: Router) -> None:
    asked: list[httpx.Request] = []
    status = 200

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json={"action": "reject", "reason": "Not now"}, request=request)

    router.hosts["hook.test"] = answer
    sealed = seals.seal("secret")
    await make.policy("hook", Door.LOCAL, url="https://hook.test/judge", secret=sealed)
    alice = await make.person("alice")
    with pytest.raises(Disallowed, match="Not now"):
        await make.post(alice, "what do you say?")
    [request] = asked
    stamp = request.headers["Echo-Timestamp"]
    assert request.headers["Echo-Signature"] == signature("secret", stamp, request.content)
    assert b"what do you say?" in request.content
    status = 500
    assert await make.post(alice, "and now?"), "a hook that is away lets posts pass, unless told otherwise"
