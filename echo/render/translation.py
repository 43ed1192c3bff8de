"""A post in another language, as the translation service that is configured says it.

What the service answers is cleaned like anything that comes from elsewhere, and kept in Redis for a day under
the version of the post.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from echo import cache, ports
from echo.errors import Forbidden, NotFound
from echo.policy.viewer import Viewer
from echo.policy.visibility import OPEN
from echo.render import status
from echo.render.entities import Entity
from echo.store import posts
from echo.text import sanitize
from echo.text.plain import escape

KEEP_SECONDS = 86_400
_SHORTCODE = re.compile(r":[A-Za-z0-9_]{2,}:")
_WRAPPED = re.compile(r'<span translate="no">(:[A-Za-z0-9_]{2,}:)</span>')
Languages = dict[str, tuple[str, ...]]


class _Named(msgspec.Struct, frozen=True):
    shortcode: str


class _Option(msgspec.Struct, frozen=True):
    title: str


class _Poll(msgspec.Struct, frozen=True):
    id: str
    options: tuple[_Option, ...]


class _File(msgspec.Struct, frozen=True):
    id: str
    description: str | None


class _Post(msgspec.Struct, frozen=True, kw_only=True):
    """What of a rendered post is translated."""

    content: str
    spoiler_text: str
    language: str | None
    emojis: tuple[_Named, ...]
    media_attachments: tuple[_File, ...]
    poll: _Poll | None = None


class TranslationPoll(Entity, frozen=True, kw_only=True):
    id: str
    options: list[_Option]


class TranslationFile(Entity, frozen=True, kw_only=True):
    id: str
    description: str


class Translation(Entity, frozen=True, kw_only=True):
    content: str
    spoiler_text: str
    language: str
    detected_source_language: str
    provider: str
    poll: TranslationPoll | None
    media_attachments: list[TranslationFile]


_posts = msgspec.json.Decoder(_Post)
_languages = msgspec.json.Decoder(Languages)
_encode = msgspec.json.Encoder().encode


async def one(viewer: Viewer, post_id: int, target: str) -> bytes:
    """A post in another language as JSON.

    Raises:  NotFound when it may not be read, and without a translation service; Forbidden when not everybody
             may read it, and for a language that the service does not speak; Unavailable
    """
    if not ports.translator().is_configured:
        raise NotFound
    post = await posts.get_original(viewer, post_id)
    if post.visibility not in OPEN:
        raise Forbidden
    source, wanted = _choose(await languages(), post.language, target)
    key = cache.key("translation", post.id, post.version, wanted)
    with contextlib.suppress(*cache.OUTAGES):
        kept = await cache.client().get(key)
        if kept is not None:
            return bytes(kept)
    found = _posts.decode(await status.one(viewer, post.id))
    rendered = _encode(await _translate(found, source, wanted))
    with contextlib.suppress(*cache.OUTAGES):
        await cache.client().set(key, rendered, ex=KEEP_SECONDS)
    return rendered


async def languages() -> Languages:
    """Target languages by source language; empty without a translation service. Raises Unavailable."""
    translator = ports.translator()
    if not translator.is_configured:
        return {}
    key = cache.key("translation", "languages")
    with contextlib.suppress(*cache.OUTAGES, msgspec.DecodeError):
        kept = await cache.client().get(key)
        if kept is not None:
            return _languages.decode(bytes(kept))
    found = await translator.languages()
    with contextlib.suppress(*cache.OUTAGES):
        await cache.client().set(key, _encode(found), ex=KEEP_SECONDS)
    return found


def _choose(known: Languages, spoken: str | None, target: str) -> tuple[str, str]:
    """Source and target in the words of the service; a region that it does not know is left out."""
    sources = (spoken or "", (spoken or "").partition("-")[0])
    source = next((code for code in sources if code in known), ports.ANY_LANGUAGE)
    targets = known.get(source, ())
    for code in (target, target.partition("-")[0]):
        if code in targets and code != spoken:
            return source, code
    raise Forbidden


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something to translate: HTML as it stands, or plain text that is written as HTML for the way."""

    text: str
    is_html: bool = False

    def out(self, shortcodes: set[str]) -> str:
        """As it is sent: emoji are no words."""
        html = self.text if self.is_html else escape(self.text)

        def guarded(found: re.Match[str]) -> str:
            name = found[0]
            return f'<span translate="no">{name}</span>' if name[1:-1] in shortcodes else name

        return _SHORTCODE.sub(guarded, html) if shortcodes else html

    def back(self, html: str) -> str:
        """As it is shown."""
        clean = _WRAPPED.sub(r"\1", sanitize.clean(html))
        return clean if self.is_html else sanitize.to_text(clean)


async def _translate(post: _Post, source: str, target: str) -> Translation:
    options = [option.title for option in post.poll.options] if post.poll else []
    described = [file for file in post.media_attachments if file.description]
    pieces = [
        _Piece(post.content, is_html=True),
        _Piece(post.spoiler_text),
        *map(_Piece, options),
        *(_Piece(file.description or "") for file in described),
    ]
    translated, detected = await _ask(pieces, {emoji.shortcode for emoji in post.emojis}, source, target)
    content, spoiler, *rest = translated
    poll = None
    if post.poll is not None:
        poll = TranslationPoll(id=post.poll.id, options=[_Option(text) for text in rest[: len(options)]])
    files = zip(described, rest[len(options) :], strict=True)
    return Translation(
        content=content,
        spoiler_text=spoiler,
        language=target,
        detected_source_language=detected,
        provider=ports.translator().name,
        poll=poll,
        media_attachments=[TranslationFile(id=file.id, description=text) for file, text in files],
    )


async def _ask(
    pieces: Sequence[_Piece], shortcodes: set[str], source: str, target: str
) -> tuple[list[str], str]:
    """The pieces translated, in one question; empty ones are not asked about."""
    asked = [(place, piece) for place, piece in enumerate(pieces) if piece.text]
    translated = [piece.text for piece in pieces]
    if not asked:
        return translated, source
    texts = [piece.out(shortcodes) for _, piece in asked]
    answer = await ports.translator().translate(texts, source=source, target=target)
    for (place, piece), text in zip(asked, answer.texts, strict=True):
        translated[place] = piece.back(text)
    return translated, answer.source
