"""Write what was seen last of every peer: `python -m tests.interop.table`, after `tests.interop.run`.

The table stands between two marks in docs/interop.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.interop.makes import MAKES
from tests.interop.peers.peer import Make
from tests.interop.run import seen_file
from tests.interop.story import DIFFERS, WORKS

PAGE = Path(__file__).parents[2] / "docs" / "interop.md"
BEGIN, END = "<!-- seen -->", "<!-- end of what was seen -->"


def lines_of(make: Make, seen: dict[str, Any]) -> list[str]:
    """The table of one peer, one line for each thing, one column for each direction."""
    rows: dict[str, dict[str, str]] = {}
    for row in seen["rows"]:
        rows.setdefault(row["name"], {})[row["direction"]] = cell(make, row)
    head = [f"### {seen['peer']} {seen['version']}", "", f"Seen on {seen['day']}.", ""]
    ours, theirs = "Echo → peer", "peer → Echo"
    body = [f"| {name} | {cells.get(ours, '')} | {cells.get(theirs, '')} |" for name, cells in rows.items()]
    return [*head, f"| | {ours} | {theirs} |", "| --- | --- | --- |", *body, ""]


def cell(make: Make, row: dict[str, Any]) -> str:
    """What a row says: works, or what was seen instead and why."""
    if row["result"] == WORKS:
        return WORKS
    if row["result"] == DIFFERS:
        known = make.differs.get(f"{row['name']}, {row['direction']}")
        return f"{DIFFERS}: {known or row['note'].replace('|', '/')}"
    return f"{row['result']}: {row['note']}"


def main() -> None:
    """Write the page anew."""
    lines = []
    for name, make in MAKES.items():
        if seen_file(name).exists():
            lines += lines_of(make, json.loads(seen_file(name).read_text()))
    text = PAGE.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n" + END + after)


if __name__ == "__main__":
    main()
