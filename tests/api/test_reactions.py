"""Emojis under posts, by the routes of Pleroma, in posts and in notifications."""

from __future__ import annotations

from typing import Any

import pytest

from echo import db
from echo.actions import accounts, blocks, boosts, emojis, erasing, reactions
from echo.actions.emojis import EmojiDraft
from echo.kinds import Visibility
from echo.models import PostStats
from echo.policy.roles import Staff
from echo.store import reactions as store
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.media import pictures


def path(post_id: int, emoji: str = "") -> str:
    return f"/api/v1/pleroma/statuses/{post_id}/reactions" + (f"/{emoji}" if emoji else "")


def shown(status: dict[str, Any]) -> list[tuple[str, int, bool]]:
    """What a status shows, the same in both places."""
    assert status["emoji_reactions"] == status["pleroma"]["emoji_reactions"]
    return [(one["name"], one["count"], one["me"]) for one in status["emoji_reactions"]]


async def test_the_routes(api: Api) -> None:
    alice, cup = await make.person(), "☕"
    post = await make.post(alice)
    await api.put(f"/api/v1/pleroma/statuses/{post.id}/reactions/{cup}", by=alice)
    assert len((await api.get(f"/api/v1/pleroma/statuses/{post.id}/reactions")).json) == 1
    assert len((await api.get(f"/api/v1/pleroma/statuses/{post.id}/reactions/{cup}")).json) == 1
    await api.delete(f"/api/v1/pleroma/statuses/{post.id}/reactions/{cup}", by=alice)
    assert (await api.get(f"/api/v1/pleroma/statuses/{post.id}/reactions")).json == []


async def test_react_look_and_take_back(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    for _ in range(2):
        status = (await api.put(path(post.id, "☕"), by=bob)).one("Status")
        assert shown(status) == [("☕", 1, True)]
    await api.put(path(post.id, "☕"), by=alice)
    await api.put(path(post.id, "❤"), by=alice)
    status = (await api.get(f"/api/v1/statuses/{post.id}", by=bob)).one("Status")
    assert shown(status) == [("☕", 2, True), ("❤️", 1, False)]
    assert shown((await api.get(f"/api/v1/statuses/{post.id}")).one("Status"))[0] == ("☕", 2, False)

    listed = (await api.get(path(post.id), by=bob)).json
    assert [(one["name"], one["count"], one["me"]) for one in listed] == [("☕", 2, True), ("❤️", 1, False)]
    assert [person["id"] for person in listed[0]["accounts"]] == [str(alice.id), str(bob.id)]
    assert [one["name"] for one in (await api.get(path(post.id, "❤"))).json] == ["❤️"]
    assert (await api.get(path(post.id, "🎉"))).json == []

    for _ in range(2):
        status = (await api.delete(path(post.id, "☕"), by=bob)).one("Status")
        assert shown(status) == [("☕", 1, False), ("❤️", 1, False)]


async def test_a_custom_emoji_has_a_picture(api: Api) -> None:
    alice = await make.person()
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))
    post = await make.post(alice)
    status = (await api.put(path(post.id, ":wave:"), by=alice)).one("Status")
    [one] = status["emoji_reactions"]
    assert (one["name"], one["count"]) == ("wave", 1)
    assert one["url"].startswith("https://echo.test/")
    assert shown((await api.delete(path(post.id, "wave"), by=alice)).one("Status")) == []


async def test_one_joins_in_with_the_emoji_of_another_server(api: Api) -> None:
    alice, stranger = await make.person(), await make.stranger()
    post = await make.post(alice)
    sign = reactions.Sign(name="blobcat", url="https://peer.test/blobcat.png")
    assert await reactions.receive(stranger, post.id, sign, uri="https://peer.test/1", as_like=False)
    status = (await api.put(path(post.id, "blobcat@peer.test"), by=alice)).one("Status")
    assert shown(status) == [("blobcat@peer.test", 2, True)]
    await api.put(path(post.id, "blobdog@peer.test"), by=alice, expect=422)


@pytest.mark.parametrize("emoji", ["nothing", "☕☕", "a", ":wave:"])
async def test_what_is_no_emoji_is_refused(api: Api, emoji: str) -> None:
    alice = await make.person()
    post = await make.post(alice)
    await api.put(path(post.id, emoji), by=alice, expect=422)


async def test_somebody_has_so_many(api: Api) -> None:
    alice = await make.person()
    post = await make.post(alice)
    for emoji in "🍎🍐🍊🍋🍌🍉🍇🍓🫐🍈"[: store.OWN_MAX]:
        await reactions.react(alice.id, post.id, emoji)
    await api.put(path(post.id, "🥝"), by=alice, expect=422)
    await api.put(path(post.id, "🍎"), by=alice)


async def test_who_may_not_read_a_post_knows_nothing_of_it(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, visibility=Visibility.FOLLOWERS)
    for by in (bob, None):
        await api.get(path(post.id), by=by, expect=404)
        await api.get(path(post.id, "☕"), by=by, expect=404)
    await api.put(path(post.id, "☕"), by=bob, expect=404)
    await api.delete(path(post.id, "☕"), by=bob, expect=404)
    await api.put(path(post.id, "☕"), expect=401)


async def test_those_whom_one_blocks_or_mutes_are_not_counted(api: Api) -> None:
    alice, bob, carol, dan = [await make.person() for _ in range(4)]
    post = await make.post(alice)
    for person in (bob, carol, dan):
        await reactions.react(person.id, post.id, "☕")
    await blocks.block(dan.id, bob.id)
    await blocks.mute(dan.id, carol.id)
    assert shown((await api.get(f"/api/v1/statuses/{post.id}", by=dan)).one("Status")) == [("☕", 1, True)]
    [listed] = (await api.get(path(post.id), by=dan)).json
    assert [one["id"] for one in listed["accounts"]] == [str(dan.id)]
    assert shown((await api.get(f"/api/v1/statuses/{post.id}", by=alice)).one("Status")) == [("☕", 3, False)]


async def test_a_boost_shows_what_is_under_the_post(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(bob.id, post.id)
    status = (await api.put(path(boost.id, "☕"), by=bob)).one("Status")
    assert status["id"] == str(post.id)
    whole = (await api.get(f"/api/v1/statuses/{boost.id}", by=bob)).one("Status")
    assert shown(whole) == shown(whole["reblog"]) == [("☕", 1, True)]


async def told(api: Api, by: Person, **query: Any) -> list[str]:
    found = (await api.get("/api/v1/notifications", by=by, query=query)).many("Notification")
    return [one["type"] for one in found]


async def test_only_those_are_told_who_ask(api: Api) -> None:
    """An app of Mastodon never gets a type that it cannot know."""
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    await reactions.react(bob.id, post.id, "☕")
    word = "pleroma:emoji_reaction"
    assert await told(api, alice) == []
    assert await told(api, alice, exclude_types=["mention"]) == []
    assert await told(api, alice, types=["mention"]) == []
    assert await told(api, alice, types=[word]) == [word]
    assert await told(api, alice, include_types=["mention", word]) == [word]
    [one] = (await api.get("/api/v1/notifications", by=alice, query={"types": [word]})).many("Notification")
    assert (one["emoji"], one["emoji_url"], one["status"]["id"]) == ("☕", None, str(post.id))
    # Who takes words for unknown types gets words.
    query = {"supported_types": ["mention"]}
    [one] = (await api.get("/api/v1/notifications", by=alice, query=query)).many("Notification")
    assert "reacted" in one["fallback"]["title"]
    groups = (await api.get("/api/v2/notifications", by=alice)).json
    assert groups["notification_groups"] == []
    count = (await api.get("/api/v1/notifications/unread_count", by=alice)).json
    assert count == {"count": 0}
    await reactions.unreact(bob.id, post.id, "☕")
    assert await told(api, alice, types=[word]) == []


async def test_who_leaves_takes_it_along(api: Api) -> None:
    alice, stranger = await make.person(), await make.stranger()
    post = await make.post(alice)
    await reactions.receive(stranger, post.id, reactions.Sign(name="☕"), uri="", as_like=True)
    await reactions.react(alice.id, post.id, "☕")
    await accounts.receive_deletion(stranger)
    assert await erasing.erase(stranger.id)
    stats = await PostStats.get(post_id=post.id)
    assert stats.reactions == await db.fetch_value("SELECT count(*) FROM reactions") == 1
