"""Posts that people bring along from an archive of Mastodon, and archives of what they have here."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from echo import clock, db
from echo.actions import archives, likes, past_posts, posts, uploads
from echo.actions.uploads import Incoming
from echo.errors import Invalid, NotFound
from echo.kinds import Visibility
from echo.media import port
from echo.models import Account, Import, ImportRow, Media, PastPost, Post
from echo.policy.pipeline.said import Door
from echo.policy.viewer import Viewer
from echo.runtime import Runtime
from echo.store import imports
from federation import own_archive, past, past_import
from tests import make
from tests.make import Person
from tests.media import pictures

OLD = "https://old.test/users/alice"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{OLD}/followers"
ACTOR = {"id": OLD, "type": "Person", "preferredUsername": "alice", "followers": FOLLOWERS}


def note(number: int, html: str = "<p>hello</p>", **more: Any) -> dict[str, Any]:
    """A Create as Mastodon's archive has it."""
    uri = f"{OLD}/statuses/{number}"
    said = {
        "id": uri,
        "type": "Note",
        "attributedTo": OLD,
        "published": f"2019-03-{number:02}T10:00:00Z",
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "content": html,
        "url": f"https://old.test/@alice/{number}",
    } | more
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": OLD,
        "published": said["published"],
        "object": said,
    }


def archive_of(*activities: dict[str, Any], files: dict[str, bytes] | None = None) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("actor.json", msgspec.json.encode(ACTOR))
        archive.writestr("outbox.json", msgspec.json.encode({"orderedItems": list(activities)}))
        for name, content in (files or {}).items():
            archive.writestr(name, content)
    return target


async def bring(
    person: Person, source: io.BytesIO, visibility: Visibility | None = None, *, all_of_it: bool = True
) -> Import:
    made = await past_posts.begin(person.id, source, visibility)
    if all_of_it:
        assert await past_import.work(made["id"])
    return await Import.get(id=made["id"])


async def brought(person: Person) -> dict[int, Post]:
    """What somebody brought, by the number it had there."""
    rows = await PastPost.filter(account_id=person.id)
    return {int(row.uri.rpartition("/")[2]): await Post.get(id=row.post_id) for row in rows}


async def test_s_m08_the_past_comes_along_quietly_and_clean(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    far = await make.stranger("far", "far.test")
    await make.follow(far, alice)
    theirs = await make.remote_post(far)
    await db.execute("DELETE FROM jobs")
    told = await db.fetch_value("SELECT count(*) FROM notifications")
    picture = {
        "url": "/media_attachments/files/1/a.png",
        "type": "Document",
        "name": "a cat",
        "focalPoint": [0, 1],
    }
    missing = {"url": "/media_attachments/files/1/b.png", "type": "Document", "mediaType": "image/png"}
    made = await bring(
        alice,
        archive_of(
            note(1, "<p>first <a href='x' onclick='y'>x</a><script>z</script></p>"),
            note(2, to=[FOLLOWERS], cc=[], inReplyTo=f"{OLD}/statuses/1"),
            note(3, to=[far.uri], cc=[], tag=[{"type": "Mention", "href": far.uri, "name": "@far@far.test"}]),
            note(4, to=[FOLLOWERS], cc=[PUBLIC], summary="careful", inReplyTo=theirs.uri),
            note(5, attachment=[picture, missing], tag=[{"type": "Hashtag", "name": "#Cats"}]),
            note(6, attributedTo=far.uri),
            note(7, inReplyTo="https://nobody.test/1"),
            {"id": f"{OLD}/8/activity", "type": "Announce", "actor": OLD, "object": theirs.uri},
            {"type": "Create", "object": {"type": "Note"}},
            note(9, type="Question", oneOf=[{"name": "yes", "replies": {"totalItems": 3}}, {"name": "no"}]),
            files={
                "media_attachments/files/1/a.png": pictures.png(),
                "media_attachments/files/1/b.png": b"no",
            },
        ),
    )
    found = await brought(alice)
    assert sorted(found) == [1, 2, 3, 4, 5, 7, 9]
    first = found[1]
    assert first.created_at == datetime(2019, 3, 1, 10, tzinfo=UTC)
    assert first.uri == f"https://echo.test/ap/posts/{first.id}"
    assert first.local
    assert "script" not in first.html
    assert "onclick" not in first.html
    assert first.text.startswith("first")
    assert [found[n].visibility for n in (1, 2, 3, 4)] == ["public", "followers", "direct", "unlisted"]
    assert (found[2].in_reply_to_id, found[2].thread_id) == (first.id, first.thread_id)
    assert found[4].in_reply_to_id == theirs.id
    assert found[4].spoiler == "careful"
    assert found[7].in_reply_to_uri == "https://nobody.test/1"
    assert "yes (3)" in found[9].html
    file = await Media.get(post_id=found[5].id)
    assert (file.description, file.meta["focus"], file.state) == ("a cat", {"x": 0, "y": 1}, "ready")
    assert (made.state, made.total, made.done, made.failed) == ("done", 9, 7, 2)
    reasons = {row["reason"] for row in await imports.failures(alice.id, made.id, 10)}
    assert "This is a post of somebody else." in reasons
    assert "The post is here, 1 of its files could not be read." in reasons
    with pytest.raises(NotFound):
        await port.store().open(made.file_key or "aa/aa/" + "a" * 28 + ".raw")

    # Nobody hears of it: no notification, nothing to other servers, nothing in timelines.
    assert await db.fetch_value("SELECT count(*) FROM notifications") == told
    names = {row["name"] for row in await db.fetch("SELECT name FROM jobs")}
    assert names == {"search.keep_post", "imports.bring_past"}
    assert await db.fetch_value("SELECT count(*) FROM deliveries") == 0
    assert await db.fetch_value("SELECT count(*) FROM conversations") == 0
    assert await db.fetch_value("SELECT posts FROM account_stats WHERE account_id = $1", alice.id) == 7

    # Again, it is all there already; deleted ones do not come back.
    await posts.remove(alice.id, found[1].id)
    again = await bring(alice, archive_of(note(1), note(2)))
    assert (again.done, again.failed) == (2, 0)
    assert sorted(await brought(alice)) == [1, 2, 3, 4, 5, 7, 9]


async def test_a_killed_worker_loses_nothing_and_does_nothing_twice(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    made = await bring(alice, archive_of(*(note(n) for n in range(1, 29))), all_of_it=False)
    keep, calls = past_posts.keep, 0

    async def dies(*given: Any, **more: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls % 7 == 0:
            raise RuntimeError("killed")
        return await keep(*given, **more)

    monkeypatch.setattr(past_posts, "keep", dies)
    for _ in range(4):
        with pytest.raises(RuntimeError):
            await past_import.work(made.id)
    assert await Post.filter(author_id=alice.id).count() == 24
    monkeypatch.setattr(past_posts, "keep", keep)
    monkeypatch.setattr(past_import, "RUN_SECONDS", 0.0)
    assert not await past_import.work(made.id)
    monkeypatch.setattr(past_import, "RUN_SECONDS", 60.0)
    assert await past_import.work(made.id)
    assert await past_import.work(made.id)
    assert sorted(await brought(alice)) == list(range(1, 29))
    assert await Post.filter(author_id=alice.id).count() == 28
    assert await ImportRow.all().count() == 0


async def test_s_m08_what_is_brought_along_is_judged_and_has_an_end(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    await make.policy("words", Door.REMOTE, words=["casino"], action="reject")
    await bring(alice, archive_of(note(1), note(2, "<p>the best casino</p>")))
    assert sorted(await brought(alice)) == [1]
    monkeypatch.setattr(past, "MOST_ACTIVITIES", 3)
    made = await bring(alice, archive_of(*(note(number) for number in range(1, 6))))
    assert (made.state, await Post.filter(author_id=alice.id).count()) == ("refused", 1)


async def test_posts_can_be_shown_to_fewer_and_archives_must_be_some(runtime: Runtime) -> None:
    alice = await make.person("alice")
    await bring(alice, archive_of(note(1), note(2, to=[OLD], cc=[])), Visibility.FOLLOWERS)
    assert {n: post.visibility for n, post in (await brought(alice)).items()} == {1: "followers", 2: "direct"}
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("outbox.json", b"{}")
    for refused in (io.BytesIO(b"no"), empty):
        with pytest.raises(Invalid):
            await past_posts.begin(alice.id, refused, None)
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("actor.json", msgspec.json.encode(ACTOR))
        archive.writestr("outbox.json", b"[1, 2")
    assert (await bring(alice, broken)).state == "refused"


async def test_what_one_has_here_goes_into_a_file_and_comes_along(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    upload = await uploads.upload(alice.id, Incoming(file=io.BytesIO(pictures.png()), size_bytes=1))
    first = await make.post(alice, "first #tag", media_ids=(upload.id,))
    await make.post(alice, "second", reply_to=first.id, visibility=Visibility.FOLLOWERS)
    liked = await make.post(bob, "liked")
    await likes.like(alice.id, liked.id)
    await likes.bookmark(alice.id, liked.id)
    key = await uploads.store_portrait(pictures.png(), uploads.AVATAR_PIXELS)
    await Account.filter(id=alice.id).update(avatar=key)
    asked = await archives.ask(alice.id)
    with pytest.raises(Invalid, match="once in 7 days"):
        await archives.ask(alice.id)
    with pytest.raises(NotFound):
        await archives.get(alice.id, asked["id"])
    await own_archive.build(asked["id"])
    ready = await archives.get(alice.id, asked["id"])
    content = io.BytesIO(await port.store().read(ready["file_key"]))
    with zipfile.ZipFile(content) as archive:
        names = archive.namelist()
        outbox = msgspec.json.decode(archive.read("outbox.json"))
        assert msgspec.json.decode(archive.read("likes.json"))["orderedItems"] == [liked.uri]
        assert msgspec.json.decode(archive.read("bookmarks.json"))["orderedItems"] == [liked.uri]
        actor = msgspec.json.decode(archive.read("actor.json"))
    assert (actor["outbox"], actor["icon"]["url"]) == ("outbox.json", f"avatar.{key.rpartition('.')[2]}")
    assert actor["icon"]["url"] in names
    assert [item["type"] for item in outbox["orderedItems"]] == ["Create", "Create"]
    assert outbox["totalItems"] == 2
    placed = outbox["orderedItems"][0]["object"]["attachment"]
    assert (placed[0] if isinstance(placed, list) else placed)["url"] in names
    assert await db.fetch_value("SELECT count(*) FROM jobs WHERE name = 'mail.send'") == 1

    # It can be read by ourselves: brought by somebody else it is theirs, for its author it is here already.
    assert (await bring(alice, content)).done == 2
    assert await Post.filter(author_id=alice.id).count() == 2
    carol = await make.person("carol")
    assert (await bring(carol, content)).done == 2
    mine = await Post.filter(author_id=carol.id).order_by("id")
    assert [post.visibility for post in mine] == ["public", "followers"]
    assert mine[1].in_reply_to_id == mine[0].id
    assert len(mine[0].media_ids) == 1
    with pytest.raises(NotFound):
        await posts.posts.get(Viewer(bob.id), mine[1].id)

    # Its time ends.
    clock.shift(timedelta(days=8))
    with pytest.raises(NotFound):
        await archives.get(alice.id, asked["id"])
    assert await archives.sweep() == 1
    with pytest.raises(NotFound):
        await port.store().open(ready["file_key"])
    assert (await archives.ask(alice.id))["state"] == "waiting"
    await own_archive.build(asked["id"])
