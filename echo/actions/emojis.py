"""Custom emojis: taken in, changed, taken away."""

from __future__ import annotations

from dataclasses import dataclass

from echo import clock
from echo.actions import file_bans, uploads
from echo.actions.staff import Target, acting, require_change
from echo.errors import Invalid, NotFound
from echo.media import port
from echo.media.result import Limits
from echo.models import CustomEmoji
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import emojis
from echo.text.emojis import is_shortcode

IMAGE_BYTES = 256 * 1024
CATEGORY_CHARACTERS = 100
_LIMITS = Limits(max_bytes=IMAGE_BYTES, max_pixels=1024 * 1024)
# A photograph is none.
_EXTENSIONS = frozenset({"png", "gif", "webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiDraft:
    """A picture under a name."""

    shortcode: str
    content: bytes
    category: str = ""


async def add(by: Staff, draft: EmojiDraft, *, replace: bool = False) -> bool:
    """Take an emoji in; False when there is one of this name, which stays unless `replace`.

    Raises:  Invalid for a name or a picture that cannot be one: PNG, GIF or WebP of at most 256 kB
    """
    if not is_shortcode(draft.shortcode):
        raise Invalid(f"{draft.shortcode} is no name for an emoji: letters, digits and _, at least two")
    known = await CustomEmoji.get_or_none(shortcode=draft.shortcode)
    if known is not None and not replace:
        return False
    image = await file_bans.read_picture(draft.content, _LIMITS)
    if image.original.extension not in _EXTENSIONS:
        raise Invalid("Validation failed: Image is neither PNG, GIF nor WebP")
    file_key = await uploads.store_picture(image.original)
    static_key = await uploads.store_picture(image.preview) if image.is_animated else file_key
    old_keys = set() if known is None else {known.file_key, known.static_key}
    deed = Deed.EMOJI_CREATE if known is None else Deed.EMOJI_CHANGE
    async with acting(by, deed, on=Target("emoji", draft.shortcode, draft.shortcode)):
        if known is None:
            known = CustomEmoji(shortcode=draft.shortcode, created_at=clock.now())
        known.file_key, known.static_key = file_key, static_key
        known.category = draft.category or known.category
        await known.save()
        if old_keys:
            now = {"shortcode": known.shortcode, "url": file_key, "static_url": static_key}
            await emojis.rewrite_uses(known.shortcode, now)
    await _throw_away(old_keys)
    return True


async def remove(by: Staff, shortcode: str) -> None:
    """Take an emoji away, from old texts too: they show its name. Raises NotFound."""
    known = await _known(shortcode)
    async with acting(by, Deed.EMOJI_DELETE, on=Target("emoji", known.shortcode, known.shortcode)):
        await known.delete()
        await emojis.rewrite_uses(shortcode, None)
    await _throw_away({known.file_key, known.static_key})


async def change(
    by: Staff,
    shortcode: str,
    *,
    visible: bool | None = None,
    featured: bool | None = None,
    category: str | None = None,
) -> None:
    """Say whether an emoji is shown to choose from, whether it is the first of its category, and of which.

    Raises:  NotFound
    """
    known = await _known(shortcode)
    told: dict[str, object] = {
        "visible": known.visible if visible is None else visible,
        "featured": known.featured if featured is None else featured,
        "category": known.category if category is None else category.strip()[:CATEGORY_CHARACTERS],
    }
    target = Target("emoji", known.shortcode, known.shortcode)
    async with acting(by, Deed.EMOJI_CHANGE, on=target, details=told):
        require_change(known, told)
        known.update_from_dict(told)
        await known.save(update_fields=[*told])


async def _known(shortcode: str) -> CustomEmoji:
    known = await CustomEmoji.get_or_none(shortcode=shortcode.strip(":"))
    if known is None:
        raise NotFound(f"There is no emoji {shortcode}")
    return known


async def _throw_away(keys: set[str]) -> None:
    for key in keys:
        await port.store().delete(key)
