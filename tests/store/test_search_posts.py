"""Every way to find posts in PostgreSQL finds the same: the walk, the words, what a person has to do with."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo import db
from echo.kinds import Corpus
from echo.ports import Mark, SearchEntry, SearchWish, Term
from echo.runtime import Runtime
from echo.store import search_posts, vectors
from echo.text.hashtags import normalise
from echo.text.words import asked, tag_mark, words
from tests import make
from tests.make import Person

_TEXTS = ("black cat", "cat black", "dog", "cat and dog", "猫が好き", "nothing")
_TERMS = ("cat", "black cat", "dog", "猫", "nothing", "absent")
# How far the walk goes, and how many matches are looked at one by one.
_WAYS = ((0, 0), (0, 1000), (2, 0), (1000, 1000))


async def _made(people: list[Person], data: st.DataObject) -> list[int]:
    entries = []
    for _ in range(data.draw(st.integers(0, 8))):
        author = data.draw(st.sampled_from(people))
        named = "" if data.draw(st.booleans()) else f" @{people[0].account.username}"
        text = data.draw(st.sampled_from(_TEXTS))
        post = await make.post(author, text + named)
        entries.append(
            SearchEntry(
                post_id=post.id,
                author_id=author.id,
                is_open=data.draw(st.booleans()),
                words=tuple(words(text)),
                marks=frozenset({f"from:{author.id}"}),
            )
        )
    await search_posts.put(entries)
    return [entry.post_id for entry in entries]


def _wish(reader: Person, made: list[int], data: st.DataObject) -> SearchWish:
    terms = data.draw(st.lists(st.tuples(st.sampled_from(_TERMS), st.booleans()), max_size=3))
    edges = st.sampled_from([0, *made, 2**63 - 1])
    return SearchWish(
        viewer_id=reader.id,
        terms=tuple(Term(tuple(asked(text)), is_negated) for text, is_negated in terms),
        marks=(Mark(f"from:{reader.id}", True),) if data.draw(st.booleans()) else (),
        corpus=data.draw(st.sampled_from(list(Corpus))),
        outside=data.draw(st.sampled_from([None, *Corpus])),
        from_id=data.draw(st.sampled_from([0, *made])),
        below_id=data.draw(edges),
        without=tuple(data.draw(st.lists(st.tuples(edges, edges), max_size=1))),
        limit=data.draw(st.integers(1, 9)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_every_way_finds_the_same(runtime: Runtime, data: st.DataObject) -> None:
    people = [await make.person() for _ in range(3)]
    wish = _wish(people[0], await _made(people, data), data)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        # Without a word that must be there nothing but the walk finds what everybody may find.
        patch.setattr(search_posts, "LONG_WALK_ROWS", 1000)
        for walk, matches in _WAYS:
            patch.setattr(search_posts, "WALK_ROWS", walk)
            patch.setattr(search_posts, "MATCHES", matches)
            found.append(await search_posts.find(wish))
    assert found == [found[-1]] * len(_WAYS)
    assert found[-1] == sorted(found[-1], reverse=True)[: wish.limit]
    assert runtime.search is not None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200), name=st.text(max_size=300))
async def test_whatever_people_write_can_be_kept_and_asked(runtime: Runtime, text: str, name: str) -> None:
    found, tag = words(text), tag_mark(normalise(name) or "tag")
    vector = vectors.vector(found, (tag,))
    query = vectors.query([Term(tuple(asked(text)))] if asked(text) else [], (Mark(tag),))
    assert await db.fetch_value("SELECT $1::text::tsvector @@ $2::text::tsquery", vector, query), runtime
