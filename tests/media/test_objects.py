"""Files in a bucket, on a real S3 server."""

from __future__ import annotations

import asyncio
import io
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from quart.datastructures import FileStorage

from echo.config import Config
from echo.config.files import ObjectStore
from echo.errors import NotFound, Unavailable
from echo.kinds import Lane
from echo.media.objects import ObjectMediaStore
from echo.media.port import MediaStore
from echo.models import Media
from echo.runtime import Runtime, open_runtime
from tests import make
from tests.api.asking import Api
from tests.applications import application
from tests.emptying import empty
from tests.media import clips, pictures
from tests.media.bucket import bucket_server
from workers import jobs
from workers import media as media_jobs


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with bucket_server(tmp_path_factory.mktemp("bucket")) as config:
        yield config


@pytest.fixture
def store(bucket: ObjectStore) -> ObjectMediaStore:
    return ObjectMediaStore(bucket, "https://files.test/")


async def test_it_is_a_media_store(store: ObjectMediaStore) -> None:
    port: MediaStore = store
    key = port.new_key("png")
    with pytest.raises(NotFound):
        await port.read(key)
    await port.put(key, b"picture", "image/png")
    assert await port.read(key) == b"picture"
    await port.put(key, b"other", "image/png")
    assert await port.read(key) == b"other"
    assert port.url_for(key) == f"https://files.test/{key}"
    await port.delete(key)
    await port.delete(key)
    for gone in (port.read(key), port.open(key)):
        with pytest.raises(NotFound):
            await gone


async def test_large_files_go_and_come_in_parts(store: ObjectMediaStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * 50_000
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    key = store.new_key("mp4")
    await store.put(key, source, "video/mp4")
    opened = await store.open(key)
    assert opened.size_bytes == len(content)
    assert b"".join([piece async for piece in opened.part(5, 3_000_000)]) == content[5:3_000_000]
    await store.save(key, target)
    assert target.read_bytes() == content
    with pytest.raises(NotFound):
        await store.save(store.new_key("mp4"), target)


@pytest.mark.parametrize("key", ["", "../x.png", "ab/cd/" + "e" * 28 + ".html"])
async def test_only_keys_of_ours(store: ObjectMediaStore, key: str) -> None:
    for call in (store.read(key), store.put(key, b"x", "image/png"), store.delete(key)):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(ValueError, match="text/html"):
        await store.put(store.new_key("png"), b"x", "text/html")


async def test_several_servers_share_a_bucket(bucket: ObjectStore, store: ObjectMediaStore) -> None:
    other = ObjectMediaStore(msgspec.structs.replace(bucket, prefix="other/"), "")
    key = other.new_key("png")
    await other.put(key, b"x", "image/png")
    assert await other.read(key) == b"x"
    with pytest.raises(NotFound):
        await store.read(key)


async def test_a_wrong_secret_and_a_dead_server_are_outages(bucket: ObjectStore) -> None:
    wrong = ObjectMediaStore(msgspec.structs.replace(bucket, secret_key="wrong"), "")
    with pytest.raises(Unavailable):
        await wrong.put(wrong.new_key("png"), b"x", "image/png")
    with pytest.raises(Unavailable):
        await wrong.read(wrong.new_key("png"))


async def test_the_bucket_is_not_open_to_others(bucket: ObjectStore, store: ObjectMediaStore) -> None:
    key = store.new_key("png")
    await store.put(key, b"x", "image/png")
    with pytest.raises(urllib.error.HTTPError) as caught:
        await asyncio.to_thread(urllib.request.urlopen, f"{bucket.endpoint}/{bucket.bucket}/{key}")
    caught.value.close()
    assert caught.value.code == 403


@pytest.fixture
async def runtime(migrated: Config, tmp_path: Path, bucket: ObjectStore) -> AsyncIterator[Runtime]:
    config = msgspec.structs.replace(migrated, object_store=bucket)
    opened = await open_runtime(config, tmp_path)
    await empty()
    yield opened
    await opened.close()


async def test_the_whole_way_of_a_video_through_a_private_bucket(runtime: Runtime) -> None:
    api, alice = Api(application(runtime).test_client()), await make.person()
    files = {"file": FileStorage(io.BytesIO(clips.mp4()), filename="x")}
    sent = await api.post("/api/v2/media", by=alice, files=files, expect=202)
    assert await jobs.drain_once(runtime, media_jobs.JOBS, "test", Lane.SLOW) == 1
    ready = (await api.get(f"/api/v1/media/{sent.json['id']}", by=alice)).one("MediaAttachment")
    path = ready["url"].removeprefix("https://echo.test")
    answer = await api.client.get(path, headers={"Range": "bytes=4-7"})
    assert (answer.status_code, await answer.get_data()) == (206, b"ftyp")
    assert answer.headers["Content-Type"] == "video/mp4"
    stored = await Media.get(id=int(ready["id"]))
    await api.delete(f"/api/v1/media/{ready['id']}", by=alice)
    for key in (stored.file_key, stored.preview_key):
        with pytest.raises(NotFound):
            await runtime.media.read(key)
    assert not (runtime.data / "media").exists()


async def test_with_a_public_address_apps_fetch_files_there(
    migrated: Config, tmp_path: Path, bucket: ObjectStore
) -> None:
    media = msgspec.structs.replace(migrated.media, base_url="https://cdn.test/files")
    config = msgspec.structs.replace(migrated, object_store=bucket, media=media)
    opened = await open_runtime(config, tmp_path)
    try:
        api, alice = Api(application(opened).test_client()), await make.person()
        files = {"file": FileStorage(io.BytesIO(pictures.png()), filename="x")}
        sent = await api.post("/api/v2/media", by=alice, files=files)
        key = (await Media.get(id=int(sent.json["id"]))).file_key
        assert sent.json["url"] == f"https://cdn.test/files/{key}"
    finally:
        await opened.close()
