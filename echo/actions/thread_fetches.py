"""Having what is missing of a thread fetched: when somebody reads it, and not again for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from echo import clock, db, ids, settings
from echo.db import Row
from echo.events import ThreadOpened
from echo.models import Post
from echo.policy.visibility import OPEN
from echo.store import thread_fetches

# Mastodon's figures: how old a post is before replies to it are looked for, and for how long that is enough.
OLD_ENOUGH = timedelta(minutes=5)
ENOUGH_FOR = timedelta(minutes=15)
# A search that takes longer than this is not running any more.
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Search:
    """A search for more posts of a thread, as whoever reads it is told."""

    id: int
    post_id: int
    is_running: bool
    found: int


async def ask(post: Post) -> Search | None:
    """Have more of a thread fetched, if others may have more and nobody has looked lately.

    Returns: the search that is running now, if one is
    """
    if not settings.here().federation.enabled or post.boost_of_id is not None:
        return None
    now = clock.now()
    known = await thread_fetches.of_thread(post.thread_id)
    if known is not None and known["started_at"] > now - ENOUGH_FOR:
        search = search_of(known)
        return search if search.is_running else None
    if post.visibility not in OPEN or post.created_at > now - OLD_ENOUGH:
        return None
    if post.local and not await thread_fetches.open_elsewhere(post.thread_id, 1):
        return None
    async with db.unit_of_work() as unit:
        fetch_id = ids.new_id()
        if not await thread_fetches.begin(
            fetch_id, post.thread_id, post.id, now, unless_since=now - ENOUGH_FOR
        ):
            return None
        unit.emit(ThreadOpened(local=True, fetch_id=fetch_id))
    return Search(fetch_id, post.id, True, 0)


def search_of(row: Row) -> Search:
    """A search as it stands in its row."""
    is_running = row["finished_at"] is None and row["started_at"] > clock.now() - LONGEST
    return Search(row["id"], row["post_id"], is_running, row["found"])
