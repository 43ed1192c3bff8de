"""Files of remote posts: rows that point to where they are."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, ids
from echo.actions.drafts import RemoteMedia
from echo.models import Media

# More files than this are not shown by any client; the rest is dropped, as other servers do.
MAX_FILES = 16


async def store_remote_media(account_id: int, post_id: int, files: Sequence[RemoteMedia]) -> list[int]:
    """Store the files of a remote post; their ids, in order."""
    stored = []
    for file in files[:MAX_FILES]:
        media = await Media.create(
            id=ids.new_id(),
            account_id=account_id,
            post_id=post_id,
            kind=file.kind.value,
            content_type=file.content_type[:255],
            remote_url=file.url,
            description=file.description,
            blurhash=file.blurhash,
            meta=_meta(file),
            created_at=clock.now(),
        )
        stored.append(media.id)
    return stored


def _meta(file: RemoteMedia) -> dict[str, object]:
    """Sizes as clients see them; a missing or impossible size is left out, never zero."""
    meta: dict[str, object] = {}
    if file.width and file.height and file.width > 0 and file.height > 0:
        size = {
            "width": file.width,
            "height": file.height,
            "size": f"{file.width}x{file.height}",
            "aspect": file.width / file.height,
        }
        meta["original"] = size
        meta["small"] = size
    if file.focus is not None:
        meta["focus"] = {"x": file.focus[0], "y": file.focus[1]}
    return meta
