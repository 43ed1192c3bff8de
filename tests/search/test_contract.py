"""What every index of posts must do: the same tests for each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from echo.actions import posts
from echo.actions.drafts import PostDraft
from echo.kinds import Corpus, Visibility
from echo.models import Account, Post
from echo.ports import Mark, SearchIndex, SearchWish, Term
from echo.runtime import Runtime
from echo.search import entries
from echo.search.meilisearch import MeilisearchIndex
from echo.search.postgresql import PostgresIndex
from echo.text.words import asked
from federation.json_server import JsonServer
from tests import make
from tests.make import Person
from tests.search.meilisearch import KEY, Stand


@pytest.fixture(params=["postgresql", "meilisearch"])
async def index(request: pytest.FixtureRequest, runtime: Runtime) -> AsyncIterator[SearchIndex]:
    """An empty index, bound."""
    stand = Stand()
    await stand.start()
    if request.param == "postgresql":
        runtime.search = PostgresIndex()
    else:
        runtime.search = MeilisearchIndex(JsonServer(stand.address, KEY), "posts")
    runtime.bind()
    yield runtime.search
    await runtime.search.close()
    await stand.stop()


async def indexable(name: str = "") -> Person:
    """Somebody whose public posts everybody may find."""
    person = await make.person(name)
    await Account.filter(id=person.id).update(indexable=True)
    return person


def _term(text: str, *, negated: bool = False) -> Term:
    return Term(tuple(asked(text)), negated)


async def _posts(author: Person, *texts: str) -> list[Post]:
    made = [await make.post(author, text) for text in texts]
    await entries.put([post.id for post in made])
    return made


def _numbers(found: Sequence[int], made: Sequence[Post]) -> list[int]:
    """The places of what was found among what was made."""
    by_id = {post.id: number for number, post in enumerate(made)}
    return [by_id[post_id] for post_id in found]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["cat"], [2, 1, 0]),
        (["cat", "black"], [1, 0]),
        (["black cat"], [0]),
        (["CÁT"], [2, 1, 0]),
        (["cat", "-black"], [2]),
        (["cat", "-black cat"], [2, 1]),
        (["黒猫"], [3]),
        (["猫が"], [3]),
        (["が"], [3]),
        (["き"], [3]),
        (["黒が"], []),
        (["猫が好き cat"], []),
        (["dog"], []),
        (["ca"], []),
    ],
)
async def test_words(index: SearchIndex, terms: list[str], expected: list[int]) -> None:
    alice = await indexable()
    made = await _posts(alice, "A black cat", "the cat is black", "Cat's eyes", "黒猫が好き")
    wish = SearchWish(
        viewer_id=(await make.person()).id,
        terms=tuple(_term(text.removeprefix("-"), negated=text[0] == "-") for text in terms),
    )
    assert _numbers(await index.find(wish), made) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([Mark("tag:cats")], [0]),
        ([Mark("tag:cats", True)], [2, 1]),
        ([Mark("has:link")], [1]),
        ([Mark("lang:en")], [2, 1, 0]),
        ([Mark("is:reply")], []),
        ([Mark("from:0")], []),
        ([Mark("lang:en"), Mark("has:link", True)], [2, 0]),
    ],
)
async def test_marks(index: SearchIndex, marks: list[Mark], expected: list[int]) -> None:
    alice = await indexable()
    made = [
        await make.post(alice, text, language="en")
        for text in ("say #Cats", "see https://example.org", "cats are not tagged")
    ]
    await entries.put([post.id for post in made])
    wish = SearchWish(viewer_id=(await make.person()).id, marks=tuple(marks))
    assert _numbers(await index.find(wish), made) == expected


async def test_ranges_and_limits(index: SearchIndex) -> None:
    alice, bob = await indexable(), await make.person()
    made = await _posts(alice, *["same words"] * 6)
    ids = [post.id for post in made]

    async def found(**more: object) -> list[int]:
        wish = SearchWish(viewer_id=bob.id, terms=(_term("same"),), **more)  # type: ignore[arg-type]
        return _numbers(await index.find(wish), made)

    assert await found() == [5, 4, 3, 2, 1, 0]
    assert await found(limit=2) == [5, 4]
    assert await found(below_id=ids[3]) == [2, 1, 0]
    assert await found(from_id=ids[3]) == [5, 4, 3]
    assert await found(from_id=ids[1], below_id=ids[3]) == [2, 1]
    assert await found(without=((ids[1], ids[3]), (ids[5], ids[5] + 1))) == [4, 3, 0]
    assert await found(below_id=ids[0]) == []


@pytest.mark.parametrize(
    ("corpus", "outside", "expected"),
    [
        (Corpus.ALL, None, [3, 2, 1]),
        (Corpus.PUBLIC, None, [3, 1]),
        (Corpus.LIBRARY, None, [3, 2]),
        (Corpus.ALL, Corpus.PUBLIC, [2]),
        (Corpus.ALL, Corpus.LIBRARY, [1]),
        (Corpus.LIBRARY, Corpus.PUBLIC, [2]),
        (Corpus.PUBLIC, Corpus.LIBRARY, [1]),
        (Corpus.ALL, Corpus.ALL, []),
    ],
)
@pytest.mark.parametrize("words", [(_term("same"),), (_term("other", negated=True),), ()])
async def test_where_to_look(
    index: SearchIndex, words: tuple[Term, ...], corpus: Corpus, outside: Corpus | None, expected: list[int]
) -> None:
    alice, shy, bob = await indexable(), await make.person(), await make.person()
    made = [
        await make.post(shy, "same"),
        await make.post(alice, "same"),
        await make.post(bob, "same"),
        await make.post(alice, f"same for @{bob.account.username}"),
    ]
    await entries.put([post.id for post in made])
    wish = SearchWish(viewer_id=bob.id, terms=words, corpus=corpus, outside=outside)
    assert _numbers(await index.find(wish), made) == expected


async def test_what_is_not_public_is_not_open(index: SearchIndex) -> None:
    alice, bob = await indexable(), await make.person()
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        post = await make.post(alice, "whisper", visibility=visibility)
        await entries.put([post.id])
    wish = SearchWish(viewer_id=bob.id, terms=(_term("whisper"),))
    assert await index.find(wish) == []
    assert len(await index.find(SearchWish(viewer_id=alice.id, terms=wish.terms))) == 3


async def test_a_post_is_kept_once_and_forgotten(index: SearchIndex) -> None:
    alice, bob = await indexable(), await make.person()
    first, second, third = await _posts(alice, "one word", "two words", "three words")
    await entries.put([first.id, first.id])
    assert await index.count() == 3
    await index.remove([second.id])

    async def found(text: str) -> list[int]:
        return await index.find(SearchWish(viewer_id=bob.id, terms=(_term(text),)))

    assert await found("words") == [third.id]
    await Account.filter(id=alice.id).update(indexable=False)
    await entries.put([third.id])
    assert await found("words") == []
    assert await found("one") == [first.id]
    await index.remove_author(alice.id)
    assert await index.count() == 0


async def test_a_deleted_post_is_not_put_in(index: SearchIndex) -> None:
    alice = await indexable()
    post = await make.post(alice, "gone")
    await posts.remove(alice.id, post.id)
    await entries.put([post.id])
    assert await index.count() == 0


async def test_a_quote_is_not_found_by_the_name_of_whom_it_quotes(index: SearchIndex) -> None:
    alice = await indexable("alice")
    quoted, named = await _posts(alice, "Tea is good", "I am alice")
    draft = PostDraft(text="Indeed, with milk", visibility=Visibility.PUBLIC, quote_of_id=quoted.id)
    quoting = await posts.publish(alice.id, draft)
    assert "/@alice/" in quoting.html
    await entries.put([quoting.id])

    async def found(*terms: Term, marks: tuple[Mark, ...] = ()) -> list[int]:
        return await index.find(SearchWish(viewer_id=alice.id, terms=terms, marks=marks))

    assert await found(_term("alice")) == [named.id]
    assert await found(_term("milk")) == [quoting.id]
    assert await found(marks=(Mark("has:link"),)) == []
    assert await found(marks=(Mark("is:quote"),)) == [quoting.id]
