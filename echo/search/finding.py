"""Searching for posts: an index proposes, the rows decide who may read."""

from __future__ import annotations

from dataclasses import replace

from echo import ids, ports
from echo.search import wishes
from echo.store import search_rows
from echo.text import search_query

# Nobody pages further than this.
RESULTS_MAX = 400
_ROUNDS = 4


async def posts(
    viewer_id: int,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
    max_id: int | None = None,
    min_id: int | None = None,
) -> list[int]:
    """Ids of the newest posts that match a query and that this person may read.

    Shapes:  author_id: of posts by this person; max_id, min_id: between these ids, exclusive
    """
    query = search_query.parse(text)
    wanted = min(offset + limit, RESULTS_MAX)
    if query.is_empty or wanted <= offset:
        return []
    wish = await wishes.of(
        query,
        viewer_id,
        author_id=author_id,
        from_id=0 if min_id is None else min_id + 1,
        below_id=ids.MAX_ID if max_id is None else max_id,
    )
    found: list[int] = []
    # Some of what is found may be of people whom the viewer blocks or mutes: then the next are asked for.
    for _ in range(_ROUNDS):
        wish = replace(wish, limit=wanted - len(found) + limit)
        proposed = await ports.search_index().find(wish)
        found += await search_rows.readable(viewer_id, proposed)
        if len(found) >= wanted or len(proposed) < wish.limit:
            break
        wish = replace(wish, below_id=min(proposed))
    return found[offset:wanted]
