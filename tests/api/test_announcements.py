"""What the server tells everybody on it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from echo import clock
from echo.actions import announcements, emojis
from echo.actions.announcements import AnnouncementDraft
from echo.actions.emojis import EmojiDraft
from echo.errors import Invalid, NotFound
from echo.kinds import Visibility
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api, Json
from tests.make import Person
from tests.media import pictures

PATH = "/api/v1/announcements"


async def announce(text: str = "news", **more: object) -> int:
    return await announcements.create(Staff.shell(), AnnouncementDraft(text=text, **more), publish=True)  # type: ignore[arg-type]


async def listed(api: Api, by: Person) -> list[Json]:
    return (await api.get(PATH, by=by)).many("Announcement")


async def test_published_ones_the_oldest_first(api: Api) -> None:
    alice = await make.person()
    assert await listed(api, alice) == []
    now = clock.now()
    await announcements.create(Staff.shell(), AnnouncementDraft(text="draft"), publish=False)
    first = await announce("one")
    second = await announce("two")
    before = await announce(
        "of yesterday", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), all_day=True
    )
    shown = await listed(api, alice)
    assert [int(one["id"]) for one in shown] == [before, first, second]
    assert [one["content"] for one in shown] == ["<p>of yesterday</p>", "<p>one</p>", "<p>two</p>"]
    assert [(one["all_day"], one["starts_at"] is None) for one in shown[:2]] == [(True, False), (False, True)]
    assert [one["read"] for one in shown] == [False] * 3


async def test_what_it_names_is_listed(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post, secret = await make.post(bob), await make.post(bob, visibility=Visibility.FOLLOWERS)
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))
    await announce(f"@bob says :wave: in {post.url} and {secret.url} about #News")
    (shown,) = await listed(api, alice)
    assert [one["acct"] for one in shown["mentions"]] == ["bob"]
    assert shown["statuses"] == [{"id": str(post.id), "url": post.url}]
    assert [one["name"] for one in shown["tags"]] == ["news"]
    assert [one["shortcode"] for one in shown["emojis"]] == ["wave"]


async def test_who_may_ask(api: Api) -> None:
    alice, number = await make.person(), await announce()
    await api.get(PATH, expect=401)
    await api.get(PATH, by=await make.app_token(), expect=422)
    await api.get(PATH, by=await make.with_scopes(alice, "push"))
    reader = await make.with_scopes(alice, "read", "write:lists")
    await api.post(f"{PATH}/{number}/dismiss", by=reader, expect=403)
    for method in ("PUT", "PATCH", "DELETE"):
        await api.ask(method, f"{PATH}/{number}/reactions/{quote('😀')}", by=reader, expect=403)
        await api.ask(method, f"{PATH}/{number}/reactions/{quote('😀')}", expect=401)


async def test_one_reads_for_oneself(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    number = await announce()
    for _ in range(2):
        assert (await api.post(f"{PATH}/{number}/dismiss", by=alice)).json == {}
    assert [one["read"] for one in await listed(api, alice)] == [True]
    assert [one["read"] for one in await listed(api, bob)] == [False]
    assert len((await api.get(PATH, by=alice, query={"with_dismissed": True})).json) == 1
    draft = await announcements.create(Staff.shell(), AnnouncementDraft(text="draft"), publish=False)
    for wrong in (draft, 0, "abc"):
        await api.post(f"{PATH}/{wrong}/dismiss", by=alice, expect=404)


async def test_reactions(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    number = await announce()
    await emojis.add(Staff.shell(), EmojiDraft(shortcode="wave", content=pictures.png(20, 20, "RGBA")))
    base = f"{PATH}/{number}/reactions"
    smile = quote("😀")
    assert (await api.put(f"{base}/{smile}", by=alice)).json == {}
    await api.patch(f"{base}/wave", by=alice)
    await api.put(f"{base}/{smile}", by=bob)
    await api.put(f"{base}/{smile}", by=bob, expect=422)

    (shown,) = await listed(api, bob)
    face, hand = shown["reactions"]
    assert face == {"name": "😀", "count": 2, "me": True}
    assert (hand["name"], hand["count"], hand["me"]) == ("wave", 1, False)
    assert hand["url"].startswith("https://echo.test/media/")

    await api.delete(f"{base}/{smile}", by=bob)
    await api.delete(f"{base}/{smile}", by=bob, expect=404)
    (shown,) = await listed(api, bob)
    assert shown["reactions"][0] == {"name": "😀", "count": 1, "me": False}
    await emojis.remove(Staff.shell(), "wave")
    (shown,) = await listed(api, bob)
    assert [one["name"] for one in shown["reactions"]] == ["😀"]


@pytest.mark.parametrize("name", ["unknown", "x", "😀😀", "ab cd"])
async def test_what_is_no_emoji(api: Api, name: str) -> None:
    number = await announce()
    await api.put(f"{PATH}/{number}/reactions/{quote(name)}", by=await make.person(), expect=422)


async def test_eight_different_emojis_and_no_more(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    number = await announce()
    for name in "😀😃😄😁😆😅😂🙂":
        await announcements.react(alice.id, number, name)
    await api.put(f"{PATH}/{number}/reactions/{quote('🙃')}", by=bob, expect=422)
    await api.put(f"{PATH}/{number}/reactions/{quote('😀')}", by=bob)
    await api.put(f"{PATH}/{number}/reactions/{'a' * 300}", by=bob, expect=422)
    await api.put(f"{PATH}/999/reactions/{quote('😀')}", by=bob, expect=404)


async def test_edited_taken_back_and_deleted(api: Api) -> None:
    alice = await make.person()
    number = await announce("one")
    await announcements.dismiss(alice.id, number)
    await announcements.edit(Staff.shell(), number, AnnouncementDraft(text="two"))
    (shown,) = await listed(api, alice)
    assert (shown["content"], shown["read"]) == ("<p>two</p>", True)
    await announcements.withdraw(Staff.shell(), number)
    assert await listed(api, alice) == []
    await announcements.publish(Staff.shell(), number)
    assert [one["read"] for one in await listed(api, alice)] == [False]
    await announcements.remove(Staff.shell(), number)
    assert await listed(api, alice) == []
    for action in (announcements.publish, announcements.withdraw, announcements.remove):
        with pytest.raises(NotFound):
            await action(Staff.shell(), number)


async def test_drafts_that_cannot_be(api: Api) -> None:
    now = clock.now()
    for draft in (
        AnnouncementDraft(text="  "),
        AnnouncementDraft(text="x" * 10_001),
        AnnouncementDraft(text="x", starts_at=now, ends_at=now - timedelta(hours=1)),
    ):
        with pytest.raises(Invalid):
            await announcements.create(Staff.shell(), draft, publish=True)


async def test_the_clock_publishes_and_takes_back(api: Api) -> None:
    alice, now = await make.person(), clock.now()
    await announcements.create(
        Staff.shell(), AnnouncementDraft(text="later", publish_at=now + timedelta(hours=1)), publish=False
    )
    await announcements.create(
        Staff.shell(), AnnouncementDraft(text="now", publish_at=now - timedelta(seconds=1)), publish=False
    )
    await announce("over", ends_at=now - timedelta(seconds=1))
    await announce("not yet over", ends_at=now + timedelta(hours=1))
    await announcements.keep_time()
    assert {one["content"] for one in await listed(api, alice)} == {"<p>now</p>", "<p>not yet over</p>"}
    await announcements.keep_time()
    assert len(await listed(api, alice)) == 2
