"""The first thing that is done with a database from a backup: whoever heard from this server knows more than
it does now, and must not hear things twice or take new things for old ones.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from echo import clock, db
from echo.policy import keys
from echo.store import restored

_BATCH = 2000
# Said to the author of a post that waited for its time.
TOO_LATE = (
    "The server was restored from a backup, and this may have been published before. Choose another time."
)


@dataclass(frozen=True, slots=True)
class Held:
    """How much was kept back: it can be sent, but may have been sent before."""

    deliveries: int
    jobs: int
    schedules: int


async def settle(*, send: bool) -> Held:
    """Make a loaded database fit to be served.

    What waited to be sent is given up and can be requeued; posts whose time came meanwhile stay with a
    reason. Sequences and versions move on, so that no id that others may have seen is used again.

    Shapes:  send: what waited is sent after all, because nothing was sent since the backup
    """
    async with db.unit_of_work():
        await restored.end_leases()
        now, held = clock.now(), Held(0, 0, 0)
        if not send:
            held = Held(
                deliveries=await _hold_deliveries(now),
                jobs=await restored.hold_jobs(),
                schedules=await restored.hold_schedules(now, TOO_LATE),
            )
        await restored.move_numbers_on()
    after_id: int | None = 0
    while after_id is not None:
        after_id = await restored.move_versions_on(after_id, _BATCH)
    return held


async def _hold_deliveries(now: datetime) -> int:
    held = 0
    while some := await restored.hold_deliveries(now, _BATCH):
        held += some
    return held


async def count_unfit_keys() -> int:
    """How many keys of people here sign nothing that their public half verifies."""
    last_id, unfit = 0, 0
    while rows := await restored.keys_after(last_id, _BATCH):
        pairs = [(row["private_pem"], row["public_pem"]) for row in rows]
        pairs += [
            (row["ed25519_private_pem"], row["ed25519_public_pem"])
            for row in rows
            if row["ed25519_private_pem"]
        ]
        last_id, unfit = rows[-1]["account_id"], unfit + await asyncio.to_thread(_count_unfit, pairs)
    return unfit


def _count_unfit(pairs: list[tuple[str, str]]) -> int:
    return sum(not keys.belong_together(private, public) for private, public in pairs)
