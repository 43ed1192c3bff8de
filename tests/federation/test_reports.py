"""Reports between servers."""

from __future__ import annotations

from activitypub import document as documents
from activitypub.read import read_activity
from echo.actions import reports
from echo.actions.reports import ReportDraft
from echo.models import Account, Post, Report
from federation import resolve
from federation.server_actor import ensure_server_actor
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo, settle_down


async def test_s_c13_a_forwarded_report_comes_from_the_server_and_names_nobody(one: Echo, peer: Peer) -> None:
    alice, zoe = await make.person("alice"), peer.person("zoe")
    await followed(zoe, one)
    assert await says(zoe, one, zoe.creates(zoe.note("rude"))) == ""
    post = await Post.get(author_id=(await Account.get(uri=zoe.id)).id)
    draft = ReportDraft(target_id=post.author_id, post_ids=(post.id,), comment="rude", forward=True)
    made = await reports.report(alice.id, draft)
    await settle_down([one])

    (flag,) = peer.sent("Flag")
    server = await Account.get(id=await ensure_server_actor())
    assert flag["actor"] == server.uri
    assert flag["object"] == [zoe.id, post.uri]
    assert (flag["content"], flag["id"]) == ("rude", f"https://one.test/ap/activities/report/{made.id}")
    assert alice.account.uri not in str(flag)
    read = read_activity(documents.parse(documents.encode(flag)))
    assert [item.id for item in read.objects] == [zoe.id, post.uri]


async def test_without_the_wish_nothing_leaves(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    zoe = await resolve.account(peer.person("zoe").id)
    await reports.report(alice.id, ReportDraft(target_id=zoe.id))
    # Hosts that have nothing to do with it get nothing either.
    await reports.report(
        alice.id, ReportDraft(target_id=zoe.id, forward=True, forward_hosts=("victim.test",))
    )
    await settle_down([one])
    assert peer.sent("Flag") == []


async def test_the_server_of_whom_a_reported_post_answers_may_hear_too(
    one: Echo, peer: Peer, victim: Peer
) -> None:
    alice, zoe, vera = await make.person("alice"), peer.person("zoe"), victim.person("vera")
    await followed(vera, one)
    await followed(zoe, one)
    first = vera.note("hello")
    assert await says(vera, one, vera.creates(first)) == ""
    assert await says(zoe, one, zoe.creates(zoe.note("rude", inReplyTo=first["id"]))) == ""
    rude = await Post.get(author_id=(await Account.get(uri=zoe.id)).id)
    draft = ReportDraft(
        target_id=rude.author_id,
        post_ids=(rude.id,),
        forward=True,
        forward_hosts=("peer.test", "victim.test"),
    )
    await reports.report(alice.id, draft)
    await settle_down([one])
    assert len(peer.sent("Flag")) == len(victim.sent("Flag")) == 1


async def test_a_report_from_elsewhere_is_kept(one: Echo, peer: Peer) -> None:
    bob, carol, zoe = await make.person("bob"), await make.person("carol"), peer.person("zoe")
    mine = await make.post(bob, "rude")
    other = await make.post(carol)
    flag = zoe.does("Flag", [bob.account.uri, mine.uri, other.uri, "https://x.test/1"], content="rude")
    assert await says(zoe, one, flag) == ""
    (stored,) = await Report.all()
    assert (stored.target_id, stored.post_ids, stored.comment) == (bob.id, [mine.id], "rude")
    assert (stored.reporter_id, stored.uri) == ((await Account.get(uri=zoe.id)).id, flag["id"])
    assert await says(zoe, one, {**flag, "content": "again"}) == ""
    assert await Report.all().count() == 1


async def test_a_report_of_posts_is_about_who_wrote_them(one: Echo, peer: Peer) -> None:
    bob, zoe = await make.person("bob"), peer.person("zoe")
    post = await make.post(bob)
    assert await says(zoe, one, zoe.does("Flag", post.uri)) == ""
    (stored,) = await Report.all()
    assert (stored.target_id, stored.post_ids) == (bob.id, [post.id])


async def test_a_report_about_nobody_here_has_no_effect(one: Echo, peer: Peer) -> None:
    zoe, vera = peer.person("zoe"), peer.person("vera")
    server = await Account.get(id=await ensure_server_actor())
    for about in (vera.id, server.uri, "https://one.test/ap/actors/99", "https://one.test/ap/posts/1"):
        assert await says(zoe, one, zoe.does("Flag", about)) == "not-ours"
    assert await Report.all().count() == 0
