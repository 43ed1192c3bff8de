"""What a post said before, and what may change in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.actions import boosts, editing, polls
from echo.actions.drafts import PollDraft, RemoteEmoji, RemoteMedia, RemotePoll, RemotePost
from echo.kinds import MediaKind, Visibility
from echo.media import port
from echo.models import Media, Notification, PollVote, Post, PostVersion
from echo.models import Poll as PollRow
from tests import make
from tests.api.asking import Answer, Api
from tests.make import Person

STATUSES = "/api/v1/statuses"
ASKED = PollDraft(options=("yes", "no"), duration_seconds=3600)


async def edit(api: Api, by: Person, post: Post, expect: int = 200, **body: Any) -> Answer:
    return await api.put(f"{STATUSES}/{post.id}", by=by, expect=expect, json={"status": post.text, **body})


async def history(api: Api, post: Post, by: Person | None = None) -> list[dict[str, Any]]:
    return (await api.get(f"{STATUSES}/{post.id}/history", by=by)).many("StatusEdit")


async def test_a_post_that_was_never_edited_has_one_version(api: Api) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "first", spoiler="cw", sensitive=True)
    (only,) = await history(api, post)
    shown = (await api.get(f"{STATUSES}/{post.id}")).json
    assert only == {
        "account": shown["account"],
        "content": "<p>first</p>",
        "spoiler_text": "cw",
        "sensitive": True,
        "created_at": shown["created_at"],
        "media_attachments": [],
        "emojis": [],
    }


async def test_versions_are_kept_whole_and_told_oldest_first(api: Api) -> None:
    alice = await make.person()
    one, two = await make.image(alice, "one"), await make.image(alice, "two")
    post = await make.post(alice, "first", media_ids=(one.id,))
    described = [{"id": str(one.id), "description": "better"}]
    await edit(api, alice, post, media_ids=[one.id], media_attributes=described)
    await edit(api, alice, post, status="third", media_ids=[str(two.id)], spoiler_text="cw")
    versions = await history(api, post, alice)
    assert [version["content"] for version in versions] == ["<p>first</p>", "<p>first</p>", "<p>third</p>"]
    told = [[file["description"] for file in version["media_attachments"]] for version in versions]
    assert told == [["one"], ["better"], ["two"]]
    assert [version["sensitive"] for version in versions] == [False, False, True]
    stamps = [version["created_at"] for version in versions]
    assert stamps == sorted(set(stamps))
    shown = (await api.get(f"{STATUSES}/{post.id}")).one("Status")
    assert shown["edited_at"] == stamps[-1]
    assert [file["id"] for file in shown["media_attachments"]] == [str(two.id)]


async def test_files_that_left_a_post_can_come_back_and_go_nowhere_else(api: Api) -> None:
    alice = await make.person()
    one, two = await make.image(alice), await make.image(alice)
    post = await make.post(alice, "x", media_ids=(one.id,))
    await edit(api, alice, post, media_ids=[two.id])
    await api.post(STATUSES, by=alice, expect=422, json={"status": "y", "media_ids": [one.id]})
    back = (await edit(api, alice, post, media_ids=[one.id, two.id])).one("Status")
    assert [file["id"] for file in back["media_attachments"]] == [str(one.id), str(two.id)]
    kept = (await edit(api, alice, post, status="no word of files")).one("Status")
    assert len(kept["media_attachments"]) == 2
    none = (await edit(api, alice, post, status="none", media_ids=[])).one("Status")
    assert none["media_attachments"] == []


async def test_history_is_as_private_as_the_post(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, visibility=Visibility.FOLLOWERS)
    path = f"{STATUSES}/{post.id}/history"
    await api.get(path, expect=404)
    await api.get(path, by=bob, expect=404)
    await make.follow(bob, alice)
    (await api.get(path, by=bob)).many("StatusEdit")
    await api.get(path, by=await make.with_scopes(bob, "write"), expect=403)
    await api.get(f"{STATUSES}/99/history", expect=404)


async def test_what_changes_nothing_is_no_edit(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice, "a cat")
    post = await make.post(alice, "same", media_ids=(image.id,), language="de")
    body = {
        "media_ids": [image.id],
        "media_attributes": [{"id": image.id, "description": "a cat"}],
        "language": "de",
        "sensitive": False,
        "spoiler_text": "",
    }
    assert (await edit(api, alice, post, **body)).one("Status")["edited_at"] is None
    assert len(await history(api, post)) == 1
    assert await PostVersion.all().count() == 0
    assert (await edit(api, alice, post, language="en")).one("Status")["edited_at"]


async def test_an_empty_text_is_for_posts_with_files(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    post = await make.post(alice, "x", media_ids=(image.id,))
    assert (await edit(api, alice, post, status="")).one("Status")["content"] == ""
    await edit(api, alice, post, expect=422, status="", media_ids=[])
    warned = (await edit(api, alice, post, status="", media_ids=[], spoiler_text="only that")).one("Status")
    assert (warned["content"], warned["spoiler_text"]) == ("<p>only that</p>", "")


async def test_who_is_named_anew_is_told_and_boosters_hear_of_the_edit(api: Api) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    post = await make.post(alice, "hello", visibility=Visibility.UNLISTED)
    await boosts.boost(carol.id, post.id)
    body = {"status": "hello @bob", "allowed_mentions": []}
    answer = await edit(api, alice, post, expect=422, **body)
    assert [person["acct"] for person in answer.json["unexpected_accounts"]] == ["bob"]
    await edit(api, alice, post, status="hello @bob", allowed_mentions=[bob.id])
    await edit(api, alice, post, status="hello again @bob")
    told = (await api.get("/api/v1/notifications", by=bob)).many("Notification")
    assert [one["type"] for one in told] == ["mention"]
    assert [one["type"] for one in (await api.get("/api/v1/notifications", by=carol)).json] == ["update"]


@pytest.mark.parametrize("saying", [{}, {"poll": None}])
async def test_a_poll_is_kept_by_an_edit_that_brings_it_alone(api: Api, saying: dict[str, Any]) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "Well?", poll=ASKED)
    await polls.vote(bob.id, post.poll_id or 0, [0])
    poll = {"options": ["yes", "no"], "expires_in": 3600}
    kept = (await edit(api, alice, post, status="Well??", poll=poll)).one("Status")["poll"]
    assert (kept["id"], kept["votes_count"]) == (str(post.poll_id), 1)
    none = (await edit(api, alice, post, **saying)).one("Status")
    assert none["poll"] is None
    await api.get(f"/api/v1/polls/{post.poll_id}", by=bob, expect=404)
    assert await PollVote.all().count() == 0
    asked = [
        [option["title"] for option in version.get("poll", {}).get("options", [])]
        for version in await history(api, post)
    ]
    assert asked == [["yes", "no"], ["yes", "no"], []]


async def test_other_answers_forget_the_votes_and_another_end_does_not(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "Well?", poll=ASKED)
    await polls.vote(bob.id, post.poll_id or 0, [0])
    poll = {"options": ["yes", "no"], "expires_in": 7200, "hide_totals": True}
    longer = (await edit(api, alice, post, poll=poll)).one("Status")
    assert longer["poll"]["votes_count"] == 1
    assert longer["edited_at"]
    for change in ({"options": ["yes", "never"]}, {"options": ["yes", "never"], "multiple": True}):
        changed = (await edit(api, alice, post, poll={"expires_in": 600, **change})).one("Status")["poll"]
        assert (changed["id"], changed["votes_count"], changed["voters_count"]) == (str(post.poll_id), 0, 0)
        await polls.vote(bob.id, post.poll_id or 0, [1])
    for bad in ({"options": ["1"], "expires_in": 600}, {"options": ["1", "1"], "expires_in": 600}):
        await edit(api, alice, post, expect=422, poll=bad)


async def test_files_and_polls_take_each_others_place(api: Api) -> None:
    alice = await make.person()
    image = await make.image(alice)
    post = await make.post(alice, "x", media_ids=(image.id,))
    poll = {"options": ["a", "b"], "expires_in": 600}
    await edit(api, alice, post, expect=422, poll=poll, media_ids=[image.id])
    asks = (await edit(api, alice, post, status="", poll=poll)).one("Status")
    assert (asks["media_attachments"], asks["poll"]["multiple"]) == ([], False)
    shows = (await edit(api, alice, post, status="", media_ids=[image.id])).one("Status")
    assert (len(shows["media_attachments"]), shows["poll"]) == (1, None)


async def test_a_poll_that_ends_twice_is_told_twice(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "Well?", poll=ASKED)
    await polls.vote(bob.id, post.poll_id or 0, [0])
    clock.shift(timedelta(hours=2))
    await polls.do_due(10)
    assert await Notification.filter(kind="poll").count() == 2
    await edit(api, alice, post, poll={"options": ["yes", "no"], "expires_in": 600})
    assert await Notification.filter(kind="poll").count() == 0
    clock.shift(timedelta(hours=4))
    await polls.do_due(10)
    assert await Notification.filter(kind="poll").count() == 2


async def test_edits_at_once_leave_one_story(api: Api) -> None:
    alice = await make.person()
    post = await make.post(alice, "0")
    await asyncio.gather(*(edit(api, alice, post, status=str(number)) for number in range(1, 6)))
    versions = await history(api, post)
    assert len(versions) == 6
    assert len({version["content"] for version in versions}) == 6


async def test_an_edit_elsewhere_keeps_what_was_there(api: Api) -> None:
    zoe, bob = await make.stranger("zoe"), await make.person()
    file = RemoteMedia(url="https://peer.test/a.png", kind=MediaKind.IMAGE, description="old")
    post = await make.remote_post(
        zoe,
        "<p>:blob:</p>",
        media=(file,),
        emojis=(RemoteEmoji(shortcode="blob", url="https://peer.test/blob.png"),),
    )
    draft = RemotePost(
        uri=post.uri,
        url=post.url,
        html="<p>asks</p>",
        visibility=Visibility.PUBLIC,
        published_at=post.created_at,
        edited_at=post.created_at + timedelta(minutes=1),
        poll=RemotePoll(options=(("a", 3), ("b", 4)), voters=5),
    )
    assert await editing.receive_edit(zoe, draft)
    before, after = await history(api, post, bob)
    assert [emoji["shortcode"] for emoji in before["emojis"]] == ["blob"]
    assert [file["description"] for file in before["media_attachments"]] == ["old"]
    assert after["poll"] == {"options": [{"title": "a"}, {"title": "b"}]}
    assert after["media_attachments"] == []
    assert await Media.all().count() == 1  # the earlier version shows it


async def test_deleting_frees_the_files_or_deletes_them(api: Api) -> None:
    alice = await make.person()
    for deletes in (False, True):
        image = await make.image(alice)
        key = port.store().new_key("png")
        await port.store().put(key, b"x", "image/png")
        await Media.filter(id=image.id).update(file_key=key, preview_key="")
        post = await make.post(alice, "redraft me", media_ids=(image.id,))
        query = {"delete_media": deletes}
        deleted = (await api.ask("DELETE", f"{STATUSES}/{post.id}", by=alice, query=query)).one(
            "DeletedStatus"
        )
        assert deleted["text"] == "redraft me"
        assert [file["id"] for file in deleted["media_attachments"]] == [str(image.id)]
        await api.get(f"/api/v1/media/{image.id}", by=alice, expect=404 if deletes else 200)
        again = {"status": "anew", "media_ids": [image.id]}
        await api.post(STATUSES, by=alice, expect=422 if deletes else 200, json=again)
    assert await Media.all().count() == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_the_source_is_what_was_typed(api: Api, method: str) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "a  #Tag\nand <b>")
    source = (await api.get(f"{STATUSES}/{post.id}/source", by=alice)).one("StatusSource")
    assert (source["text"], source["spoiler_text"]) == ("a  #Tag\nand <b>", "")
    await api.get(f"{STATUSES}/{post.id}/source", by=bob, expect=404)
    body = {"status": source["text"], "spoiler_text": "new"}
    await api.ask(method, f"{STATUSES}/{post.id}", by=alice, form=body)
    await api.ask(method, f"{STATUSES}/{post.id}", by=bob, expect=404, form=body)
    assert (await api.get(f"{STATUSES}/{post.id}/source", by=alice)).json["spoiler_text"] == "new"
    assert await db.fetch_value("SELECT count(*) FROM post_versions") == 1


async def test_the_end_of_a_poll_moves_with_every_edit_that_names_it(api: Api) -> None:
    alice = await make.person()
    post = await make.post(alice, "Well?", poll=ASKED)
    clock.shift(timedelta(hours=2))
    poll = {"options": ["yes", "no"], "expires_in": "3600", "multiple": "false"}
    again = (await edit(api, alice, post, poll=poll)).one("Status")["poll"]
    assert again["expired"] is False
    assert (await PollRow.get()).told_at is None


async def test_versions_show_what_they_quote_as_it_stands_today(api: Api) -> None:
    author, alice = await make.person(), await make.person()
    quoted = await make.post(author, "quote me")
    body = {"status": "look", "quoted_status_id": str(quoted.id)}
    made = (await api.post(STATUSES, by=alice, json=body)).one("Status")
    post = await Post.get(id=made["id"])
    await edit(api, alice, post, status="look again")
    before, now = await history(api, post, alice)
    assert before["quote"] == now["quote"] == made["quote"]
    await api.post(f"{STATUSES}/{quoted.id}/quotes/{post.id}/revoke", by=author)
    for version in await history(api, post, alice):
        assert version["quote"] == {"state": "revoked", "quoted_status": None}
