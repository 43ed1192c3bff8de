"""Pushing notifications to apps."""

from __future__ import annotations

import logging
from datetime import timedelta

from echo import clock
from echo.db import Row
from echo.kinds import PushPolicy
from echo.render import push as rendered
from echo.runtime import Runtime
from echo.store import notifications, push, relations, users
from echo.store.push import Subscription
from federation.push import TTL_SECONDS, PushOutcome, PushTarget
from federation.push import push as hand_over
from workers.later import Again

log = logging.getLogger(__name__)


async def send(_: Runtime, *, subscription_id: int, notification_id: int) -> None:
    """Push one notification to one app. What has vanished or is too old meanwhile is not pushed."""
    known = await push.find_for_worker(subscription_id)
    row = await notifications.find(known.user_id, notification_id) if known is not None else None
    if known is None or row is None or row["created_at"] < clock.now() - timedelta(seconds=TTL_SECONDS):
        return
    if not await _is_wanted(known, row):
        return
    person = await users.find(known.user_id)
    message = await rendered.message(known, row, person.locale) if person is not None else None
    if message is None:
        return
    target = PushTarget(
        endpoint=known.endpoint, p256dh=known.p256dh, auth=known.auth, standard=known.standard
    )
    pushed = await hand_over(target, message)
    if pushed.outcome == PushOutcome.GONE:
        log.info("push subscription %s ends: %s", known.id, pushed.reason)
        await push.delete_dead(known)
    elif pushed.outcome == PushOutcome.LATER:
        raise Again(pushed.reason, seconds=pushed.pause_seconds)


async def _is_wanted(known: Subscription, row: Row) -> bool:
    """As the person has it now, which may be another choice than when it happened."""
    if not known.alerts.get(row["kind"], False):
        return False
    match known.policy:
        case PushPolicy.ALL:
            return True
        case PushPolicy.FOLLOWED:
            return await relations.is_following(known.user_id, row["from_id"])
        case PushPolicy.FOLLOWER:
            return await relations.is_following(row["from_id"], known.user_id)
        case _:
            return False


JOBS = {"push.send": send}
