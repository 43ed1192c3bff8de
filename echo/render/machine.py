"""What the admin API tells of the machine."""

from __future__ import annotations

from echo.render.admin_machine import ClearedAway, Storage, StorageSize
from echo.render.times import iso_or_none
from echo.store.storage_report import Report


def storage(report: Report) -> Storage:
    """How much room everything takes."""
    return Storage(
        free_bytes=report.free_bytes,
        full=report.is_full,
        database_bytes=report.database_bytes,
        remote_posts=report.remote_posts,
        remote_posts_bytes=report.remote_posts_bytes,
        remote_posts_budget_bytes=report.posts_budget_bytes,
        copies_bytes=report.copies_bytes,
        copies_budget_bytes=report.copies_budget_bytes,
        files=[StorageSize(name=one.name, bytes=one.bytes, rows=one.rows) for one in report.files],
        tables=[StorageSize(name=one.name, bytes=one.bytes, rows=one.rows) for one in report.tables],
        cleared=[
            ClearedAway(
                kind=row["kind"],
                finished_at=iso_or_none(row["finished_at"]),
                rows=row["rows"],
                bytes=row["bytes"],
                total_rows=row["total_rows"],
                total_bytes=row["total_bytes"],
                failure=row["failure"],
            )
            for row in report.prunings
        ],
        overdue=report.is_overdue,
    )
