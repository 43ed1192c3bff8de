"""Posts that wait for their time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.actions.drafts import PollDraft, PostDraft
from echo.db import Row
from echo.models import Media
from echo.render import media, times
from echo.render.entities import Entity, MediaAttachment
from echo.render.status_core import WIRE_VISIBILITY
from echo.store import schedules

_encode = msgspec.json.Encoder().encode


class ScheduledPoll(Entity, frozen=True, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class ScheduledParams(Entity, frozen=True, kw_only=True):
    """What was asked for, in the words of the request."""

    text: str
    poll: ScheduledPoll | None
    media_ids: list[str] | None
    sensitive: bool
    spoiler_text: str | None
    visibility: str
    in_reply_to_id: int | None
    language: str | None
    application_id: int
    quoted_status_id: str | None
    quote_approval_policy: str | None
    scheduled_at: None = None
    idempotency: None = None
    with_rate_limit: bool = False


class ScheduledStatus(Entity, frozen=True, kw_only=True):
    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[MediaAttachment]


async def one(row: Row) -> ScheduledStatus:
    """One row of `store.schedules`."""
    files = await schedules.media([row["id"]])
    return _one(row, files.get(row["id"], []))


async def many(rows: Sequence[Row]) -> list[bytes]:
    """The same for a page, in two statements."""
    files = await schedules.media([row["id"] for row in rows])
    return [_encode(_one(row, files.get(row["id"], []))) for row in rows]


def _one(row: Row, files: Sequence[Media]) -> ScheduledStatus:
    draft = msgspec.json.decode(row["draft"], type=PostDraft)
    by_id = {file.id: file for file in files}
    kept = [by_id[media_id] for media_id in draft.media_ids if media_id in by_id]
    return ScheduledStatus(
        id=str(row["id"]),
        scheduled_at=times.iso(row["due_at"]),
        params=_params(draft),
        media_attachments=[media.one(file) for file in kept],
    )


def _params(draft: PostDraft) -> ScheduledParams:
    return ScheduledParams(
        text=draft.text,
        poll=_poll(draft.poll),
        media_ids=[str(media_id) for media_id in draft.media_ids] or None,
        sensitive=draft.sensitive,
        spoiler_text=draft.spoiler or None,
        visibility=WIRE_VISIBILITY[draft.visibility],
        in_reply_to_id=draft.in_reply_to_id,
        language=draft.language,
        application_id=draft.app_id or 0,
        quoted_status_id=None if draft.quote_of_id is None else str(draft.quote_of_id),
        quote_approval_policy=draft.quote_policy,
    )


def _poll(draft: PollDraft | None) -> ScheduledPoll | None:
    if draft is None:
        return None
    return ScheduledPoll(
        options=list(draft.options),
        expires_in=draft.duration_seconds or 0,
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
    )
