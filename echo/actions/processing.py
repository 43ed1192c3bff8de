"""Making an uploaded video, recording, animation or image ready, in a job that may be killed at any moment.

The row names the new files before they are written, so a second try writes over what the first one left.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from echo import db, settings
from echo.actions import file_bans, uploads
from echo.errors import Invalid, NotFound
from echo.kinds import MediaKind, MediaState
from echo.media import ffmpeg, keys, port
from echo.media.containers import HEAD_BYTES, Container, read_container
from echo.media.movies import GIF, Movie, Studio
from echo.media.result import ImageResult, Refusal, Refused
from echo.media.sandbox import convert
from echo.models import Media

log = logging.getLogger(__name__)
# A file that ends its worker each time would be begun for ever.
TRIES_MAX = 5


async def process(media_id: int) -> None:
    """Make a waiting file ready, or say that it cannot be; anything else is left as it is."""
    media = await Media.get_or_none(id=media_id, state=MediaState.WAITING.value, discarded_at=None)
    if media is None:
        return
    if media.tries >= TRIES_MAX:
        await _fail(media, "it ended its worker too often")
        return
    await Media.filter(id=media.id).update(tries=media.tries + 1)
    try:
        async with ffmpeg.workshop() as folder:
            await _make_ready(media, folder)
    except Refused as refused:
        await _fail(media, str(refused))
    except NotFound:
        await _fail(media, "its source is gone")
    except Exception:
        # The fault of something else, and the worker lives: it does not count against the file.
        await Media.filter(id=media.id).update(tries=media.tries)
        raise


async def _make_ready(media: Media, folder: Path) -> None:
    if media.kind == MediaKind.IMAGE:
        await _convert(media, folder)
        return
    program = uploads.binary()
    if program is None:
        raise Refused(Refusal.TYPE, "no ffmpeg")
    source = folder / "source"
    await port.store().save(media.source_key, source)
    await asyncio.to_thread(source.chmod, 0o644)
    container = await asyncio.to_thread(_container_of, source)
    if container is None:
        raise Refused(Refusal.TYPE)
    studio = Studio(program, folder, uploads.movie_limits(), float(settings.here().media.processing_seconds))
    made = await studio.make(container, source.name)
    poster = await _poster(media, made)
    await _store(media, made, poster)


async def _convert(media: Media, folder: Path) -> None:
    """An image that waited: kept as if it had been converted when it came."""
    try:
        image = await convert(await port.store().read(media.source_key), limits=uploads.image_limits())
        await file_bans.require_allowed(media.sha256, image.look)
    except Invalid as error:
        raise Refused(Refusal.BROKEN, str(error)) from error
    path = folder / "made"
    await asyncio.to_thread(path.write_bytes, image.original.data)
    original = image.original
    made = Movie(MediaKind.IMAGE, path, original.content_type, original.extension, dict(image.meta), None)
    await _store(media, made, None if media.preview_key else image)


async def _poster(media: Media, made: Movie) -> ImageResult | None:
    """The still picture, unless its owner has chosen one or it is that of the GIF already.

    Raises:  Refused for a video that looks like a picture that is banned, whatever cover was chosen for it
    """
    if made.poster is None or (media.preview_key and not await file_bans.has_looks()):
        return None
    try:
        poster = await convert(made.poster, limits=uploads.image_limits(with_colours=True))
    except Invalid as error:
        log.info("no poster of media %s: %s", media.id, error)
        return None
    if await file_bans.is_banned("", poster.look):
        raise Refused(Refusal.BROKEN, file_bans.REFUSED)
    return None if media.preview_key else poster


async def _store(media: Media, made: Movie, poster: ImageResult | None) -> None:
    store, size_bytes = port.store(), (await asyncio.to_thread(made.path.stat)).st_size
    media.file_key = media.file_key or keys.new_key(made.extension)
    preview_key = keys.new_key(poster.preview.extension) if poster else ""
    async with db.unit_of_work():
        await db.wait_for_disk()
        named = await db.execute(
            "UPDATE media SET file_key = $2, preview_key = coalesce(nullif(preview_key, ''), $3)"
            " WHERE id = $1 AND state = 'waiting' AND discarded_at IS NULL",
            media.id,
            media.file_key,
            preview_key,
        )
    if not named:
        return
    await store.put(media.file_key, made.path, made.content_type)
    async with db.unit_of_work():
        await db.wait_for_disk()  # the source is removed because of this commit
        # Its owner may describe it, or choose a cover, while it is being made.
        now = await Media.filter(id=media.id).select_for_update().get_or_none()
        if now is None or now.discarded_at is not None:
            await store.delete(media.file_key)
            return
        if poster is not None and now.preview_key == preview_key:
            await store.put(preview_key, poster.preview.data, poster.preview.content_type)
            now.blurhash, size_bytes = poster.blurhash, size_bytes + len(poster.preview.data)
            now.meta = uploads.with_cover(now, poster)
        now.kind, now.content_type = made.kind.value, made.content_type
        now.meta = {**made.meta, **now.meta}
        now.state, now.size_bytes, now.source_key = MediaState.READY.value, size_bytes, ""
        await now.save(
            update_fields=["kind", "content_type", "meta", "state", "size_bytes", "source_key", "blurhash"]
        )
    await store.delete(media.source_key)


async def _fail(media: Media, reason: str) -> None:
    log.info("media %s cannot be made ready: %s", media.id, reason)
    async with db.unit_of_work():
        await db.wait_for_disk()
        await Media.filter(id=media.id, state=MediaState.WAITING.value).update(
            state=MediaState.FAILED.value, source_key=""
        )
    for key in (media.source_key, media.file_key):
        if key:
            await port.store().delete(key)


def _container_of(path: Path) -> Container | None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return GIF if head[:6] in (b"GIF87a", b"GIF89a") else read_container(head)
