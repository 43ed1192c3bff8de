"""Pinned posts, and threads that are muted."""

from __future__ import annotations

from echo.actions import boosts, likes, pins, posts
from echo.kinds import Visibility
from echo.models import Notification
from tests import make
from tests.api.asking import Api

STATUSES = "/api/v1/statuses"


async def test_a_post_is_pinned_and_unpinned(api: Api) -> None:
    author = await make.person()
    first, second, third = [await make.post(author) for _ in range(3)]
    listed = f"/api/v1/accounts/{author.id}/statuses"
    for post in (second, first):
        answer = (await api.post(f"{STATUSES}/{post.id}/pin", by=author)).one("Status")
        assert answer["pinned"] is True
    await api.post(f"{STATUSES}/{second.id}/pin", by=author)
    pinned = await api.get(listed, query={"pinned": True})
    assert pinned.ids == [first.id, second.id]
    pinned.many("Status")
    assert pinned.links == {}
    assert (await api.get(listed)).ids == [third.id, second.id, first.id]
    answer = (await api.post(f"{STATUSES}/{first.id}/unpin", by=author)).one("Status")
    assert answer["pinned"] is False
    await api.post(f"{STATUSES}/{first.id}/unpin", by=author)
    assert (await api.get(listed, query={"pinned": True})).ids == [second.id]
    await posts.remove(author.id, second.id)
    assert (await api.get(listed, query={"pinned": True})).ids == []


async def test_pinned_posts_keep_their_readers(api: Api) -> None:
    author, follower = await make.person(), await make.person()
    await make.follow(follower, author)
    post = await make.post(author, visibility=Visibility.FOLLOWERS)
    await api.post(f"{STATUSES}/{post.id}/pin", by=author)
    listed = f"/api/v1/accounts/{author.id}/statuses"
    assert (await api.get(listed, query={"pinned": True})).ids == []
    assert (await api.get(listed, by=follower, query={"pinned": True})).ids == [post.id]


async def test_what_cannot_be_pinned(api: Api) -> None:
    author, other = await make.person(), await make.person()
    theirs = await make.post(other)
    private = await make.post(other, visibility=Visibility.FOLLOWERS)
    direct = await make.post(author, visibility=Visibility.DIRECT)
    boost = await boosts.boost(author.id, theirs.id)
    for post in (theirs, direct, boost):
        await api.post(f"{STATUSES}/{post.id}/pin", by=author, expect=422)
    await api.post(f"{STATUSES}/{theirs.id}/unpin", by=author, expect=422)
    for wrong in (private.id, 1):
        await api.post(f"{STATUSES}/{wrong}/pin", by=author, expect=404)
        await api.post(f"{STATUSES}/{wrong}/unpin", by=author, expect=404)
    own = await make.post(author)
    await api.post(f"{STATUSES}/{own.id}/pin", expect=401)
    scoped = await make.with_scopes(author, "write:statuses")
    await api.post(f"{STATUSES}/{own.id}/pin", by=scoped, expect=403)


async def test_no_more_than_five_are_pinned(api: Api) -> None:
    author = await make.person()
    made = [await make.post(author) for _ in range(6)]
    for post in made[:5]:
        await api.post(f"{STATUSES}/{post.id}/pin", by=author)
    await api.post(f"{STATUSES}/{made[5].id}/pin", by=author, expect=422)
    await api.post(f"{STATUSES}/{made[0].id}/unpin", by=author)
    await api.post(f"{STATUSES}/{made[5].id}/pin", by=author)


async def test_a_stranger_pins_their_own_posts_only(api: Api) -> None:
    stranger, other = await make.stranger(), await make.stranger()
    post = await make.remote_post(stranger)
    assert not await pins.receive(other, post.uri, is_pinned=True)
    assert await pins.receive(stranger, post.uri, is_pinned=True)
    assert not await pins.receive(stranger, post.uri, is_pinned=True)
    listed = f"/api/v1/accounts/{stranger.id}/statuses"
    assert (await api.get(listed, query={"pinned": True})).ids == [post.id]
    assert await pins.receive(stranger, post.uri, is_pinned=False)
    assert (await api.get(listed, query={"pinned": True})).ids == []


async def test_a_muted_thread_says_nothing_more(api: Api) -> None:
    author, other = await make.person("author"), await make.person()
    root = await make.post(author)
    answer = await make.post(other, "one", reply_to=root.id)
    muted = (await api.post(f"{STATUSES}/{answer.id}/mute", by=author)).one("Status")
    assert muted["muted"] is True
    await api.post(f"{STATUSES}/{answer.id}/mute", by=author)
    assert (await api.get(f"{STATUSES}/{root.id}", by=author)).json["muted"] is True
    assert (await api.get(f"{STATUSES}/{root.id}", by=other)).json["muted"] is False
    await make.post(other, "@author two", reply_to=answer.id)
    await likes.like(other.id, root.id)
    assert await Notification.filter(account_id=author.id).count() == 0
    unmuted = (await api.post(f"{STATUSES}/{root.id}/unmute", by=author)).one("Status")
    assert unmuted["muted"] is False
    await make.post(other, "@author three", reply_to=answer.id)
    assert await Notification.filter(account_id=author.id).count() == 1


async def test_only_what_can_be_read_is_muted(api: Api) -> None:
    author, other = await make.person(), await make.person()
    private = await make.post(author, visibility=Visibility.FOLLOWERS)
    for word in ("mute", "unmute"):
        await api.post(f"{STATUSES}/{private.id}/{word}", by=other, expect=404)
        await api.post(f"{STATUSES}/1/{word}", by=other, expect=404)
        await api.post(f"{STATUSES}/{private.id}/{word}", expect=401)
        scoped = await make.with_scopes(author, "write:statuses")
        await api.post(f"{STATUSES}/{private.id}/{word}", by=scoped, expect=403)
