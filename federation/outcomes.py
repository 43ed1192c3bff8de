"""What the answer to a delivery means, and how long to wait before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from federation.errors import FederationError, Refused, Unreachable
from federation.replies import Answer

MINUTE, HOUR = 60.0, 3600.0
# After the first try, which is made at once; the last wait repeats until the activity is too old.
WAITS_SECONDS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
# Not let in, though the signature is good: the peer may have our key wrong for a while.
SLOW_SECONDS = (10 * MINUTE, 2 * HOUR, 12 * HOUR)
JITTER = 0.3
# How long an activity is worth a try. A host may be away for a week, and posts still arrive: the longest time
# between two probes comes on top. Reactions are old news after a day; what ends or answers something is not.
LIVES = dict.fromkeys(("Like", "EmojiReact", "Announce"), timedelta(hours=24)) | dict.fromkeys(
    ("Create", "Update"), timedelta(days=8)
)
LASTING = timedelta(days=14)
# Compressed clocks of tests: an activity lives long enough to be tried at all.
SHORTEST_LIFE = timedelta(minutes=10)
_TEMPORARY = frozenset({408, 425, 429})


class Outcome(StrEnum):
    DONE = "done"
    LATER = "later"  # the host is in trouble: try again, and count against the host
    PAUSE = "pause"  # the host asked for a pause: try again after it, count against nobody
    SLOW = "slow"  # this delivery was not let in: try a few times, count against nobody
    NEVER = "never"  # no further try can help


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Shapes:  status: None where no answer came; pause_seconds: with PAUSE; is_lost: nobody lives there (any
    more), so that whoever should is looked at anew
    """

    outcome: Outcome
    status: int | None = None
    error: str = ""
    pause_seconds: float = 0.0
    is_lost: bool = False


def verdict_of_answer(answer: Answer) -> Verdict:
    """What an answer means.

    Source:  the outcome classes of the delivery design: 2xx done; 401 and 403 slow; 408, 425, 429 and 5xx
             later; everything else (redirects too) for good
    """
    status = answer.status
    if answer.is_success:
        return Verdict(outcome=Outcome.DONE, status=status)
    error = f"{status} {_said(answer)}".strip()
    if status in (429, 503) and (pause := answer.retry_after_seconds):
        return Verdict(outcome=Outcome.PAUSE, status=status, error=error, pause_seconds=pause)
    if status in _TEMPORARY or status >= 500:
        return Verdict(outcome=Outcome.LATER, status=status, error=error)
    if status in (401, 403):
        return Verdict(outcome=Outcome.SLOW, status=status, error=error)
    is_lost = status in (404, 410) or 300 <= status < 400
    return Verdict(outcome=Outcome.NEVER, status=status, error=error, is_lost=is_lost)


def verdict_of_error(error: FederationError) -> Verdict:
    """What it means that no answer came."""
    said = error.detail or error.code
    if isinstance(error, Unreachable):
        return Verdict(outcome=Outcome.LATER, error=said)
    if isinstance(error, Refused):
        return Verdict(outcome=Outcome.NEVER, error=said)
    return Verdict(outcome=Outcome.SLOW, error=said)


def wait_seconds(
    failed: int, *, scale: float, chance: Callable[[], float] = random.random, slow: bool = False
) -> float | None:
    """How long to wait after so many failed tries, with jitter; None when there is no further try.

    Shapes:  failed: 1 after the first try; scale: `federation.retry_scale`
    """
    waits = SLOW_SECONDS if slow else WAITS_SECONDS
    if slow and failed > len(waits):
        return None
    base = waits[min(failed, len(waits)) - 1]
    return base * scale * (1 + JITTER * (2 * chance() - 1))


def time_to_live(kind: str, scale: float) -> timedelta:
    """How long an activity of this type is tried."""
    return max(LIVES.get(kind, LASTING) * scale, SHORTEST_LIFE)


def _said(answer: Answer) -> str:
    """The beginning of what a peer said, for the operator."""
    text = answer.body[:1000].decode("utf-8", errors="replace")
    return " ".join(text.split())
