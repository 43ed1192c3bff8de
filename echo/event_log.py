"""What was said to a person lately: a Redis stream of pointers (what happened, to which rows), no content.

Whoever reads it looks at the rows anew, so it never shows what was deleted or is not allowed any more. Only
those have one who lately said `echo:hello`; it is made then, lives for a day, and holds about a thousand
entries. An epoch names one life of a log: when Redis was emptied, restarted or gave the log up, the next one
has another.

    events:{<account>}:log      stream of {p: "<what> <id>..."}
    events:{<account>}:epoch    "<run of Redis>.<random>"
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from echo import cache

MOST_ENTRIES = 1000
KEEP_SECONDS = 86_400
_CURSOR = re.compile("[0-9]{1,16}-[0-9]{1,10}")

# KEYS: stream, epoch. ARGV: random, seconds. Returns epoch, oldest cursor, newest cursor.
_OPEN = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local epoch = redis.call('GET', KEYS[2])
if not epoch or redis.call('EXISTS', KEYS[1]) == 0 or string.sub(epoch, 1, 12) ~= string.sub(run, 1, 12) then
  redis.call('DEL', KEYS[1])
  epoch = string.sub(run, 1, 12) .. '.' .. ARGV[1]
  redis.call('XADD', KEYS[1], '*', 'p', '')
  redis.call('SET', KEYS[2], epoch)
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
local oldest = (redis.call('TIME')[1] - ARGV[2]) * 1000
if tonumber(string.match(top, '%d+')) > oldest then
  redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', oldest))
end
return {epoch, redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1], top}
"""

# KEYS: streams. ARGV: pointer, most entries, id from which on it may be there already (empty: it is not),
# when its rows were made (ms, empty: now): a log that is younger need not have it.
# Returns in how many it was written.
APPEND = """
local added = 0
for _, key in ipairs(KEYS) do
  local known = false
  if ARGV[3] ~= '' then
    for _, entry in ipairs(redis.call('XRANGE', key, ARGV[3], '+')) do
      known = known or entry[2][2] == ARGV[1]
    end
  end
  if ARGV[4] ~= '' and not known then
    local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
    if first and tonumber(string.match(first[1], '%d+')) > tonumber(ARGV[4]) then
      local facts = redis.call('XINFO', 'STREAM', key)
      local has = {}
      for i = 1, #facts, 2 do has[facts[i]] = facts[i + 1] end
      known = has['length'] == has['entries-added']
    end
  end
  if not known and redis.call('XADD', key, 'NOMKSTREAM', 'MAXLEN', '~', ARGV[2], '*', 'p', ARGV[1]) then
    added = added + 1
  end
end
return added
"""


@dataclass(frozen=True, slots=True)
class Pointer:
    """What happened, and to which rows."""

    what: str
    ids: tuple[int, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.what, *map(str, self.ids)))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log."""

    cursor: str
    pointer: Pointer

    @property
    def at_ms(self) -> int:
        """When it was written (UTC, milliseconds)."""
        return int(self.cursor.partition("-")[0])


@dataclass(frozen=True, slots=True)
class State:
    """A log as it is: `oldest` and `newest` are cursors of entries that are there."""

    epoch: str
    oldest: str
    newest: str

    def reaches(self, epoch: str, cursor: str) -> bool:
        """Whether everything after this cursor of this epoch is still there."""
        if epoch != self.epoch or not _CURSOR.fullmatch(cursor):
            return False
        return order(self.oldest) <= order(cursor) <= order(self.newest)

    def last_safe(self, epoch: str, cursor: str) -> str:
        """Up to where nothing is missing for who was at this cursor of this epoch: there, if this log gave it
        out. Of what another one or nobody gave out nothing is known: empty.
        """
        if epoch != self.epoch or not _CURSOR.fullmatch(cursor) or order(cursor) > order(self.newest):
            return ""
        return cursor


def order(cursor: str) -> tuple[int, int]:
    """By what cursors are compared. `cursor` must be one."""
    at_ms, _, number = cursor.partition("-")
    return int(at_ms), int(number)


def is_cursor(text: str) -> bool:
    """Whether a text could be a cursor."""
    return _CURSOR.fullmatch(text) is not None


def stream_key(account_id: int) -> str:
    """The key of the log of a person."""
    return cache.key("events", cache.tagged(account_id), "log")


def _epoch_key(account_id: int) -> str:
    return cache.key("events", cache.tagged(account_id), "epoch")


async def open_log(account_id: int) -> State:
    """The log of somebody, begun when there is none.

    Raises:  what Redis raises when it is away (`cache.OUTAGES`)
    """
    script = cache.client().register_script(_OPEN)
    epoch, oldest, newest = await cast(
        "Awaitable[list[bytes]]",
        script(
            keys=[stream_key(account_id), _epoch_key(account_id)],
            args=[secrets.token_urlsafe(6), KEEP_SECONDS],
        ),
    )
    return State(epoch.decode(), oldest.decode(), newest.decode())


async def read(account_id: int, after: str, limit: int) -> list[Entry]:
    """The entries after a cursor, oldest first."""
    found = await read_many({account_id: after}, limit)
    return found.get(account_id, [])


async def between(account_id: int, after: str, until: str) -> list[Entry]:
    """The entries after one cursor, up to another and with it."""
    found = await cache.client().xrange(stream_key(account_id), f"({after}", until)
    return _entries(cast("Any", found))


async def count(account_id: int, after: str) -> int:
    """How many entries there are after a cursor."""
    return len(await cache.client().xrange(stream_key(account_id), f"({after}", "+"))


async def read_many(after: dict[int, str], limit: int) -> dict[int, list[Entry]]:
    """The entries after a cursor each, at most so many of each log, by account; logs without any left out."""
    keys = {stream_key(account_id): account_id for account_id in after}
    if not keys:
        return {}
    asked: Any = {key: after[account_id] for key, account_id in keys.items()}
    found = await cast("Awaitable[Any]", cache.client().xread(asked, count=limit))
    return {keys[key.decode()]: _entries(entries) for key, entries in found or ()}


def append_arguments(
    pointer: Pointer, account_ids: Sequence[int], since_ms: int | None, made_ms: int | None = None
) -> list[object]:
    """What EVAL takes to write a pointer to these logs, as far as they exist; see `APPEND`.

    Shapes:  since_ms: from when on it may have been written already; else None
    made_ms: when the rows changed, if that was a while ago: a log that was begun since then need not have it,
    because whoever began it looked at the rows
    """
    keys = [stream_key(account_id) for account_id in account_ids]
    times = ["" if ms is None else str(max(0, ms)) for ms in (since_ms, made_ms)]
    return [len(keys), *keys, str(pointer), MOST_ENTRIES, *times]


async def epochs(account_ids: Sequence[int]) -> dict[int, str]:
    """The epochs of these logs, by account; logs that are gone left out."""
    if not account_ids:
        return {}
    found = await cache.client().mget([_epoch_key(account_id) for account_id in account_ids])
    return {id_: epoch.decode() for id_, epoch in zip(account_ids, found, strict=True) if epoch is not None}


def _entries(found: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[Entry]:
    return [Entry(cursor.decode(), _pointer(fields.get(b"p", b""))) for cursor, fields in found]


def _pointer(text: bytes) -> Pointer:
    what, *ids = text.decode().split(" ")
    return Pointer(what, tuple(int(number) for number in ids))
