"""Tables to take along, as Mastodon writes them."""

from __future__ import annotations

import msgspec

from echo.addresses import here
from echo.db import Row
from echo.kinds_of_moving import ImportKind
from echo.store import exports
from echo.text import tables
from echo.text.tables import Line

# What a file is called, by its kind.
FILE_NAMES = {
    ImportKind.FOLLOWS: "follows",
    ImportKind.BLOCKS: "blocks",
    ImportKind.MUTES: "mutes",
    ImportKind.LISTS: "lists",
    ImportKind.DOMAINS: "domain_blocks",
    ImportKind.BOOKMARKS: "bookmarks",
}


async def table(kind: ImportKind, account_id: int) -> str:
    """One of somebody's tables, CSV."""
    return tables.write(kind, [line_of(kind, row) async for row in exports.rows(kind, account_id)])


def line_of(kind: ImportKind, row: Row) -> Line:
    """A row of `echo.store.exports` as a line of a table."""
    match kind:
        case ImportKind.DOMAINS:
            return Line(row["domain"])
        case ImportKind.BOOKMARKS:
            return Line(row["uri"])
        case ImportKind.LISTS:
            return Line(handle_of(row), list_title=row["title"])
        case ImportKind.MUTES:
            return Line(handle_of(row), hide_notifications=row["notifications"])
        case ImportKind.FOLLOWS:
            languages = row["languages"]
            if isinstance(languages, str):
                languages = msgspec.json.decode(languages)
            return Line(
                handle_of(row), boosts=row["boosts"], notify=row["notify"], languages=languages or None
            )
        case _:
            return Line(handle_of(row))


def handle_of(row: Row) -> str:
    """name@domain, of people here too."""
    return f"{row['username']}@{row['domain'] or here().domain}"
