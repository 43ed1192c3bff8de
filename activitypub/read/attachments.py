"""Files and links of a post."""

from __future__ import annotations

import re
from typing import Final

from activitypub import limits
from activitypub.document import Document, text_of
from activitypub.objects import Attachment
from activitypub.read.values import alt_text, link, media_type_of, picture

_KINDS: Final = frozenset({"Document", "Image", "Video", "Audio", "Link"})
_BLURHASH: Final = re.compile(r"[0-9A-Za-z#$%*+,.:;=?@\[\]^_{|}~-]{6,128}")
_DURATION: Final = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:[.,]\d{1,9})?)S)?)?", re.ASCII
)


def read_attachments(document: Document, *, near: str) -> tuple[Attachment, ...]:
    """Read the files in their order; those over the limit are dropped.

    Shapes:  near: address of the post, for relative addresses
    """
    found: list[Attachment] = []
    for item in document.documents("attachment", at_most=limits.ATTACHMENTS * 2):
        if len(found) < limits.ATTACHMENTS and (attachment := _attachment(item, near=near)) is not None:
            found.append(attachment)
    return tuple(found)


def _attachment(item: Document, *, near: str) -> Attachment | None:
    kind = next((name for name in item.types if name in _KINDS), None)
    url, place = _place(item, near=near)
    if kind is None or url is None:
        return None
    return Attachment(
        kind=kind,
        url=url,
        media_type=media_type_of(item) or media_type_of(place),
        alt=alt_text(item),
        blurhash=_blurhash(item),
        focus=_focus(item),
        width=extent_of(item, "width") or extent_of(place, "width"),
        height=extent_of(item, "height") or extent_of(place, "height"),
        duration_seconds=duration_of(item),
        thumbnail=picture(item.value("icon"), near=near),
        sensitive=item.boolean("sensitive") or False,
    )


def _place(item: Document, *, near: str) -> tuple[str | None, Document]:
    """Where the file is, and the Link that says so: Pleroma tells size and type there."""
    for key in ("url", "href"):
        for value in item.values(key)[: limits.URLS_SEEN]:
            url, _ = link(value, near=near)
            if url is not None:
                return url, Document(value if isinstance(value, dict) else {})
    return None, Document({})


def _blurhash(item: Document) -> str | None:
    text = item.text("blurhash")
    return text if text is not None and _BLURHASH.fullmatch(text) else None


def _focus(item: Document) -> tuple[float, float] | None:
    point = item.values("focalPoint")
    if len(point) != 2:
        return None
    x, y = (_coordinate(value) for value in point)
    return None if x is None or y is None else (x, y)


def _coordinate(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1:
        return None
    return float(value)


def extent_of(item: Document, key: str) -> int | None:
    """A width or height in pixels."""
    pixels = item.count(key)
    return pixels if pixels is not None and 0 < pixels <= limits.EXTENT_PIXELS else None


def duration_of(item: Document) -> float | None:
    """Seconds, sent as a number, as digits, or as ISO 8601 (`PT1M30S`)."""
    number = item.number("duration")
    text = text_of(item.value("duration"))
    if number is None and text is not None:
        match = _DURATION.fullmatch(text.strip().upper())
        if match is not None:
            days, hours, minutes, seconds = (
                float((part or "0").replace(",", ".")) for part in match.groups()
            )
            number = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        elif re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            number = float(text)
    return number if number is not None and 0 < number < 10**8 else None
