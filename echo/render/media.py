"""Files of posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.kinds import MediaKind, MediaState
from echo.models import Media
from echo.render import entities

_FIELDS = (
    *("id", "kind", "file_key", "preview_key", "remote_url", "preview_remote_url", "state", "description"),
    *("blurhash", "meta"),
)


def attachments(rows: str | None, order: Sequence[int]) -> list[entities.MediaAttachment]:
    """The files of a post in their order, from the JSON that `status_rows.standing` made."""
    by_id = {row["id"]: row for row in msgspec.json.decode(rows or "[]")}
    return [shown(by_id[media_id]) for media_id in order if media_id in by_id]


def one(media: Media) -> entities.MediaAttachment:
    """One file, as its owner sees it."""
    return shown({name: getattr(media, name) for name in _FIELDS})


def shown(row: dict[str, Any]) -> entities.MediaAttachment:
    """One file, from its row. Until it is made ready it has no address; its preview is always an image."""
    here = addresses.here()
    is_ready = row["state"] == MediaState.READY
    url = here.file(row["file_key"] or row["remote_url"]) if is_ready else ""
    preview = row["preview_key"] or row["preview_remote_url"]
    if preview:
        preview = here.file(preview)
    elif row["kind"] in (MediaKind.IMAGE, MediaKind.UNKNOWN):
        preview = url
    kind = row["kind"]
    if row["state"] == MediaState.REFUSED:
        # Nothing of it is shown from here; where it lies may be looked up.
        kind, preview = MediaKind.UNKNOWN, ""
    return entities.MediaAttachment(
        id=str(row["id"]),
        type=kind,
        url=url or None,
        preview_url=preview or None,
        remote_url=row["remote_url"] or None,
        preview_remote_url=row["preview_remote_url"] or None,
        text_url=None,
        description=row["description"],
        blurhash=row["blurhash"],
        meta=row["meta"],
    )
