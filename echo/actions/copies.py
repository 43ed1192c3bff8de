"""Copies of other servers' files: fetched when somebody first looks, thrown away oldest first.

Three things hold whatever crashes: the copies together never take more than the budget, every stored copy is
named by a row, and only addresses that a post or an account names are ever fetched.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from echo import clock, db, ports, settings
from echo.actions import file_bans
from echo.db import Row
from echo.errors import EchoError, Invalid, NotFound, TooLarge, Unavailable
from echo.media import keys, port
from echo.media.containers import read_container
from echo.media.headers import HEADER_BYTES, read_header
from echo.media.sandbox import convert
from echo.store import banned_files, remote_files

log = logging.getLogger(__name__)
AT_ONCE = 8
MOST_WAITING = 200
# A copy that is not finished by then never will be.
WRITING = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)
_LOOK_SECONDS, _LOOKS = 0.2, 50


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a file is to be had: under a key of our store, or still at its own address."""

    file_key: str = ""
    content_type: str = ""
    url: str = ""


_flights: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Task[Copy]]] = WeakKeyDictionary()
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def find(digest: str) -> Copy:
    """The copy of a known file, fetched now when there is none.

    Raises:  NotFound for an address that nobody named, and for one that cannot be had for the time being;
             NoRoom when there is no copy and the disk is full
    """
    row = await remote_files.find(digest)
    if row is None or row["banned"] or not settings.here().media.remote_cache:
        raise NotFound
    if row["file_key"] and row["fetched_at"] is not None:
        return _copy_of(row)
    if row["stays"]:
        return Copy(url=row["url"])
    if not row["file_key"] and row["retry_at"] is not None and row["retry_at"] > clock.now():
        raise NotFound
    port.require_room()
    flights = _flights.setdefault(asyncio.get_running_loop(), {})
    flight = flights.get(digest)
    if flight is None:
        if len(flights) >= MOST_WAITING:
            raise Unavailable(detail="too many files are being fetched")
        flight = asyncio.create_task(_fetch(row, digest))
        flights[digest] = flight
        flight.add_done_callback(lambda landed: _landed(flights, digest, landed))
    return await asyncio.shield(flight)


async def forget_missing(digest: str, copy: Copy) -> None:
    """A copy is not where its row says: the next who asks fetches it anew."""
    row = await remote_files.find(digest)
    if row is not None:
        await remote_files.drop_missing(row["id"], copy.file_key)


async def drop(urls: Sequence[str]) -> None:
    """Remove the copies of these addresses, because what named them is gone."""
    async with db.unit_of_work():
        await remote_files.lock_room()
        await _remove(await remote_files.by_urls(urls))


async def sweep() -> tuple[int, int]:
    """Keep to the budget of today, and remove what a crash left half written.

    Returns: how many finished copies went, and their bytes
    """
    config = settings.here().media
    async with db.unit_of_work():
        await remote_files.lock_room()
        await _remove(await remote_files.unfinished(clock.now()))
        return await _make_room(config.remote_cache_bytes if config.remote_cache else 0, is_needed=False)


def _landed(flights: dict[str, asyncio.Task[Copy]], digest: str, flight: asyncio.Task[Copy]) -> None:
    """Forget a fetch that is over; its error is no surprise, even when nobody waits any more."""
    flights.pop(digest, None)
    if not flight.cancelled():
        flight.exception()


def _copy_of(row: Row) -> Copy:
    return Copy(file_key=row["file_key"], content_type=row["content_type"])


async def _fetch(row: Row, digest: str) -> Copy:
    if row["file_key"]:
        return await _await_other(digest)
    loop = asyncio.get_running_loop()
    limit_bytes = settings.here().media.remote_file_limit_bytes
    async with _turns.setdefault(loop, asyncio.Semaphore(AT_ONCE)):
        with tempfile.TemporaryDirectory(prefix="echo-media-copy-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "file"
            try:
                await ports.files().download(row["url"], path, limit_bytes)
                return await _keep(row, digest, path)
            except TooLarge:
                await remote_files.leave_there(row["id"])
                return Copy(url=row["url"])
            except EchoError as error:
                log.info("no copy of %s: %s", row["url"], error)
                pause = min(FIRST_PAUSE * 2 ** min(row["failures"], 10), LONGEST_PAUSE)
                await remote_files.fail(row["id"], clock.now() + pause)
                raise NotFound from error


async def _keep(row: Row, digest: str, path: Path) -> Copy:
    """Store what was fetched, if its first bytes say that it is something we show."""
    extension, size_bytes = await asyncio.to_thread(_look_at, path)
    if await _is_banned(path):
        await banned_files.mark_remote([row["url"]])
        raise NotFound(detail=f"banned: {row['url']}")
    content_type, budget = keys.CONTENT_TYPES[extension], settings.here().media.remote_cache_bytes
    if size_bytes > budget:
        raise TooLarge
    key = keys.new_key(extension)
    async with db.unit_of_work():
        await remote_files.lock_room()
        await _make_room(budget - size_bytes, is_needed=True)
        taken = await remote_files.take(row["id"], key, content_type, size_bytes, clock.now() + WRITING)
    if not taken:
        return await _await_other(digest)
    try:
        await port.store().put(key, path, content_type)
    except BaseException:
        await port.store().delete(key)
        await remote_files.drop([row["id"]])
        raise
    await remote_files.finish(row["id"], key, clock.now())
    return Copy(file_key=key, content_type=content_type)


async def _is_banned(path: Path) -> bool:
    look = ""
    if await file_bans.has_looks():
        try:
            look = (await convert(path)).look
        except Invalid:  # no picture
            look = ""
    return await file_bans.is_banned(await asyncio.to_thread(file_bans.sha256_of, path), look)


async def _make_room(most_bytes: int, *, is_needed: bool) -> tuple[int, int]:
    """Throw the oldest copies away until the rest take no more than this; how many, and their bytes.

    The caller holds the lock.
    """
    used, gone, gone_bytes = await remote_files.used_bytes(), 0, 0
    # Known before anything is thrown away: a file does not come back when the rows do.
    if is_needed and used > most_bytes and await remote_files.unwritten_bytes() > most_bytes:
        raise Unavailable(detail="the room for copies is taken by those being written")
    while used > most_bytes:
        chosen: list[Row] = []
        for row in await remote_files.oldest():
            if used <= most_bytes:
                break
            chosen.append(row)
            used -= row["size_bytes"]
        if not chosen:
            break
        await _remove(chosen)
        gone, gone_bytes = gone + len(chosen), gone_bytes + sum(row["size_bytes"] for row in chosen)
    return gone, gone_bytes


async def _remove(rows: Sequence[Row]) -> None:
    """First the files, then what the rows say: nothing is ever left that no row names."""
    for row in rows:
        await port.store().delete(row["file_key"])
    if rows:
        await remote_files.drop([row["id"] for row in rows])


async def _await_other(digest: str) -> Copy:
    """Another process writes this copy: wait a moment for it, else leave people to the origin."""
    row = None
    for _ in range(_LOOKS):
        row = await remote_files.find(digest)
        if row is None:
            raise NotFound
        if row["file_key"] and row["fetched_at"] is not None:
            return _copy_of(row)
        if not row["file_key"]:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    if row is None:
        raise NotFound
    return Copy(url=row["url"])


def _look_at(path: Path) -> tuple[str, int]:
    """The extension of a file by its content, and its size. Raises NotFound for what is never shown."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    image = read_header(head)
    if image is not None:
        if image.pixels > settings.here().media.image_limit_pixels:
            raise NotFound(detail="too many pixels")
        return image.extension, path.stat().st_size
    container = read_container(head)
    if container is None:
        raise NotFound(detail="neither image, video nor sound")
    return container.extension, path.stat().st_size
