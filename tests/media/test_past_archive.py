"""Archives that people bring are refused as a whole when anything in them is not decent."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from echo.errors import Invalid
from echo.media import past_archive

Fill = Callable[[zipfile.ZipFile], None]


def zipped(fill: Fill) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return target.getvalue()


def tarred(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def named(name: str) -> bytes:
    return zipped(lambda archive: archive.writestr(name, b"x"))


def link_in_zip() -> bytes:
    entry = zipfile.ZipInfo("media_attachments/a.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(lambda archive: archive.writestr(entry, "/etc/passwd"))


def in_tar(kind: bytes, name: str = "a", target: str = "/etc/passwd") -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return tarred((entry, b""))


def many_entries() -> bytes:
    """A list that says it has a million entries, without a million of anything."""
    content = bytearray(named("a"))
    at = content.rfind(b"PK\x05\x06")
    content[at : at + 4] = b"PK\x05\x06"
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 47, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    end = bytes(content[at : at + 8]) + b"\xff\xff\xff\xff" + b"\xff" * 8 + bytes(content[at + 20 :])
    return bytes(content[:at]) + record + locator + end


def many_in_tar() -> bytes:
    target = io.BytesIO()
    with gzip.open(target, "wb", compresslevel=1) as packed:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        block = folder.tobuf() * 1000
        for _ in range(past_archive.MOST_ENTRIES // 1000 + 1):
            packed.write(block)
    return target.getvalue()


def large_header() -> bytes:
    """A tar whose header alone says that it has a gigabyte."""
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.XHDTYPE, 2**30
    return gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"\0" * 4096)


def locked() -> bytes:
    content = bytearray(named("outbox.json"))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


REFUSED = {
    "up": lambda: named("../outbox.json"),
    "up inside": lambda: named("a/../../outbox.json"),
    "absolute": lambda: named("/etc/passwd"),
    "backslash": lambda: named("a\\..\\b"),
    "drive": lambda: named("C:/a"),
    "link": link_in_zip,
    "bomb": lambda: zipped(lambda archive: archive.writestr("outbox.json", b" " * 3_000_000)),
    "a million": many_entries,
    "tar up": lambda: tarred((tarfile.TarInfo("../a"), b"x")),
    "tar link": lambda: in_tar(tarfile.SYMTYPE),
    "tar hard link": lambda: in_tar(tarfile.LNKTYPE),
    "tar device": lambda: in_tar(tarfile.CHRTYPE),
    "tar a lot": many_in_tar,
    "tar twice": lambda: tarred((tarfile.TarInfo("a"), b"x"), (tarfile.TarInfo("a"), b"y")),
    "tar header": large_header,
    "nothing": lambda: b"",
    "half": lambda: named("a")[:-30],
    "no archive": lambda: b"x" * 1000,
    "half a tar": lambda: tarred((tarfile.TarInfo("a"), b"x" * 100_000))[:60],
}


@pytest.mark.parametrize("name", REFUSED)
def test_s_f10_what_is_not_decent_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "tar a lot":  # a header takes its time
        monkeypatch.setattr(past_archive, "MOST_ENTRIES", 3000)
    source = tmp_path / "came"
    source.write_bytes(REFUSED[name]())
    with pytest.raises(Invalid):
        past_archive.make_zip(source, tmp_path / "made.zip")
    assert {path.name for path in tmp_path.iterdir()} <= {"came", "made.zip"}


def test_s_f10_what_is_read_is_no_more_than_it_says(tmp_path: Path) -> None:
    source, target = tmp_path / "came", tmp_path / "made.zip"
    source.write_bytes(locked())
    past_archive.make_zip(source, target)
    with pytest.raises(Invalid), past_archive.opened(target) as archive:
        past_archive.read(archive, "outbox.json", 10)
    source.write_bytes(zipped(lambda archive: archive.writestr("outbox.json", b"0123456789")))
    past_archive.make_zip(source, target)
    with past_archive.opened(target) as archive:
        assert past_archive.read(archive, "outbox.json", 10) == b"0123456789"
        assert past_archive.read(archive, "actor.json", 10) is None
        with pytest.raises(Invalid):
            past_archive.read(archive, "outbox.json", 9)
        with archive.open("outbox.json") as file, pytest.raises(Invalid):
            past_archive.copy(file, io.BytesIO(), 9)


def test_a_tar_becomes_a_zip(tmp_path: Path) -> None:
    source, target = tmp_path / "came", tmp_path / "made.zip"
    folder = tarfile.TarInfo("./media_attachments")
    folder.type = tarfile.DIRTYPE
    source.write_bytes(
        tarred((folder, b""), (tarfile.TarInfo("./outbox.json"), b"{}"), (tarfile.TarInfo("a/b"), b"x"))
    )
    past_archive.make_zip(source, target)
    with past_archive.opened(target) as archive:
        assert sorted(archive.namelist()) == ["a/b", "outbox.json"]
        assert past_archive.read(archive, "outbox.json", 10) == b"{}"
