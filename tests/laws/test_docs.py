"""What the documents name exists: functions, modules, files, commands."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from tests.laws.tree import PACKAGES, ROOT, name_of, tracked

DOCUMENTS = [
    path for path in tracked() if path.suffix == ".md" and not name_of(path).startswith(("tests/", "bench/"))
]
NAME = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.[A-Za-z_]\w*)+)(?:\(\))?`")
FILE = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|toml|sh|json|css|html)|(?:[\w-]+/)+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TARGET = re.compile(r"`make ([a-z-]+)")
# Where a path in a document may begin.
BEGINNINGS = ("", "docs", "echo", "federation", "activitypub", "tests")
# Files that come with running Echo, not with the repository.
MADE = {"config.toml", "echo.log", "manifest.json"}


def resolve(dotted: str) -> object:
    """The module, function, class or method of this name.

    Raises:  AttributeError, ModuleNotFoundError
    """
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found: object = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(dotted)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_name_in_a_document_exists(path: Path) -> None:
    for dotted in NAME.findall(path.read_text(encoding="utf-8")):
        try:
            resolve(dotted)
        except (AttributeError, ModuleNotFoundError) as error:
            raise AssertionError(f"{name_of(path)} names {dotted}: {error}") from error


def test_the_flows_name_functions() -> None:
    """Five hops each; a hop without a function would be a story."""
    text = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
    assert sum(callable(resolve(dotted)) for dotted in NAME.findall(text)) >= 20


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_in_a_document_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for named in (*FILE.findall(text), *LINK.findall(text)):
        places = [ROOT / beginning / named for beginning in BEGINNINGS] + [path.parent / named]
        assert named in MADE or any(place.exists() for place in places), f"{name_of(path)} names {named}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_make_target_in_a_document_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(TARGET.findall(path.read_text(encoding="utf-8")))
    assert named <= targets, f"{name_of(path)} names make {named - targets}"


def test_every_decision_is_numbered_once() -> None:
    pages = [
        path for path in DOCUMENTS if name_of(path).startswith("docs/decisions/") and path.name != "README.md"
    ]
    numbers = sorted(int(path.name[:4]) for path in pages)
    assert numbers == list(range(1, len(numbers) + 1))
    for path in pages:
        assert path.read_text(encoding="utf-8").startswith("# "), name_of(path)
