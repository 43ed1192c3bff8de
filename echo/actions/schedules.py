"""Posts that wait for their time: written down, put off, published when they are due."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from echo import clock, db, settings
from echo.actions import drafting, idempotency, judging, posts
from echo.actions.drafts import PostDraft
from echo.db import Row
from echo.errors import EchoError, Invalid
from echo.events import MailAsked
from echo.policy.standing import require_active, standing_of
from echo.store import schedules, users

log = logging.getLogger(__name__)
# What is due sooner is published at once.
NEAREST = timedelta(minutes=5)
# After so many tries that failed for no reason of the author's it is left to them.
ATTEMPTS_MAX = 12
LETTER = "unpublished"


async def schedule(author_id: int, draft: PostDraft, due_at: datetime) -> int:
    """Keep a post until its time. What could not be published now is refused now.

    Returns: its id; with an idempotency key that was used before, that of then
    Raises:  as `posts.publish`; Invalid when too many wait, or wait for that day
    """
    checked = await posts.check(author_id, draft)
    async with db.unit_of_work():
        known = await idempotency.claim(author_id, draft.idempotency_key)
        if known is not None:
            return known.require_scheduled()
        await _require_room(author_id, due_at)
        # The key belongs to this call, not to the post that comes of it.
        waiting = msgspec.json.encode(replace(checked, idempotency_key=""))
        schedule_id = await schedules.insert(author_id, due_at, waiting.decode())
        held = await schedules.hold_media(schedule_id, list(checked.media_ids))
        if held != len(checked.media_ids):
            raise Invalid("Validation failed: Media already attached")
        await idempotency.keep(author_id, draft.idempotency_key, scheduled_id=schedule_id)
    return schedule_id


async def put_off(author_id: int, schedule_id: int, due_at: datetime) -> None:
    """Give a post of one's own another time; one that failed gets another chance.

    Raises:  NotFound; Invalid when the time is too near, and when too many wait for that day
    """
    if due_at < clock.now() + NEAREST:
        raise Invalid("Validation failed: Scheduled at The scheduled date must be in the future")
    async with db.unit_of_work():
        await schedules.get(author_id, schedule_id)
        await _require_room(author_id, due_at, except_id=schedule_id)
        if not await schedules.postpone(author_id, schedule_id, due_at):
            await schedules.get(author_id, schedule_id)


async def cancel(author_id: int, schedule_id: int) -> None:
    """Forget a post of one's own that waits. Raises NotFound."""
    async with db.unit_of_work():
        await schedules.get(author_id, schedule_id)
        await schedules.delete(author_id, schedule_id)


async def publish_due(owner: str, limit: int) -> int:
    """Publish what is due and nobody else has in hand. Returns how many were taken."""
    rows = await schedules.claim(owner, limit)
    for row in rows:
        await _publish_one(owner, row)
    return len(rows)


async def _publish_one(owner: str, row: Row) -> None:
    schedule_id, author_id = row["id"], row["account_id"]
    try:
        await _publish(owner, row)
    except EchoError as error:
        if error.status < 500:
            await _give_up(owner, author_id, schedule_id, error.public)
        else:
            log.warning("scheduled post %s waits: %s", schedule_id, error)
            await schedules.retry(owner, schedule_id, min(2.0 ** row["attempts"], 600.0))
    except Exception:
        log.exception("scheduled post %s failed", schedule_id)
        if row["attempts"] >= ATTEMPTS_MAX:
            await _give_up(owner, author_id, schedule_id, "Internal error")
        else:
            await schedules.retry(owner, schedule_id, min(2.0 ** row["attempts"], 600.0))


async def _publish(owner: str, row: Row) -> None:
    """Publish one and forget that it waited, in one unit of work."""
    author_id, schedule_id = row["account_id"], row["id"]
    require_active(standing_of(await users.standing_row(author_id)))
    draft = read_draft(row)
    composed = await drafting.compose(draft.text, draft)
    verdict = await judging.judge_draft(author_id, draft, composed)
    async with db.unit_of_work():
        if not await schedules.take(owner, schedule_id):
            return
        post = await posts.publish(author_id, draft, composed=composed, verdict=verdict)
        await idempotency.publish(schedule_id, post.id)


def read_draft(row: Row) -> PostDraft:
    """What was written down."""
    return msgspec.json.decode(row["draft"], type=PostDraft)


async def _give_up(owner: str, author_id: int, schedule_id: int, reason: str) -> None:
    """Keep the post with the reason, and write to its author."""
    async with db.unit_of_work() as unit:
        if await schedules.fail(owner, schedule_id, reason):
            unit.emit(MailAsked(local=True, user_id=author_id, template=LETTER))


async def _require_room(author_id: int, due_at: datetime, *, except_id: int | None = None) -> None:
    limits = settings.here().limits
    await schedules.lock_owner(author_id)
    every, of_day = await schedules.count(author_id, due_at, except_id=except_id)
    if every >= limits.scheduled_posts:
        most = limits.scheduled_posts
        raise Invalid(f"Validation failed: You have exceeded the limit of {most} scheduled posts")
    if of_day >= limits.scheduled_posts_per_day:
        most = limits.scheduled_posts_per_day
        raise Invalid(f"Validation failed: You have exceeded the limit of {most} scheduled posts for today")
