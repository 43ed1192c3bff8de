"""What goes wrong in a command is said in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("seed", "{folder}/none.toml"), "No such file or directory: {folder}/none.toml"),
        (
            ("policies", "add", "words", "--name", "Odd", "--words", "{folder}/odd.dat"),
            "A file is no text in UTF-8, from byte 0 on",
        ),
    ],
)
def test_files_that_cannot_be_read(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "odd.dat").write_bytes(b"\xff\xfe\x00\x00 nothing of use")
    typed = [word.format(folder=tmp_path) for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "echo.cli.main", *typed, "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"echoctl: {said.format(folder=tmp_path)}\n"
