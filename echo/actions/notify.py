"""Telling people: rows with the cause, live right after the commit."""

from __future__ import annotations

from collections.abc import Sequence

from echo.db import UnitOfWork
from echo.events import Notified
from echo.kinds import NotificationKind
from echo.store import notifications


async def tell(
    unit: UnitOfWork,
    account_ids: Sequence[int],
    kind: NotificationKind,
    from_id: int,
    post_id: int | None = None,
) -> None:
    """Tell those of these people that are here, each once; `store.notifications` knows who wants to know."""
    for row in await notifications.insert(account_ids, kind, from_id, post_id):
        unit.emit(Notified(local=True, notification_id=row["id"], account_id=row["account_id"]))
