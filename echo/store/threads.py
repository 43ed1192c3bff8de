"""Threads: what a post answers and what answers it. Rendering leaves out what the viewer may not read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from echo import db
from echo.models import Post


@dataclass(frozen=True, slots=True)
class ThreadLimits:
    ancestors: int
    descendants: int
    depth: int


ANONYMOUS = ThreadLimits(ancestors=40, descendants=60, depth=20)
SIGNED_IN = ThreadLimits(ancestors=4096, descendants=4096, depth=4096)


async def ancestor_ids(post: Post, limits: ThreadLimits) -> list[int]:
    """The posts above, the first of the thread first."""
    if post.in_reply_to_id is None:
        return []
    rows = await db.fetch(
        "WITH RECURSIVE up(id, parent_id, depth) AS ("
        " SELECT id, in_reply_to_id, 1 FROM posts WHERE id = $1"
        " UNION ALL SELECT p.id, p.in_reply_to_id, up.depth + 1 FROM posts p"
        " JOIN up ON p.id = up.parent_id WHERE up.depth < $2)"
        " CYCLE id SET is_cycle USING path"
        " SELECT id FROM up WHERE NOT is_cycle ORDER BY depth DESC",
        post.in_reply_to_id,
        limits.ancestors,
    )
    # Of two posts that answer each other, each is above the other, and neither above itself.
    return [row["id"] for row in rows if row["id"] != post.id]


async def descendant_ids(post: Post, limits: ThreadLimits) -> list[int]:
    """The posts below, each answer under what it answers; the author's own continuation comes first."""
    rows = await db.fetch(
        "WITH RECURSIVE down(id, parent_id, author_id, depth) AS ("
        " SELECT id, in_reply_to_id, author_id, 1 FROM posts WHERE in_reply_to_id = $1 AND deleted_at IS NULL"
        " UNION ALL SELECT p.id, p.in_reply_to_id, p.author_id, down.depth + 1 FROM posts p"
        " JOIN down ON p.in_reply_to_id = down.id WHERE down.depth < $2 AND p.deleted_at IS NULL)"
        " CYCLE id SET is_cycle USING path"
        " SELECT id, parent_id, author_id FROM down WHERE NOT is_cycle ORDER BY id LIMIT $3",
        post.id,
        limits.depth,
        limits.descendants,
    )
    children: dict[int, list[tuple[int, int]]] = defaultdict(list)
    seen = {post.id}
    for row in rows:
        if row["id"] in seen:  # posts that answer each other in a circle
            continue
        seen.add(row["id"])
        children[row["parent_id"]].append((row["id"], row["author_id"]))
    ordered: list[int] = []
    waiting = [(post.id, post.author_id)]
    while waiting:
        current_id, author_id = waiting.pop()
        if current_id != post.id:
            ordered.append(current_id)
        # Pushed last is read first: own continuations after the others, the oldest at the very end.
        below = sorted(children[current_id], key=lambda child: (child[1] != author_id, child[0]))
        waiting.extend(reversed(below))
    return ordered
