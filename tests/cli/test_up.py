"""What a start that is refused leaves alone, and what a start after a later release is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from echo import db
from echo.cli import doctor
from echo.cli.common import Common
from echo.embedded import engines
from echo.runtime import Runtime


def test_a_second_start_changes_nothing_of_the_server_that_runs(tmp_path: Path) -> None:
    remembered = tmp_path / "run.toml"
    with engines(tmp_path, postgres=False, valkey=False):  # the directory is in use
        remembered.write_text('[instance]\ndomain = "social.example.org"\n')
        done = subprocess.run(
            [sys.executable, "-m", "echo.cli.main", "up", "--data", str(tmp_path), "--port", "0"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert f"Echo is already running in {tmp_path}" in done.stderr
        assert remembered.read_text() == '[instance]\ndomain = "social.example.org"\n'


async def test_the_doctor_sees_a_database_of_a_later_release(runtime: Runtime) -> None:
    fine = await doctor.migrations(runtime.config, Common())
    assert (fine.state, fine.found) == ("ok", "none is missing")
    await db.execute(
        "INSERT INTO tortoise_migrations (id, app, name, applied_at)"
        " VALUES (9999, 'echo', '9999_later', now())"
    )
    try:
        found = await doctor.migrations(runtime.config, Common())
    finally:
        await db.execute("DELETE FROM tortoise_migrations WHERE id = 9999")
    assert (found.state, found.found) == ("warning", "the database is of a later release: echo.9999_later")
