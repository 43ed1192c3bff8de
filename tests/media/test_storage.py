from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.errors import NotFound, Unavailable
from echo.media.keys import content_type_of
from echo.media.port import MediaStore
from echo.media.storage import LocalMediaStore


@pytest.fixture
def store(tmp_path: Path) -> LocalMediaStore:
    return LocalMediaStore(tmp_path / "media", "https://files.test/media/")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_it_is_a_media_store(store: LocalMediaStore) -> None:
    port: MediaStore = store
    key = port.new_key("png")
    await port.put(key, b"picture", "image/png")
    assert await port.read(key) == b"picture"
    assert port.url_for(key) == f"https://files.test/media/{key}"
    await port.delete(key)
    await port.delete(key)
    with pytest.raises(NotFound):
        await port.read(key)


async def test_files_come_from_files_too_and_others_may_read_them(
    store: LocalMediaStore, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100_000)
    key = store.new_key("jpg")
    await store.put(key, source, "image/jpeg")
    assert store.path_of(key).read_bytes() == source.read_bytes()
    assert store.path_of(key).stat().st_mode & 0o777 == 0o644


async def test_a_write_that_fails_leaves_nothing(store: LocalMediaStore, tmp_path: Path) -> None:
    key = store.new_key("jpg")
    with pytest.raises(OSError, match="missing"):
        await store.put(key, tmp_path / "missing", "image/jpeg")
    assert files_in(tmp_path) == []


async def test_a_second_put_replaces(store: LocalMediaStore, tmp_path: Path) -> None:
    key = store.new_key("jpg")
    await store.put(key, b"one", "image/jpeg")
    await store.put(key, b"two", "image/jpeg")
    assert await store.read(key) == b"two"
    assert len(files_in(tmp_path)) == 1


async def test_the_type_must_be_that_of_the_ending(store: LocalMediaStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="text/html"):
        await store.put(store.new_key("jpg"), b"<html>", "text/html")
    with pytest.raises(ValueError, match="svg"):
        store.new_key("svg")
    assert files_in(tmp_path) == []


def test_keys_are_random(store: LocalMediaStore) -> None:
    keys = {store.new_key("gif") for _ in range(1000)}
    assert len(keys) == 1000
    assert all(content_type_of(key) == "image/gif" for key in keys)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "ab/cd/../../../../etc/passwd.png",
        "/etc/passwd",
        "ab/cd/" + "e" * 28 + ".html",
        "ab/cd/" + "e" * 28 + ".svg",
        "ab/cd/" + "e" * 28,
        "ab/cd/" + "e" * 28 + ".png/",
        "ab/cd/" + "e" * 28 + ".png\n",
        "ab/cd/" + "e" * 28 + ".png\x00",
        "AB/cd/" + "e" * 28 + ".png",
        "ab\\cd\\" + "e" * 28 + ".png",
        "ab/cd/.new-" + "e" * 23 + ".png",
        "ab/cd/" + "e" * 4000 + ".png",
    ],
)
async def test_a_key_that_is_none_of_ours_does_not_exist(store: LocalMediaStore, key: str) -> None:
    with pytest.raises(NotFound):
        store.path_of(key)
    with pytest.raises(NotFound):
        await store.read(key)
    with pytest.raises(NotFound):
        await store.put(key, b"x", "image/png")
    with pytest.raises(NotFound):
        await store.delete(key)


@given(st.text())
def test_s_f01_no_key_leads_out_of_the_folder(key: str) -> None:
    store = LocalMediaStore(Path("/srv/media"), "")
    try:
        path = store.path_of(key)
    except NotFound:
        return
    assert Path("/srv/media") in path.resolve().parents


async def test_a_file_can_be_opened_in_parts_and_copied(store: LocalMediaStore, tmp_path: Path) -> None:
    key, content = store.new_key("mp4"), bytes(range(256)) * 4000
    await store.put(key, content, "video/mp4")
    opened = await store.open(key)
    assert opened.size_bytes == len(content)
    assert b"".join([piece async for piece in opened.part(5, 600_000)]) == content[5:600_000]
    await store.save(key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    other = store.new_key("mp4")
    with pytest.raises(NotFound):
        await store.open(other)
    with pytest.raises(NotFound):
        await store.save(other, tmp_path / "copy")


async def test_what_is_not_ready_is_kept_but_has_no_type_to_be_served_as(store: LocalMediaStore) -> None:
    key = store.new_key("raw")
    await store.put(key, b"x", "application/octet-stream")
    assert await store.read(key) == b"x"
    with pytest.raises(NotFound):
        content_type_of(key)


async def test_names_and_folders_are_on_the_disk_before_a_row_names_them(
    store: LocalMediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not flushed is what a power cut takes away."""
    flushed: list[str] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    key = store.new_key("png")
    await store.put(key, b"x", "image/png")
    folder = store.path_of(key).parent
    assert flushed[0].startswith(f"{folder}/.new-")
    assert flushed[1:] == [str(place) for place in (folder, folder.parent, folder.parent.parent, tmp_path)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
async def test_r_18_a_full_disk_is_an_outage_and_leaves_nothing(
    store: LocalMediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_: int) -> None:
        raise OSError(number, "no room")

    key = store.new_key("png")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            await store.put(key, b"x", "image/png")
    assert files_in(tmp_path) == []
    await store.put(key, b"x", "image/png")
