"""Clearing away what came from other servers and is of no use here, so that the disk fills to a budget only.

Every kind of rows is walked through in small batches, each in a unit of work of its own, from where the last
run stopped. A run may be cut off anywhere and begun again; two at once do no harm.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from echo import clock, db, ids, ports, settings
from echo.actions import copies
from echo.errors import EchoError
from echo.media import port
from echo.store import policies, pruning, prunings, sizes
from echo.store.prunings import Freed

log = logging.getLogger(__name__)
BATCH_POSTS = 500
BATCH_ROWS = 2000
# How long one kind may take in one run; the next goes on where it stopped.
RUN_SECONDS = 20.0
# Between batches others get their turn.
PAUSE_SECONDS = 0.02
# What was of use at the last round may be of none today; more often than this a round is not begun.
ROUND = timedelta(days=1)


class Kind(StrEnum):
    """What is cleared away, in this order."""

    DELETED = "deleted"  # posts that their servers took back
    STRANGERS = "strangers"  # posts in threads in which nobody here follows anybody
    FOLLOWED = "followed"  # all other posts of other servers
    NOTIFICATIONS = "notifications"
    TOMBSTONES = "tombstones"
    HELD = "held"  # what policies held back
    CARDS = "cards"
    HASHTAGS = "hashtags"
    ACCOUNTS = "accounts"
    FILES = "remote_files"  # addresses that nothing names, with their copies
    COPIES = "copies"  # files of other servers, over their budget


@dataclass(slots=True)
class Step:
    """What one batch did: the position after it, what it freed, whether nothing is left for this run."""

    position: int
    rows: int = 0
    bytes: int = 0
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Excess:
    """Posts that are to go, and what each takes in bytes."""

    posts: int
    bytes_each: float


async def prune(seconds: float = RUN_SECONDS) -> dict[str, Freed]:
    """Clear away what is over the budgets and too old, for at most so long for each kind.

    Returns: what was freed, by kind; a kind that failed has a `failure` and is tried again by the next run
    """
    excess, freed = await _excess(), {}
    for kind in Kind:
        try:
            freed[kind.value] = await _run(kind, excess, time.monotonic() + seconds)
        except (EchoError, *db.ERRORS) as error:
            log.warning("clearing away %s stopped: %s", kind.value, error)
            freed[kind.value] = Freed(failure=f"{type(error).__name__}: {error}"[:500])
        gone = freed[kind.value].rows if kind in (Kind.STRANGERS, Kind.FOLLOWED) else 0
        excess = Excess(max(excess.posts - gone, 0), excess.bytes_each)
        await prunings.note(kind.value, freed[kind.value], clock.now())
    return freed


async def _excess() -> Excess:
    """How many posts are over the budget."""
    budget = settings.here().storage.remote_posts_bytes
    if not budget:
        return Excess(0, 0.0)
    measured = await sizes.remote_posts()
    over = measured.bytes - budget
    if over <= 0 or not measured.bytes_each:
        return Excess(0, measured.bytes_each)
    return Excess(int(over / measured.bytes_each) + 1, measured.bytes_each)


async def _run(kind: Kind, excess: Excess, until: float) -> Freed:
    """Walk on through one kind, until the time is over, nothing is left or nothing more has to go."""
    state = await prunings.get(kind.value)
    position, rows, freed_bytes = state.position, 0, 0
    while time.monotonic() < until:
        step = await _step(kind, position, excess, rows)
        rows, freed_bytes = rows + step.rows, freed_bytes + step.bytes
        is_new_round = step.is_over and state.is_older_than(clock.now() - ROUND)
        position = 0 if is_new_round else step.position
        await prunings.move(kind.value, position, clock.now() if is_new_round else None)
        if step.is_over:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return Freed(rows=rows, bytes=freed_bytes)


async def _step(kind: Kind, position: int, excess: Excess, gone: int) -> Step:
    if kind in (Kind.STRANGERS, Kind.FOLLOWED):
        if gone >= excess.posts:
            return Step(position, is_over=True)
        return await _posts(position, excess, is_followed_too=kind is Kind.FOLLOWED)
    return await _STEPS[kind](position, excess)


async def _posts(position: int, excess: Excess, *, is_followed_too: bool) -> Step:
    """Threads of the next posts, those without use."""
    floor = ids.first_id_at(clock.now() - timedelta(days=settings.here().storage.keep_days))
    last, thread_ids = await pruning.next_threads(position, floor, BATCH_POSTS)
    async with db.unit_of_work():
        gone = await pruning.useless(thread_ids, floor, is_followed_too=is_followed_too)
        if gone:
            await ports.search_index().remove(gone)
            await pruning.remove_posts(gone)
    return Step(last, len(gone), int(len(gone) * excess.bytes_each), is_over=last == floor)


async def _deleted(_: int, excess: Excess) -> Step:
    async with db.unit_of_work():
        gone = await pruning.remove_deleted_posts(
            _before(settings.here().storage.tombstones_days), BATCH_POSTS
        )
    return Step(0, len(gone), int(len(gone) * excess.bytes_each), is_over=len(gone) < BATCH_POSTS)


async def _notifications(_: int, __: Excess) -> Step:
    days = settings.here().storage.notifications_days
    rows = await pruning.remove_notifications(_before(days), BATCH_ROWS) if days else 0
    return Step(0, rows, is_over=rows < BATCH_ROWS)


async def _tombstones(_: int, __: Excess) -> Step:
    rows = await pruning.remove_tombstones(_before(settings.here().storage.tombstones_days), BATCH_ROWS)
    return Step(0, rows, is_over=rows < BATCH_ROWS)


async def _held(_: int, __: Excess) -> Step:
    storage = settings.here().storage
    rows = await policies.prune_held(_before(storage.held_days), storage.held_things, BATCH_ROWS)
    return Step(0, rows, is_over=rows < BATCH_ROWS)


async def _accounts(position: int, _: Excess) -> Step:
    days = settings.here().storage.accounts_days
    if not days:
        return Step(0, is_over=True)
    last, rows = await pruning.remove_accounts(position, BATCH_ROWS, _before(days))
    return Step(last or position, rows, is_over=not last)


async def _unused(table: str, position: int) -> Step:
    """Rows that nothing names, with their files: first the files, so that none is left without a row."""
    days = settings.here().storage.accounts_days
    if not days:
        return Step(0, is_over=True)
    last, found = await pruning.unused(table, position, BATCH_ROWS, _before(days))
    for row in found:
        if row["file_key"]:
            await port.store().delete(row["file_key"])
    rows = await pruning.remove_unused(table, [row["id"] for row in found], _before(days)) if found else 0
    return Step(last or position, rows, sum(row["size_bytes"] for row in found), is_over=not last)


async def _copies(_: int, __: Excess) -> Step:
    rows, freed_bytes = await copies.sweep()
    return Step(0, rows, freed_bytes, is_over=True)


def _before(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


_STEPS: dict[Kind, Callable[[int, Excess], Awaitable[Step]]] = {
    Kind.DELETED: _deleted,
    Kind.NOTIFICATIONS: _notifications,
    Kind.TOMBSTONES: _tombstones,
    Kind.HELD: _held,
    Kind.CARDS: lambda position, _: _unused("cards", position),
    Kind.HASHTAGS: lambda position, _: _unused("hashtags", position),
    Kind.ACCOUNTS: _accounts,
    Kind.FILES: lambda position, _: _unused("remote_files", position),
    Kind.COPIES: _copies,
}
