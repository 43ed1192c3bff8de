"""Texts cut into the words that a search compares: folded, of every script, in order.

Scripts that put no spaces between words (Chinese, Japanese, Thai and their neighbours; Korean too, whose
particles cling to words) are cut into overlapping pairs of characters. A query of two characters or more is
then a phrase of pairs, and a single character is the beginning of a pair.
"""

from __future__ import annotations

import html
import unicodedata
from itertools import pairwise

import regex

from echo.ports import Word
from echo.text.tokens import Close, Open, Text, tokens

WORDS_MAX = 5000
_TEXT_CHARACTERS = 40_000
_WORD_CHARACTERS = 60
# Marks on a letter beyond these are nobody's spelling.
_LETTER_CHARACTERS = 10
_TAG_CHARACTERS = 300
_DENSE = (
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}"
    r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc"
)
_RUN = regex.compile(
    rf"(?P<dense>[{_DENSE}]+)"
    rf"|(?P<word>[\p{{L}}\p{{N}}--[{_DENSE}]][\p{{L}}\p{{M}}\p{{N}}--[{_DENSE}]]*+)",
    regex.V1,
)
# A character of a dense script with the marks on it.
_DENSE_LETTER = regex.compile(f"[{_DENSE}]")
_LETTER = regex.compile(r"\X")
# Accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic, variation selectors. The vowel
# signs of other scripts are letters to their readers and stay.
_ACCENTS = regex.compile(
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    r"\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\u00ad]"
)
# Letters that no normal form takes apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_SCHEME = regex.compile(r"\bhttps?://(?:www\.)?", regex.I)
_SHORTCODE = regex.compile(r"(?<![\p{L}\p{N}_]):[a-zA-Z0-9_]*[a-zA-Z][a-zA-Z0-9_]*:(?![\p{L}\p{N}_])")
# What a browser shows on lines of their own.
_BLOCKS = frozenset(("p", "br", "div", "li", "ul", "ol", "blockquote", "pre", "hr", "tr", "td", "rt", "rp"))


def fold(text: str) -> str:
    """The text as it is compared: without case, accents and compatibility forms."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_LETTERS)
    # Case folding can bring accents back; composing joins what is one letter to its readers.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", plain)))


def words(text: str, *, first_place: int = 1) -> list[Word]:
    """The words of a text: at most 5,000, each of at most 60 characters.

    Emoji, punctuation and the https:// of addresses are nothing.
    """
    shortened = text[:_TEXT_CHARACTERS]
    folded = fold(_SHORTCODE.sub(" ", _SCHEME.sub(" ", shortened)))
    found: list[Word] = []
    for match in _RUN.finditer(folded):
        place = found[-1].place + 1 if found else first_place
        word = match["word"]
        if word is not None:
            found.append(Word(word[:_WORD_CHARACTERS], place))
        else:
            found += _pairs(match["dense"], place)
        if len(found) >= WORDS_MAX:
            break
    return found[:WORDS_MAX]


def asked(text: str) -> list[Word]:
    """The words of a query: what must stand in a text, at these distances from each other."""
    return [word for word in words(text) if not word.is_tail]


def tag_mark(name: str) -> str:
    """The mark of posts with a hashtag."""
    return f"tag:{fold(name)[:_TAG_CHARACTERS]}"


def dense_start(word: str) -> str | None:
    """The first character of a word of a script without spaces between words; None for others."""
    found = _DENSE_LETTER.match(word)
    return None if found is None else _LETTER.match(word)[0]


def last_letter(word: str) -> str:
    """The last character of a word, with the marks on it."""
    return str(_LETTER.findall(word)[-1])


def plain(source: str) -> str:
    """The text of clean HTML; blocks are lines.

    The line that names a quoted post is left out: nobody reads it, and it has the name of whoever is quoted.
    """
    parts = []
    hidden_by, depth = "", 0
    for token in tokens(source):
        if depth:
            if isinstance(token, Open | Close) and token.name == hidden_by:
                depth += 1 if isinstance(token, Open) else -1
            continue
        match token:
            case Open(name, attributes) if "quote-inline" in attributes.get("class", "").split():
                hidden_by, depth = name, 1
            case Text(raw):
                parts.append(html.unescape(raw))
            case Open(name) | Close(name) if name in _BLOCKS:
                parts.append("\n")
    return "".join(parts)


def _pairs(run: str, place: int) -> list[Word]:
    letters = [letter[:_LETTER_CHARACTERS] for letter in _LETTER.findall(run)]
    if len(letters) == 1:
        return [Word(letters[0], place, begins=True)]
    pairs = [Word(a + b, place + n) for n, (a, b) in enumerate(pairwise(letters))]
    return [*pairs, Word(letters[-1], place + len(pairs), is_tail=True)]
