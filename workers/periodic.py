"""What is done by the clock. Each job looks at rows and may run twice or late: no run is needed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from echo import settings
from echo.actions import (
    announcements,
    archives,
    auth,
    block_lists,
    chat_comparing,
    discarding,
    house,
    keys,
    letters,
    pruning,
    restraints,
    room_members,
    room_tickets,
    trends,
)
from echo.media import ffmpeg
from echo.search import filling
from echo.store import counters, imports, instance, search_accounts, tidying
from federation import software

log = logging.getLogger(__name__)
# Far longer than any file is worked on.
WORKSHOP_SECONDS = 86_400
FILL_SECONDS = 60.0
RECOUNTED = 5000


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job and when it runs (UTC); no hours: every hour."""

    name: str
    run: Callable[[dict[str, Any]], Awaitable[None]]
    minutes: set[int] = field(default_factory=lambda: {17})
    hours: set[int] | None = None


async def forget_stale_access(_: dict[str, Any]) -> None:
    """Used codes, old links, sessions and tickets that ended, apps nobody used."""
    await auth.forget_stale()
    await room_tickets.end_old()


async def tidy(_: dict[str, Any]) -> None:
    """Rows that have served: finished deliveries and inbound activities, expired mutes, old keys."""
    await tidying.forget_finished_work()
    await tidying.forget_hosts()
    await tidying.forget_expired()
    await imports.forget_old()


async def sweep_files(_: dict[str, Any]) -> None:
    """Files that no post has used for too long, and what killed processes left behind."""
    await discarding.sweep()
    await archives.sweep()
    await asyncio.to_thread(ffmpeg.sweep_workshops, time.time() - WORKSHOP_SECONDS)


async def prune(_: dict[str, Any]) -> None:
    """What came from other servers and is over a budget or of no use any more."""
    freed = await pruning.prune()
    gone = {kind: done.rows for kind, done in freed.items() if done.rows}
    if gone:
        log.info("cleared away: %s", ", ".join(f"{rows} {kind}" for kind, rows in gone.items()))


async def keep_time_of_announcements(_: dict[str, Any]) -> None:
    """Those that are to be published, and those that are over."""
    await announcements.keep_time()


async def delete_suspended(_: dict[str, Any]) -> None:
    """Accounts that have been suspended for so long that their data go."""
    while await restraints.delete_due():
        pass


async def sweep_rooms(_: dict[str, Any]) -> None:
    """Whose connection to a live room ended without a word, and rooms in which nobody is any more."""
    await room_members.sweep()


async def look_at_hosts(_: dict[str, Any]) -> None:
    """What new servers run, and whether those that were given up are back."""
    if settings.here().federation.enabled:
        await software.look_around()


async def ask_for_block_lists(_: dict[str, Any]) -> None:
    """Lists of blocked servers whose time it is to be read."""
    if settings.here().federation.enabled:
        await block_lists.ask_for_due()


async def compare_chats(_: dict[str, Any]) -> None:
    """Groups of other servers, for events that were lost on the way."""
    if settings.here().federation.enabled:
        await chat_comparing.look_at_some()


async def write_digests(_: dict[str, Any]) -> None:
    """What happened, for those who have been away for a week and want to know."""
    await letters.ask_for_digests()


async def number_rules(_: dict[str, Any]) -> None:
    """House rules that were changed by hand get and keep their numbers."""
    await house.number_rules()


async def find_trends(_: dict[str, Any]) -> None:
    """What many people are busy with."""
    await trends.refresh()


async def fill_search(_: dict[str, Any]) -> None:
    """Posts and accounts that were there before the index; nothing to do once that is finished."""
    await filling.fill(FILL_SECONDS)


async def complete_keys(_: dict[str, Any]) -> None:
    """Keys of accounts that were made before there were keys of this kind; nothing to do once it is done."""
    await keys.complete(FILL_SECONDS)


async def replace_keys(_: dict[str, Any]) -> None:
    """Keys that were announced take the place of the old ones."""
    await keys.replace()


async def refresh_fame(_: dict[str, Any]) -> None:
    """Who is followed by many, and which hashtags are used by many: what a search looks at first."""
    await search_accounts.refresh_fame()
    await instance.refresh_hashtag_fame()


async def recount(_: dict[str, Any]) -> None:
    """Counters of some posts, each time the next ones."""
    wrong = await counters.recount(RECOUNTED)
    if wrong:
        log.warning("counters of %d posts were wrong", wrong)


PERIODIC = (
    Periodic("look_at_hosts", look_at_hosts, minutes=set(range(60))),
    Periodic("sweep_rooms", sweep_rooms, minutes=set(range(60))),
    Periodic("ask_for_block_lists", ask_for_block_lists, minutes=set(range(6, 60, 10))),
    Periodic("compare_chats", compare_chats, minutes=set(range(9, 60, 10))),
    Periodic("delete_suspended", delete_suspended, minutes={11}),
    Periodic("write_digests", write_digests, minutes={41}),
    Periodic("number_rules", number_rules, minutes=set(range(8, 60, 10))),
    Periodic("find_trends", find_trends, minutes=set(range(1, 60, 5))),
    Periodic("keep_time_of_announcements", keep_time_of_announcements, minutes=set(range(60))),
    Periodic("forget_stale_access", forget_stale_access),
    Periodic("tidy", tidy, minutes={3, 33}),
    Periodic("sweep_files", sweep_files, minutes={27}),
    Periodic("prune", prune, minutes=set(range(6, 60, 10))),
    Periodic("fill_search", fill_search, minutes=set(range(1, 60, 5))),
    Periodic("complete_keys", complete_keys, minutes=set(range(2, 60, 5))),
    Periodic("replace_keys", replace_keys, minutes=set(range(60))),
    Periodic("recount", recount, minutes=set(range(4, 60, 10))),
    Periodic("refresh_fame", refresh_fame, minutes={41}, hours={3, 15}),
)
