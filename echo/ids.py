"""Ids that sort by time: 48 bits of milliseconds since 1970, then 16 bits that keep them apart.

Posts, accounts and media have such ids. They are sent as decimal strings, never change, and clients
compare them by length and then by letters. The low 16 bits are a process number (10 bits, handed out by
the database when a process starts) and a counter (6 bits), so no two processes make the same id.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime

from echo import clock

_COUNTER_BITS = 6
_PROCESS_BITS = 10
_LOW_BITS = _COUNTER_BITS + _PROCESS_BITS
MAX_ID = 2**63 - 1

_lock = threading.Lock()
_process = secrets.randbelow(1 << _PROCESS_BITS)
_last_ms = 0
_counter = 0


def set_process(number: int) -> None:
    """Say which process this is; any integer, taken modulo 1024. Called once when the runtime opens."""
    global _process
    _process = number % (1 << _PROCESS_BITS)


def new_id() -> int:
    """A new id for something made now. Rises strictly within a process."""
    global _last_ms, _counter
    with _lock:
        ms = max(int(clock.now().timestamp() * 1000), _last_ms)
        if ms == _last_ms:
            _counter += 1
            if _counter >= 1 << _COUNTER_BITS:
                ms += 1
                _counter = 0
        else:
            _counter = 0
        _last_ms = ms
        return (ms << _LOW_BITS) | (_process << _COUNTER_BITS) | _counter


def id_at(moment: datetime) -> int:
    """An id for something made at `moment` (UTC), for posts that arrive late from elsewhere.

    Remote stamps often have whole seconds, so the milliseconds of such stamps are random too:
    two posts of one second clash with a chance of 1 in 65 million, and the insert then tries again.
    """
    ms = max(0, int(moment.timestamp() * 1000))
    if ms % 1000 == 0:
        ms += secrets.randbelow(1000)
    return (ms << _LOW_BITS) | secrets.randbelow(1 << _LOW_BITS)


def moment_of(id_: int) -> datetime:
    """When the thing with this id was made, UTC, to the millisecond."""
    return datetime.fromtimestamp((id_ >> _LOW_BITS) / 1000, UTC)


def first_id_at(moment: datetime) -> int:
    """The smallest id that something made at `moment` can have; for ranges over ids."""
    return max(0, int(moment.timestamp() * 1000)) << _LOW_BITS


def parse_id(text: object) -> int | None:
    """An id as clients send it, or None where the text cannot be one (letters, signs, over 63 bits)."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text if 0 <= text <= MAX_ID else None
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    value = int(text)
    return value if value <= MAX_ID else None
