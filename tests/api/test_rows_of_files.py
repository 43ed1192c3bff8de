"""Files that nobody means well with: rows S-F of the security catalogue, over the routes that take them."""

from __future__ import annotations

import asyncio
import io
import time
import tracemalloc
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from quart import Quart, request
from quart.datastructures import FileStorage

from echo.api import media as media_api
from echo.http.exchange import Exchange, PacedRequest
from echo.media import sandbox
from echo.models import Media
from echo.runtime import Runtime
from tests import make
from tests.api.asking import Answer, Api
from tests.conftest import changed
from tests.make import Person
from tests.media import pictures

MEDIA = "/api/v2/media"
BOUNDARY = b"xyz"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
SCRIPT = b"<script>run()</script>"


def part(filename: str, content: bytes, *, kind: str = "image/png", name: str = "file") -> bytes:
    """A file of a multipart body as it goes over the wire: no library has looked at its name."""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return head.encode() + f"Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"


async def send(
    api: Api, owner: Person, content: bytes, filename: str = "x.png", *, expect: int = 200
) -> Answer:
    body = part(filename, content) + b"--xyz--\r\n"
    return await api.ask("POST", MEDIA, by=owner, headers=MULTIPART, data=body, expect=expect)


async def fetched(api: Api, address: object) -> tuple[bytes, str]:
    """A file as a browser gets it, which must run nothing of it; and its type."""
    path = str(address).removeprefix("https://echo.test")
    answer = await api.client.get(path, headers={"Host": "echo.test"})
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    return await answer.get_data(), answer.headers["Content-Type"]


def all_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def test_s_f01_names_lead_nowhere_and_nothing_is_kept_of_what_is_refused(
    api: Api, runtime: Runtime
) -> None:
    alice = await make.person()
    before = all_files(runtime.data)
    crafted = [
        b"push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://a/x|id)'\npop graphic-context",
        b"%!PS\nquit",
        b"\x89PNG\r\n\x1a\n" + SCRIPT * 20,
        b"GIF89a" + SCRIPT,
        b"\xff\xd8\xff\xe0" + SCRIPT * 20,
        b"RIFF\x00\x00\x00\x00WEBP" + SCRIPT * 20,
        b"BM" + bytes(60),
        b"#!/bin/sh\nid\n",
    ]
    names = ["../../evil.png", "nul\0/etc/cron.d/CON", "|id;..\\..\\" + "a" * 4096 + ".png"]
    for content in crafted:
        refused = await send(api, alice, content, names[0], expect=422)
        assert refused.json["error"].startswith("Validation failed: ")
    assert all_files(runtime.data) == before
    assert await Media.all().count() == 0
    for name in names:
        made = (await send(api, alice, pictures.png(), name)).json
        kept = [str(made[key]).rpartition("/")[2] for key in ("url", "preview_url")]
        assert {len(Path(key).stem) for key in kept} == {len(Path(kept[0]).stem)}, "random, of one length"
        assert [Path(key).suffix for key in kept] == [".png", ".jpg"]
        assert "evil" not in str(made)
    new = all_files(runtime.data) - before
    assert len(new) == 2 * len(names)
    assert all(path.startswith("media/") for path in new)
    assert not (runtime.data.parent / "evil.png").exists()


def _with_text() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SCRIPT.decode())
    return texts


async def test_s_f02_what_runs_is_refused_and_what_is_two_things_is_only_a_picture(api: Api) -> None:
    alice = await make.person()
    active = [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='run()'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>run()</script></svg>",
        b"<!DOCTYPE html>" + SCRIPT,
        b"%PDF-1.7\n/JS (run())",
        b"run()//",
        b" " + pictures.png() + SCRIPT,
    ]
    for content in active:
        await send(api, alice, content, expect=422)
    polyglots = [
        pictures.jpeg(comment=SCRIPT) + SCRIPT,
        pictures.png(pnginfo=_with_text()) + SCRIPT,
        pictures.webp(xmp=SCRIPT) + SCRIPT,
        pictures.encoded(pictures.gradient(60, 40), "GIF", comment=b"*/=1;run()//" + SCRIPT) + SCRIPT,
    ]
    for content in polyglots:
        assert SCRIPT in content
        made = (await send(api, alice, content, "page.html")).json
        for key in ("url", "preview_url"):
            shown, kind = await fetched(api, made[key])
            assert kind in ("image/png", "image/jpeg", "image/webp", "image/gif")
            assert b"run()" not in shown
    files = {"avatar": FileStorage(io.BytesIO(polyglots[0]), filename="a.html")}
    profile = await api.patch("/api/v1/accounts/update_credentials", by=alice, files=files)
    shown, kind = await fetched(api, profile.json["avatar"])
    assert (kind, b"run()" in shown) == ("image/jpeg", False)
    await api.patch(
        "/api/v1/accounts/update_credentials",
        by=alice,
        files={"header": FileStorage(io.BytesIO(active[0]), filename="a.png")},
        expect=422,
    )


async def test_s_f03_a_picture_is_measured_before_anything_is_decoded(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_child(*_: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(sandbox, "_run_child", no_child)
    alice, bomb = await make.person(), pictures.png_that_claims(50_000, 50_000)
    assert len(bomb) < 60_000
    await send(api, alice, b"warm", expect=422)
    tracemalloc.start()
    started = time.process_time()
    refused = await send(api, alice, bomb, expect=422)
    took, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "pixels" in refused.json["error"]
    assert took < 0.2
    assert peak < 50_000_000
    assert await Media.all().count() == 0


async def test_s_f08_where_and_with_what_a_picture_was_taken_is_told_by_no_file_of_it(
    api: Api, runtime: Runtime
) -> None:
    exif = Image.Exif()
    exif[0x0110] = "A camera"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 31.0, 12.0), "E", (13.0, 24.0, 36.0)
    alice, photo = await make.person(), pictures.jpeg(exif=exif, xmp=b"A camera")
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)[2] == (52.0, 31.0, 12.0)
    await send(api, alice, photo)
    for name in ("avatar", "header"):
        files = {name: FileStorage(io.BytesIO(photo), filename="x.jpg")}
        await api.patch("/api/v1/accounts/update_credentials", by=alice, files=files)
    kept = [path for path in (runtime.data / "media").rglob("*") if path.is_file()]
    assert len(kept) >= 4
    for path in kept:
        content = path.read_bytes()
        assert b"A camera" not in content
        assert b"Exif" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


async def test_s_f11_files_of_others_go_onto_nothing(api: Api) -> None:
    alice, mallory = await make.person("alice"), await make.person("mallory")
    free, used = await make.image(alice, "mine"), await make.image(alice, "mine too")
    own = await make.image(mallory)
    post = await make.post(alice, "look", media_ids=(used.id,))
    hers = await make.post(mallory, "x", media_ids=(own.id,))
    before = await Media.filter(id__in=[free.id, used.id]).order_by("id").values()
    for image in (free, used):
        path, named = f"/api/v1/media/{image.id}", [str(image.id)]
        await api.get(path, by=mallory, expect=404)
        await api.put(path, by=mallory, form={"description": "hers"}, expect=404)
        await api.delete(path, by=mallory, expect=404)
        await api.post("/api/v1/statuses", by=mallory, json={"media_ids": named}, expect=422)
        later = {"status": "later", "media_ids": named, "scheduled_at": "2099-01-01T00:00:00Z"}
        await api.post("/api/v1/statuses", by=mallory, json=later, expect=422)
        edit = {"status": "y", "media_ids": [str(own.id), *named]}
        await api.put(f"/api/v1/statuses/{hers.id}", by=mallory, json=edit, expect=422)
        attributes = [{"id": str(image.id), "description": "hers"}]
        edit = {"status": "z", "media_ids": [str(own.id)], "media_attributes": attributes}
        await api.put(f"/api/v1/statuses/{hers.id}", by=mallory, json=edit)
        chat = (await api.post("/api/v1/echo/chats", by=mallory, json={"account_id": str(alice.id)})).json
        said = {"text": "x", "media_ids": named}
        await api.post(f"/api/v1/echo/chats/{chat['id']}/messages", by=mallory, json=said, expect=422)
    assert await Media.filter(id__in=[free.id, used.id]).order_by("id").values() == before
    shown = (await api.get(f"/api/v1/statuses/{post.id}")).json["media_attachments"]
    assert [one["description"] for one in shown] == ["mine too"]
    assert len((await api.get(f"/api/v1/statuses/{hers.id}")).json["media_attachments"]) == 1


async def _poured(
    app: Quart, owner: Person, kind: str, *, piece: bytes, times: int, slow: float = 0
) -> tuple[int, int, int]:
    """Send a body without end by pieces: the answer, how much went in, and the most that was held for it."""
    headers = {**owner.headers, "Host": "echo.test", "Content-Type": kind, "Transfer-Encoding": "chunked"}
    tracemalloc.start()
    sent = 0
    async with app.test_client().request(MEDIA, method="POST", headers=headers) as connection:
        for _ in range(times):
            while connection._send_queue.qsize() and connection.status_code is None:
                await asyncio.sleep(0)
            if connection.status_code is not None:
                break
            await connection.send(piece)
            sent += len(piece)
        if connection.status_code is None:
            await connection.send_complete()
    answer = await connection.as_response()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return answer.status_code, sent, peak


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "piece", "most_sent"),
    [
        ("application/json", b"x" * MEGABYTE, 4 * MEGABYTE),
        ("application/octet-stream", b"x" * MEGABYTE, 4 * MEGABYTE),
        (MULTIPART["Content-Type"], part("x", b"x" * MEGABYTE), 14 * MEGABYTE),
        (MULTIPART["Content-Type"], part("x", b"x" * 200_000, name="f"), 14 * MEGABYTE),
        (MULTIPART["Content-Type"], part("x", b"x"), 2 * MEGABYTE),
        (
            MULTIPART["Content-Type"],
            part("x", b"x" * 500_000).replace(b'; filename="x"', b"").replace(b"image/png", b"text/plain"),
            14 * MEGABYTE,
        ),
    ],
    ids=["json", "wrong type", "large files", "many files", "ten thousand parts", "texts"],
)
async def test_s_f13_large_uploads_are_refused_while_little_is_held(
    runtime: Runtime, app: Quart, kind: str, piece: bytes, most_sent: int
) -> None:
    limits = {"video_limit_bytes": 8 * MEGABYTE, "image_limit_bytes": 3 * MEGABYTE}
    runtime.config = changed(runtime.config, media=limits)
    runtime.bind()
    alice = await make.person()
    times = 10_001 if len(piece) < 1000 else 200 * MEGABYTE // len(piece)
    status, sent, peak = await _poured(app, alice, kind, piece=piece, times=times)
    assert status == 413
    assert sent <= most_sent
    assert peak < 8 * MEGABYTE
    assert await Media.all().count() == 0


async def test_s_f13_who_sends_waits_while_nobody_reads() -> None:
    """A route that is busy with something else, or waits for the database, holds no more for that."""
    app, is_reading, taken = create_app_that_waits()
    async with app.test_client().request("/", method="POST", headers={"Content-Length": "9" * 9}) as sending:
        for _ in range(50):
            await sending.send(b"x" * 100_000)
        for _ in range(100):
            await asyncio.sleep(0)
        assert sending._send_queue.qsize() > 40, "what nobody reads is not taken in"
        is_reading.set()
        await sending.send_complete()
    assert (await sending.as_response()).status_code == 200
    assert sum(taken) == 5_000_000


def create_app_that_waits() -> tuple[Quart, asyncio.Event, list[int]]:
    """An application as ours, whose one route reads only when it is told to."""
    app, is_reading, taken = Quart(__name__), asyncio.Event(), list[int]()
    app.config["MAX_CONTENT_LENGTH"] = None
    app.asgi_http_class, app.request_class = Exchange, PacedRequest

    @app.post("/")
    async def slow() -> str:
        await is_reading.wait()
        async for piece in request.body:
            taken.append(len(piece))
        return ""

    return app, is_reading, taken


@pytest.mark.parametrize("path", ["/ap/inbox", "/api/v1/apps", "/api/v2/media"])
async def test_s_k01_a_body_that_drips_ends(app: Quart, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["BODY_TIMEOUT"] = 0.3
    monkeypatch.setattr(media_api, "BODY_SECONDS", 0.3)
    headers = {
        **(await make.person()).headers,
        "Host": "echo.test",
        "Content-Type": MULTIPART["Content-Type"],
    }
    async with app.test_client().request(path, method="POST", headers=headers) as dripping:
        for _ in range(200):
            if dripping.status_code is not None:
                break
            await dripping.send(b"-")
            await asyncio.sleep(0.02)
    assert dripping.status_code == 408
