"""What people type into a search for posts: words, phrases, exclusions and operators. Total: never fails.

    cat "black cat" -dog #caturday from:@name has:image -is:reply language:en before:2026-05-01 in:library

What looks like an operator and is none (an unknown name, a value that it does not take) is plain words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from echo.kinds import Corpus
from echo.ports import Mark, Term
from echo.text.hashtags import normalise
from echo.text.words import asked, tag_mark

QUERY_CHARACTERS = 2000
TERMS_MAX = 32
_PHRASE_WORDS = 64

HAS = frozenset(("media", "image", "video", "audio", "poll", "link", "embed"))
IS = frozenset(("reply", "sensitive", "quote"))
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"'})
_PART = re.compile(
    r'(?P<sign>[+-]?)(?:(?P<name>[A-Za-z]{2,10}):(?P<value>"[^"]*"|[^\s"]+)|"(?P<phrase>[^"]*)"|(?P<word>\S+))'
)
_HANDLE = re.compile(r"@?(?P<name>[\w.-]{1,200})(?:@(?P<domain>[\w.:-]{1,255}))?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person that the post is from, or speaks to.

    Shapes:  relation: from or to; name: empty for whoever asks; domain: empty for here
    """

    relation: str
    name: str
    domain: str
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time (UTC), from `start` to before `end`, in which the post was written, or was not."""

    start: datetime | None
    end: datetime | None
    is_negated: bool


@dataclass(slots=True)
class SearchQuery:
    """A query, understood.

    Shapes:  corpus: where to look; outside: where not to look
    """

    terms: list[Term] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    people: list[Someone] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    corpus: Corpus = Corpus.ALL
    outside: Corpus | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return not (self.terms or self.marks or self.people or self.periods) and (
            self.corpus == Corpus.ALL and self.outside is None
        )


def parse(text: str) -> SearchQuery:
    """The query in a text; of a long one, what stands first."""
    query = SearchQuery()
    parts = _PART.finditer(text[:QUERY_CHARACTERS].translate(_QUOTES))
    for count, part in enumerate(parts):
        if count >= TERMS_MAX:
            break
        is_negated = part["sign"] == "-"
        if part["name"] is None:
            _take_word(query, part["phrase"], part["word"], is_negated=is_negated)
        elif not _take_operator(query, part["name"].lower(), part["value"].strip('"'), is_negated=is_negated):
            _take_term(query, f"{part['name']}:{part['value']}", is_negated=is_negated)
    return query


def typed(text: str) -> list[Term]:
    """The words in a text that somebody may still be typing: the last one may go on, from two letters on."""
    terms = parse(text).terms
    if terms and not terms[-1].is_negated and text[-1:].isalnum():
        *before, last = terms[-1].words
        if len(last.text) > 1:
            terms[-1] = Term((*before, replace(last, begins=True)))
    return terms


def _take_word(query: SearchQuery, phrase: str | None, word: str | None, *, is_negated: bool) -> None:
    text = phrase if word is None else word
    if word is not None and word[0] in "#\uff03" and (tag := normalise(word)) is not None:
        query.marks.append(Mark(tag_mark(tag), is_negated))
    elif word is not None and word[0] == "@" and (handle := _HANDLE.fullmatch(word)) is not None:
        # A post shows the name alone.
        _take_term(query, handle["name"], is_negated=is_negated)
    else:
        _take_term(query, text or "", is_negated=is_negated)


def _take_term(query: SearchQuery, text: str, *, is_negated: bool) -> None:
    found = asked(text)[:_PHRASE_WORDS]
    if found:
        query.terms.append(Term(tuple(found), is_negated))


def _take_operator(query: SearchQuery, name: str, value: str, *, is_negated: bool) -> bool:
    """Whether this is an operator with a value that it takes."""
    lowered = value.lower()
    match name:
        case "has" if lowered in HAS:
            query.marks.append(Mark(f"has:{lowered}", is_negated))
        case "is" if lowered in IS:
            query.marks.append(Mark(f"is:{lowered}", is_negated))
        case "language" if _LANGUAGE.fullmatch(value):
            query.marks.append(Mark(f"lang:{lowered.replace('_', '-')}", is_negated))
        case "in" if lowered in tuple(Corpus) and not (is_negated and lowered == Corpus.ALL):
            if is_negated:
                query.outside = Corpus(lowered)
            else:
                query.corpus = Corpus(lowered)
        case "from" | "to" if handle := _HANDLE.fullmatch(value):
            of_asker = lowered == "me"
            person = "" if of_asker else handle["name"], "" if of_asker else handle["domain"] or ""
            query.people.append(Someone(name, *person, is_negated))
        case "before" | "after" | "during" if (days := _days(value)) is not None:
            query.periods.append(_period(name, *days, is_negated=is_negated))
        case _:
            return False
    return True


def _period(name: str, start: datetime, end: datetime, *, is_negated: bool) -> Period:
    if name == "before":
        return Period(None, start, is_negated)
    return Period(end, None, is_negated) if name == "after" else Period(start, end, is_negated)


def _days(value: str) -> tuple[datetime, datetime] | None:
    """The year, month or day that a text names, and where the next one begins."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(found[part]) if found[part] else None for part in ("year", "month", "day"))
    assert year is not None
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if month is None:
            return start, datetime(year + 1, 1, 1, tzinfo=UTC)
        if day is None:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime.fromordinal(start.toordinal() + 1).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
