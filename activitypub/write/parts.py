"""The small objects that actors and posts are made of."""

from __future__ import annotations

from datetime import datetime

from activitypub.document import JsonObject
from activitypub.objects import Attachment, Emoji, Hashtag, Mention, Picture, Tally
from activitypub.timestamps import write_timestamp


def present(**members: object) -> JsonObject:
    """Keep the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def moment(value: datetime | None) -> str | None:
    """Write a time, if there is one."""
    return None if value is None else write_timestamp(value)


def picture(value: Picture | None) -> JsonObject | None:
    """Write an image as one object: PeerTube's arrays and bare strings break readers (lemmy#5895)."""
    if value is None:
        return None
    return present(type="Image", mediaType=value.media_type, url=value.url, summary=value.alt)


def mention(value: Mention) -> JsonObject:
    """Write a mention tag."""
    return present(type="Mention", href=value.href, name=value.name)


def hashtag(value: Hashtag) -> JsonObject:
    """Write a hashtag tag, with its "#"."""
    return present(type="Hashtag", href=value.href, name=f"#{value.name}")


def emoji(value: Emoji) -> JsonObject:
    """Write an emoji tag, with its colons.

    Source:  FEP-9098
    """
    icon = present(type="Image", mediaType=value.media_type, url=value.url)
    return present(
        id=value.id, type="Emoji", name=f":{value.shortcode}:", updated=moment(value.updated), icon=icon
    )


def attachment(value: Attachment) -> JsonObject:
    """Write a file, its description in `name` as Mastodon and Misskey read it."""
    if value.kind == "Link":
        return present(type="Link", href=value.url, mediaType=value.media_type, name=value.alt)
    seconds = value.duration_seconds
    written = present(
        type=value.kind,
        mediaType=value.media_type,
        url=value.url,
        blurhash=value.blurhash,
        focalPoint=None if value.focus is None else list(value.focus),
        width=value.width,
        height=value.height,
        duration=None if seconds is None else f"PT{seconds:.3f}S",
        icon=picture(value.thumbnail),
        sensitive=value.sensitive or None,
    )
    written["name"] = value.alt
    return written


def tally(value: Tally | None) -> JsonObject | None:
    """Write a collection by its size."""
    if value is None:
        return None
    return present(id=value.id, type="Collection", totalItems=value.total)
