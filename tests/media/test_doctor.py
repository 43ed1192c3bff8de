"""What `echoctl doctor` says of files."""

from __future__ import annotations

from pathlib import Path

import msgspec

from echo.cli.common import Common
from echo.cli.doctor_files import files, video
from echo.config import Config
from echo.config.files import Media, ObjectStore


async def test_files_can_be_kept(tmp_path: Path) -> None:
    found = await files(Config(), Common(data=tmp_path))
    assert (found.state, found.found) == ("ok", "kept in a folder")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_files_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    found = await files(Config(), Common(data=tmp_path))
    assert found.state == "failed"
    bucket = ObjectStore(bucket="b", endpoint="http://127.0.0.1:1", access_key="a", secret_key="b")
    found = await files(msgspec.structs.replace(Config(), object_store=bucket), Common(data=tmp_path))
    assert found.state == "failed"
    assert "object_store" in found.advice


async def test_video(tmp_path: Path) -> None:
    for setting, state in (("", "ok"), ("off", "ok"), ("/no/such/program", "warning")):
        config = msgspec.structs.replace(Config(), media=Media(ffmpeg=setting))
        assert (await video(config, Common(data=tmp_path))).state == state
