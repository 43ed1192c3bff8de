"""What templates do with texts, numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from markupsafe import Markup, escape

from echo import clock
from echo.addresses import here
from echo.render.entities import CustomEmoji

_TAGS = re.compile(r"(<[^>]*>)")
_SHORTCODE = re.compile(r":([A-Za-z0-9_]{2,}):")


def near(url: str | None) -> str:
    """An address as it stands in a page: without our own name, so that pages work however we are reached.

    Returns: nothing for what is no web address
    """
    base = here().base
    if url is None or not url.startswith(("https://", "http://")):
        return ""
    return url.removeprefix(base) if url.startswith(f"{base}/") else url


def rich(html: str, emojis: Iterable[CustomEmoji] = ()) -> Markup:
    """HTML that was cleaned when it was stored, with its custom emojis."""
    known = {emoji.shortcode: emoji for emoji in emojis}
    if not known:
        return Markup(html)  # noqa: S704 clean by echo.text.sanitize or markup
    parts = _TAGS.split(html)
    # Even parts are text between tags; emojis inside attributes stay as they are.
    parts[::2] = [_with_emojis(text, known) for text in parts[::2]]
    return Markup("".join(parts))  # noqa: S704 as above


def plain(text: str, emojis: Iterable[CustomEmoji] = ()) -> Markup:
    """Plain text, with its custom emojis."""
    return rich(str(escape(text)), emojis)


def words(html: str, limit: int = 200) -> str:
    """The words of a cleaned text without its tags, cut for a preview."""
    own = re.sub(r'<p class="quote-inline">.*?</p>', "", html, flags=re.DOTALL)
    spaced = re.sub(r"</p>\s*<p>|<br\s*/?>", " ", own)
    text = Markup(spaced.strip()).striptags()  # noqa: S704 only its words are taken
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def short_date(moment: datetime) -> str:
    """How long ago, or the day: 5 min, 3 h, 4 Nov, 4 Nov 2024."""
    now = clock.now()
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == now.year else f"{day} {moment.year}"


def long_date(moment: datetime) -> str:
    """The day and the time, in the time of Greenwich."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def day(moment: datetime) -> str:
    """The day, for tables: 4 Nov 2026."""
    return f"{moment.day} {moment:%b %Y}"


def moment(at: datetime | str) -> str:
    """The day and the minute, for tables, in the time of Greenwich: 4 Nov 2026, 09:05.

    Shapes:  at: also as JSON writes it
    """
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{at.day} {at:%b %Y, %H:%M}"


def month(moment: datetime) -> str:
    """The month and the year."""
    return f"{moment:%B %Y}"


def short_number(number: int) -> str:
    """A count in at most four characters: 987, 1.2K, 34K, 5.6M."""
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number >= size:
            scaled = number // (size // 10) / 10
            return f"{scaled:.1f}{letter}".replace(".0", "") if scaled < 10 else f"{number // size}{letter}"
    return str(number)


def _with_emojis(text: str, known: dict[str, CustomEmoji]) -> str:
    def picture(match: re.Match[str]) -> str:
        emoji = known.get(match[1])
        if emoji is None or not emoji.url.startswith(("https://", "http://")):
            return match[0]
        code = match[0]
        return f'<img class="emoji" src="{escape(emoji.url)}" alt="{code}" title="{code}" loading="lazy">'

    return _SHORTCODE.sub(picture, text)
