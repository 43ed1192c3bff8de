"""Files of posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.models import Media
from echo.render import entities


def attachments(rows: str | None, order: Sequence[int]) -> list[entities.MediaAttachment]:
    """The files of a post in their order, from the JSON that `status_rows.standing` made."""
    by_id = {row["id"]: row for row in msgspec.json.decode(rows or "[]")}
    return [shown(by_id[media_id]) for media_id in order if media_id in by_id]


def one(media: Media) -> entities.MediaAttachment:
    """One file, as its owner sees it."""
    return shown(
        {
            "id": media.id,
            "kind": media.kind,
            "file_key": media.file_key,
            "preview_key": media.preview_key,
            "remote_url": media.remote_url,
            "description": media.description,
            "blurhash": media.blurhash,
            "meta": media.meta,
        }
    )


def shown(row: dict[str, Any]) -> entities.MediaAttachment:
    """One file, from the JSON of its row."""
    here = addresses.here()
    url = here.file(row["file_key"]) if row["file_key"] else row["remote_url"]
    preview = here.file(row["preview_key"]) if row["preview_key"] else url
    return entities.MediaAttachment(
        id=str(row["id"]),
        type=row["kind"],
        url=url or None,
        preview_url=preview or None,
        remote_url=row["remote_url"] or None,
        preview_remote_url=None,
        text_url=None,
        description=row["description"],
        blurhash=row["blurhash"],
        meta=row["meta"],
    )
