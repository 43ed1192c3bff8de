"""What is said to a Meilisearch server, and what happens when it does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from echo.config import Config, Search
from echo.config.load import ConfigError, load
from echo.errors import Unavailable
from echo.ports import Mark, SearchEntry, SearchWish, Term, Word
from echo.runtime import Runtime
from echo.search.meilisearch import SETTINGS, MeilisearchIndex
from echo.text.words import asked, words
from federation.json_server import JsonServer
from tests import make
from tests.api.asking import Api
from tests.search.meilisearch import KEY, Stand


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """A server that runs."""
    made = Stand()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def index(stand: Stand, runtime: Runtime) -> AsyncIterator[MeilisearchIndex]:
    """An index over real connections."""
    server = JsonServer(stand.address + "/", KEY)
    yield MeilisearchIndex(server, "posts")
    await server.close()


def _entry(post_id: int, text: str, *marks: str, is_open: bool = True) -> SearchEntry:
    return SearchEntry(
        post_id=post_id, author_id=7, is_open=is_open, words=tuple(words(text)), marks=frozenset(marks)
    )


async def test_the_index_is_made_with_its_settings(index: MeilisearchIndex, stand: Stand) -> None:
    wish = SearchWish(viewer_id=1, terms=(Term(tuple(asked("a"))),))
    assert await index.find(wish) == []
    assert await index.count() == 0
    await index.put([_entry(1 << 60, "Straße 黒猫", "has:image")])
    assert stand.settings == SETTINGS
    document = stand.indexes["posts"][str(1 << 60)]
    assert document == {
        "id": str(1 << 60),
        "at": (1 << 60) >> 16,
        "author": "7",
        "open": True,
        "text": f"strasse u8{'黒猫'.encode().hex()} u8{'猫'.encode().hex()}",
        "marks": ["has:image", "on:猫", "on:黒"],
    }


async def test_what_is_asked(index: MeilisearchIndex, stand: Stand) -> None:
    await index.put([_entry(5 << 40, "black cat", 'tag:a"b')])
    wish = SearchWish(
        viewer_id=1,
        terms=(
            Term(tuple(asked("black cat"))),
            Term(tuple(asked("dog")), True),
            Term((Word("猫", 1, True),), True),
        ),
        marks=(Mark('tag:a"b'), Mark("is:reply", True)),
        from_id=1 << 16,
        below_id=9 << 40,
        without=((2 << 16, 3 << 16),),
        limit=10,
    )
    assert await index.find(wish) == [5 << 40]
    assert stand.asked[-1] == {
        "q": '"black cat" -"dog"',
        "filter": "open = true AND at >= 1 AND at <= 150994944 AND (at <= 2 OR at >= 3)"
        ' AND marks = "tag:a\\"b" AND NOT marks = "is:reply" AND NOT marks = "on:猫"',
        "sort": ["at:desc"],
        "matchingStrategy": "all",
        "attributesToRetrieve": ["id"],
        "limit": 30,
    }


async def test_parts_of_a_post_are_no_phrase(index: MeilisearchIndex) -> None:
    parts = (*words("black"), *words("cat", first_place=11))
    await index.put([SearchEntry(post_id=1 << 50, author_id=7, is_open=True, words=parts, marks=frozenset())])
    for text, expected in (("black cat", []), ("cat", [1 << 50])):
        wish = SearchWish(viewer_id=1, terms=(Term(tuple(asked(text))),))
        assert await index.find(wish) == expected


async def test_a_wrong_key_and_a_server_that_is_away(stand: Stand, api: Api, runtime: Runtime) -> None:
    alice = await make.person("tea")
    for server in (JsonServer(stand.address, "wrong"), JsonServer("http://127.0.0.1:9", KEY)):
        runtime.search = MeilisearchIndex(server, "posts")
        runtime.bind()
        with pytest.raises(Unavailable):
            await runtime.search.put([_entry(1, "a")])
        await api.get("/api/v2/search", by=alice, query={"q": "tea", "type": "statuses"}, expect=503)
        # People and hashtags need no index of posts.
        found = (await api.get("/api/v2/search", by=alice, query={"q": "tea"})).one("Search")
        assert (len(found["accounts"]), found["statuses"]) == (1, [])
        await server.close()


class _Nonsense:
    """A server of another kind."""

    async def ask(self, method: str, path: str, document: object = None) -> tuple[int, bytes]:
        return 200, b"<html>"

    async def close(self) -> None:
        return None


async def test_an_answer_that_is_none() -> None:
    with pytest.raises(Unavailable):
        await MeilisearchIndex(_Nonsense(), "posts").count()


def test_the_engine_needs_an_address() -> None:
    with pytest.raises(ConfigError, match=r"search\.url"):
        load([], {"ECHO_SEARCH__ENGINE": "meilisearch"})
    config = load([], {"ECHO_SEARCH__ENGINE": "meilisearch", "ECHO_SEARCH__URL": "http://search:7700"})
    assert config.search.url == "http://search:7700"
    assert Config().search == Search()
