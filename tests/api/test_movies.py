"""Videos, recordings and animations: uploaded, made ready by a worker, posted."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image
from quart import Quart
from quart.datastructures import FileStorage

from echo import db
from echo.actions import discarding, processing
from echo.api import media as media_api
from echo.kinds import Lane, MediaState
from echo.media import sandbox
from echo.media.movies import Studio
from echo.models import Media
from echo.runtime import Runtime
from echo.store import jobs as job_store
from tests import make
from tests.api.asking import Answer, Api
from tests.conftest import changed
from tests.make import Person
from tests.media import clips, pictures
from workers import jobs
from workers import media as media_jobs

MEDIA = "/api/v2/media"


async def send(
    api: Api,
    owner: Person,
    content: bytes,
    *,
    path: str = MEDIA,
    expect: int = 202,
    thumbnail: bytes | None = None,
    **form: str,
) -> Answer:
    files = {"file": FileStorage(io.BytesIO(content), filename="picture.png", content_type="image/png")}
    if thumbnail is not None:
        files["thumbnail"] = FileStorage(io.BytesIO(thumbnail), filename="cover")
    return await api.post(path, by=owner, files=files, form=form, expect=expect)


async def work(runtime: Runtime, lane: Lane = Lane.SLOW) -> None:
    """What a worker does with slow jobs."""
    while await jobs.drain_once(runtime, media_jobs.JOBS, "test", lane):
        pass


async def fetch(api: Api, address: object, **headers: str) -> tuple[int, bytes]:
    path = str(address).removeprefix("https://echo.test")
    response = await api.client.get(path, headers={"Host": "echo.test", **headers})
    return response.status_code, await response.get_data()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(clips.mp4, "video"), (clips.webm, "video"), (clips.gif, "gifv"), (clips.mp3, "audio")],
)
async def test_from_upload_to_post(api: Api, runtime: Runtime, content: object, kind: str) -> None:
    alice = await make.person()
    assert callable(content)
    sent = (await send(api, alice, content(), description="a clip", focus="0.5,0.5")).one("MediaAttachment")
    assert (sent["type"], sent["url"], sent["description"]) == (kind, None, "a clip")
    path = f"/api/v1/media/{sent['id']}"
    assert (await api.get(path, by=alice, expect=206)).one("MediaAttachment")["url"] is None
    refused = await api.post("/api/v1/statuses", by=alice, json={"media_ids": [sent["id"]]}, expect=422)
    assert "not finished processing" in refused.json["error"]

    await work(runtime)
    ready = (await api.get(path, by=alice)).one("MediaAttachment")
    assert (ready["type"], ready["meta"]["focus"]) == (kind, {"x": 0.5, "y": 0.5})
    status, served = await fetch(api, ready["url"])
    assert status == 200
    if kind == "audio":
        assert ready["preview_url"] is None
        assert set(ready["meta"]["original"]) == {"duration", "bitrate"}
        assert served.startswith(b"ID3") or served[0] == 0xFF
    else:
        assert ready["blurhash"]
        assert served[4:8] == b"ftyp"
        preview = Image.open(io.BytesIO((await fetch(api, ready["preview_url"]))[1]))
        assert preview.size == (ready["meta"]["small"]["width"], ready["meta"]["small"]["height"])
        assert set(ready["meta"]["original"]) == {"width", "height", "frame_rate", "duration", "bitrate"}
        assert {"length", "duration", "fps", "size", "width", "height", "aspect"} <= set(ready["meta"])
    post = await api.post("/api/v1/statuses", by=alice, json={"media_ids": [sent["id"]]})
    assert post.one("Status")["media_attachments"] == [ready]
    stored = await Media.get(id=int(sent["id"]))
    assert (stored.source_key, stored.state) == ("", MediaState.READY)


async def test_s_f08_the_file_as_it_came_is_kept_until_it_is_ready_and_served_to_nobody(
    api: Api, runtime: Runtime
) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp4())
    stored = await Media.get(id=int(sent.json["id"]))
    assert await runtime.media.read(stored.source_key) == clips.mp4()
    assert (await fetch(api, f"/media/{stored.source_key}"))[0] == 404
    await work(runtime)
    kept = {path.name for path in (runtime.data / "media").rglob("*") if path.is_file()}
    ready = await Media.get(id=stored.id)
    assert kept == {ready.file_key.rpartition("/")[2], ready.preview_key.rpartition("/")[2]}


async def test_version_1_waits_for_the_worker(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_api, "LOOK_SECONDS", 0.05)
    alice = await make.person()
    sending = asyncio.create_task(send(api, alice, clips.mp3(), path="/api/v1/media", expect=200))
    while not sending.done():
        await work(runtime)
        await asyncio.sleep(0.02)
    assert (await sending).one("MediaAttachment")["url"]


async def test_version_1_does_not_wait_for_ever(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_api, "WAIT_SECONDS", 0.0)
    sent = await send(api, await make.person(), clips.mp3(), path="/api/v1/media", expect=200)
    assert sent.one("MediaAttachment")["url"] is None


async def test_what_cannot_be_made_ready_says_so(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp4())
    stored = await Media.get(id=int(sent.json["id"]))
    # What the probe let through breaks when it is read to its end.
    await runtime.media.put(stored.source_key, clips.mp4()[:900], "application/octet-stream")
    await work(runtime)
    path = f"/api/v1/media/{stored.id}"
    await api.get(path, by=alice, expect=422)
    await api.put(path, by=alice, form={"description": "x"}, expect=422)
    await api.post("/api/v1/statuses", by=alice, json={"media_ids": [stored.id]}, expect=422)
    assert await job_store.summary() == []
    await api.delete(path, by=alice)
    assert not [path for path in (runtime.data / "media").rglob("*") if path.is_file()]


async def test_a_killed_worker_loses_nothing(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp4())
    begun = asyncio.Event()

    async def hang(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(Studio, "make", hang)
        dying = asyncio.create_task(work(runtime))
        await asyncio.wait_for(begun.wait(), 30)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
    assert await jobs.drain_once(runtime, media_jobs.JOBS, "other", Lane.SLOW) == 0  # still leased
    await job_store.release("test")
    await work(runtime)
    await api.get(f"/api/v1/media/{sent.json['id']}", by=alice)


async def test_a_worker_that_dies_after_writing_writes_over_it(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp3())
    media_id = int(sent.json["id"])
    put = runtime.media.put

    async def put_and_die(*arguments: object) -> None:
        await put(*arguments)  # type: ignore[arg-type]
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(type(runtime.media), "put", lambda _, *arguments: put_and_die(*arguments))
        with pytest.raises(asyncio.CancelledError):
            await processing.process(media_id)
    await processing.process(media_id)
    files = [path for path in (runtime.data / "media").rglob("*") if path.is_file()]
    assert len(files) == 1


async def test_a_file_that_kills_its_worker_is_given_up(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp3())
    media_id = int(sent.json["id"])

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(Studio, "make", die)
    for _ in range(processing.TRIES_MAX):
        with pytest.raises(asyncio.CancelledError):
            await processing.process(media_id)
    await processing.process(media_id)
    await api.get(f"/api/v1/media/{media_id}", by=alice, expect=422)


async def test_a_cover_of_ones_own(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp3(), thumbnail=pictures.jpeg(300, 200))
    before = sent.one("MediaAttachment")
    assert set(before["meta"]["colors"]) == {"background", "foreground", "accent"}
    await work(runtime)
    path = f"/api/v1/media/{sent.json['id']}"
    ready = (await api.get(path, by=alice)).one("MediaAttachment")
    assert ready["preview_url"] == before["preview_url"]
    assert ready["meta"]["small"]["size"] == "300x200"
    files = {"thumbnail": FileStorage(io.BytesIO(pictures.png(90, 90)), filename="x")}
    other = (await api.put(path, by=alice, files=files, form={})).one("MediaAttachment")
    assert other["meta"]["small"]["size"] == "90x90"
    assert other["preview_url"] != ready["preview_url"]
    assert (await fetch(api, ready["preview_url"]))[0] == 404
    assert (await fetch(api, other["preview_url"]))[0] == 200
    bad = {"thumbnail": FileStorage(io.BytesIO(b"<svg/>"), filename="x.png")}
    await api.put(path, by=alice, files=bad, form={}, expect=422)


async def test_a_cover_changes_with_its_post(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp4())
    await work(runtime)
    post = await api.post(
        "/api/v1/statuses", by=alice, json={"status": "look", "media_ids": [sent.json["id"]]}
    )
    before = post.json["media_attachments"][0]["preview_url"]
    name = "media_attributes[0][thumbnail]"
    edited = await api.put(
        f"/api/v1/statuses/{post.json['id']}",
        by=alice,
        files={name: FileStorage(io.BytesIO(pictures.png(80, 80)), filename="x")},
        form={"status": "look", "media_attributes[0][id]": sent.json["id"]},
    )
    (shown,) = edited.one("Status")["media_attachments"]
    assert shown["preview_url"] != before
    assert shown["meta"]["small"]["size"] == "80x80"
    assert edited.json["edited_at"] is not None


async def test_a_video_stands_alone(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    video = await send(api, alice, clips.mp4())
    animation = await send(api, alice, clips.gif())
    await work(runtime)
    images = [(await make.image(alice)).id for _ in range(5)]
    for ids in ([video.json["id"], images[0]], [video.json["id"], animation.json["id"]], images):
        await api.post("/api/v1/statuses", by=alice, json={"media_ids": ids}, expect=422)
    together = await api.post(
        "/api/v1/statuses", by=alice, json={"media_ids": [animation.json["id"], images[0]]}
    )
    path = f"/api/v1/statuses/{together.json['id']}"
    more = [video.json["id"], images[0]]
    await api.put(path, by=alice, json={"status": "x", "media_ids": more}, expect=422)


@pytest.mark.parametrize("kind", sorted(clips.PLAYLISTS))
async def test_s_f01_playlists_and_scripts_are_refused(api: Api, runtime: Runtime, kind: str) -> None:
    await send(api, await make.person(), clips.PLAYLISTS[kind], expect=422)
    assert not (runtime.data / "media").exists()


@pytest.mark.parametrize(
    "content",
    [
        lambda: clips.mp4()[:300],
        lambda: clips.mp4()[:32] + clips.PLAYLISTS["hls"] * 50,
        clips.fast_mp4,
        clips.wide_mp4,
        clips.long_mp4,
        lambda: b"ID3" + bytes(2000),
        lambda: b"OggS" + bytes(2000),
        lambda: b"\x1aE\xdf\xa3" + bytes(2000),
    ],
    ids=[
        "truncated",
        "a playlist in disguise",
        "1000 pictures in a second",
        "16384 wide",
        "a day long",
        "mp3",
        "ogg",
        "matroska",
    ],
)
async def test_s_f05_films_too_large_and_unreadable_files_are_refused_at_once(
    api: Api, runtime: Runtime, content: object
) -> None:
    assert callable(content)
    refused = await send(api, await make.person(), content(), expect=422)
    assert refused.json["error"].startswith("Validation failed: File")
    assert await Media.all().count() == 0


async def test_s_f11_files_of_others(api: Api) -> None:
    alice, mallory = await make.person(), await make.person()
    sent = await send(api, alice, clips.mp3())
    path = f"/api/v1/media/{sent.json['id']}"
    await api.get(path, by=mallory, expect=404)
    files = {"thumbnail": FileStorage(io.BytesIO(pictures.png()), filename="x")}
    await api.put(path, by=mallory, files=files, form={}, expect=404)
    await api.delete(path, by=mallory, expect=404)
    await api.post("/api/v1/statuses", by=mallory, json={"media_ids": [sent.json["id"]]}, expect=422)
    await api.get(path, expect=401)


async def test_without_ffmpeg_only_images_are_taken(runtime: Runtime, app: Quart) -> None:
    runtime.config = changed(runtime.config, media={"ffmpeg": "off"})
    runtime.bind()
    api, alice = Api(app.test_client()), await make.person()
    await send(api, alice, clips.mp4(), expect=422)
    assert (await send(api, alice, clips.gif(), expect=200)).json["type"] == "image"
    told = (await api.get("/api/v2/instance")).json["configuration"]["media_attachments"]
    assert "video/mp4" not in told["supported_mime_types"]
    assert told["video_size_limit"] == 0


async def test_with_ffmpeg_the_server_says_so(api: Api) -> None:
    told = (await api.get("/api/v2/instance")).json["configuration"]["media_attachments"]
    assert {"image/png", "video/mp4", "audio/mpeg"} <= set(told["supported_mime_types"])
    limits = [told[f"video_{name}_limit"] for name in ("size", "frame_rate", "matrix")]
    assert limits == [103_809_024, 120, 8_294_400]


async def test_too_large_files_are_refused(runtime: Runtime, app: Quart) -> None:
    runtime.config = changed(runtime.config, media={"video_limit_bytes": 2000, "image_limit_bytes": 300_000})
    runtime.bind()
    api, alice = Api(app.test_client()), await make.person()
    refused = await send(api, alice, clips.mp4(), expect=422)
    assert "too large" in refused.json["error"]
    await send(api, alice, clips.mp4() + bytes(2_000_000), expect=413)


async def test_a_deleted_post_frees_its_files_for_a_while(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp3())
    await work(runtime)
    media_id = int(sent.json["id"])
    post = await api.post("/api/v1/statuses", by=alice, json={"media_ids": [media_id]})
    await db.execute("UPDATE media SET created_at = now() - interval '9 days'")
    assert await discarding.sweep() == 0
    await api.delete(f"/api/v1/statuses/{post.json['id']}", by=alice)
    assert await discarding.sweep() == 0
    again = await api.post("/api/v1/statuses", by=alice, json={"media_ids": [media_id]})
    await api.delete(f"/api/v1/statuses/{again.json['id']}", by=alice)
    await db.execute("UPDATE media SET freed_at = now() - interval '25 hours'")
    assert await discarding.sweep() == 1
    await api.get(f"/api/v1/media/{media_id}", by=alice, expect=404)
    assert not [path for path in (runtime.data / "media").rglob("*") if path.is_file()]


async def test_a_post_takes_its_files_along(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, pictures.png(), expect=200)
    post = await api.post("/api/v1/statuses", by=alice, json={"media_ids": [sent.json["id"]]})
    deleted = await api.delete(f"/api/v1/statuses/{post.json['id']}", by=alice, query={"delete_media": True})
    assert deleted.json["media_attachments"] == post.json["media_attachments"]
    assert await Media.all().count() == 0
    assert (await fetch(api, sent.json["url"]))[0] == 404


async def test_what_a_crash_interrupted_is_swept(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, pictures.png(), expect=200)
    await db.execute("UPDATE media SET discarded_at = now()")
    assert await discarding.sweep() == 0
    await db.execute("UPDATE media SET discarded_at = now() - interval '2 hours'")
    assert await discarding.sweep() == 1
    assert (await fetch(api, sent.json["url"]))[0] == 404


async def test_players_ask_for_parts(api: Api, runtime: Runtime) -> None:
    alice = await make.person()
    sent = await send(api, alice, clips.mp4("320x240", "30", 3.0))
    await work(runtime)
    ready = (await api.get(f"/api/v1/media/{sent.json['id']}", by=alice)).json
    path = ready["url"].removeprefix("https://echo.test")
    whole = await api.client.get(path)
    content = await whole.get_data()
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"].startswith("inline")
    size = len(content)
    for asked, told, part in (
        ("bytes=0-", None, content),
        ("bytes=0-99", f"bytes 0-99/{size}", content[:100]),
        ("bytes=100-", f"bytes 100-{size - 1}/{size}", content[100:]),
        ("bytes=-50", f"bytes {size - 50}-{size - 1}/{size}", content[-50:]),
        (f"bytes=10-{size * 2}", f"bytes 10-{size - 1}/{size}", content[10:]),
        ("bytes=0-1,5-6", None, content),
        ("lines=0-1", None, content),
        ("bytes=9-2", None, content),
    ):
        answer = await api.client.get(path, headers={"Range": asked})
        assert answer.status_code == (206 if told else 200), asked
        assert answer.headers.get("Content-Range") == told
        assert await answer.get_data() == part
        assert int(answer.headers["Content-Length"]) == len(part)
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer = await api.client.get(path, headers={"Range": asked})
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{size}"
    head = await api.client.head(path, headers={"Range": "bytes=0-9"})
    assert (head.status_code, await head.get_data()) == (206, b"")
    fresh = await api.client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert fresh.status_code == 304
    changed_since = await api.client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert changed_since.status_code == 200


async def test_images_that_come_when_many_come_are_left_to_a_worker(
    api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "BUSY_WAITING", 0)
    ada = await make.person("ada")
    answer = await send(api, ada, pictures.jpeg(1200, 800), focus="0.5,-0.5", description="a slope")
    sent = answer.one("MediaAttachment")
    assert (sent["type"], sent["url"], sent["preview_url"]) == ("image", None, None)
    dressed = (await send(api, ada, pictures.png(), thumbnail=pictures.png(30, 30))).one("MediaAttachment")
    broken = (await send(api, ada, pictures.png()[:-30])).one("MediaAttachment")
    await api.get(f"/api/v1/media/{sent['id']}", by=ada, expect=206)
    await work(runtime, Lane.OUTSIDE)

    shown = (await api.get(f"/api/v1/media/{sent['id']}", by=ada)).one("MediaAttachment")
    assert shown["meta"]["original"]["size"] == "1200x800"
    assert shown["meta"]["small"]["size"] == "587x391"
    assert shown["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    assert (len(shown["blurhash"]), shown["description"]) == (28, "a slope")
    for address in (shown["url"], shown["preview_url"]):
        status, body = await fetch(api, address)
        assert (status, body[:3]) == (200, b"\xff\xd8\xff")
    assert (await Media.get(id=int(sent["id"]))).source_key == ""
    posted = await api.post("/api/v1/statuses", by=ada, json={"media_ids": [sent["id"]]})
    assert posted.one("Status")["media_attachments"] == [shown]
    cover = (await api.get(f"/api/v1/media/{dressed['id']}", by=ada)).one("MediaAttachment")
    assert (cover["meta"]["small"]["size"], cover["meta"]["original"]["size"]) == ("30x30", "60x40")
    await api.get(f"/api/v1/media/{broken['id']}", by=ada, expect=422)

    # What is seen without a decoder is said at once, and a GIF is never left: only a decoder knows it.
    await send(api, ada, b"<svg>", expect=422)
    await send(api, ada, pictures.png_that_claims(50_000, 50_000), expect=422)
    await send(api, ada, pictures.encoded(pictures.gradient(60, 40), "GIF"), expect=200)


async def test_behind_too_many_images_people_are_asked_to_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_MOST_WAITING", 0)
    ada = await make.person("ada")
    refused = await send(api, ada, pictures.png(), expect=503)
    assert int(refused.headers["Retry-After"]) > 0
