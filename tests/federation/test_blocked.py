"""Servers that this one has nothing to do with."""

from __future__ import annotations

from pathlib import Path

import pytest

from echo import db, ports
from echo.db import Row
from echo.errors import Invalid, NotFound, Unavailable
from echo.kinds import BlockSeverity, NotificationKind
from echo.models import (
    Account,
    AccountStats,
    Follow,
    InboundActivity,
    Media,
    Notification,
    Post,
    RemoteFile,
    Report,
)
from echo.policy.viewer import NOBODY
from echo.render import media
from echo.store import posts, severances, timelines
from echo.store.cursor import Cursor
from echo.store.timelines import PublicFilter
from federation import blocked, resolve
from federation.errors import Refused
from tests import fences, make
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

    assert await fences.block("peer.test", BlockSeverity.SUSPEND) == 1
    stored = await InboundActivity.all().count()
    answer = await bob.sends(one, bob.creates(bob.note("after")))
    assert (answer.status_code, await InboundActivity.all().count()) == (403, stored)
    await make.post(alice, "for followers")
    await settle_down([one])
    assert len(peer.delivered) == before
    assert await posts.find(NOBODY, post.id) is None
    with pytest.raises(Refused):
        await resolve.account(f"{bob.id}-other")

    assert await fences.unblock("peer.test") == 1
    assert await posts.find(NOBODY, post.id) is not None
    assert (await bob.sends(one, bob.creates(bob.note("again")))).status_code == 202
    with pytest.raises(NotFound):
        await fences.unblock("peer.test")


async def test_s_k07_strangers_of_a_suspended_server_leave_no_row(one: Echo, peer: Peer) -> None:
    await fences.block("peer.test", BlockSeverity.SUSPEND)
    for number in range(30):
        stranger = peer.person(f"new{number}")
        assert (await stranger.sends(one, stranger.creates(stranger.note()))).status_code == 403
    assert peer.requests == []
    assert await InboundActivity.all().count() == 0
    assert await Account.exclude(host="").count() == 0


async def test_a_block_covers_subdomains_and_no_other_names(one: Echo) -> None:
    await fences.block("bad.test", BlockSeverity.SUSPEND)
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
            await fences.block(wrong, BlockSeverity.SUSPEND)


async def test_a_silenced_server_is_not_in_public_timelines(one: Echo) -> None:
    zoe = await make.stranger("zoe", "sub.loud.test")
    moderated = await make.stranger("mod", "loud.test")
    await Account.filter(id=moderated.id).update(silenced_at=moderated.created_at)
    post = await make.remote_post(zoe)
    assert await fences.block("loud.test", BlockSeverity.SILENCE) == 2
    later = await make.remote_post(await make.stranger("new", "loud.test"))
    everything = await timelines.public(NOBODY, Cursor(limit=10), PublicFilter())
    assert not {post.id, later.id} & set(everything)
    assert await posts.find(NOBODY, post.id) is not None
    await fences.unblock("loud.test")
    everything = await timelines.public(NOBODY, Cursor(limit=10), PublicFilter())
    assert {post.id, later.id} & set(everything) == {post.id, later.id}
    # What a moderator did to one person stays.
    assert (await Account.get(id=moderated.id)).silenced_at is not None


async def test_follows_with_a_suspended_server_end_and_are_written_down(one: Echo, peer: Peer) -> None:
    alice, bob, zoe = await make.person("alice"), peer.person("bob"), peer.person("zoe")
    carol = await make.person("carol")
    there = {name: await resolve.account(actor.id) for name, actor in (("bob", bob), ("zoe", zoe))}
    elsewhere = await make.stranger("eve", "notpeer.test")
    for follower, followee in (
        (alice, there["bob"]),
        (there["bob"], alice),
        (there["zoe"], alice),
        (carol, there["zoe"]),
        (alice, elsewhere),
    ):
        await make.follow(follower, followee)
    await fences.block("peer.test")
    await settle_down([one])
    assert [f.followee_id for f in await Follow.all()] == [elsewhere.id]
    found = {row["account_id"]: row for row in await severance_rows()}
    assert (found[alice.id]["following"], found[alice.id]["followers"]) == (1, 2)
    assert (found[carol.id]["following"], found[carol.id]["followers"]) == (1, 0)
    lost = await severances.lost(alice.id, found[alice.id]["id"], following=False, after="", limit=10)
    assert [row["handle"] for row in lost] == ["bob@peer.test", "zoe@peer.test"]
    assert await severances.lost(carol.id, found[alice.id]["id"], following=False, after="", limit=10) == []
    assert await Notification.filter(account_id=alice.id, kind=NotificationKind.SEVERED).count() == 1
    ended = (await severances.ended_by_blocks(["peer.test"]))["peer.test"]
    assert (ended["members"], ended["following"], ended["followers"]) == (2, 2, 2)
    stats = await AccountStats.get(account_id=alice.id)
    assert (stats.following, stats.followers) == (1, 0)
    # Nothing is said to a server that is suspended, and nothing comes back with it.
    assert peer.sent("Undo") == peer.sent("Reject") == []
    await fences.unblock("peer.test")
    await settle_down([one])
    assert await Follow.all().count() == 1


async def test_no_files_are_taken_and_those_here_are_thrown_away(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/a.png"}
    assert await says(bob, one, bob.creates(bob.note("before", attachment=[picture]))) == ""
    await Account.filter(uri=bob.id).update(avatar="https://peer.test/face.png")
    assert await RemoteFile.filter(url="https://peer.test/a.png").exists()

    await fences.block("peer.test", BlockSeverity.NOOP, reject_media=True)
    await settle_down([one])
    assert await RemoteFile.all().count() == 0
    assert (await Account.get(uri=bob.id)).avatar == ""
    other = picture | {"url": "https://peer.test/b.png"}
    assert await says(bob, one, bob.creates(bob.note("after", attachment=[other]))) == ""
    assert await RemoteFile.all().count() == 0
    shown = [media.one(file) for file in await Media.all().order_by("id")]
    assert [(file.type, file.url, file.preview_url) for file in shown] == [("unknown", None, None)] * 2
    assert [file.remote_url for file in shown] == ["https://peer.test/a.png", "https://peer.test/b.png"]
    with pytest.raises(Unavailable):
        await ports.files().download("https://files.peer.test/x.png", Path("unused"), 1000)

    await fences.unblock("peer.test")
    await settle_down([one])
    assert await RemoteFile.all().count() == 2
    assert {file.state for file in await Media.all()} == {"ready"}


async def test_reports_of_a_server_are_dropped_with_a_reason(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await fences.block("peer.test", BlockSeverity.NOOP, reject_reports=True)
    flag = bob.does("Flag", [alice.account.uri], content="rude")
    assert await says(bob, one, flag) == "reports-refused"
    assert await Report.all().count() == 0
    await fences.unblock("peer.test")
    assert await says(bob, one, bob.does("Flag", [alice.account.uri], content="rude")) == ""
    assert await Report.all().count() == 1


async def test_a_domain_that_two_blocks_cover_stays_blocked_when_one_goes(one: Echo) -> None:
    zoe = await make.stranger("zoe", "a.bad.test")
    await fences.block("bad.test")
    await fences.block("*.a.bad.test")
    await fences.unblock("bad.test")
    assert (await Account.get(id=zoe.id)).suspended_at is not None
    await fences.unblock("a.bad.test")
    assert (await Account.get(id=zoe.id)).suspended_at is None


async def severance_rows() -> list[Row]:
    return await db.fetch("SELECT id, account_id, following, followers FROM severances")
