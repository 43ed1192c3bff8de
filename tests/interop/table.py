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
    """Write the page anew. What was seen before of a peer that is not here now stays."""
    text = PAGE.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    tables = sections(text.split(BEGIN)[1].split(END)[0])
    for name in MAKES:
        if seen_file(name).exists():
            seen = json.loads(seen_file(name).read_text())
            tables[seen["peer"]] = "\n".join(lines_of(MAKES[name], seen)).rstrip()
    PAGE.write_text(before + BEGIN + "\n\n" + "\n\n".join(tables.values()) + "\n\n" + END + after)


def sections(page: str) -> dict[str, str]:
    """The tables of a page by the name of the peer, which stands in the heading before its version."""
    found = ("### " + part.rstrip() for part in page.split("### ")[1:])
    return {part.removeprefix("### ").partition("\n")[0].rpartition(" ")[0]: part for part in found}


if __name__ == "__main__":
    main()
