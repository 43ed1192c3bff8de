"""The `tag` property: mentions, hashtags, emojis, and the quote link of FEP-e232."""

from __future__ import annotations

import re
from typing import Final

from activitypub import iri, limits
from activitypub.document import Document
from activitypub.objects import Emoji, Hashtag, Mention, Tags
from activitypub.read.values import picture, short_text, web_url
from activitypub.vocabulary import AS

_SHORTCODE: Final = re.compile(r"[A-Za-z0-9_]{2,}")
_MISSKEY_QUOTE: Final = "https://misskey-hub.net/ns#_misskey_quote"


def read_tags(document: Document, *, near: str, allow_http: bool) -> Tags:
    """Read and sort the tags; what is over a limit is not looked at.

    Shapes:  near: address of the owning object, for relative addresses
    """
    mentions: dict[Mention, None] = {}
    hashtags: dict[Hashtag, None] = {}
    emojis: dict[str, Emoji] = {}
    quote: str | None = None
    for tag in document.documents("tag", at_most=limits.TAGS_SEEN):
        types = tag.types
        if "Mention" in types and len(mentions) < limits.MENTIONS:
            if (mention := _mention(tag, allow_http=allow_http)) is not None:
                mentions[mention] = None
        elif "Hashtag" in types and len(hashtags) < limits.HASHTAGS:
            if (hashtag := _hashtag(tag)) is not None:
                hashtags[hashtag] = None
        elif "Emoji" in types and len(emojis) < limits.EMOJIS:
            if (emoji := read_emoji(tag, near=near, allow_http=allow_http)) is not None:
                emojis.setdefault(emoji.shortcode, emoji)
        elif "Link" in types and quote is None:
            quote = _quote_link(tag, allow_http=allow_http)
    return Tags(
        mentions=tuple(mentions), hashtags=tuple(hashtags), emojis=tuple(emojis.values()), quote=quote
    )


def read_emoji(tag: Document, *, near: str, allow_http: bool) -> Emoji | None:
    """Read a custom emoji; colons around the name are optional (Akkoma's reactions have none)."""
    name = tag.text("name")
    shortcode = "" if name is None or len(name) > limits.SHORTCODE_CHARS else name.strip().strip(":")
    shortcode = shortcode.partition("@")[0]  # of a third server, in reactions of Misskey
    image = picture(tag.value("icon"), near=near)
    if image is None or not _SHORTCODE.fullmatch(shortcode):
        return None
    return Emoji(
        shortcode=shortcode,
        url=image.url,
        id=iri.find(tag.id, allow_http=allow_http),
        media_type=image.media_type,
        updated=tag.moment("updated"),
    )


def _mention(tag: Document, *, allow_http: bool) -> Mention | None:
    href = iri.find(tag.reference("href"), allow_http=allow_http)
    name = short_text(tag, "name", at_most=limits.NAME_CHARS)
    return None if href is None and name is None else Mention(href=href, name=name)


def _hashtag(tag: Document) -> Hashtag | None:
    name = (short_text(tag, "name", at_most=limits.NAME_CHARS) or "").strip().lstrip("#\uff03")
    return Hashtag(name=name, href=web_url(tag.value("href"))) if name else None


def _quote_link(tag: Document, *, allow_http: bool) -> str | None:
    media_type = tag.text("mediaType") or ""
    if _MISSKEY_QUOTE in tag.values("rel") or AS in media_type or media_type == "application/activity+json":
        return iri.find(tag.reference("href"), allow_http=allow_http)
    return None
