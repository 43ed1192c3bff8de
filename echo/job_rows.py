"""The rows of jobs that follow from events, and the statement that writes them in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo import clock, tracing
from echo.effects import TOLD, jobs_of
from echo.events import Event

# Whether a webhook wants a job (`told`: what it would tell of, empty for all others) is asked here: what is
# set up now hears of what happens next.
INSERT = """
    INSERT INTO jobs
        (name, arguments, due_at, created_at, attempts, lease_owner, dead, last_error, traceparent)
    SELECT name, arguments, $3, $3, 0, '', false, '', $4
    FROM unnest($1::text[], $2::jsonb[], $5::text[]) AS job(name, arguments, told)
    WHERE told = '' OR EXISTS (SELECT FROM webhooks WHERE enabled AND events ? told)
"""


def values(happened: Sequence[Event]) -> tuple[object, ...] | None:
    """What `INSERT` takes for the jobs that follow; None when none do."""
    jobs = [job for event in happened for job in jobs_of(event)]
    if not jobs:
        return None
    return (
        [name for name, _ in jobs],
        [msgspec.json.encode(arguments).decode() for _, arguments in jobs],
        clock.now(),
        tracing.carried(),
        [TOLD.get(name, "") for name, _ in jobs],
    )
