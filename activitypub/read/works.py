"""What is special about videos, recordings, pictures and events: the file that is the post, when and where.

Source:  PeerTube puts its files into `url`, those of a stream below the stream's `tag`; Funkwhale its
         recordings, with `mimeType`; Mobilizon says when and where
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from activitypub import limits
from activitypub.document import Document, one_or_many, text_of
from activitypub.objects import Attachment, Happening, Picture
from activitypub.read.attachments import duration_of, extent_of
from activitypub.read.values import link, picture, short_text
from activitypub.vocabulary import NoteKind

# Of several files of a video the tallest that is not taller than this is shown.
_GOOD_HEIGHT: Final = 720
_FAMILIES: Final = {NoteKind.VIDEO: "video/", NoteKind.AUDIO: "audio/", NoteKind.IMAGE: "image/"}
# Formats that browsers play by themselves; a stream needs a player of its own.
_PLAYABLE: Final = frozenset({"mp4", "webm", "ogg", "mpeg", "mp3", "flac", "wav", "aac", "x-m4a", "opus"})
_ADDRESS: Final = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")


def read_work(document: Document, kind: NoteKind, *, near: str) -> Attachment | None:
    """The file that a Video, Audio or Image is about; None where none is offered that can be shown.

    Shapes:  near: address of the post, for relative addresses
    """
    family = _FAMILIES.get(kind)
    if family is None:
        return None
    files = [file for file in _files(document, near=near) if _may_be_shown(file, family)]
    if not files:
        return None
    low = [file for file in files if (file.height or 0) <= _GOOD_HEIGHT]
    best = max(low, key=_height) if low else min(files, key=_height)
    return Attachment(
        kind=kind.value,
        url=best.url,
        media_type=best.media_type,
        alt=short_text(document, "name", at_most=limits.ALT_CHARS),
        width=best.width,
        height=best.height,
        duration_seconds=duration_of(document),
        thumbnail=None if kind is NoteKind.IMAGE else read_cover(document, near=near),
    )


def read_cover(document: Document, *, near: str) -> Picture | None:
    """The picture that stands for a post: of several icons (PeerTube's sizes) the largest."""
    pictures = [Document(value) for value in one_or_many(document.value("icon")) if isinstance(value, dict)]
    pictures.sort(key=lambda item: extent_of(item, "width") or 0, reverse=True)
    candidates = (document.value("image"), *(item.data for item in pictures), document.value("icon"))
    return next((found for value in candidates if (found := picture(value, near=near)) is not None), None)


def read_happening(document: Document) -> Happening | None:
    """When and where something takes place; None when it is not said when."""
    start = document.moment("startTime")
    if start is None:
        return None
    end = document.moment("endTime")
    return Happening(
        start_at=start,
        end_at=end if end is not None and end > start else None,
        timezone=short_text(document, "timezone", at_most=limits.TIMEZONE_CHARS),
        place=_place(document),
    )


def _files(document: Document, *, near: str) -> Iterator[Attachment]:
    """The files among the links in `url`, and among the `tag`s of these links."""
    for value in document.values("url")[: limits.URLS_SEEN]:
        if not isinstance(value, dict):
            continue
        outer = Document(value)
        for item in (outer, *outer.documents("tag", at_most=limits.URLS_SEEN)):
            url, media_type = link(item.data, near=near)
            if url is not None and media_type is not None:
                yield Attachment(
                    kind="Link",
                    url=url,
                    media_type=media_type,
                    width=extent_of(item, "width"),
                    height=extent_of(item, "height"),
                )


def _may_be_shown(file: Attachment, family: str) -> bool:
    media_type = file.media_type or ""
    if not media_type.startswith(family):
        return False
    return family == "image/" or media_type.removeprefix(family) in _PLAYABLE


def _height(file: Attachment) -> int:
    return file.height or 0


def _place(document: Document) -> str | None:
    """The first place in one line: its name and its postal address. An online place is no place."""
    for value in document.values("location")[: limits.URLS_SEEN]:
        parts = [text_of(value)] if not isinstance(value, dict) else _parts(Document(value))
        named = dict.fromkeys(part.strip() for part in parts if part is not None and part.strip())
        if named:
            return ", ".join(named)[: limits.PLACE_CHARS]
    return None


def _parts(place: Document) -> list[str | None]:
    address = place.document("address")
    lines = [place.text("address")] if address is None else [address.text(key) for key in _ADDRESS]
    return [short_text(place, "name", at_most=limits.PLACE_CHARS), *lines]
