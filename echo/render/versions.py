"""What a post said over time."""

from __future__ import annotations

from typing import Any

import msgspec

from echo.db import Row
from echo.models import Post
from echo.policy.viewer import Viewer
from echo.render import account, media, status, times
from echo.render.entities import CustomEmoji, Entity, MediaAttachment
from echo.store import versions

_encode = msgspec.json.Encoder().encode


class VersionOption(Entity, frozen=True, kw_only=True):
    title: str


class VersionPoll(Entity, frozen=True, kw_only=True):
    options: list[VersionOption]


class StatusEditCore(Entity, frozen=True, kw_only=True):
    """What a post said once, without its author."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]


class StatusEditWithPoll(StatusEditCore, frozen=True, kw_only=True):
    poll: VersionPoll


class _Quoting(msgspec.Struct, frozen=True):
    quote: msgspec.Raw


_decode_quoting = msgspec.json.Decoder(_Quoting).decode


async def many(viewer: Viewer, post: Post) -> list[bytes]:
    """Every version of a post that its reader may read, oldest first; the last is what it says now.

    What a version quotes is shown as it stands today: a quote that was taken back is gone from all versions.
    """
    parts = await versions.parts(post.id)
    now: dict[str, Any] = {
        "html": post.html,
        "spoiler": post.spoiler,
        "sensitive": post.sensitive,
        "created_at": post.edited_at or post.created_at,
        "emojis": post.emojis,
        "quote_of_id": post.quote_of_id,
        "poll_titles": parts.titles,
        "files": [parts.files[media_id] for media_id in post.media_ids if media_id in parts.files],
    }
    before = [_read(row) for row in await versions.page(post.id)]
    after = b',"account":' + (await account.many([post.author_id]))[0] + b"}"
    quote = await _quote(viewer, post)
    return [
        _one(said) + (quote if said["quote_of_id"] == post.quote_of_id else b"") + after
        for said in (*before, now)
    ]


async def _quote(viewer: Viewer, post: Post) -> bytes:
    """The field of what a post quotes; empty where it quotes nothing."""
    if post.quote_of_id is None:
        return b""
    return b',"quote":' + bytes(_decode_quoting(await status.one(viewer, post.id)).quote)


def _read(row: Row) -> dict[str, Any]:
    """A stored version, with its JSON read."""
    said: dict[str, Any] = {name: row[name] for name in row.keys()}  # noqa: SIM118 a row is no mapping
    return said | {
        name: msgspec.json.decode(said[name] or "null") for name in ("emojis", "poll_titles", "files")
    }


def _one(said: dict[str, Any]) -> bytes:
    """A version as JSON, still open at its end."""
    common: dict[str, Any] = {
        "content": said["html"],
        "spoiler_text": said["spoiler"],
        "sensitive": said["sensitive"],
        "created_at": times.iso(said["created_at"]),
        "media_attachments": [media.shown(file) for file in said["files"] or []],
        "emojis": account.emojis(said["emojis"]),
    }
    if said["poll_titles"] is None:
        core = StatusEditCore(**common)
    else:
        options = [VersionOption(title=title) for title in said["poll_titles"]]
        core = StatusEditWithPoll(**common, poll=VersionPoll(options=options))
    return _encode(core)[:-1]
