"""Servers that this one has nothing to do with."""

from __future__ import annotations

import pytest

from echo.actions import server_blocks
from echo.errors import Invalid, NotFound
from echo.kinds import BlockSeverity
from echo.models import Account, InboundActivity, Post
from echo.policy.viewer import NOBODY
from echo.store import posts, timelines
from echo.store.cursor import Cursor
from echo.store.timelines import PublicFilter
from federation import blocked, resolve
from federation.errors import Refused
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo, settle_down


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are noticed at once."""
    monkeypatch.setattr(blocked, "REMEMBERED_SECONDS", 0.0)


async def test_nothing_is_taken_from_a_suspended_server_and_nothing_sent(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await make.follow(await resolve.account(bob.id), alice)
    await followed(bob, one)
    assert await says(bob, one, bob.creates(bob.note("before"))) == ""
    post = await Post.get(author_id=(await Account.get(uri=bob.id)).id)
    before = len(peer.delivered)

    assert await server_blocks.block("peer.test", BlockSeverity.SUSPEND) == 1
    stored = await InboundActivity.all().count()
    answer = await bob.sends(one, bob.creates(bob.note("after")))
    assert (answer.status_code, await InboundActivity.all().count()) == (403, stored)
    await make.post(alice, "for followers")
    await settle_down([one])
    assert len(peer.delivered) == before
    assert await posts.find(NOBODY, post.id) is None
    with pytest.raises(Refused):
        await resolve.account(f"{bob.id}-other")

    assert await server_blocks.unblock("peer.test") == 1
    assert await posts.find(NOBODY, post.id) is not None
    assert (await bob.sends(one, bob.creates(bob.note("again")))).status_code == 202
    with pytest.raises(NotFound):
        await server_blocks.unblock("peer.test")


async def test_s_k07_strangers_of_a_suspended_server_leave_no_row(one: Echo, peer: Peer) -> None:
    await server_blocks.block("peer.test", BlockSeverity.SUSPEND)
    for number in range(30):
        stranger = peer.person(f"new{number}")
        assert (await stranger.sends(one, stranger.creates(stranger.note()))).status_code == 403
    assert peer.requests == []
    assert await InboundActivity.all().count() == 0
    assert await Account.exclude(host="").count() == 0


async def test_a_block_covers_subdomains_and_no_other_names(one: Echo) -> None:
    await server_blocks.block("bad.test", BlockSeverity.SUSPEND)
    servers = blocked.BlockedServers()
    for url, is_blocked in (
        ("https://bad.test/x", True),
        ("https://a.b.bad.test/x", True),
        ("https://bad.test:8443/x", True),
        ("https://notbad.test/x", False),
        ("https://bad.test.evil.test/x", False),
        ("https://test/x", False),
    ):
        assert await servers.have(url) is is_blocked, url
    for wrong in ("", "bad test", "https://bad.test", "-", "a" * 300):
        with pytest.raises(Invalid):
            await server_blocks.block(wrong, BlockSeverity.SUSPEND)


async def test_a_silenced_server_is_not_in_public_timelines(one: Echo) -> None:
    zoe = await make.stranger("zoe", "sub.loud.test")
    moderated = await make.stranger("mod", "loud.test")
    await Account.filter(id=moderated.id).update(silenced_at=moderated.created_at)
    post = await make.remote_post(zoe)
    assert await server_blocks.block("loud.test", BlockSeverity.SILENCE) == 1
    later = await make.remote_post(await make.stranger("new", "loud.test"))
    everything = await timelines.public(NOBODY, Cursor(limit=10), PublicFilter())
    assert not {post.id, later.id} & set(everything)
    assert await posts.find(NOBODY, post.id) is not None
    await server_blocks.unblock("loud.test")
    everything = await timelines.public(NOBODY, Cursor(limit=10), PublicFilter())
    assert {post.id, later.id} & set(everything) == {post.id, later.id}
    # What a moderator did to one person stays.
    assert (await Account.get(id=moderated.id)).silenced_at is not None
