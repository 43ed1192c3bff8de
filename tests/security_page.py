"""Writes docs/security-coverage.md: which test shows which row of `tests.security_rows`.

A test shows a row when its name has the row's id: `test_s_b19_...`; two of them: `test_s_a05_s_a07_...`.
`python -m tests.coverage_page` writes it together with the page about the API.
"""

from __future__ import annotations

import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.security_rows import PARTS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/security-coverage.md"
HEAD = """\
# What must not happen, and which test shows that it does not

Written by `make docs` from `tests/security_rows.py` and the names of the tests. A test fails when it is
out of date, and when a row of a part that must be whole has no test. Tests are named by the id of what they
show: `test_s_b19_...` is about S-B19.
"""
_COLUMNS = "| row | what holds | tests |\n| --- | --- | --- |\n"
_ROW = re.compile(r"(?<![a-z0-9])s_([a-m][0-9]{2})(?![a-z0-9])", re.IGNORECASE)


@cache
def found() -> dict[str, tuple[str, ...]]:
    """The tests of each row, as `file::name`."""
    shown: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in _test_names(path):
            for number in _ROW.findall(name):
                shown[f"S-{number.upper()}"].append(f"{path.relative_to(ROOT / 'tests')}::{name}")
    return {row: tuple(sorted(set(tests))) for row, tests in shown.items()}


def _test_names(path: Path) -> Iterator[str]:
    """The tests of a file, told by tokens: Python 3.11 has failed to build a syntax tree in a process that
    had many, and none is needed."""
    before = ""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if before == "def" and token.type == tokenize.NAME and token.string.startswith("test_"):
                yield token.string
            before = token.string if token.type == tokenize.NAME else ""


def render() -> str:
    """The page."""
    text = HEAD
    for part in PARTS:
        with_test = sum(row in found() for row in part.rows)
        is_whole = with_test == len(part.rows)
        state = "whole" if is_whole else f"{with_test} of {len(part.rows)} rows have a test"
        text += f"\n## {part.letter}. {part.title} ({state})\n\n{_COLUMNS}"
        for row, words in part.rows.items():
            tests = "<br>".join(f"`{name}`" for name in found().get(row, ())) or "none yet"
            text += f"| {row} | {words} | {tests} |\n"
    return text


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(render(), encoding="utf-8")
