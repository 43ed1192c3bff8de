"""Files of other servers, shown from here: fetched once, within a budget, and only those that are named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo import clock, db
from echo.actions import copies
from echo.actions.drafts import RemoteEmoji, RemoteMedia
from echo.actions.posts import receive_removal
from echo.config import Config
from echo.errors import NotFound
from echo.kinds import MediaKind
from echo.models import Account, Media, RemoteFile
from echo.runtime import Runtime, open_runtime
from echo.store import remote_files
from tests import make
from tests.api.asking import Api
from tests.applications import application
from tests.conftest import changed
from tests.emptying import empty
from tests.fediverse import Router
from tests.media import clips, pictures

PEER = "https://files.peer.test"


class Files:
    """The files of another server."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.served: dict[str, httpx.Response | bytes] = {}
        router.hosts["files.peer.test"] = self.answer

    async def answer(self, request: httpx.Request) -> httpx.Response:
        found = self.served.get(request.url.path)
        if isinstance(found, bytes):
            return httpx.Response(200, content=found, headers={"Content-Type": "text/html"}, request=request)
        if found is None:
            return httpx.Response(404, request=request)
        return httpx.Response(
            found.status_code, content=found.content, headers=found.headers, request=request
        )

    @property
    def asked(self) -> list[str]:
        return [request.url.path for request in self.router.asked_of("files.peer.test")]


@pytest.fixture
def files() -> Files:
    return Files(Router())


@pytest.fixture
async def runtime(migrated: Config, tmp_path: Path, files: Files) -> AsyncIterator[Runtime]:
    opened = await open_runtime(migrated, tmp_path, transport=files.router)
    await empty()
    yield opened
    await opened.close()


def kept(runtime: Runtime) -> list[Path]:
    return [path for path in (runtime.data / "media").rglob("*") if path.is_file()]


async def shown(api: Api, url: object, **headers: str) -> tuple[int, bytes]:
    """What an app gets from an address in an entity."""
    path = str(url).removeprefix("https://echo.test")
    assert path.startswith("/media/remote/"), path
    answer = await api.client.get(path, headers={"Host": "echo.test", **headers})
    return answer.status_code, await answer.get_data()


async def named(url: str) -> str:
    """The path of a file that something here names."""
    await remote_files.know([url])
    return f"/media/remote/{remote_files.digest_of(url)}"


async def attachment(api: Api, *media: RemoteMedia) -> dict[str, object]:
    post = await make.remote_post(await make.stranger(), media=media)
    found: dict[str, object] = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")[
        "media_attachments"
    ][0]
    return found


async def test_s_f02_a_picture_is_fetched_once_and_its_type_is_that_of_its_content(
    api: Api, files: Files, runtime: Runtime
) -> None:
    content = pictures.png()
    files.served["/a.png"] = content
    told = await attachment(api, RemoteMedia(url=f"{PEER}/a.png", kind=MediaKind.IMAGE))
    assert told["remote_url"] == f"{PEER}/a.png"
    assert str(told["url"]).startswith("https://echo.test/media/remote/")
    assert str(told["url"]).endswith(".png")
    assert told["preview_url"] == told["url"]
    assert files.asked == []
    for _ in range(3):
        assert await shown(api, told["url"]) == (200, content)
    assert files.asked == ["/a.png"]
    assert len(kept(runtime)) == 1
    answer = await api.client.get(str(told["url"]).removeprefix("https://echo.test"))
    # The type is that of the content, whatever the other server says.
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in answer.headers["Cache-Control"]


async def test_a_video_has_a_picture_for_a_preview(api: Api, files: Files) -> None:
    files.served |= {"/v.mp4": clips.mp4(), "/v.jpg": pictures.jpeg()}
    told = await attachment(
        api, RemoteMedia(url=f"{PEER}/v.mp4", kind=MediaKind.VIDEO, preview_url=f"{PEER}/v.jpg")
    )
    assert told["preview_remote_url"] == f"{PEER}/v.jpg"
    assert (await shown(api, told["url"], Range="bytes=0-9"))[0] == 206
    assert (await shown(api, told["preview_url"]))[1] == pictures.jpeg()
    bare = await attachment(api, RemoteMedia(url=f"{PEER}/w.mp4", kind=MediaKind.VIDEO))
    assert (bare["preview_url"], bare["preview_remote_url"]) == (None, None)


async def test_portraits_and_emojis(api: Api, files: Files) -> None:
    files.served |= {
        "/face.png": pictures.png(),
        "/sky.jpg": pictures.jpeg(),
        "/wave.gif": pictures.gif_of(2),
    }
    emoji = RemoteEmoji(shortcode="wave", url=f"{PEER}/wave.gif")
    bob = await make.stranger(
        avatar=f"{PEER}/face.png", header=f"{PEER}/sky.jpg", display_name=":wave:", emojis=(emoji,)
    )
    told = (await api.get(f"/api/v1/accounts/{bob.id}")).one("Account")
    for url, path in (
        (told["avatar"], "/face.png"),
        (told["avatar_static"], "/face.png"),
        (told["header"], "/sky.jpg"),
        (told["emojis"][0]["url"], "/wave.gif"),
    ):
        assert await shown(api, url) == (200, files.served[path])
    post = await make.remote_post(bob, emojis=(RemoteEmoji(shortcode="sun", url=f"{PEER}/face.png"),))
    (sun,) = (await api.get(f"/api/v1/statuses/{post.id}")).one("Status")["emojis"]
    assert (await shown(api, sun["url"]))[0] == 200
    assert sorted(files.asked) == ["/face.png", "/sky.jpg", "/wave.gif"]


@pytest.mark.parametrize(
    "name",
    [
        remote_files.digest_of(f"{PEER}/secret.png"),
        "https:%2F%2Ffiles.peer.test%2Fsecret.png",
        "0" * 64,
        "a",
        "%00",
        "%2e%2e",
        "x" * 3000,
    ],
)
async def test_s_f14_what_nobody_named_is_never_fetched(api: Api, files: Files, name: str) -> None:
    files.served["/secret.png"] = pictures.png()
    assert (await api.client.get(f"/media/remote/{name}")).status_code == 404
    assert files.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x.png", "http://[::1]/x.png", "http://169.254.169.254/x", "https://echo.test/x.png"],
)
async def test_a_named_address_inside_of_the_house_is_not_dialled(api: Api, files: Files, url: str) -> None:
    assert (await api.client.get(await named(url))).status_code == 404
    assert files.router.asked == []


async def test_redirects_into_the_house_are_not_followed(api: Api, files: Files, runtime: Runtime) -> None:
    files.served["/r"] = httpx.Response(302, headers={"Location": "http://127.0.0.1:6379/"})
    assert (await api.client.get(await named(f"{PEER}/r"))).status_code == 404
    assert kept(runtime) == []


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>run()</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='run()'/>",
        b"%PDF-1.7",
        b"",
        pictures.png_that_claims(50_000, 50_000),
        *clips.PLAYLISTS.values(),
    ],
    ids=lambda content: repr(content[:12]),
)
async def test_s_f02_what_is_no_picture_is_not_kept(
    api: Api, files: Files, runtime: Runtime, content: bytes
) -> None:
    files.served["/x"] = content
    assert (await api.client.get(await named(f"{PEER}/x"))).status_code == 404
    assert kept(runtime) == []


async def test_what_cannot_be_had_is_not_asked_for_again_at_once(api: Api, files: Files) -> None:
    path = await named(f"{PEER}/late.png")
    for _ in range(3):
        assert (await api.client.get(path)).status_code == 404
    assert files.asked == ["/late.png"]
    files.served["/late.png"] = pictures.png()
    await db.execute("UPDATE remote_files SET retry_at = now() - interval '1 second'")
    assert (await api.client.get(path)).status_code == 200
    assert len(files.asked) == 2


async def test_pauses_grow_and_have_an_end() -> None:
    pauses = [
        min(copies.FIRST_PAUSE * 2 ** min(failures, 10), copies.LONGEST_PAUSE) for failures in range(50)
    ]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=10), timedelta(days=1))


async def test_too_large_files_stay_where_they_are(files: Files, runtime: Runtime) -> None:
    runtime.config = changed(runtime.config, media={"remote_file_limit_bytes": 2000})
    runtime.bind()
    api = Api(application(runtime).test_client())
    files.served["/big.png"] = pictures.png() + bytes(3000)
    path = await named(f"{PEER}/big.png")
    for _ in range(2):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PEER}/big.png")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert files.asked == ["/big.png"]
    assert kept(runtime) == []


async def test_many_who_look_at_once_cause_one_fetch(api: Api, files: Files, runtime: Runtime) -> None:
    files.served["/a.png"] = pictures.png()
    path = await named(f"{PEER}/a.png")
    answers = await asyncio.gather(*(api.client.get(path) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert files.asked == ["/a.png"]
    assert len(kept(runtime)) == 1


async def test_a_copy_that_is_gone_is_fetched_anew(api: Api, files: Files, runtime: Runtime) -> None:
    files.served["/a.png"] = pictures.png()
    path = await named(f"{PEER}/a.png")
    await api.client.get(path)
    kept(runtime)[0].unlink()
    assert (await api.client.get(path)).status_code == 200
    assert len(files.asked) == 2


async def test_with_copies_switched_off_files_are_shown_from_where_they_are(
    migrated: Config, files: Files, runtime: Runtime, tmp_path: Path
) -> None:
    config = changed(migrated, media={"remote_cache": False})
    off = await open_runtime(config, tmp_path, transport=files.router)
    try:
        api = Api(application(off).test_client())
        told = await attachment(api, RemoteMedia(url=f"{PEER}/a.png", kind=MediaKind.IMAGE))
        assert told["url"] == f"{PEER}/a.png"
        assert (await api.client.get(await named(f"{PEER}/a.png"))).status_code == 404
        assert files.asked == []
    finally:
        await off.close()


async def test_the_copies_of_a_deleted_post_go(api: Api, files: Files, runtime: Runtime) -> None:
    files.served["/a.png"] = pictures.png()
    bob = await make.stranger()
    file = RemoteMedia(url=f"{PEER}/a.png", kind=MediaKind.IMAGE)
    post = await make.remote_post(bob, media=(file,))
    await api.client.get(await named(file.url))
    assert len(kept(runtime)) == 1
    await receive_removal(await Account.get(id=bob.id), post.uri)
    assert kept(runtime) == []
    assert await Media.all().count() == 0
    assert await remote_files.used_bytes() == 0


async def test_a_copy_that_a_crash_left_half_written_is_swept(
    api: Api, files: Files, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.served["/a.png"] = pictures.png()
    path = await named(f"{PEER}/a.png")
    row = await RemoteFile.get()
    await remote_files.take(row.id, runtime.media.new_key("png"), "image/png", 500, clock.now())
    assert await remote_files.used_bytes() == 500
    monkeypatch.setattr(copies, "_LOOKS", 1)
    # Another process may be writing it: people are sent to the origin meanwhile.
    assert (await api.client.get(path)).status_code == 302
    await copies.sweep()
    assert await remote_files.used_bytes() == 0
    assert (await api.client.get(path)).status_code == 200


async def test_a_smaller_budget_is_kept_by_the_sweep(api: Api, files: Files, runtime: Runtime) -> None:
    for number in range(5):
        files.served[f"/{number}.png"] = pictures.png(60 + number, 40)
        await api.client.get(await named(f"{PEER}/{number}.png"))
    assert len(kept(runtime)) == 5
    newest = len(files.served["/4.png"])  # type: ignore[arg-type]
    runtime.config = changed(runtime.config, media={"remote_cache_bytes": newest})
    runtime.bind()
    await copies.sweep()
    (left,) = kept(runtime)
    assert left.stat().st_size == newest
    runtime.config = changed(runtime.config, media={"remote_cache": False})
    runtime.bind()
    await copies.sweep()
    assert kept(runtime) == []


def _sized(number: int, size: int) -> bytes:
    head = pictures.png(8, 8)
    return head + bytes(max(0, size - len(head)))


async def test_nothing_is_thrown_away_for_what_there_is_no_room_for(files: Files, runtime: Runtime) -> None:
    """What is being written cannot make room; what is there stays, in its file and in its row."""
    names = [f"/{number}.png" for number in range(3)]
    for number, name in enumerate(names):
        files.served[name] = _sized(number, 1_000)
        await remote_files.know([f"{PEER}{name}"])
    there, written, wanted = (remote_files.digest_of(f"{PEER}{name}") for name in names)
    runtime.config = changed(runtime.config, media={"remote_cache_bytes": 2_000})
    runtime.bind()
    await copies.find(there)
    row = await remote_files.find(written)
    assert row is not None
    assert await remote_files.take(
        row["id"], f"{9:032x}.png", "image/png", 1_001, clock.now() + timedelta(hours=1)
    )
    before = kept(runtime)
    with pytest.raises(NotFound):
        await copies.find(wanted)
    assert kept(runtime) == before
    assert (await copies.find(there)).file_key


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sizes=st.lists(st.integers(100, 4_000), min_size=1, max_size=10),
    budget=st.integers(0, 9_000),
    at_once=st.integers(1, 3),
)
async def test_s_f14_the_copies_never_take_more_than_the_budget(
    files: Files, runtime: Runtime, sizes: list[int], budget: int, at_once: int
) -> None:
    """Whatever is looked at, in whatever order and however many at once; and the newest are there."""
    await empty()
    for path in kept(runtime):
        path.unlink()
    runtime.config = changed(runtime.config, media={"remote_cache_bytes": budget})
    runtime.bind()
    for begin in range(0, len(sizes), at_once):
        digests = []
        for number, size in enumerate(sizes[begin : begin + at_once], begin):
            files.served[f"/{number}.png"] = _sized(number, size)
            await remote_files.know([f"{PEER}/{number}.png"])
            digests.append(remote_files.digest_of(f"{PEER}/{number}.png"))
        await asyncio.gather(*(copies.find(digest) for digest in digests), return_exceptions=True)
        taken = sum(path.stat().st_size for path in kept(runtime))
        assert taken == await remote_files.used_bytes()
        assert taken <= budget
        if at_once == 1 and len(_sized(begin, sizes[begin])) <= budget:
            newest = await remote_files.find(digests[0])
            assert newest is not None
            assert newest["file_key"]
