"""The script that makes .venv, with a stand-in for uv so that nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = "some-package==1.0 --hash=sha256:00\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout under a path with a space, whose Echo only says what it was asked."""
    path = tmp_path / "a checkout"
    (path / "requirements").mkdir(parents=True)
    for kind in ("run", "dev"):
        (path / f"requirements/{kind}.lock").write_text(LOCKED)
    shutil.copytree(ROOT / "deploy", path / "deploy")
    shutil.copy(ROOT / "Makefile", path)
    (path / "echo/cli").mkdir(parents=True)
    for package in ("echo", "echo/cli"):
        (path / package / "__init__.py").touch()
    (path / "echo/cli/main.py").write_text("import sys\nprint(sys.argv[1:])\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text('#!/bin/sh\necho "$@" >> "$UV_LOG"\n')
    (tools / "uv").chmod(0o755)
    return path


def bootstrap(checkout: Path, kind: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{checkout.parent / 'tools'}:{os.defpath}",
        "HOME": str(checkout.parent),
        "ECHO_PYTHON": sys.executable,
        "UV_LOG": str(checkout.parent / "uv.log"),
    }
    return subprocess.run(
        ["sh", str(checkout / "deploy/bootstrap.sh"), kind],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as from a shell, although the tests themselves may run under make."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=True
    )


def syncs(checkout: Path) -> list[str]:
    """What uv was asked to install from, so far."""
    log = checkout.parent / "uv.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [line.split()[-1] for line in lines if " --require-hashes " in line]


def test_makes_it_once_and_again_when_the_lock_changes(checkout: Path) -> None:
    for _ in range(2):
        assert bootstrap(checkout, "run").returncode == 0
    assert syncs(checkout) == ["requirements/run.lock"]

    (checkout / "requirements/run.lock").write_text(LOCKED + "# newer\n")
    assert bootstrap(checkout, "run").returncode == 0
    assert syncs(checkout) == ["requirements/run.lock"] * 2


def test_what_is_made_for_tests_serves_to_run_but_not_the_reverse(checkout: Path) -> None:
    for kind in ("run", "dev", "run", "dev"):
        assert bootstrap(checkout, kind).returncode == 0
    assert syncs(checkout) == ["requirements/run.lock", "requirements/dev.lock"]


def test_another_python_makes_it_anew(checkout: Path) -> None:
    bootstrap(checkout, "run")
    (checkout / ".venv/made-with").write_text("Python 3.11.0\n")
    bootstrap(checkout, "run")
    assert len(syncs(checkout)) == 2


def test_an_interrupted_one_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    assert bootstrap(checkout, "run").returncode == 0
    assert syncs(checkout) == ["requirements/run.lock"]


def test_the_launcher_runs_this_checkout_from_anywhere_and_after_a_move(checkout: Path) -> None:
    bootstrap(checkout, "run")
    moved = checkout.with_name("moved elsewhere")
    checkout.rename(moved)
    link = moved.parent / "echoctl"
    link.symlink_to(moved / ".venv/bin/echoctl")

    said = subprocess.run([link, "up", "a b"], cwd="/", capture_output=True, text=True, check=True)

    assert said.stdout == "['up', 'a b']\n"


def test_make_run_hands_options_on(checkout: Path) -> None:
    bootstrap(checkout, "run")
    said = make(checkout, "run", 'ARGS=--domain "a b"')
    assert said.stdout == "['up', '--domain', 'a b']\n"


def test_make_alone_lists_the_targets(checkout: Path) -> None:
    said = make(checkout)
    listed = [line.split()[1] for line in said.stdout.splitlines()]
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY"))
    assert sorted(listed) == sorted(phony.split()[1:])


def test_an_unknown_lock_is_refused(checkout: Path) -> None:
    refused = bootstrap(checkout, "nothing")
    assert refused.returncode == 1
    assert refused.stderr == "There is no requirements/nothing.lock.\n"


def test_somebody_elses_environment_is_left_alone(checkout: Path) -> None:
    """As root everything can be replaced, so a directory is where one may not write: in /proc."""
    (checkout / ".venv").symlink_to("/proc/1")
    refused = bootstrap(checkout, "run")
    if refused.returncode == 0:  # root removes the link only
        assert Path("/proc/1").exists()
        assert not (checkout / ".venv").is_symlink()
    else:
        assert "not ours to replace" in refused.stderr


@pytest.mark.parametrize("name", ["run", "dev", "bootstrap"])
def test_locks_pin_every_package_by_hash_and_name_no_index(name: str) -> None:
    text = (ROOT / f"requirements/{name}.lock").read_text()
    entries = text.replace("\\\n", " ").splitlines()
    packages = [line for line in entries if line and not line.lstrip().startswith("#")]
    assert packages
    assert all("==" in line and "--hash=sha256:" in line for line in packages)
    assert "://" not in text
    assert "--index" not in text
