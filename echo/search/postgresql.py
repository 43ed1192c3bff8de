"""The index of posts in our own PostgreSQL: nothing to install, nothing to keep in step."""

from __future__ import annotations

from collections.abc import Sequence

from echo.ports import SearchEntry, SearchWish
from echo.store import search_posts
from echo.store.costly import costly


class PostgresIndex:
    """See `echo.ports.SearchIndex`."""

    async def put(self, entries: Sequence[SearchEntry]) -> None:
        await search_posts.put(entries)

    async def remove(self, post_ids: Sequence[int]) -> None:
        await search_posts.remove(post_ids)

    async def remove_author(self, author_id: int) -> None:
        await search_posts.remove_author(author_id)

    async def find(self, wish: SearchWish) -> list[int]:
        async with costly():
            return await search_posts.find(wish)

    async def count(self) -> int:
        return await search_posts.count()

    async def close(self) -> None:
        return None
