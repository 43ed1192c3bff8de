"""What a page costs: a fixed number of statements, however many posts, authors, files and marks are on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from echo.actions import boosts, likes
from echo.store import access, ip_blocks
from tests import make
from tests.api.asking import Api
from tests.make import Person


@dataclass
class Statements:
    """Every statement that went to PostgreSQL since the last `take`."""

    seen: list[str] = field(default_factory=list)

    def take(self) -> int:
        count = len(self.seen)
        self.seen.clear()
        return count


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Counts below the ORM and below our own functions."""
    counted = Statements()
    for name in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
        plain = getattr(asyncpg.Connection, name)

        async def counting(self: Any, query: str, *args: Any, _plain: Any = plain, **more: Any) -> Any:
            counted.seen.append(query)
            return await _plain(self, query, *args, **more)

        monkeypatch.setattr(asyncpg.Connection, name, counting)
    # Slow machines need longer for a few requests than these are remembered.
    monkeypatch.setattr(access, "KEEP_SECONDS", 600.0)
    monkeypatch.setattr(ip_blocks, "REMEMBERED_SECONDS", 600.0)
    return counted


async def _fill(reader: Person, count: int) -> None:
    """As many people, each with a post with a picture, a reply, a boost, mentions and hashtags."""
    for number in range(count):
        author = await make.person()
        await make.follow(reader, author)
        image = await make.image(author)
        name = reader.account.username
        post = await make.post(author, f"@{name} #tea #tea{number}", media_ids=(image.id,))
        await make.post(author, reply_to=post.id)
        await boosts.boost(author.id, (await make.remote_post(await make.stranger())).id)
        await likes.like(author.id, (await make.post(reader)).id)
        await likes.like(reader.id, post.id)
        await likes.bookmark(reader.id, post.id)


# path -> statements: rendered for the first time, and with a warm cache. The token is known by then.
COSTS = {
    "/api/v1/timelines/home": (3, 1),
    "/api/v1/timelines/public": (4, 2),
    "/api/v1/timelines/tag/tea": (4, 2),
    "/api/v1/favourites": (4, 2),
    "/api/v1/bookmarks": (4, 2),
    "/api/v1/notifications": (5, 3),
    "/api/v2/notifications": (6, 4),
    "/api/v1/accounts/{other}/statuses": (5, 3),
    "/api/v1/accounts/{reader}/following": (4, 3),
    "/api/v1/blocks": (1, 1),
}


@pytest.mark.parametrize("path", COSTS)
async def test_a_page_costs_the_same_for_one_and_for_twenty(
    api: Api, statements: Statements, path: str
) -> None:
    measured, seen = [], []
    for count in (1, 20):
        reader = await make.person()
        await _fill(reader, count)
        other = await make.person()
        for _ in range(count):
            await make.post(other, "#more", media_ids=((await make.image(other)).id,))
        await api.get("/api/v1/timelines/home", by=reader, query={"limit": 1})  # fills it, once and for all
        filled = path.format(reader=reader.id, other=other.id)
        statements.take()
        for _ in range(2):
            answer = await api.get(filled, by=reader, query={"limit": 20})
            assert bool(answer.json) == (path != "/api/v1/blocks")
            seen += [f"{len(measured)}: {' '.join(query.split())[:300]}" for query in statements.seen]
            measured.append(statements.take())
    cold, warm = COSTS[path]
    assert measured == [cold, warm, cold, warm], "\n".join(seen)
