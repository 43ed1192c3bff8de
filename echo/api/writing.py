"""What the routes that write posts share: reading times and polls, and asking back about mentions."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from quart import Response

from echo.actions.drafts import PollDraft
from echo.errors import Invalid
from echo.http.params import Params
from echo.http.replies import raw
from echo.policy.interaction import UnexpectedMentions
from echo.render import account

MOMENT_CHARACTERS = 100


def due_at(given: Params) -> datetime | None:
    """When a post shall be published; None when nothing is said.

    Raises:  Invalid for what is no moment
    """
    text = given.text("scheduled_at", "").strip()
    return _moment(text) if text else None


def require_due_at(given: Params) -> datetime:
    """The same where it must be said. Raises Invalid."""
    moment = due_at(given)
    if moment is None:
        raise Invalid("Validation failed: Scheduled at can't be blank")
    return moment


def poll_draft(given: Params) -> PollDraft | None:
    """The poll that a form asks for; None without one."""
    asked = given.sub("poll")
    if not asked.values:
        return None
    return PollDraft(
        options=asked.list("options"),
        duration_seconds=asked.integer("expires_in"),
        multiple=asked.boolean("multiple", default=False),
        hide_totals=asked.boolean("hide_totals", default=False),
    )


async def unexpected(error: UnexpectedMentions) -> Response:
    """The question whether these people are really meant."""
    people = b",".join(await account.many(error.account_ids))
    words = msgspec.json.encode(error.public)
    return raw(b'{"error":' + words + b',"unexpected_accounts":[' + people + b"]}", status=error.status)


def _moment(text: str) -> datetime:
    """A moment as apps write it: ISO 8601, or as in letters; UTC when no zone is named."""
    for read in (datetime.fromisoformat, parsedate_to_datetime) if len(text) <= MOMENT_CHARACTERS else ():
        try:
            moment = read(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    raise Invalid("Record invalid")
