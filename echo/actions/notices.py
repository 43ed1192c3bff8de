"""From whom somebody is told: the policy, and those who wait until they are let in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echo import db
from echo.actions import conversations
from echo.db import UnitOfWork
from echo.events import NotificationsMerged, OwnChanged
from echo.kinds import Handling
from echo.policy.notices import NoticePolicy
from echo.store import notification_policies, notifications


async def choose(account_id: int, changes: Mapping[str, Handling]) -> NoticePolicy:
    """Change the policy of somebody; what was told already stays as it is. Returns the whole policy.

    Shapes:  changes: by the names of `NoticePolicy`
    """
    async with db.unit_of_work():
        await db.execute(
            "INSERT INTO notification_policies (account_id) VALUES ($1) ON CONFLICT DO NOTHING", account_id
        )
        chosen = {name: int(handling) for name, handling in changes.items()}
        # Each column keeps what it had where nothing was chosen.
        await db.execute(
            "UPDATE notification_policies SET not_following = coalesce($2, not_following),"
            " not_followers = coalesce($3, not_followers), new_accounts = coalesce($4, new_accounts),"
            " private_mentions = coalesce($5, private_mentions),"
            " limited_accounts = coalesce($6, limited_accounts), bots = coalesce($7, bots)"
            " WHERE account_id = $1",
            account_id,
            *(chosen.get(name) for name in notification_policies.COLUMNS),
        )
        return await notification_policies.policy(account_id)


async def accept(account_id: int, request_ids: Sequence[int]) -> int:
    """Let those in who made these requests: now, and whatever they do later. How many there were."""
    async with db.unit_of_work() as unit:
        from_ids = await notification_policies.take_requests(account_id, request_ids)
        if from_ids:
            await notification_policies.let_in(account_id, from_ids)
            await conversations.let_in(unit, account_id, from_ids)
            unit.emit(NotificationsMerged(local=True, account_id=account_id))
    return len(from_ids)


async def dismiss(account_id: int, request_ids: Sequence[int]) -> int:
    """Forget these requests and what was kept apart of those who made them. How many there were."""
    async with db.unit_of_work():
        from_ids = await notification_policies.take_requests(account_id, request_ids)
        if from_ids:
            await notification_policies.forget_filtered(account_id, from_ids)
    return len(from_ids)


async def clear(account_id: int) -> None:
    """Forget all that somebody was told."""
    async with db.unit_of_work() as unit:
        if await notifications.delete_all(account_id):
            _tell_devices(unit, account_id)


async def forget(account_id: int, notification_id: int) -> bool:
    """Forget one; False when there is none."""
    async with db.unit_of_work() as unit:
        found = await notifications.delete(account_id, notification_id)
        if found:
            _tell_devices(unit, account_id)
    return bool(found)


async def forget_group(account_id: int, kind: str, post_id: int, hour: int) -> None:
    """Forget those that are shown as one."""
    async with db.unit_of_work() as unit:
        if await notifications.delete_group(account_id, kind, post_id, hour):
            _tell_devices(unit, account_id)


def _tell_devices(unit: UnitOfWork, account_id: int) -> None:
    unit.emit(OwnChanged(local=True, account_id=account_id, what="notices"))
