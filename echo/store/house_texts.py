"""Texts of the house: Markdown files in a folder, read when they are asked for.

about.md                   more about this server
privacy.md                 the privacy policy; one that fits this software where there is none
terms-2026-01-31.md        terms of service, in force from that day
rules.md, rules.de.md      house rules as a list, and their translations in the same order
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from echo import clock, settings
from echo.errors import Unavailable
from echo.text import documents
from echo.text.documents import RuleText
from echo.text.languages import normalise
from echo.text.privacy import PRIVACY, PRIVACY_WRITTEN_ON

_TERMS = re.compile(r"terms-(\d{4}-\d{2}-\d{2})\.md")
_RULES = re.compile(r"rules\.([A-Za-z-]{2,10})\.md")
# A longer text is a mistake.
_BYTES_MAX = 512 * 1024
_PLAIN = ("about.md", "privacy.md", "rules.md")


@dataclass(frozen=True, slots=True)
class HouseText:
    """A text as clean HTML, and when it was last changed."""

    html: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of service; `next_on` is when the ones after them come into force."""

    html: str
    effective_on: date
    next_on: date | None

    @property
    def is_effective(self) -> bool:
        return self.effective_on <= clock.now().date()


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it is written; `markdown` is empty where there is none."""

    name: str
    markdown: str
    updated_at: datetime | None


def may_be(name: str) -> bool:
    """Whether a text of the house may have this name."""
    if name in _PLAIN or _RULES.fullmatch(name):
        return True
    match = _TERMS.fullmatch(name)
    return match is not None and _day(match[1]) is not None


def sources() -> list[Source]:
    """All texts: those that every house may have, written or not, and what else there is."""
    others = sorted(path.name for path in _files() if path.name not in _PLAIN and may_be(path.name))
    return [source(name) for name in (*_PLAIN, *others)]


def source(name: str) -> Source:
    """One of them."""
    path = _folder() / name
    markdown = _read(path) if may_be(name) else None
    if markdown is None:
        return Source(name, "", None)
    return Source(name, markdown, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def write(name: str, markdown: str) -> None:
    """Write a text, whole or not at all; an empty one takes it away.

    Raises:  Unavailable where the folder cannot be written
    """
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not markdown.strip():
            (folder / name).unlink(missing_ok=True)
            return
        fresh = folder / f".{name}.new"
        fresh.write_text(markdown, encoding="utf-8")
        fresh.replace(folder / name)
    except OSError as error:
        raise Unavailable("The texts of this server cannot be written", detail=str(error)) from error


def about() -> HouseText | None:
    """More about this server, if there is a text."""
    return _text("about.md")


def privacy() -> HouseText:
    """The privacy policy."""
    instance = settings.here().instance
    default = HouseText(
        documents.render(PRIVACY.format(title=instance.title, domain=instance.domain)),
        datetime.combine(PRIVACY_WRITTEN_ON, datetime.min.time(), UTC),
    )
    return _text("privacy.md") or default


def has_terms() -> bool:
    """Whether there are terms of service."""
    return bool(_terms_dates())


def terms(on: date | None = None) -> Terms | None:
    """The terms of a day that they are named by; without one those in force, or the first that will be."""
    dates = _terms_dates()
    today = clock.now().date()
    past = [day for day in dates if day <= today]
    chosen = on if on is not None else past[-1] if past else dates[0] if dates else None
    if chosen not in dates:
        return None
    text = _text(f"terms-{chosen}.md")
    later = [day for day in dates if day > chosen]
    return None if text is None else Terms(text.html, chosen, later[0] if later else None)


def rules() -> list[tuple[RuleText, dict[str, RuleText]]]:
    """The house rules with their translations by language; those of the configuration without a file."""
    written = documents.read_rules(_read(_folder() / "rules.md") or "")
    if not written:
        return [(RuleText(text), {}) for text in settings.here().instance.rules]
    found: list[tuple[RuleText, dict[str, RuleText]]] = [(rule, {}) for rule in written]
    for language, path in _translations():
        translated = documents.read_rules(_read(path) or "")
        for (_, translations), rule in zip(found, translated, strict=False):
            translations[language] = rule
    return found


def _translations() -> list[tuple[str, Path]]:
    named = [(_RULES.fullmatch(path.name), path) for path in _files()]
    found = [(normalise(match[1]), path) for match, path in named if match]
    return sorted((language, path) for language, path in found if language is not None)


def _terms_dates() -> list[date]:
    named = [match[1] for path in _files() if (match := _TERMS.fullmatch(path.name))]
    return sorted(day for text in named if (day := _day(text)) is not None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # the 31st of February


def _text(name: str) -> HouseText | None:
    path = _folder() / name
    markdown = _read(path)
    if not markdown or not markdown.strip():
        return None
    return HouseText(documents.render(markdown), datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_BYTES_MAX).decode(errors="replace")
    except OSError:
        return None


def _files() -> list[Path]:
    try:
        return sorted(_folder().iterdir())
    except OSError:
        return []


def _folder() -> Path:
    return Path(settings.here().instance.texts)
