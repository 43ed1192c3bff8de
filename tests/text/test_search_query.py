"""What people type into a search, as Mastodon's apps let them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.kinds import Corpus
from echo.ports import Mark
from echo.text.search_query import QUERY_CHARACTERS, TERMS_MAX, Period, SearchQuery, Someone, parse


def _terms(query: SearchQuery) -> list[str]:
    """Terms as text, the negated ones with a minus."""
    return [("-" if t.is_negated else "") + " ".join(w.text for w in t.words) for t in query.terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("black cat", ["black", "cat"]),
        ('"black cat" dog', ["black cat", "dog"]),
        ("\u201cblack cat\u201d", ["black cat"]),
        ('cat -dog -"wet nose" +tail', ["cat", "-dog", "-wet nose", "tail"]),
        ("well-known", ["well known"]),
        ('- + " " -- 😀', []),
        ('"never closed', ["never", "closed"]),
        ("@Alice @bob@peer.test", ["alice", "bob"]),
        (
            "foo:bar has:nothing is:big in:space from: before:yesterday",
            [
                "foo bar",
                "has nothing",
                "is big",
                "in space",
                "from",
                "before yesterday",
            ],
        ),
        ("during:2026-13 after:2026-02-30 -in:all", ["during 2026 13", "after 2026 02 30", "-in all"]),
        ("https://example.org/cats", ["example org cats"]),
    ],
)
def test_words_and_phrases(text: str, terms: list[str]) -> None:
    query = parse(text)
    assert _terms(query) == terms
    assert not query.marks
    assert not query.people
    assert not query.periods


@pytest.mark.parametrize(
    ("text", "name", "is_negated"),
    [
        ("#Caturday", "tag:caturday", False),
        ("-#Caturday", "tag:caturday", True),
        ("has:image", "has:image", False),
        ("HAS:Poll", "has:poll", False),
        ("-is:reply", "is:reply", True),
        ('is:"sensitive"', "is:sensitive", False),
        ("language:pt_BR", "lang:pt-br", False),
    ],
)
def test_marks(text: str, name: str, is_negated: bool) -> None:
    query = parse(text)
    assert query.marks == [Mark(name, is_negated)]
    assert not query.terms


@pytest.mark.parametrize(
    ("text", "someone"),
    [
        ("from:me", Someone("from", "", "", False)),
        ("-from:@alice", Someone("from", "alice", "", True)),
        ("to:bob@peer.test", Someone("to", "bob", "peer.test", False)),
        ("from:@bob@peer.test:8080", Someone("from", "bob", "peer.test:8080", False)),
    ],
)
def test_people(text: str, someone: Someone) -> None:
    assert parse(text).people == [someone]


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("before:2026-05-01", None, _day(2026, 5, 1)),
        ("after:2026-12-31", _day(2027, 1, 1), None),
        ("during:2026-02-28", _day(2026, 2, 28), _day(2026, 3, 1)),
        ("during:2026-12", _day(2026, 12, 1), _day(2027, 1, 1)),
        ("during:2026", _day(2026, 1, 1), _day(2027, 1, 1)),
    ],
)
def test_times(text: str, start: datetime | None, end: datetime | None) -> None:
    assert parse(text).periods == [Period(start, end, False)]
    assert parse("-" + text).periods == [Period(start, end, True)]


@pytest.mark.parametrize(
    ("text", "corpus", "outside"),
    [
        ("in:library", Corpus.LIBRARY, None),
        ("in:all", Corpus.ALL, None),
        ("-in:library", Corpus.ALL, Corpus.LIBRARY),
        ("in:library -in:public", Corpus.LIBRARY, Corpus.PUBLIC),
    ],
)
def test_where_to_look(text: str, corpus: Corpus, outside: Corpus | None) -> None:
    query = parse(text)
    assert (query.corpus, query.outside) == (corpus, outside)


def test_what_asks_for_nothing() -> None:
    assert parse("").is_empty
    assert parse("😀 ...").is_empty
    assert not parse("in:library").is_empty


_TYPED = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ['"', "-", "+", "#", "@", ":", " ", "from:", "has:", "before:", "9999-12-31", "0000-00"]
        ),
    ),
    max_size=80,
).map("".join)


@given(_TYPED)
def test_every_text_is_a_query(text: str) -> None:
    query = parse(text)
    parts = len(query.terms) + len(query.marks) + len(query.people) + len(query.periods)
    assert parts <= TERMS_MAX
    assert all(term.words and len(term.words) <= 64 for term in query.terms)


def test_a_long_query_is_cut() -> None:
    assert len(parse("a " * QUERY_CHARACTERS).terms) == TERMS_MAX
    assert len(parse('"' + "a " * QUERY_CHARACTERS).terms) <= TERMS_MAX
