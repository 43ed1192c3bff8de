"""Lists of servers that somebody blocks: read, compared with the blocks here, written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from echo.kinds import BlockSeverity
from echo.kinds_of_fences import ListAction
from echo.policy.fences import ServerRules, bare, is_domain

MOST_ENTRIES = 50_000
REASON_CHARACTERS = 1000
STARRED_TOLD = 3
HEADER = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
_SEVERITIES = frozenset(BlockSeverity)
_TRUE = frozenset({"true", "t", "1", "yes"})
# What a spreadsheet computes, and what already has our mark in front.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A server of a list; `severity` None where the list names none."""

    domain: str
    severity: BlockSeverity | None = None
    reject_media: bool = False
    reject_reports: bool = False
    reason: str = ""
    obfuscate: bool = False

    def rules(self, default: BlockSeverity) -> ServerRules:
        """What it does."""
        return ServerRules(
            severity=self.severity or default,
            reject_media=self.reject_media,
            reject_reports=self.reject_reports,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A block that there is."""

    rules: ServerRules
    list_id: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list wants to be otherwise."""

    action: ListAction
    entry: Entry


@dataclass(frozen=True, slots=True)
class ReadList:
    """Shapes:  skipped: how many lines name no domain, or are too many; starred: the first of those that have
    stars elsewhere than in front
    """

    entries: tuple[Entry, ...]
    skipped: int
    starred: tuple[str, ...] = ()


def read(text: str) -> ReadList:
    """A list in Mastodon's CSV, with or without its header, or with one domain in each line.

    Each domain counts once, the last line wins; what is over the most that are read is skipped.
    """
    columns: list[str] | None = None
    found: dict[str, Entry] = {}
    skipped, starred = 0, list[str]()
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        cells = [cell.strip() for cell in row]
        if not cells or not cells[0]:
            continue
        if columns is None and cells[0].lstrip("#").lower() == "domain":
            columns = [cell.lstrip("#").lower() for cell in cells]
            continue
        if cells[0].startswith("#"):
            continue  # a remark
        entry = _entry(dict(zip(columns or ["domain", "severity"], cells, strict=False)))
        if entry is None or (len(found) >= MOST_ENTRIES and entry.domain not in found):
            skipped += 1
            if "*" in cells[0] and len(starred) < STARRED_TOLD:
                starred.append(cells[0][:100])
        else:
            found[entry.domain] = entry
    return ReadList(tuple(found.values()), skipped, tuple(starred))


def complaint(read: ReadList) -> str:
    """What somebody should know of lines that were left out; empty when there is nothing."""
    if not read.skipped:
        return ""
    lines = "line names" if read.skipped == 1 else "lines name"
    words = f"{read.skipped} {lines} no server that can be blocked"
    if read.starred:
        words += f": a star may only stand in front, as in *.example.org, not as in {', '.join(read.starred)}"
    return words


def write(entries: Iterable[Entry]) -> str:
    """The same as Mastodon writes it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for entry in entries:
        writer.writerow(
            (
                entry.domain,
                (entry.severity or BlockSeverity.SUSPEND).value,
                str(entry.reject_media).lower(),
                str(entry.reject_reports).lower(),
                _harmless(entry.reason),
                str(entry.obfuscate).lower(),
            )
        )
    return out.getvalue()


def compare(
    entries: Iterable[Entry],
    known: Mapping[str, Known],
    *,
    list_id: int,
    default: BlockSeverity,
    retracts: bool,
    never: frozenset[str],
) -> list[Wish]:
    """What a list wants of the blocks here.

    A block that was made here, or that another list brought, is only ever made stricter. Taken back are only
    blocks that this very list brought.

    Shapes:  known: blocks by domain; default: the severity of entries that name none; never: our own names
    """
    wishes, named = [], set()
    for entry in entries:
        named.add(entry.domain)
        if _names_us(entry.domain, never):
            continue
        wanted, there = entry.rules(default), known.get(entry.domain)
        if there is None:
            above = _above(entry.domain, known)
            if above is None or _adds(wanted, above):
                wishes.append(Wish(ListAction.ADD, entry))
        elif there.rules != wanted and (there.list_id == list_id or _adds(wanted, there.rules)):
            wishes.append(Wish(ListAction.CHANGE, entry))
    if retracts:
        wishes += [
            Wish(ListAction.REMOVE, Entry(domain=domain))
            for domain, there in sorted(known.items())
            if there.list_id == list_id and domain not in named
        ]
    return wishes


def _entry(cells: Mapping[str, str]) -> Entry | None:
    domain = bare(cells.get("domain", ""))
    if not is_domain(domain) or "." not in domain:
        return None
    severity = cells.get("severity", "").lower()
    return Entry(
        domain=domain,
        severity=BlockSeverity(severity) if severity in _SEVERITIES else None,
        reject_media=cells.get("reject_media", "").lower() in _TRUE,
        reject_reports=cells.get("reject_reports", "").lower() in _TRUE,
        reason=_as_it_was(cells.get("public_comment", ""))[:REASON_CHARACTERS],
        obfuscate=cells.get("obfuscate", "").lower() in _TRUE,
    )


def _names_us(domain: str, never: frozenset[str]) -> bool:
    return any(ours == domain or ours.endswith(f".{domain}") for ours in never)


def _above(domain: str, known: Mapping[str, Known]) -> ServerRules | None:
    """What the nearest block of a domain above does."""
    parts = domain.split(".")
    names = (".".join(parts[start:]) for start in range(1, len(parts)))
    return next((known[name].rules for name in names if name in known), None)


def _adds(wanted: ServerRules, there: ServerRules) -> bool:
    """Whether something is wanted that is not done already; with who is suspended there is nothing to add."""
    is_shut = there.severity is BlockSeverity.SUSPEND
    return not is_shut and wanted != there and wanted.is_stricter_than(there)


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula. `_as_it_was` takes the mark off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def _as_it_was(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
