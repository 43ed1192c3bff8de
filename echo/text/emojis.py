"""Emojis in texts: characters, and shortcodes of custom ones between colons."""

from __future__ import annotations

import re

import regex

SHORTCODE = re.compile(r"[A-Za-z0-9_]{2,128}", re.ASCII)
# Colons stand between letters in times, ratios and addresses as well.
_WRITTEN = re.compile(r"(?<!:)(?<![^\W_]):([A-Za-z0-9_]{2,128}):(?![^\W_])(?!:)")
# A picture, a flag, or a key: one sign for the reader, however many characters.
_CHARACTER = regex.compile(
    r"(?=.*(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3))\X"
)
_LONGEST_CHARACTER = 35
# Signs that are a picture only when a selector says so, and nothing behind them that says so already.
_PLAIN = regex.compile(
    r"((?=\p{Extended_Pictographic})\P{Emoji_Presentation}|[0-9#*](?=\u20E3))(?![\uFE0F\U0001F3FB-\U0001F3FF])"
)


def shortcodes(*texts: str) -> list[str]:
    """The shortcodes that texts may mean, each once, in order."""
    return list(dict.fromkeys(code for text in texts for code in _WRITTEN.findall(text)))


def is_shortcode(text: str) -> bool:
    """Whether an emoji can be called so."""
    return SHORTCODE.fullmatch(text) is not None


def is_character(text: str) -> bool:
    """Whether a text is one Unicode emoji and nothing else."""
    return len(text) <= _LONGEST_CHARACTER and _CHARACTER.fullmatch(text) is not None


def as_picture(character: str) -> str:
    """One spelling of an emoji that is written with and without the selector that makes it a picture."""
    return str(_PLAIN.sub("\\1\ufe0f", character.replace("\ufe0e", "")))
