"""What workers tell Prometheus of the whole house, read from its rows when they are asked."""

from __future__ import annotations

import time

from echo import metrics
from echo.store import hosts, instance, queues, storage_report

# Prometheus asks every few seconds; nobody needs these more often.
QUEUES_SECONDS, STORAGE_SECONDS = 10.0, 300.0


class Figures:
    """Remembers when each was last read."""

    def __init__(self) -> None:
        self._read_at = {"queues": float("-inf"), "storage": float("-inf")}

    async def refresh(self) -> None:
        """Read what is too old."""
        if self._is_old("queues", QUEUES_SECONDS):
            await self._queues()
        if self._is_old("storage", STORAGE_SECONDS):
            await self._storage()

    def _is_old(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._read_at[name] < seconds:
            return False
        self._read_at[name] = now
        return True

    async def _queues(self) -> None:
        found = await queues.depths()
        metrics.show(metrics.QUEUE_DEPTH, {one.queue: one.due for one in found})
        metrics.show(metrics.QUEUE_LAG, {one.queue: one.lag_seconds for one in found})
        metrics.show(metrics.QUEUE_DEAD, {one.queue: one.dead for one in found})
        metrics.show(metrics.HOSTS, await hosts.count_by_health())

    async def _storage(self) -> None:
        report = await storage_report.make()
        taken = {
            "database": report.database_bytes,
            "remote_posts": report.remote_posts_bytes,
            "copies": report.copies_bytes,
            "uploads": next(size.bytes or 0 for size in report.files if size.name == "uploads"),
        }
        if report.free_bytes is not None:
            taken["free"] = report.free_bytes
        metrics.show(metrics.STORAGE, taken)
        metrics.show(
            metrics.STORAGE_BUDGET,
            {"remote_posts": report.posts_budget_bytes, "copies": report.copies_budget_bytes},
        )
        metrics.show(metrics.PRUNED_ROWS, {row["kind"]: row["total_rows"] for row in report.prunings})
        metrics.show(metrics.PRUNED_BYTES, {row["kind"]: row["total_bytes"] for row in report.prunings})
        metrics.PRUNING_OVERDUE.set(int(report.is_overdue))
        metrics.show(metrics.PEOPLE, await instance.people())
