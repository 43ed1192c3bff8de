"""Uploaded files: taken in, described, looked at by their owner.

An image is ready at once. Video, sound and moving GIFs are stored as they came, with a job that makes them
ready (`echo.actions.processing`); so are images when many come at the same time.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from echo import clock, db, ids, settings
from echo.actions import file_bans
from echo.actions.drafts import FileDraft
from echo.errors import FieldError, Invalid, NotFound
from echo.events import FileUploaded, ImageUploaded
from echo.kinds import MediaKind, MediaState
from echo.media import ffmpeg, headers, keys, port, sandbox
from echo.media.containers import HEAD_BYTES, Container, read_container
from echo.media.headers import read_header
from echo.media.probe import MovieLimits, probe
from echo.media.result import ImageResult, Limits, Picture, Refusal, Refused
from echo.media.sandbox import convert, invalid
from echo.models import Media

DESCRIPTION_CHARACTERS = 10_000
AVATAR_PIXELS = (400, 400)
HEADER_PIXELS = (1500, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file as somebody sends it.

    Shapes:  file: at any position, can be moved in; focus: x and y, each from -1 to 1; thumbnail: an image
    """

    file: IO[bytes]
    size_bytes: int
    description: str | None = None
    focus: tuple[float, float] | None = None
    thumbnail: bytes | None = None


async def upload(account_id: int, incoming: Incoming) -> Media:
    """Take a file in. Whatever it calls itself, its first bytes say what it is.

    Returns: the file, ready or waiting to be made ready
    Raises:  Invalid when it is nothing that we take, or too large; NoRoom when the disk is full
    """
    check_description(incoming.description)
    port.require_room()
    incoming.file.seek(0)
    head = incoming.file.read(HEAD_BYTES)
    container = read_container(head) if read_header(head) is None else None
    if container is None:
        return await _upload_image(account_id, incoming)
    return await _upload_movie(account_id, incoming, container)


async def _upload_image(account_id: int, incoming: Incoming) -> Media:
    limits = settings.here().media
    incoming.file.seek(0)
    content = incoming.file.read(limits.image_limit_bytes + 1)
    sha256 = hashlib.sha256(content).hexdigest()
    if sandbox.is_busy() and not content.startswith(b"GIF"):  # it takes a decoder to know whether a GIF moves
        return await _leave_image(account_id, incoming, content, sha256)
    image = await convert(content, limits=image_limits())
    await file_bans.require_allowed(sha256, image.look)
    moves = image.is_animated and binary() is not None
    media = _new(account_id, incoming, MediaKind.GIFV if moves else MediaKind.IMAGE)
    media.preview_key = keys.new_key(image.preview.extension)
    media.blurhash, media.sha256 = image.blurhash, sha256
    media.size_bytes = len(image.original.data) + len(image.preview.data)
    if moves:
        media.state = MediaState.WAITING.value
        media.source_key = keys.new_key(keys.RAW)
        media.meta = _with_focus({"small": image.preview.size.as_meta()}, incoming.focus)
    else:
        media.content_type = image.original.content_type
        media.file_key = keys.new_key(image.original.extension)
        media.meta = _with_focus(dict(image.meta), incoming.focus)
    cover = await read_cover(incoming.thumbnail)
    if cover is not None:
        _dress(media, cover)
    await _keep(media, media.source_key or media.file_key, image.original.data, cover or image)
    return media


async def _leave_image(account_id: int, incoming: Incoming, content: bytes, sha256: str) -> Media:
    """Leave an image to a worker: whoever sent it is told so now, and can do something else."""
    try:
        headers.check(content, image_limits())
    except Refused as refused:
        raise invalid(refused) from refused
    await file_bans.require_allowed(sha256, "")
    media = _new(account_id, incoming, MediaKind.IMAGE)
    media.state, media.source_key = MediaState.WAITING.value, keys.new_key(keys.RAW)
    media.size_bytes, media.sha256 = len(content), sha256
    media.meta = _with_focus({}, incoming.focus)
    cover = await read_cover(incoming.thumbnail)
    if cover is not None:
        _dress(media, cover)
    await _keep(media, media.source_key, content, cover)
    return media


async def _upload_movie(account_id: int, incoming: Incoming, container: Container) -> Media:
    program = binary()
    if program is None:
        raise invalid(Refused(Refusal.TYPE, "no ffmpeg"))
    limits = movie_limits()
    if incoming.size_bytes > limits.max_bytes:
        raise invalid(Refused(Refusal.BYTES))
    async with ffmpeg.workshop() as folder:
        source = folder / "source"
        await asyncio.to_thread(_copy, incoming.file, source)
        sha256 = await asyncio.to_thread(file_bans.sha256_of, source)
        await file_bans.require_allowed(sha256, "")
        try:
            found = await probe(program, folder, container.demuxer, source.name, limits)
        except Refused as refused:
            raise invalid(refused) from refused
        media = _new(account_id, incoming, MediaKind.VIDEO if found.is_video else MediaKind.AUDIO)
        media.state = MediaState.WAITING.value
        media.source_key = keys.new_key(keys.RAW)
        media.size_bytes, media.sha256 = incoming.size_bytes, sha256
        media.meta = _with_focus({}, incoming.focus)
        cover = await read_cover(incoming.thumbnail)
        if cover is not None:
            _dress(media, cover)
        await _keep(media, media.source_key, source, cover)
    return media


def _new(account_id: int, incoming: Incoming, kind: MediaKind) -> Media:
    return Media(
        id=ids.new_id(),
        account_id=account_id,
        kind=kind.value,
        description=incoming.description,
        created_at=clock.now(),
        discarded_at=clock.now(),  # until its files are stored: a crash leaves nothing that is not swept
    )


async def read_cover(content: bytes | None) -> ImageResult | None:
    """A picture that somebody chose for a file. Takes a while: not for transactions. Raises Invalid."""
    return None if content is None else await file_bans.read_picture(content, image_limits(with_colours=True))


def _dress(media: Media, cover: ImageResult) -> None:
    """Give a file a cover under a name of its own; the picture is still to be stored."""
    media.preview_key = keys.new_key(cover.preview.extension)
    media.blurhash = cover.blurhash
    media.meta = with_cover(media, cover)


def with_cover(media: Media, image: ImageResult) -> dict[str, object]:
    """What clients are told of a file that has this cover."""
    told = {**media.meta, "small": image.preview.size.as_meta()}
    if media.kind == MediaKind.AUDIO and image.colours:
        told["colors"] = image.colours
    return told


async def _keep(media: Media, key: str, content: bytes | Path, cover: ImageResult | None) -> None:
    """Write the row, then the files, then say that they are there."""
    await media.save(force_create=True)
    try:
        await port.store().put(key, content, keys.kept_type_of(key))
        if cover is not None:
            await port.store().put(media.preview_key, cover.preview.data, cover.preview.content_type)
    except BaseException:
        for stored in (key, media.preview_key):
            if stored:
                await port.store().delete(stored)
        await media.delete()
        raise
    async with db.unit_of_work() as unit:
        await Media.filter(id=media.id).update(discarded_at=None)
        if media.state == MediaState.WAITING:
            if media.kind == MediaKind.IMAGE:
                unit.emit(ImageUploaded(local=True, media_id=media.id))
            else:
                unit.emit(FileUploaded(local=True, media_id=media.id))
    media.discarded_at = None


async def describe(account_id: int, draft: FileDraft) -> Media:
    """Change what a file of one's own is described as, its focus or its cover.

    Raises:  NotFound, also when a post uses it: then it changes with the post; Invalid
    """
    media = await get_own(account_id, draft.media_id)
    if not is_free(media):
        raise NotFound
    check_description(draft.description)
    cover, old_key = await read_cover(draft.thumbnail), media.preview_key
    await redescribe(media, draft, cover)
    if old_key and old_key != media.preview_key:
        await port.store().delete(old_key)
    return media


async def redescribe(media: Media, draft: FileDraft, cover: ImageResult | None) -> bool:
    """Write description, focus and cover of a file; False when nothing has changed. Raises Invalid.

    Shapes:  cover: `draft.thumbnail`, read; the file of the cover before it is left to the caller
    """
    check_description(draft.description)
    before = (media.description, media.meta, media.preview_key)
    if draft.description is not None:
        media.description = draft.description
    media.meta = _with_focus(media.meta, draft.focus)
    if cover is not None:
        _dress(media, cover)
        await port.store().put(media.preview_key, cover.preview.data, cover.preview.content_type)
    await media.save(update_fields=["description", "meta", "preview_key", "blurhash"])
    return before != (media.description, media.meta, media.preview_key)


def is_free(media: Media) -> bool:
    """Whether no post uses a file, and none that waits for its time."""
    return media.post_id is None and media.scheduled_id is None


async def get_own(account_id: int, media_id: int) -> Media:
    """A file of one's own. Raises NotFound for another's: never told apart from an unknown one."""
    media = await Media.get_or_none(id=media_id, account_id=account_id, discarded_at=None)
    if media is None:
        raise NotFound
    return media


async def store_portrait(content: bytes, pixels: tuple[int, int]) -> str:
    """Take an avatar or header in, cut to size. Returns its key. Raises Invalid, NoRoom, Disallowed."""
    port.require_room()
    image = await file_bans.read_picture(content, image_limits(crop=pixels))
    return await store_picture(image.original)


def check_description(description: str | None) -> None:
    """Raises Invalid for an alternative text that is too long."""
    if description is not None and len(description) > DESCRIPTION_CHARACTERS:
        reason = FieldError("ERR_TOO_LONG", f"is too long (maximum is {DESCRIPTION_CHARACTERS} characters)")
        raise Invalid(
            f"Validation failed: Description {reason.description}", details={"description": [reason]}
        )


def binary() -> str | None:
    """The ffmpeg of this server, if it has one."""
    return ffmpeg.find_binary(settings.here().media.ffmpeg)


async def store_picture(picture: Picture) -> str:
    """Keep a converted picture. Returns its key."""
    key = port.store().new_key(picture.extension)
    await port.store().put(key, picture.data, picture.content_type)
    return key


def image_limits(*, crop: tuple[int, int] | None = None, with_colours: bool = False) -> Limits:
    """What the configuration says of images."""
    config = settings.here().media
    return Limits(
        max_bytes=config.image_limit_bytes,
        max_pixels=config.image_limit_pixels,
        crop=crop,
        with_colours=with_colours,
    )


def movie_limits() -> MovieLimits:
    """What the configuration says of videos and recordings."""
    config = settings.here().media
    return MovieLimits(
        max_bytes=config.video_limit_bytes,
        max_pixels=config.video_limit_pixels,
        max_frames_per_second=config.video_limit_frame_rate,
        max_seconds=config.video_limit_seconds,
    )


def _copy(file: IO[bytes], path: Path) -> None:
    file.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    path.chmod(0o644)  # the program may run as somebody else


def _with_focus(meta: dict[str, object], focus: tuple[float, float] | None) -> dict[str, object]:
    return meta if focus is None else {**meta, "focus": {"x": focus[0], "y": focus[1]}}
