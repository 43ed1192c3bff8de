"""Files of remote posts: rows that point to where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from echo import clock, ids
from echo.actions.drafts import RemoteAccount, RemoteEmoji, RemoteMedia
from echo.errors import Invalid
from echo.kinds import MediaState
from echo.models import Account, Media
from echo.store import remote_files, server_blocks

# More files than this are not shown by any client; the rest is dropped, as other servers do.
MAX_FILES = 16


async def store_remote_media(author: Account, post_id: int | None, files: Sequence[RemoteMedia]) -> list[int]:
    """Store the files of a remote post; their ids, in order. A file that the post had before keeps its id.
    Without a post they are of a message of a group, which takes them next.

    Where no files are taken from its server, it is only kept that there were some.
    """
    if not files:
        return []
    is_refused = (await server_blocks.rules_for(author.host)).reject_media
    state = MediaState.REFUSED if is_refused else MediaState.READY
    before = [] if post_id is None else await Media.filter(post_id=post_id)
    known = {media.remote_url: media for media in before}
    stored = []
    for file in files[:MAX_FILES]:
        media = known.pop(file.url, None)
        is_new = media is None
        if media is None:
            media = Media(id=ids.new_id(), account_id=author.id, post_id=post_id, created_at=clock.now())
        media.kind, media.content_type = file.kind.value, file.content_type[:255]
        media.remote_url, media.preview_remote_url, media.state = file.url, file.preview_url, state.value
        media.update_from_dict(
            {"description": file.description, "blurhash": file.blurhash, "meta": _meta(file)}
        )
        await media.save(force_create=is_new)
        stored.append(media.id)
    if not is_refused:
        await remote_files.know(url for file in files[:MAX_FILES] for url in (file.url, file.preview_url))
    return stored


async def keep_emojis(author: Account, found: Sequence[RemoteEmoji]) -> list[dict[str, str]]:
    """Emojis of a remote post as they are kept beside it; none where no files are taken from its server."""
    if not found or (await server_blocks.rules_for(author.host)).reject_media:
        return []
    await remote_files.know((emoji.url for emoji in found), are_emojis=True)
    return [{"shortcode": emoji.shortcode, "url": emoji.url} for emoji in found]


async def only_taken(draft: RemoteAccount) -> RemoteAccount:
    """What somebody elsewhere says of themselves, without pictures where none are taken from their server."""
    if not (draft.avatar or draft.header or draft.emojis):
        return draft
    if not (await server_blocks.rules_for(urlsplit(draft.uri).netloc)).reject_media:
        return draft
    return replace(draft, avatar="", header="", emojis=())


async def only_from_taken(author: Account) -> None:
    """Raises Invalid where no files are taken from somebody's server."""
    if author.host and (await server_blocks.rules_for(author.host)).reject_media:
        raise Invalid("Validation failed: No files of your server are taken here")


def _meta(file: RemoteMedia) -> dict[str, object]:
    """Sizes and times as clients see them; what is missing or impossible is left out, never zero."""
    meta: dict[str, object] = {}
    original: dict[str, object] = {}
    if file.width and file.height and file.width > 0 and file.height > 0:
        size = {
            "width": file.width,
            "height": file.height,
            "size": f"{file.width}x{file.height}",
            "aspect": file.width / file.height,
        }
        meta["small"] = size
        original |= size
    if file.duration_seconds and file.duration_seconds > 0:
        seconds = round(file.duration_seconds, 3)
        meta["duration"] = seconds
        original["duration"] = seconds
    if original:
        meta["original"] = original
    if file.focus is not None:
        meta["focus"] = {"x": file.focus[0], "y": file.focus[1]}
    return meta
