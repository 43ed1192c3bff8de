"""Files and pictures of posts of other servers into `RemoteMedia`."""

from __future__ import annotations

from collections.abc import Sequence
from mimetypes import guess_type
from urllib.parse import urlsplit

from activitypub import objects as wire
from activitypub.vocabulary import NoteKind
from echo.actions.drafts import RemoteMedia
from echo.kinds import MediaKind
from echo.text import sanitize

_KINDS_OF_TYPES = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
_KINDS_OF_NAMES = {"Image": MediaKind.IMAGE, "Video": MediaKind.VIDEO, "Audio": MediaKind.AUDIO}
# What is written for files is looked at; for links only when it says that they are pictures (Lemmy's posts).
_LINK = "Link"
_WITH_COVERS = frozenset(set(NoteKind) - {NoteKind.NOTE, NoteKind.QUESTION})


def files_of(note: wire.Note) -> tuple[RemoteMedia, ...]:
    """The files of a post: what it is about, then what hangs on it, else the picture that stands for it."""
    parts = (*((note.work,) if note.work else ()), *note.attachments)
    found = {file.url: file for part in parts if (file := _file_of(part)) is not None}
    links_somewhere = any(part.kind == _LINK for part in note.attachments)
    if not found and note.image is not None and note.kind in _WITH_COVERS and not links_somewhere:
        cover = _file_of(_as_attachment(note.image))
        return () if cover is None else (cover,)
    return tuple(found.values())


def read(parts: Sequence[wire.Attachment]) -> tuple[RemoteMedia, ...]:
    """Files that hang on something; what is no file is left out."""
    return tuple(file for part in parts if (file := _file_of(part)) is not None)


def _as_attachment(picture: wire.Picture) -> wire.Attachment:
    return wire.Attachment(kind="Image", url=picture.url, media_type=picture.media_type, alt=picture.alt)


def _file_of(part: wire.Attachment) -> RemoteMedia | None:
    url = sanitize.safe_url(part.url)
    if url is None:
        return None
    media_type = part.media_type or guess_type(urlsplit(url).path)[0] or ""
    kind = _KINDS_OF_TYPES.get(media_type.partition("/")[0]) or _KINDS_OF_NAMES.get(part.kind)
    if part.kind == _LINK and (kind is None or part.media_type is None):
        return None
    return RemoteMedia(
        url=url,
        kind=kind or MediaKind.UNKNOWN,
        content_type=media_type,
        description=part.alt,
        blurhash=part.blurhash,
        width=part.width,
        height=part.height,
        duration_seconds=part.duration_seconds,
        focus=part.focus,
        preview_url=(sanitize.safe_url(part.thumbnail.url) or "") if part.thumbnail else "",
    )
