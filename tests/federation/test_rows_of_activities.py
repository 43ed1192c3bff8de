"""Rows of tests/security_rows.py about activities that no other file shows: reports, odd posts, crowds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from echo import clock, db
from echo.actions import avoided_domains, boosts, follows
from echo.actions.reports import REMOTE_COMMENT_CHARACTERS
from echo.kinds import NotificationKind, Visibility
from echo.models import Account, Follow, Media, Notification, Post, Report
from echo.store import pins
from echo.store import posts as stored_posts
from federation import resolve
from tests import make
from tests.api.asking import Api
from tests.federation.peer import PUBLIC, Peer, stamp
from tests.federation.test_handlers import followed, mentioning, says
from tests.fediverse import Echo, Router, settle_down

# Reports


async def test_s_c13_a_report_is_cut_and_is_plain_text(one: Echo, peer: Peer) -> None:
    bob, zoe = await make.person("bob"), peer.person("zoe")
    text = "<script>alert(1)</script>" + "x" * 10_000
    assert await says(zoe, one, zoe.does("Flag", bob.account.uri, content=text)) == ""
    stored = await Report.get()
    assert stored.comment == text[:REMOTE_COMMENT_CHARACTERS]


async def test_s_c13_a_report_attaches_only_what_its_server_may_know(one: Echo, peer: Peer) -> None:
    bob, carol, zoe = await make.person("bob"), await make.person("carol"), peer.person("zoe")
    await resolve.account(zoe.id)
    public = await make.post(bob, "for all")
    private = await make.post(bob, "for followers", visibility=Visibility.FOLLOWERS)
    direct = await make.post(bob, "@carol psst", visibility=Visibility.DIRECT)
    named = await make.post(bob, "@zoe@peer.test psst", visibility=Visibility.DIRECT)
    others = await make.post(carol)
    about = [bob.account.uri, *(post.uri for post in (public, private, direct, named, others))]
    assert await says(zoe, one, zoe.does("Flag", about)) == ""
    assert (await Report.get()).post_ids == sorted([public.id, named.id])
    # With a follower there, that server has what followers read.
    await follows.receive(await Account.get(uri=zoe.id), bob.id, f"{zoe.id}/follows/1")
    assert await says(zoe, one, zoe.does("Flag", about)) == ""
    assert (await Report.all().order_by("-id").first()).post_ids == sorted([public.id, private.id, named.id])


# Pins


async def test_s_c15_pins_of_others_are_shown_up_to_a_limit(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob", featured="https://peer.test/f")
    await followed(bob, one)
    account = await Account.get(uri=bob.id)
    at = clock.now()
    for _ in range(pins.MOST + 5):
        post = await make.remote_post(account)
        await Post.filter(id=post.id).update(pinned_at=at)
    reader = await make.person()
    found = await Api(one.app.test_client()).get(
        f"/api/v1/accounts/{account.id}/statuses?pinned=true&limit=80", by=reader
    )
    assert len(found.json) <= pins.MOST


# Deleted, and sent again


async def test_s_c18_what_was_deleted_does_not_come_back_a_week_later(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    account = await Account.get(uri=bob.id)
    note = bob.note()
    assert await says(bob, one, bob.creates(note)) == ""
    assert await says(bob, one, bob.does("Delete", note["id"])) == ""
    clock.shift(timedelta(days=8))
    # The same bytes once more, the same post in a new activity, and the post with another text.
    for again in (bob.creates(note), bob.creates({**note, "content": "back"})):
        answer = await bob.sends(one, again, at=clock.now())
        assert answer.status_code == 202
    await settle_down([one])
    assert await Post.filter(deleted_at=None).count() == 0
    assert not await stored_posts.lives(note["id"], account.id)


# Crowds


CROWDS: dict[str, tuple[str, dict[str, Any]]] = {
    "mentions": (
        "tag",
        {"type": "Mention", "href": "https://crowd.test/users/{}", "name": "@x{}@crowd.test"},
    ),
    "hashtags": ("tag", {"type": "Hashtag", "name": "#tag{}"}),
    "emojis": ("tag", {"type": "Emoji", "name": ":e{}:", "icon": {"url": "https://crowd.test/{}.png"}}),
    "files": ("attachment", {"type": "Image", "url": "https://crowd.test/{}.png", "mediaType": "image/png"}),
}


def numbered(value: Any, number: int) -> Any:
    """A value with a number in every text of it."""
    if isinstance(value, dict):
        return {key: numbered(inner, number) for key, inner in value.items()}
    return value.replace("{}", str(number))


async def test_s_c23_a_thousand_of_one_kind_cost_little(one: Echo, peer: Peer, router: Router) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await resolve.account(bob.id)
    mention = {"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}
    for field, item in CROWDS.values():
        crowd = [numbered(item, number) for number in range(1_000)]
        note = bob.note("all", to=[PUBLIC, alice.account.uri], tag=[mention])
        note[field] = [mention, *crowd] if field == "tag" else crowd
        assert (await bob.sends(one, bob.creates(note))).status_code == 202
        await settle_down([one])
        stored = await Post.get(uri=note["id"])
        assert await Media.filter(post_id=stored.id).count() <= 16
        assert await db.fetch_value("SELECT count(*) FROM post_hashtags WHERE post_id = $1", stored.id) <= 100
        assert await db.fetch_value("SELECT count(*) FROM mentions WHERE post_id = $1", stored.id) <= 50
    assert len(router.asked_of("crowd.test")) <= 5


# Who blocks


async def test_s_c12_a_blocked_server_reaches_nobody_who_blocks_it(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await resolve.account(bob.id)
    post = await make.post(alice)
    await avoided_domains.avoid(alice.id, "peer.test")
    await settle_down([one])
    for activity in (
        bob.creates(mentioning(bob, alice)),
        bob.does("Like", post.uri),
        bob.does("Announce", post.uri),
        bob.does("Follow", alice.account.uri),
    ):
        await says(bob, one, activity)
    assert await Notification.filter(account_id=alice.id).count() == 0
    assert await Follow.filter(followee_id=alice.id).count() == 0


# Quotes


async def test_s_c24_a_quote_of_a_boost_is_no_quote_of_the_post(one: Echo, peer: Peer, evil: Peer) -> None:
    alice, booster, quoter = await make.person("alice"), await make.person("booster"), peer.person("quinn")
    post = await make.post(alice)
    boost = await boosts.boost(booster.id, post.id)
    await followed(quoter, one)
    note = quoter.note("look", quote=boost.uri)
    await says(quoter, one, quoter.creates(note))
    await says(quoter, one, quoter.does("QuoteRequest", boost.uri, instrument=note))
    stored = await stored_posts.find_by_uri_for_worker(note["id"])
    assert stored is None or stored.quote_state != "accepted"
    assert peer.sent("Accept") == []


# Oddities


async def shown_home(server: Echo, reader: make.Person) -> list[str]:
    found = await Api(server.app.test_client()).get("/api/v1/timelines/home?limit=40", by=reader)
    return [document["uri"] for document in found.many("Status")]


ODD: dict[str, dict[str, Any]] = {
    "no size": {"attachment": [{"type": "Image", "url": "https://peer.test/a.png", "width": 0, "height": 0}]},
    "below zero": {
        "attachment": [
            {"type": "Video", "url": "https://peer.test/a.mp4", "mediaType": "video/mp4", "duration": -5}
        ]
    },
    "huge": {
        "attachment": [{"type": "Image", "url": "https://peer.test/a.png", "width": 10**15, "height": 1}]
    },
    "odd focus": {
        "attachment": [{"type": "Image", "url": "https://peer.test/a.png", "focalPoint": ["x", None]}]
    },
    "no answers": {"type": "Question", "oneOf": [], "endTime": "never", "votersCount": -1},
    "empty answers": {"type": "Question", "anyOf": [{}, {"name": ""}, {"name": None}, 7]},
    "no content": {"content": None, "contentMap": {"xx": None}, "summary": {}},
    "a future": {"published": "9999-12-31T23:59:59Z", "updated": "0001-01-01T00:00:00Z"},
    "odd emoji": {"tag": [{"type": "Emoji", "name": "::", "icon": {"url": "javascript:x"}}, [], "x", None]},
    "odd url": {"url": [{"href": "javascript:x"}, [], 5]},
}


async def test_s_c28_odd_posts_spoil_no_list(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    reader = await followed(bob, one)
    for fields in ODD.values():
        note = {**bob.note("odd"), **fields}
        assert await says(bob, one, bob.creates(note)) in ("", "malformed")
    plain = bob.note("plain")
    assert await says(bob, one, bob.creates(plain)) == ""
    shown = await shown_home(one, reader)
    assert shown[0] == plain["id"] or plain["id"] in shown
    assert len(shown) >= len(ODD) - 2


async def test_s_c28_replies_in_a_circle_and_to_what_is_gone(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    reader = await followed(bob, one)
    itself, parent, gone = bob.note("itself"), bob.note("parent"), bob.note("gone")
    itself["inReplyTo"] = itself["id"]
    child = bob.note("child", inReplyTo=parent["id"])
    parent["inReplyTo"] = child["id"]
    orphan = bob.note("orphan", inReplyTo=gone["id"])
    for note in (itself, parent, child, gone, orphan):
        peer.serve(note["id"], note)
        assert await says(bob, one, bob.creates(note)) in ("", "duplicate")
    await settle_down([one])
    assert await says(bob, one, bob.does("Delete", gone["id"])) == ""
    api = Api(one.app.test_client())
    for post in await Post.filter(deleted_at=None):
        answer = await api.get(f"/api/v1/statuses/{post.id}/context", by=reader)
        around = answer.json["ancestors"] + answer.json["descendants"]
        assert len({document["id"] for document in around}) == len(around)
        assert str(post.id) not in {document["id"] for document in around}
    await shown_home(one, reader)


async def test_s_c28_a_row_that_cannot_be_shown_is_left_out(one: Echo, peer: Peer) -> None:
    """Whatever a bug or a hand in the database has left behind."""
    author, reader = await make.person(), await make.person()
    await make.follow(reader, author)
    image = await make.image(author)
    gone_wrong, fine = await make.post(author, media_ids=(image.id,)), await make.post(author)
    boost = await boosts.boost(reader.id, gone_wrong.id)
    await make.settle(one.runtime)
    await Media.filter(id=image.id).update(kind="hologram")
    await Post.filter(id=gone_wrong.id).update(version=7, emojis=[{"shortcode": None}])
    shown = await shown_home(one, reader)
    assert fine.uri in shown
    assert not {gone_wrong.uri, boost.uri} & set(shown)
    api = Api(one.app.test_client())
    await api.get(f"/api/v1/statuses/{gone_wrong.id}", by=reader, expect=404)


# Versions


async def test_s_c20_versions_out_of_order_end_at_the_newest(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    reader = await followed(bob, one)
    note = bob.note("zero", published=stamp(timedelta(hours=2)))
    await says(bob, one, bob.creates(note))
    post = await Post.get(uri=note["id"])
    await boosts.boost(reader.id, post.id)
    await settle_down([one])
    for text, minutes in (("three", 10), ("one", 50), ("two", 30)):
        version = {**note, "content": text, "updated": stamp(timedelta(minutes=minutes))}
        await says(bob, one, bob.does("Update", version))
    assert (await Post.get(uri=note["id"])).html == "three"
    told = await Notification.filter(account_id=reader.id, kind=NotificationKind.EDIT.value).count()
    assert told == 1


# Audiences


AUDIENCES: list[tuple[Any, Any, dict[str, Any], str | None]] = [
    ([PUBLIC], [], {}, "public"),
    ("as:Public", [], {}, "public"),
    ("Public", None, {}, "public"),
    (["{f}"], ["Public"], {}, "unlisted"),
    ("{f}", [], {}, "followers"),
    (["https://evil.test/users/x/followers"], [], {}, None),
    ([], [], {"bto": [PUBLIC]}, None),
    ([], [], {"audience": PUBLIC}, None),
    ([], [], {}, None),
]


async def test_s_c21_audiences_as_they_are_sent(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return value.replace("{f}", f"{bob.id}/followers") if isinstance(value, str) else value

    for to, cc, more, expected in AUDIENCES:
        note = {**bob.note(), "to": filled(to), "cc": filled(cc), **more}
        await says(bob, one, bob.creates(note))
        stored = await Post.get_or_none(uri=note["id"])
        assert (stored.visibility if stored else None) == expected, (to, cc, more)
