"""Searching among very many posts."""

from __future__ import annotations

import random
from datetime import timedelta
from urllib.parse import quote

from bench import wire
from bench.figures import Figure
from bench.measuring import Bench, cost, send
from echo import clock, ids
from echo.store import vectors
from echo.text.words import words

POSTS = 100_000
TEXTS = 2_000
VOCABULARY = 20_000

# Every text is written many times, each time by somebody else.
_FILL = """
    WITH made AS MATERIALIZED (
        SELECT $1::bigint + (n << 26) AS id, ($2::bigint[])[1 + n % cardinality($2::bigint[])] AS author_id,
            ($3::text[])[1 + n % cardinality($3::text[])] AS text,
            ($4::text[])[1 + n % cardinality($4::text[])] AS words
        FROM generate_series(1, $5::bigint) AS n),
    posts AS (INSERT INTO posts (id, uri, author_id, local, visibility, html, language, thread_id, created_at)
        SELECT id, 'search:' || id, author_id, true, 'public', '<p>' || text || '</p>', 'en', id,
            to_timestamp((id >> 16) / 1000.0) FROM made)
    INSERT INTO search_posts (post_id, author_id, is_open, words)
    SELECT id, author_id, author_id = ANY($6::bigint[]), (words || ' ''from:' || author_id || '''')::tsvector
    FROM made
"""


async def measure_search(bench: Bench) -> list[Figure]:
    """Ask for words that many, some, few and no posts have, for phrases, and for people."""
    texts = _texts()
    await _fill(bench, texts)
    name = bench.world.people[3].account.username
    phrases = [" ".join(text.split()[4:6]) for text in texts[:40]]
    figures = []
    for kind, title, queries in (
        ("common", "common words", ["w1", "w2", "w3", "w1 w2", "w2 -w5"]),
        ("rare", "rare words", [f"w{number}" for number in range(900, 2000, 29)]),
        ("phrase", "phrases", [f'"{phrase}"' for phrase in phrases]),
        (
            "operator",
            "operators",
            [f"from:{name} w20", "w7 -is:reply after:2020", "w9 in:library", "has:poll"],
        ),
    ):
        requests = [_get(bench, query) for query in queries]
        await send(bench, requests, len(requests))
        title = f"search, {POSTS:,} posts: {title}"
        figures.append(await cost(bench, f"search-{kind}", title, None, requests, bench.requests // 4))
    return list(figures)


def _get(bench: Bench, query: str) -> bytes:
    path = f"/api/v2/search?type=statuses&q={quote(query)}"
    return wire.get(bench.port, path, token=bench.world.reader.token)


def _texts() -> list[str]:
    """Few words stand in nearly every text, most stand in hardly any, as in languages of people."""
    chance = random.Random(2)
    return [
        " ".join(f"w{1 + int(VOCABULARY * chance.random() ** 4)}" for _ in range(chance.randint(8, 60)))
        for _ in range(TEXTS)
    ]


async def _fill(bench: Bench, texts: list[str]) -> None:
    people = [person.id for person in bench.world.people[1:]]
    await bench.server.database.execute(
        "UPDATE accounts SET indexable = true WHERE id = ANY($1)", people[::2]
    )
    await bench.server.database.execute(
        _FILL,
        ids.first_id_at(clock.now() - timedelta(days=1500)),
        people,
        texts,
        [vectors.vector(words(text), ("lang:en",)) for text in texts],
        POSTS,
        people[::2],
        timeout=600,
    )
    await bench.server.database.execute("VACUUM ANALYZE", timeout=600)
