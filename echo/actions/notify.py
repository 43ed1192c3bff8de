"""Telling people: rows with the cause, live right after the commit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo import clock, db
from echo.db import UnitOfWork
from echo.events import LetterDue, NoticesTakenBack, Notified, PushDue
from echo.kinds import NotificationKind, SeveranceKind
from echo.policy import letters
from echo.policy.letters import Letters
from echo.policy.notices import ONLY_ASKED, REPLACING
from echo.policy.roles import Permission
from echo.store import notifications, roles


async def tell(
    unit: UnitOfWork,
    account_ids: Sequence[int],
    kind: NotificationKind,
    from_id: int,
    post_id: int | None = None,
    *,
    object_id: int | None = None,
    may_be_direct: bool = True,
) -> None:
    """Tell those of these people that are here, each once; `store.notifications` knows who wants to know.

    Shapes:  from_id: the person who is told where nobody else did it (`policy.notices.FROM_ONESELF`);
             may_be_direct: see `store.notifications.insert`
    """
    if kind in REPLACING:
        await notifications.delete_same(
            account_ids, notifications.dedupe_key(kind, from_id, post_id, object_id)
        )
    rows = await notifications.insert(
        account_ids,
        kind,
        from_id,
        post_id,
        object_id=object_id,
        hour=int(clock.now().timestamp() // 3600),
        may_be_direct=may_be_direct,
    )
    for row in rows:
        if not row["filtered"]:
            if kind not in ONLY_ASKED:
                unit.emit(Notified(local=True, notification_id=row["id"], account_id=row["account_id"]))
            for subscription_id in row["push_ids"]:
                unit.emit(PushDue(local=True, subscription_id=subscription_id, notification_id=row["id"]))
            if row["letter_settings"] is not None and kind in _letters(row["letter_settings"]).kinds:
                unit.emit(LetterDue(local=True, notification_id=row["id"], account_id=row["account_id"]))


async def take_back(unit: UnitOfWork, from_id: int, post_id: int, kind: NotificationKind) -> None:
    """Tell nobody any more of something that was undone."""
    for account_id in await notifications.delete_one_kind(from_id, post_id, kind):
        unit.emit(NoticesTakenBack(local=True, account_id=account_id))


async def tell_of_severed(
    unit: UnitOfWork, account_id: int, kind: SeveranceKind, target: str, *, followers: int, following: int
) -> None:
    """Tell somebody that many of their follows ended at once; nothing when none did.

    Shapes:  target: the domain that was blocked, or the handle of who was suspended
    """
    if not followers and not following:
        return
    event_id = await db.fetch_value(
        "INSERT INTO severances (account_id, kind, target, followers, following, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        account_id,
        kind.value,
        target[:255],
        followers,
        following,
        clock.now(),
    )
    await tell(unit, [account_id], NotificationKind.SEVERED, account_id, object_id=event_id)


async def tell_staff(
    unit: UnitOfWork,
    permission: Permission,
    kind: NotificationKind,
    from_id: int,
    *,
    object_id: int | None = None,
) -> None:
    """Tell everybody whose role lets them look after it."""
    await tell(unit, await roles.who_may(permission), kind, from_id, object_id=object_id)


def _letters(settings: str) -> Letters:
    return letters.read(msgspec.json.decode(settings, type=dict[str, object]))
