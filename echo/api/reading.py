"""What the routes of the client API share: reading files, answering lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quart import Response

from echo.actions.drafts import FileDraft
from echo.db import Row
from echo.http.forms import Form
from echo.http.params import Params
from echo.http.reading import page_link
from echo.http.replies import array
from echo.policy.viewer import Viewer
from echo.render import account, status
from echo.store.cursor import Cursor


def file_draft(given: Params, media_id: int) -> FileDraft:
    """How a file shall be described."""
    return FileDraft(media_id=media_id, description=given.text("description"), focus=focus_of(given))


def file_drafts(form: Form) -> tuple[FileDraft, ...]:
    """How files of a post shall be described, from `media_attributes`.

    Shapes:  covers come as files named `media_attributes[0][thumbnail]`, or `[]` when there is one file only
    """
    given = form.params.values.get("media_attributes")
    described = form.params.objects("media_attributes")
    indexes = [str(index) for index in range(len(described))]
    if isinstance(given, dict):
        indexes = sorted((key for key in given if key.isascii() and key.isdigit()), key=int)
    drafts = []
    for index, values in zip(indexes, described, strict=False):
        media_id = values.id("id")
        if media_id is None:
            continue
        cover = form.files.get(f"media_attributes[{index}][thumbnail]")
        if cover is None and len(described) == 1:
            cover = form.files.get("media_attributes[][thumbnail]")
        draft = file_draft(values, media_id)
        drafts.append(draft if cover is None else replace(draft, thumbnail=cover.read()))
    return tuple(drafts)


def focus_of(given: Params) -> tuple[float, float] | None:
    """`x,y`, each from -1 to 1; anything else counts as not sent."""
    parts = given.text("focus", "").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        return None
    return (x, y) if -1 <= x <= 1 and -1 <= y <= 1 else None


async def timeline(viewer: Viewer, ids: Sequence[int], *, with_next: bool = True) -> Response:
    """A page of posts. Cursors come from the ids before invisible posts are left out."""
    link = page_link(ids[0], ids[-1], with_next=with_next) if ids else None
    return array(await status.many(viewer, ids, hide_muted=True), link=link)


async def account_page(rows: Sequence[Row], cursor: Cursor, *, prev: str = "since_id") -> Response:
    """A page of accounts from rows (id, account_id): the cursor is the id of the row."""
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], prev=prev, with_next=len(rows) >= cursor.limit)
    return array(await account.many([row["account_id"] for row in rows]), link=link)


async def status_page(viewer: Viewer, rows: Sequence[Row], cursor: Cursor) -> Response:
    """A page of posts from rows (id, post_id): the cursor is the id of the row."""
    link = None
    if rows:
        link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit)
    return array(await status.many(viewer, [row["post_id"] for row in rows]), link=link)
