"""Emojis under posts, between servers: as Like and as EmojiReact, with pictures, replaced and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from echo import addresses
from echo.actions import blocks, emojis, reactions
from echo.actions.emojis import EmojiDraft
from echo.models import Like, Notification, Post, PostStats, Reaction
from echo.policy.roles import Staff
from federation import resolve
from tests import make
from tests.federation.peer import Actor, Peer
from tests.federation.test_handlers import says
from tests.federation.test_two_echos import follow, post_by_uri
from tests.fediverse import Echo, settle_down
from tests.media import pictures

Json = dict[str, Any]
BLOB = "https://media.peer.test/blobcat.png"


def picture(name: str, url: str = BLOB, **more: Any) -> Json:
    return {
        "type": "Emoji",
        "name": name,
        "icon": {"type": "Image", "mediaType": "image/png", "url": url},
    } | more


async def names(post: Post) -> list[str]:
    return [row.name for row in await Reaction.filter(post_id=post.id).order_by("id")]


async def counted(post: Post) -> int:
    stats = await PostStats.get_or_none(post_id=post.id)
    return 0 if stats is None else stats.reactions


def misskey_like(actor: Actor, post: Post, reaction: str, **more: Any) -> Json:
    """As Misskey sends it."""
    return actor.does("Like", post.uri, content=reaction, _misskey_reaction=reaction, **more)


async def test_a_reaction_of_misskey_is_no_like_and_the_next_takes_its_place(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    first = misskey_like(bob, post, "👍")
    assert await says(bob, one, first) == ""
    assert (await names(post), await counted(post), await Like.all().count()) == (["👍"], 1, 0)
    assert await says(bob, one, first | {"id": f"{bob.id}/again"}) == "duplicate"
    second = misskey_like(bob, post, ":blobcat:", tag=picture(":blobcat:"))
    assert await says(bob, one, second) == ""
    assert (await names(post), await counted(post)) == (["blobcat@peer.test"], 1)
    assert await Notification.filter(kind="reaction").count() == 1
    assert await says(bob, one, bob.does("Undo", second)) == ""
    assert (await names(post), await counted(post), await Notification.all().count()) == ([], 0, 0)
    assert await says(bob, one, bob.does("Undo", second)) == "unknown-object"


async def test_pleroma_puts_several_under_one_post(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    coffee = bob.does("EmojiReact", post.uri, content="☕")
    # Akkoma: the tag is one object or a list, its name has colons or none, its id is null or the picture.
    blob = bob.does("EmojiReact", post.uri, content=":blobcat:", tag=[picture("blobcat", id=None)])
    assert await says(bob, one, coffee) == ""
    assert await says(bob, one, blob) == ""
    assert await says(bob, one, bob.does("EmojiReact", post.uri, content="☕")) == "duplicate"
    assert await names(post) == ["☕", "blobcat@peer.test"]
    # Without its id, by what it is.
    undone = {key: value for key, value in coffee.items() if key not in ("id", "@context")}
    assert await says(bob, one, bob.does("Undo", undone)) == ""
    assert await says(bob, one, bob.does("Undo", blob["id"])) == ""
    assert (await names(post), await counted(post)) == ([], 0)


async def test_an_undo_that_comes_first_is_remembered(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    react = bob.does("EmojiReact", post.uri, content="☕")
    await says(bob, one, bob.does("Undo", react))
    assert await says(bob, one, react) == "duplicate"
    assert await names(post) == []


async def test_what_is_no_emoji(one: Echo, peer: Peer) -> None:
    """A Like is a like then, as others read it; an EmojiReact has nothing else to be."""
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    for content in ("look at this", ":blobcat:", "👍👍", "<b>", ""):
        assert await says(bob, one, bob.does("EmojiReact", post.uri, content=content)) == "unsupported-object"
    bad = picture(":blobcat:", "javascript:alert(1)")
    assert await says(bob, one, misskey_like(bob, post, ":blobcat:", tag=[bad])) == ""
    assert (await names(post), await Like.all().count()) == ([], 1)


@pytest.mark.parametrize(("sent", "kept"), [("❤", "❤️"), ("❤️", "❤️"), ("star", "⭐"), ("🏳️‍🌈", "🏳️‍🌈")])
async def test_one_emoji_has_one_spelling(one: Echo, peer: Peer, sent: str, kept: str) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    assert await says(bob, one, misskey_like(bob, post, sent)) == ""
    assert await names(post) == [kept]


async def test_an_emoji_of_a_third_server_is_one_with_the_same_picture(
    one: Echo, peer: Peer, victim: Peer
) -> None:
    """Who joins in may live anywhere. A picture that nobody has shown there is called after who shows it."""
    alice, bob, carol = await make.person("alice"), peer.person("bob"), victim.person("carol")
    post = await make.post(alice)
    await says(bob, one, bob.does("EmojiReact", post.uri, content=":blobcat:", tag=picture(":blobcat:")))
    joined = picture(":blobcat@peer.test:")
    await says(carol, one, misskey_like(carol, post, ":blobcat@peer.test:", tag=[joined]))
    other = picture(":blobcat@peer.test:", "https://victim.test/other.png")
    await says(carol, one, carol.does("EmojiReact", post.uri, content=":blobcat@peer.test:", tag=[other]))
    assert await names(post) == ["blobcat@peer.test", "blobcat@peer.test", "blobcat@victim.test"]


async def test_our_own_emoji_comes_back_as_our_own(one: Echo, peer: Peer) -> None:
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    await reactions.react(alice.id, post.id, "wave")
    [row] = await emojis_here()
    back = picture(":wave:", addresses.here().file(row))
    await says(bob, one, bob.does("EmojiReact", post.uri, content=":wave:", tag=[back]))
    assert await names(post) == ["wave", "wave"]


async def emojis_here() -> list[str]:
    from echo.models import CustomEmoji

    return [emoji.file_key for emoji in await CustomEmoji.all()]


async def test_there_is_room_for_so_many(one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    from echo.store import reactions as store

    monkeypatch.setattr(store, "OWN_MAX", 2)
    monkeypatch.setattr(store, "NAMES_MAX", 3)
    alice, bob, carol = await make.person("alice"), peer.person("bob"), peer.person("carol")
    post = await make.post(alice)
    said = [await says(bob, one, bob.does("EmojiReact", post.uri, content=emoji)) for emoji in "☕🎉🍵"]
    assert said == ["", "", "refused"]
    said = [await says(carol, one, carol.does("EmojiReact", post.uri, content=emoji)) for emoji in "🍵☕"]
    assert said == ["", ""]
    dan = peer.person("dan")
    assert await says(dan, one, dan.does("EmojiReact", post.uri, content="🌍")) == "refused"
    assert await names(post) == ["☕", "🎉", "🍵", "☕"]


async def test_who_is_blocked_or_may_not_read_does_not_react(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    private = await make.post(alice, visibility=make.Visibility.FOLLOWERS)
    assert await says(bob, one, misskey_like(bob, private, "👍")) == "unreadable"
    post = await make.post(alice)
    await blocks.block(alice.id, account.id)
    await says(bob, one, misskey_like(bob, post, "👍"))
    assert (await names(private), await names(post)) == ([], [])


async def test_the_first_leaves_as_a_like_and_the_next_as_emojireact(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    await make.follow(alice, account)
    note = bob.note("react to me")
    await says(bob, one, bob.creates(note))
    post = await post_by_uri(note["id"])
    assert post is not None
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))
    await reactions.react(alice.id, post.id, "👍")
    await reactions.react(alice.id, post.id, ":wave:")
    await settle_down([one])
    await reactions.unreact(alice.id, post.id, "wave")
    await reactions.unreact(alice.id, post.id, "👍")
    await settle_down([one])
    [like], [react], undone = peer.sent("Like"), peer.sent("EmojiReact"), peer.sent("Undo")
    assert (like["content"], like["_misskey_reaction"], like["tag"]) == ("👍", "👍", [])
    assert (like["object"], like["to"]) == (note["id"], [bob.id])
    assert react["content"] == ":wave:"
    assert [(tag["name"], tag["type"]) for tag in react["tag"]] == [(":wave:", "Emoji")]
    assert react["tag"][0]["icon"]["url"].startswith("https://one.test/")
    assert {(undo["object"]["type"], undo["object"]["id"]) for undo in undone} == {
        ("EmojiReact", react["id"]),
        ("Like", like["id"]),
    }


async def test_who_likes_a_post_already_sends_no_second_like(one: Echo, peer: Peer) -> None:
    from echo.actions import likes

    alice, bob = await make.person("alice"), peer.person("bob")
    await make.follow(alice, await resolve.account(bob.id))
    note = bob.note("like me")
    await says(bob, one, bob.creates(note))
    post = await post_by_uri(note["id"])
    assert post is not None
    await likes.like(alice.id, post.id)
    await reactions.react(alice.id, post.id, "👍")
    await settle_down([one])
    assert [like.get("content") for like in peer.sent("Like")] == [None]
    assert [react["content"] for react in peer.sent("EmojiReact")] == ["👍"]


async def test_two_echos_react_to_each_other(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    post = await make.post(alice, "react")
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None

    async def add_emoji() -> None:
        await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))

    await two.run(add_emoji())
    for emoji in ("🎉", "wave"):
        await two.run(reactions.react(bob.id, copy.id, emoji))
    await settle_down([one, two])
    assert set(await names(post)) == {"🎉", "wave@two.test"}
    assert await two.run(names(copy)) == ["🎉", "wave"]
    assert [row.kind for row in await Notification.filter(account_id=alice.id, kind="reaction")] == [
        "reaction",
        "reaction",
    ]
    for emoji in ("🎉", "wave"):
        await two.run(reactions.unreact(bob.id, copy.id, emoji))
    await settle_down([one, two])
    assert (await names(post), await counted(post), await two.run(names(copy))) == ([], 0, [])
