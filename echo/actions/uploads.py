"""Uploaded files: taken in, described, thrown away."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db, ids, settings
from echo.actions.drafts import FileDraft
from echo.errors import FieldError, Invalid, NotFound
from echo.kinds import MediaKind
from echo.media import port
from echo.media.result import ImageResult, Limits, Picture
from echo.media.sandbox import convert
from echo.models import Media

DESCRIPTION_CHARACTERS = 10_000
AVATAR_PIXELS = (400, 400)
HEADER_PIXELS = (1500, 500)


async def upload(
    account_id: int,
    content: bytes,
    *,
    description: str | None = None,
    focus: tuple[float, float] | None = None,
) -> Media:
    """Take an image in: decoded, freed of metadata, scaled, stored under a name that tells nothing.

    Raises:  Invalid when it is no image that we take
    """
    check_description(description)
    limits = settings.here().media
    image = await convert(
        content, limits=Limits(max_bytes=limits.image_limit_bytes, max_pixels=limits.image_limit_pixels)
    )
    file_key = await store_picture(image.original)
    preview_key = await store_picture(image.preview)
    return await Media.create(
        id=ids.new_id(),
        account_id=account_id,
        kind=MediaKind.IMAGE.value,
        content_type=image.original.content_type,
        file_key=file_key,
        preview_key=preview_key,
        description=description,
        blurhash=image.blurhash,
        meta=_meta(image, focus),
        size_bytes=len(image.original.data) + len(image.preview.data),
        created_at=clock.now(),
    )


async def describe(account_id: int, draft: FileDraft) -> Media:
    """Change what a file of one's own is described as, or where its focus is.

    Raises:  NotFound, also when a post uses it: then it changes with the post; Invalid
    """
    media = await get_own(account_id, draft.media_id)
    if media.post_id is not None:
        raise NotFound
    await redescribe(media, draft)
    return media


async def redescribe(media: Media, draft: FileDraft) -> bool:
    """Write the description and focus of a file; False when it had them already. Raises Invalid."""
    check_description(draft.description)
    before = (media.description, media.meta)
    if draft.description is not None:
        media.description = draft.description
    if draft.focus is not None:
        media.meta = {**media.meta, "focus": {"x": draft.focus[0], "y": draft.focus[1]}}
    await media.save(update_fields=["description", "meta"])
    return before != (media.description, media.meta)


async def attach(files: Sequence[Media], post_id: int) -> None:
    """Put free files onto a post. Raises Invalid when another post was faster."""
    attached = await db.execute(
        "UPDATE media SET post_id = $2 WHERE id = ANY($1) AND (post_id IS NULL OR post_id = $2)",
        [media.id for media in files],
        post_id,
    )
    if attached != len(files):
        raise Invalid("Validation failed: Media already attached")


async def discard(account_id: int, media_id: int) -> None:
    """Throw away a file of one's own that no post uses. Raises Invalid when one does."""
    media = await get_own(account_id, media_id)
    if media.post_id is not None:
        raise Invalid("Media attachment is currently used by a status")
    await media.delete()
    for key in (media.file_key, media.preview_key):
        if key:
            await port.store().delete(key)


async def get_own(account_id: int, media_id: int) -> Media:
    """A file of one's own. Raises NotFound for another's: never told apart from an unknown one."""
    media = await Media.get_or_none(id=media_id, account_id=account_id)
    if media is None:
        raise NotFound
    return media


async def store_portrait(content: bytes, pixels: tuple[int, int]) -> str:
    """Take an avatar or header in, cut to size. Returns its key. Raises Invalid."""
    limits = settings.here().media
    image = await convert(
        content,
        limits=Limits(max_bytes=limits.image_limit_bytes, max_pixels=limits.image_limit_pixels, crop=pixels),
    )
    return await store_picture(image.original)


def check_description(description: str | None) -> None:
    """Raises Invalid for an alternative text that is too long."""
    if description is not None and len(description) > DESCRIPTION_CHARACTERS:
        reason = FieldError("ERR_TOO_LONG", f"is too long (maximum is {DESCRIPTION_CHARACTERS} characters)")
        raise Invalid(
            f"Validation failed: Description {reason.description}", details={"description": [reason]}
        )


async def store_picture(picture: Picture) -> str:
    """Keep a converted picture. Returns its key."""
    key = port.store().new_key(picture.extension)
    await port.store().put(key, picture.data, picture.content_type)
    return key


def _meta(image: ImageResult, focus: tuple[float, float] | None) -> dict[str, object]:
    meta: dict[str, object] = dict(image.meta)
    if focus is not None:
        meta["focus"] = {"x": focus[0], "y": focus[1]}
    return meta
