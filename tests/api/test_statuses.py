"""Posts: create, read, edit, delete, and their threads."""

from __future__ import annotations

import asyncio

import pytest

from echo import db
from echo.actions import accounts, blocks, boosts, moderation
from echo.actions.drafts import ProfileDraft, RemoteEmoji, RemoteMedia
from echo.kinds import MediaKind, Visibility
from echo.models import Media, Post
from echo.policy.roles import Staff
from tests import make
from tests.api.asking import Api

STATUSES = "/api/v1/statuses"


async def test_a_post_is_answered_as_it_is_read(api: Api) -> None:
    alice = await make.person("alice")
    form = {"status": "Hello #World", "visibility": "public", "language": "en"}
    made = (await api.post(STATUSES, by=alice, form=form)).one("Status")
    assert made["account"]["acct"] == "alice"
    assert (made["visibility"], made["language"], made["edited_at"]) == ("public", "en", None)
    assert made["tags"] == [{"name": "world", "url": "https://echo.test/tags/world"}]
    assert made["content"] == (
        '<p>Hello <a href="https://echo.test/tags/world" class="mention hashtag" rel="tag">'
        "#<span>World</span></a></p>"
    )
    assert made["pinned"] is False
    read = (await api.get(f"{STATUSES}/{made['id']}", by=alice)).one("Status")
    assert read == made
    anonymous = (await api.get(f"{STATUSES}/{made['id']}")).one("Status")
    assert set(read) - set(anonymous) == {
        "favourited",
        "reblogged",
        "muted",
        "bookmarked",
        "filtered",
        "pinned",
    }


async def test_a_mention_links_to_the_address_that_is_told(api: Api) -> None:
    alice, bob, zoe = await make.person("alice"), await make.person("bob"), await make.stranger("zoe")
    form = {"status": "@bob and @zoe@peer.test and @nobody"}
    made = (await api.post(STATUSES, by=alice, form=form)).one("Status")
    to_bob, to_zoe = made["mentions"]
    assert to_bob == {"id": str(bob.id), "username": "bob", "url": "https://echo.test/@bob", "acct": "bob"}
    assert (to_zoe["acct"], to_zoe["url"]) == ("zoe@peer.test", zoe.url)
    for mention in made["mentions"]:
        assert f'href="{mention["url"]}"' in made["content"]


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ({"form": {"status": "x", "media_ids[]": "", "spoiler_text": "", "sensitive": ""}}, None),
        ({"json": {"status": "x", "media_ids": [], "language": None, "in_reply_to_id": None}}, None),
        ({"query": {"status": "x", "language": "fr"}}, "fr"),
        ({"data": '{"status": "x", "sensitive": 0}', "headers": {"Content-Type": "application/json"}}, None),
        (
            {
                "data": "status=x",
                "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
            },
            None,
        ),
    ],
)
async def test_a_post_in_every_encoding(api: Api, body: dict[str, object], language: str | None) -> None:
    alice = await make.person()
    made = (await api.post(STATUSES, by=alice, **body)).one("Status")  # type: ignore[arg-type]
    assert (made["content"], made["visibility"], made["sensitive"]) == ("<p>x</p>", "public", False)
    assert (made["spoiler_text"], made["language"]) == ("", language)


@pytest.mark.parametrize(
    "form", [{}, {"status": ""}, {"status": "  \n "}, {"status": "", "spoiler_text": " "}]
)
async def test_nothing_is_not_posted(api: Api, form: dict[str, str]) -> None:
    refused = await api.post(STATUSES, by=await make.person(), form=form, expect=422)
    assert refused.json["error"] == "Validation failed: Text can't be blank"


async def test_a_warning_without_text_becomes_the_text(api: Api) -> None:
    alice = await make.person()
    made = (await api.post(STATUSES, by=alice, form={"spoiler_text": "only this"})).one("Status")
    assert (made["content"], made["spoiler_text"], made["sensitive"]) == ("<p>only this</p>", "", False)


async def test_what_has_a_warning_is_sensitive(api: Api) -> None:
    alice = await make.person()
    form = {"status": "look", "spoiler_text": "spiders", "media_ids[]": str((await make.image(alice)).id)}
    made = (await api.post(STATUSES, by=alice, form=form)).one("Status")
    assert (made["sensitive"], made["spoiler_text"]) == (True, "spiders")
    edited = await api.put(
        f"{STATUSES}/{made['id']}", by=alice, form={"status": "look!", "spoiler_text": "spiders"}
    )
    assert edited.one("Status")["sensitive"] is True
    bare = (await api.post(STATUSES, by=alice, form={"status": "x", "spoiler_text": "cw"})).one("Status")
    assert bare["sensitive"] is True  # Mastodon's own: with files or without


@pytest.mark.parametrize("word", ["public", "unlisted", "private", "direct"])
async def test_each_visibility_is_kept(api: Api, word: str) -> None:
    made = await api.post(STATUSES, by=await make.person(), json={"status": "x", "visibility": word})
    status = made.one("Status")
    assert status["visibility"] == word
    assert ("pinned" in status) == (word != "direct")


@pytest.mark.parametrize("form", [{"visibility": "secret"}, {"visibility": "local"}])
async def test_an_unknown_visibility_is_refused(api: Api, form: dict[str, str]) -> None:
    await api.post(STATUSES, by=await make.person(), form={"status": "x"} | form, expect=422)


async def test_text_is_counted_as_people_see_it(api: Api) -> None:
    alice = await make.person()
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    await api.post(STATUSES, by=alice, form={"status": family * 500})
    await api.post(STATUSES, by=alice, form={"status": "https://peer.test/" + "x" * 600})
    await api.post(STATUSES, by=alice, form={"status": "x" * 501}, expect=422)
    await api.post(STATUSES, by=alice, form={"status": "x" * 499, "spoiler_text": "xx"}, expect=422)


async def test_a_reply_names_what_it_answers(api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person()
    post = await make.post(alice)
    form = {"status": "@alice yes", "in_reply_to_id": str(post.id)}
    made = (await api.post(STATUSES, by=bob, form=form)).one("Status")
    assert (made["in_reply_to_id"], made["in_reply_to_account_id"]) == (str(post.id), str(alice.id))
    assert (await api.get(f"{STATUSES}/{post.id}")).json["replies_count"] == 1
    secret = await make.post(alice, visibility=Visibility.DIRECT)
    for unreadable in (99, secret.id):
        json = {"status": "x", "in_reply_to_id": unreadable}
        refused = await api.post(STATUSES, by=bob, json=json, expect=404)
        assert refused.json["error"] == "The post to be answered does not exist"
    boost = await boosts.boost(bob.id, post.id)
    to_boost = await api.post(STATUSES, by=bob, json={"status": "x", "in_reply_to_id": boost.id})
    assert to_boost.one("Status")["in_reply_to_id"] == str(post.id)


async def test_pictures_stand_in_the_order_asked(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    images = [await make.image(alice, f"number {n}") for n in range(4)]
    wanted = [str(image.id) for image in reversed(images)]
    made = (await api.post(STATUSES, by=alice, json={"media_ids": wanted})).one("Status")
    assert [m["id"] for m in made["media_attachments"]] == wanted
    assert made["content"] == ""
    assert made["media_attachments"][0]["description"] == "number 3"
    again = await api.post(STATUSES, by=alice, json={"status": "x", "media_ids": wanted}, expect=422)
    assert wanted[0] in again.json["error"]
    theirs = str((await make.image(bob)).id)
    await api.post(STATUSES, by=alice, json={"status": "x", "media_ids": [theirs]}, expect=422)
    many = [str((await make.image(alice)).id) for _ in range(5)]
    await api.post(STATUSES, by=alice, json={"status": "x", "media_ids": many}, expect=422)


async def test_the_app_is_named_when_there_is_one(api: Api) -> None:
    alice = await make.person()
    app = await make.app(name="Tool", website="https://tool.test/")
    token = await make.with_scopes(alice, "write", "read", app_id=app.app_id)
    made = (await api.post(STATUSES, by=token, form={"status": "x"})).one("Status")
    assert made["application"] == {"name": "Tool", "website": "https://tool.test/"}
    plain = await make.post(alice)
    assert "application" not in (await api.get(f"{STATUSES}/{plain.id}")).one("Status")


async def test_s_i11_a_key_posts_once_for_each_person(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    key = {"Idempotency-Key": "once"}
    first = await api.post(STATUSES, by=alice, form={"status": "same"}, headers=key)
    second = await api.post(STATUSES, by=alice, form={"status": "another"}, headers=key)
    assert second.json == first.json
    theirs = await api.post(STATUSES, by=bob, form={"status": "mine"}, headers=key)
    assert theirs.json["id"] != first.json["id"]
    other_key = {"Idempotency-Key": "x" * 255 + "1"}, {"Idempotency-Key": "x" * 255 + "2"}
    long = [await api.post(STATUSES, by=bob, form={"status": "long"}, headers=key) for key in other_key]
    assert long[0].json["id"] != long[1].json["id"]


async def test_s_i11_parallel_posts_with_one_key_are_one(api: Api) -> None:
    alice = await make.person()
    key = {"Idempotency-Key": "both"}
    answers = await asyncio.gather(
        *(api.post(STATUSES, by=alice, form={"status": "race"}, headers=key) for _ in range(4))
    )
    assert len({answer.json["id"] for answer in answers}) == 1
    assert (await Post.filter(author_id=alice.id).count()) == 1


async def test_several_at_once_leave_out_what_is_not_to_be_seen(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    first, second = await make.post(alice), await make.post(alice)
    secret = await make.post(alice, visibility=Visibility.DIRECT)
    found = await api.get(STATUSES, by=bob, query={"id": [second.id, secret.id, 5, first.id]})
    found.many("Status")
    assert found.ids == [second.id, first.id]
    await api.get(STATUSES, query={"id": range(1, 22)}, expect=422)


async def test_s_g03_an_invisible_post_is_not_told_from_an_unknown_one(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    secret = await make.post(alice, "secret", visibility=Visibility.DIRECT)
    gone = await make.post(alice)
    await api.delete(f"{STATUSES}/{gone.id}", by=alice)
    for method, tail in (
        ("GET", ""),
        ("GET", "/context"),
        ("GET", "/source"),
        ("GET", "/favourited_by"),
        ("GET", "/reblogged_by"),
        ("POST", "/favourite"),
        ("POST", "/unfavourite"),
        ("POST", "/reblog"),
        ("POST", "/unreblog"),
        ("POST", "/bookmark"),
        ("POST", "/unbookmark"),
        ("PUT", ""),
        ("DELETE", ""),
    ):
        told = [
            await api.ask(method, f"{STATUSES}/{post_id}{tail}", by=bob, expect=404)
            for post_id in (secret.id, gone.id, 123456)
        ]
        assert told[0].body == told[1].body == told[2].body == b'{"error":"Record not found"}', tail
        for answer in told:
            del answer.headers["X-Request-Id"]  # every answer has one of its own
        assert sorted(told[0].headers) == sorted(told[2].headers), tail


async def test_an_edit_changes_what_boosts_show(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "frist")
    boost = await boosts.boost(bob.id, post.id)
    await api.get(f"{STATUSES}/{boost.id}")
    edited = (await api.put(f"{STATUSES}/{post.id}", by=alice, json={"status": "first"})).one("Status")
    assert edited["edited_at"] is not None
    assert (edited["created_at"], edited["id"]) == (edited["created_at"], str(post.id))
    shown = (await api.get(f"{STATUSES}/{boost.id}")).one("Status")
    assert shown["reblog"]["content"] == shown["content"] == "<p>first</p>"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_edit_that_changes_nothing_is_none(api: Api, method: str) -> None:
    alice = await make.person()
    post = await make.post(alice, "same")
    answer = await api.ask(method, f"{STATUSES}/{post.id}", by=alice, form={"status": "same"})
    assert answer.one("Status")["edited_at"] is None


async def test_an_edit_keeps_pictures_unless_told_otherwise(api: Api) -> None:
    alice = await make.person()
    images = [await make.image(alice), await make.image(alice)]
    post = await make.post(alice, "two", media_ids=tuple(image.id for image in images))
    path = f"{STATUSES}/{post.id}"
    kept = (await api.put(path, by=alice, json={"status": "both"})).one("Status")
    assert len(kept["media_attachments"]) == 2
    one = (await api.put(path, by=alice, json={"status": "one", "media_ids": [images[1].id]})).one("Status")
    assert [m["id"] for m in one["media_attachments"]] == [str(images[1].id)]
    textless = (
        await api.put(path, by=alice, json={"status": "", "media_ids": [images[1].id, images[0].id]})
    ).one("Status")
    assert textless["content"] == ""
    assert [m["id"] for m in textless["media_attachments"]] == [str(images[1].id), str(images[0].id)]
    await api.put(path, by=alice, json={"status": "", "media_ids": []}, expect=422)
    kept = (await api.get(path)).one("Status")
    assert len(kept["media_attachments"]) == 2


async def test_an_edit_is_checked_like_a_post(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "text")
    path = f"{STATUSES}/{post.id}"
    await api.put(path, by=alice, json={"status": "x" * 501}, expect=422)
    await api.put(path, by=alice, json={"status": ""}, expect=422)
    theirs = await make.image(bob)
    await api.put(path, by=alice, json={"status": "x", "media_ids": [theirs.id]}, expect=422)
    only_warning = (await api.put(path, by=alice, json={"spoiler_text": "only this"})).one("Status")
    assert (only_warning["content"], only_warning["spoiler_text"]) == ("<p>only this</p>", "")


async def test_s_g08_an_edit_keeps_its_readers_and_adds_those_it_names(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person("bob"), await make.person("carol")
    await make.follow(carol, alice)
    post = await make.post(alice, "@bob psst", visibility=Visibility.DIRECT)
    path = f"{STATUSES}/{post.id}"
    await api.get(path, by=carol, expect=404)
    edited = await api.put(path, by=alice, json={"status": "@carol psst", "visibility": "public"})
    assert edited.one("Status")["visibility"] == "direct"
    assert [m["acct"] for m in edited.json["mentions"]] == ["carol"]
    for person in (bob, carol):
        await api.get(path, by=person)
    await api.get(path, expect=404)
    everything = {"include_filtered": True}  # private mentions by strangers are kept apart
    told = (await api.get("/api/v1/notifications", by=carol, query=everything)).many("Notification")
    assert [n["type"] for n in told] == ["mention"]


async def test_s_i01_only_the_author_edits_deletes_and_reads_the_source(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice, "mine")
    path = f"{STATUSES}/{post.id}"
    await api.put(path, by=bob, json={"status": "yours"}, expect=404)
    await api.delete(path, by=bob, expect=404)
    await api.get(f"{path}/source", by=bob, expect=404)
    assert (await api.get(path)).json["content"] == "<p>mine</p>"
    source = (await api.get(f"{path}/source", by=alice)).one("StatusSource")
    assert source == {
        "id": str(post.id),
        "text": "mine",
        "spoiler_text": "",
        "content_type": "text/plain",
    }


async def test_deleting_answers_the_source_and_frees_the_pictures(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    image = await make.image(alice)
    post = await make.post(alice, "write me *again* @nobody", media_ids=(image.id,))
    boost = await boosts.boost(bob.id, post.id)
    gone = (await api.delete(f"{STATUSES}/{post.id}", by=alice)).one("DeletedStatus")
    assert gone["text"] == "write me *again* @nobody"
    assert [m["id"] for m in gone["media_attachments"]] == [str(image.id)]
    for post_id in (post.id, boost.id):
        await api.get(f"{STATUSES}/{post_id}", by=alice, expect=404)
    await api.delete(f"{STATUSES}/{post.id}", by=alice, expect=404)
    again = await api.post(STATUSES, by=alice, json={"status": "again", "media_ids": [image.id]})
    assert len(again.one("Status")["media_attachments"]) == 1


async def test_deleting_counts_back(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    reply = await make.post(bob, reply_to=post.id)
    assert (await api.get(f"/api/v1/accounts/{bob.id}")).json["statuses_count"] == 1
    await api.delete(f"{STATUSES}/{reply.id}", by=bob)
    assert (await api.get(f"{STATUSES}/{post.id}")).json["replies_count"] == 0
    assert (await api.get(f"/api/v1/accounts/{bob.id}")).json["statuses_count"] == 0


async def test_a_boost_is_deleted_as_a_post_of_its_own(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(bob.id, post.id)
    await api.delete(f"{STATUSES}/{boost.id}", by=bob)
    assert (await api.get(f"{STATUSES}/{post.id}", by=bob)).one("Status")["reblogs_count"] == 0
    await api.get(f"{STATUSES}/{boost.id}", by=bob, expect=404)


async def test_a_thread_is_in_order(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    root = await make.post(alice, "root")
    stranger = await make.post(bob, "other answer", reply_to=root.id)
    own = await make.post(alice, "continued", reply_to=root.id)
    deeper = await make.post(bob, "deeper", reply_to=own.id)
    context = (await api.get(f"{STATUSES}/{root.id}/context")).one("Context")
    assert context["ancestors"] == []
    assert [int(s["id"]) for s in context["descendants"]] == [own.id, deeper.id, stranger.id]
    above = (await api.get(f"{STATUSES}/{deeper.id}/context", by=alice)).one("Context")
    assert [int(s["id"]) for s in above["ancestors"]] == [root.id, own.id]
    lonely = (await api.get(f"{STATUSES}/{(await make.post(bob)).id}/context")).json
    assert lonely == {"ancestors": [], "descendants": []}


async def test_a_thread_leaves_out_what_is_not_to_be_seen(api: Api) -> None:
    alice, bob, carol = await make.person(), await make.person("bob"), await make.person()
    root = await make.post(alice)
    hidden = await make.post(carol, "@bob", reply_to=root.id, visibility=Visibility.DIRECT)
    below = await make.post(bob, reply_to=hidden.id)
    blocked = await make.post(carol, reply_to=root.id)
    assert [int(s["id"]) for s in (await api.get(f"{STATUSES}/{root.id}/context")).json["descendants"]] == [
        below.id,
        blocked.id,
    ]
    await blocks.block(alice.id, carol.id)
    context = (await api.get(f"{STATUSES}/{root.id}/context", by=alice)).one("Context")
    assert [int(s["id"]) for s in context["descendants"]] == [below.id]


async def test_a_long_thread_is_cut_for_anonymous_readers(api: Api) -> None:
    alice = await make.person()
    ids = [(await make.post(alice)).id]
    for _ in range(45):
        ids.append((await make.post(alice, reply_to=ids[-1])).id)
    for by, above, below in ((None, 40, 20), (alice, 45, 45)):
        top = (await api.get(f"{STATUSES}/{ids[-1]}/context", by=by)).json
        assert [int(s["id"]) for s in top["ancestors"]] == ids[-1 - above : -1]
        bottom = (await api.get(f"{STATUSES}/{ids[0]}/context", by=by)).json
        assert [int(s["id"]) for s in bottom["descendants"]] == ids[1 : below + 1]


async def test_a_remote_post_with_everything(api: Api) -> None:
    zoe = await make.stranger("zoe", emojis=(RemoteEmoji(shortcode="z", url="https://peer.test/z.png"),))
    sized = RemoteMedia(
        url="https://peer.test/1.jpg",
        kind=MediaKind.IMAGE,
        content_type="image/jpeg",
        description="d" * 1500,
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        width=4000,
        height=3000,
        focus=(0.5, -0.25),
    )
    bare = RemoteMedia(url="https://peer.test/2", kind=MediaKind.UNKNOWN)
    movie = RemoteMedia(url="https://peer.test/3.mp4", kind=MediaKind.VIDEO, content_type="video/mp4")
    post = await make.remote_post(
        zoe,
        "<p>" + "w " * 40_000 + ":z:</p>",
        spoiler="s" * 500,
        sensitive=True,
        language="zh-TW",
        media=(sized, bare, movie, *([bare] * 13)),
        emojis=(RemoteEmoji(shortcode="z", url="https://peer.test/z.png"),),
        hashtags=tuple(f"tag{n}" for n in range(100)),
        in_reply_to_uri="https://other.test/unknown",
    )
    for by in (None, await make.person()):
        shown = (await api.get(f"{STATUSES}/{post.id}", by=by)).one("Status")
        assert len(shown["media_attachments"]) == 16
        assert shown["in_reply_to_id"] is None
        assert shown["account"]["emojis"] == shown["emojis"]
        first, second = shown["media_attachments"][:2]
        assert (first["type"], first["remote_url"]) == ("image", "https://peer.test/1.jpg")
        assert (first["meta"]["original"]["width"], first["meta"]["focus"]) == (4000, {"x": 0.5, "y": -0.25})
        assert (second["type"], second["description"], second["blurhash"]) == ("unknown", None, None)
        assert len(shown["tags"]) == 100


async def test_posts_of_suspended_and_deleted_authors_are_gone(api: Api) -> None:
    alice, zoe, yan = await make.person(), await make.stranger(), await make.stranger()
    posts = [await make.remote_post(zoe), await make.remote_post(yan)]
    wrapper = await boosts.boost(alice.id, posts[0].id)
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=True)
    await accounts.receive_deletion(yan)
    for post_id in (*[post.id for post in posts], wrapper.id):
        await api.get(f"{STATUSES}/{post_id}", by=alice, expect=404)
    await moderation.suspend(Staff.shell(), zoe.id, is_suspended=False)
    (await api.get(f"{STATUSES}/{wrapper.id}", by=alice)).one("Status")


async def test_a_renamed_author_is_renamed_in_posts_already_shown(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    boost = await boosts.boost(bob.id, post.id)
    await api.get(f"{STATUSES}/{boost.id}")
    await accounts.change_profile(alice.id, ProfileDraft(display_name="Alice II"))
    shown = (await api.get(f"{STATUSES}/{boost.id}")).one("Status")
    assert shown["reblog"]["account"]["display_name"] == "Alice II"


@pytest.mark.parametrize(
    "meta", [{}, {"original": {"width": 10, "height": 20, "size": "10x20", "aspect": 0.5}}]
)
async def test_pictures_without_all_their_sizes(api: Api, meta: dict[str, object]) -> None:
    alice = await make.person()
    image = await make.image(alice)
    await Media.filter(id=image.id).update(meta=meta)
    post = await make.post(alice, media_ids=(image.id,))
    (shown,) = (await api.get(f"{STATUSES}/{post.id}")).one("Status")["media_attachments"]
    assert shown["meta"] == meta


async def test_counters_never_fall_below_nothing(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    await api.post(f"{STATUSES}/{post.id}/favourite", by=bob)
    await db.execute("UPDATE post_stats SET likes = 0 WHERE post_id = $1", post.id)
    shown = await api.post(f"{STATUSES}/{post.id}/unfavourite", by=bob)
    assert shown.one("Status")["favourites_count"] == 0
