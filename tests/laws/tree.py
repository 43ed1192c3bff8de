"""The tracked files of this repository, for laws about all of them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("echo", "federation", "activitypub", "workers")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project: tracked, or about to be; without a repository, every file."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not any(part.startswith(".") for part in path.parts)]
        return tuple(path for path in found if path.is_file())
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def sources(*packages: str) -> tuple[Path, ...]:
    """The Python files of these packages, or of all four."""
    wanted = {ROOT / package for package in packages or PACKAGES}
    return tuple(path for path in tracked() if path.suffix == ".py" and wanted & set(path.parents))


@cache
def parsed(path: Path) -> ast.Module:
    """A file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """The path as people write it."""
    return str(path.relative_to(ROOT))
