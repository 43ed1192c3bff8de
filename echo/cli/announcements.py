"""`echoctl announcements`: what this server tells everybody on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import announcements
from echo.actions.announcements import AnnouncementDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Moment
from echo.policy.roles import Staff
from echo.store import announcements as store

app = App(name="announcements", help="What this server tells everybody on it.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All of them, drafts too."""
    async with opened(common):
        rows: list[dict[str, object]] = [
            {
                "id": known.id,
                "published": known.published_at,
                "publish_at": known.publish_at,
                "starts_at": known.starts_at,
                "ends_at": known.ends_at,
                "text": known.text,
            }
            for known in await store.listing()
        ]
    say(common, rows, table(rows, empty="no announcements"))


@app.command
async def create(
    text: str,
    *,
    starts_at: Moment | None = None,
    ends_at: Moment | None = None,
    all_day: Annotated[bool, Parameter(negative="")] = False,
    publish_at: Moment | None = None,
    draft: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Tell everybody something.

    Parameters
    ----------
    text: As a post is written: mentions, hashtags, links and emojis work.
    starts_at: When what it is about begins (UTC).
    ends_at: When it ends; the announcement is taken back then.
    all_day: Only the days count, not the times.
    publish_at: Publish it then and not now.
    draft: Do not publish it yet.
    """
    written = _draft(text, starts_at, ends_at, publish_at, all_day=all_day)
    async with opened(common):
        made = await announcements.create(Staff.shell(), written, publish=not draft and publish_at is None)
    say(common, {"id": made}, f"announcement {made}")


@app.command
async def edit(
    announcement_id: Id,
    text: str,
    *,
    starts_at: Moment | None = None,
    ends_at: Moment | None = None,
    all_day: Annotated[bool, Parameter(negative="")] = False,
    publish_at: Moment | None = None,
    common: Common = Common(),
) -> None:
    """Say something else. What is not given is taken away."""
    written = _draft(text, starts_at, ends_at, publish_at, all_day=all_day)
    async with opened(common):
        await announcements.edit(Staff.shell(), announcement_id, written)
    say(common, {"id": announcement_id}, "done")


@app.command
async def publish(announcement_id: Id, *, common: Common = Common()) -> None:
    """Publish a draft."""
    async with opened(common):
        await announcements.publish(Staff.shell(), announcement_id)
    say(common, {"id": announcement_id}, "published")


@app.command
async def unpublish(announcement_id: Id, *, common: Common = Common()) -> None:
    """Make a draft of it again."""
    async with opened(common):
        await announcements.withdraw(Staff.shell(), announcement_id)
    say(common, {"id": announcement_id}, "taken back")


@app.command
async def delete(announcement_id: Id, *, common: Common = Common()) -> None:
    """Delete it with all reactions."""
    async with opened(common):
        await announcements.remove(Staff.shell(), announcement_id)
    say(common, {"id": announcement_id}, "deleted")


def _draft(
    text: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    publish_at: datetime | None,
    *,
    all_day: bool,
) -> AnnouncementDraft:
    return AnnouncementDraft(
        text=text,
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=all_day,
        publish_at=publish_at,
    )
