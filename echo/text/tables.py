"""Tables of people, domains and posts as Mastodon writes and reads them: CSV, pure text.

Source:  Mastodon's export and import pages; their headings and the order of their columns
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from echo.errors import Invalid
from echo.kinds_of_moving import ImportKind

MOST_ROWS = 20_000
ADDRESS, DOMAIN, URI, LIST = "Account address", "#domain", "#uri", "List name"
BOOSTS, NOTIFY, LANGUAGES, HIDE = (
    "Show boosts",
    "Notify on new posts",
    "Languages",
    "Hide notifications",
)
# What stands above the columns of a file that we write; Mastodon writes none for the others.
HEADINGS: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.FOLLOWS: (ADDRESS, BOOSTS, NOTIFY, LANGUAGES),
    ImportKind.MUTES: (ADDRESS, HIDE),
}
# What the columns are when nothing stands above them.
_COLUMNS: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.FOLLOWS: (ADDRESS, BOOSTS, NOTIFY, LANGUAGES),
    ImportKind.BLOCKS: (ADDRESS,),
    ImportKind.MUTES: (ADDRESS, HIDE),
    ImportKind.DOMAINS: (DOMAIN,),
    ImportKind.BOOKMARKS: (URI,),
    ImportKind.LISTS: (LIST, ADDRESS),
}
# How people call such files, in the order in which the words are looked for.
_FILE_NAMES = (
    ("domain", ImportKind.DOMAINS),
    ("bookmark", ImportKind.BOOKMARKS),
    ("mute", ImportKind.MUTES),
    ("block", ImportKind.BLOCKS),
    ("list", ImportKind.LISTS),
    ("follow", ImportKind.FOLLOWS),
)
_HANDLE = re.compile(r"@?[^@\s,/]+(@[^@\s,/]+)?")
_HOST = re.compile(r"[^\s/@,]+")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row: what it is about, and how. None: the file says nothing."""

    about: str
    list_title: str = ""
    boosts: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None
    hide_notifications: bool | None = None


def read(content: bytes, kind: ImportKind | None, file_name: str = "") -> tuple[ImportKind, list[Line]]:
    """The rows of a file, and what they are when nobody has said it.

    Shapes:  content: UTF-8, with or without a first line of headings
    Raises:  Invalid for what is no table, does not fit the kind, is empty, is of a kind that cannot be
             guessed, or has more than 20,000 rows
    """
    rows = list(_rows(content))
    if not rows:
        raise Invalid("The file is empty.")
    headings = _headings(rows[0])
    said = _kind_of(headings)
    if kind and said and kind is not said:
        # Whoever means to follow people must not block them.
        raise Invalid("The file is of another kind: it has other columns.")
    found = kind or said or _guess(headings, rows[0], file_name)
    if found is None:
        raise Invalid("It cannot be seen what is in the file. Choose what it is.")
    if headings:
        rows = rows[1:]
    if len(rows) > MOST_ROWS:
        raise Invalid(f"The file has more than {MOST_ROWS} rows.")
    columns = headings or _COLUMNS[found]
    needed = _COLUMNS[found] if found is ImportKind.LISTS else _COLUMNS[found][:1]
    if not set(needed) <= set(columns):
        raise Invalid("The file is of another kind: it has other columns.")
    lines = [_line(found, dict(zip(columns, (cell.strip() for cell in row), strict=False))) for row in rows]
    if not lines:
        raise Invalid("The file is empty.")
    return found, lines


def problem_of(kind: ImportKind, line: Line) -> Literal["", "address", "domain", "uri", "list"]:
    """What about a row can never work; empty: nothing."""
    if kind is ImportKind.DOMAINS:
        return "" if _HOST.fullmatch(line.about) else "domain"
    if kind is ImportKind.BOOKMARKS:
        return "" if line.about.startswith(("https://", "http://")) and len(line.about) <= 2048 else "uri"
    if kind is ImportKind.LISTS and not line.list_title:
        return "list"
    return "" if _HANDLE.fullmatch(line.about) and len(line.about) <= 2048 else "address"


def write(kind: ImportKind, lines: Iterable[Line]) -> str:
    """A file that Mastodon reads."""
    target = io.StringIO()
    table = csv.writer(target, lineterminator="\n")
    if kind in HEADINGS:
        table.writerow(HEADINGS[kind])
    for line in lines:
        table.writerow(cells(kind, line))
    return target.getvalue()


def cells(kind: ImportKind, line: Line) -> list[str]:
    """One row as it stands in a file."""
    match kind:
        case ImportKind.FOLLOWS:
            languages = ", ".join(line.languages or ())
            return [line.about, _word(line.boosts), _word(line.notify), languages]
        case ImportKind.MUTES:
            return [line.about, _word(line.hide_notifications)]
        case ImportKind.LISTS:
            return [line.list_title, line.about]
        case _:
            return [line.about]


def write_failures(kind: ImportKind, failed: Iterable[tuple[Line, str]]) -> str:
    """The rows that failed, with the reason in a last column; the file can be imported again."""
    target = io.StringIO()
    table = csv.writer(target, lineterminator="\n")
    table.writerow([*_COLUMNS[kind], "Problem"])
    for line, reason in failed:
        table.writerow([*cells(kind, line), reason])
    return target.getvalue()


def _rows(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not text in UTF-8.") from error
    if "\0" in text:
        raise Invalid("The file is not a table.")
    try:
        for row in csv.reader(io.StringIO(text, newline=None), delimiter=_delimiter(text)):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise Invalid(f"The file is not a table: {error}.") from error


def _delimiter(text: str) -> str:
    """What stands between cells: tables that went through a spreadsheet may have semicolons or tabs."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if "," in first or first.startswith(("https://", "http://")):
        return ","
    return next((mark for mark in ";\t" if mark in first), ",")


def _headings(row: Sequence[str]) -> tuple[str, ...]:
    """The first row when it names columns, in our spelling; empty when it is a row like others."""
    known = {name.lower(): name for columns in _COLUMNS.values() for name in columns}
    first = row[0].strip().lower()
    is_heading = first in (ADDRESS.lower(), DOMAIN, URI, LIST.lower())
    return tuple(known.get(cell.strip().lower(), cell.strip()) for cell in row) if is_heading else ()


def _kind_of(headings: Sequence[str]) -> ImportKind | None:
    """What the first line says that the file is; of a column of people alone it says nothing."""
    for column, kind in (
        (HIDE, ImportKind.MUTES),
        (BOOSTS, ImportKind.FOLLOWS),
        (NOTIFY, ImportKind.FOLLOWS),
        (LIST, ImportKind.LISTS),
        (DOMAIN, ImportKind.DOMAINS),
        (URI, ImportKind.BOOKMARKS),
    ):
        if column in headings:
            return kind
    return None


def _guess(headings: Sequence[str], row: Sequence[str], file_name: str) -> ImportKind | None:
    for word, kind in _FILE_NAMES:
        if word in file_name.lower():
            return kind
    if headings:
        return None
    if row[0].strip().startswith(("https://", "http://")):
        return ImportKind.BOOKMARKS
    if len(row) == 2 and "@" in row[1]:
        return ImportKind.LISTS
    is_host = len(row) == 1 and "." in row[0] and _HOST.fullmatch(row[0].strip())
    return ImportKind.DOMAINS if is_host else None


def _line(kind: ImportKind, row: dict[str, str]) -> Line:
    first = {ImportKind.DOMAINS: DOMAIN, ImportKind.BOOKMARKS: URI}.get(kind, ADDRESS)
    languages = [code.strip() for code in row.get(LANGUAGES, "").split(",") if code.strip()]
    return Line(
        about=row.get(first, ""),
        list_title=row.get(LIST, "") if kind is ImportKind.LISTS else "",
        boosts=_boolean(row.get(BOOSTS, "")),
        notify=_boolean(row.get(NOTIFY, "")),
        languages=languages or None,
        hide_notifications=_boolean(row.get(HIDE, "")),
    )


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower())


def _word(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"
