"""Keywords of filters in texts: Mastodon's rules, any text and any keyword, in bounded work."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text import keywords
from echo.text.keywords import TEXT_CHARACTERS, Haystack, first_match, is_word, needle, searchable

WORDS = [
    # keyword, text, what is found as a whole word, what is found anywhere
    ("tea", "Tea time", "Tea", "Tea"),
    ("tea", "steam", None, "tea"),
    ("tea", "teas", None, "tea"),
    ("tea", "no teas, but TEA.", "TEA", "tea"),
    ("tea", "tea_time", None, "tea"),
    ("tea", "tea2", None, "tea"),
    ("tea", "#tea @tea", "tea", "tea"),
    ("tea", "éteaé", None, "tea"),
    ("tea", "日tea本", None, "tea"),
    ("tea", "tea²", "tea", "tea"),  # a superscript is no digit of a word
    ("tea", "tea\u0301", None, "tea"),  # the mark belongs to the word
    ("#tea", "x#tea", "#tea", "#tea"),  # its beginning is no word: it may touch one
    ("#tea", "#teas", None, "#tea"),
    ("tea!", "tea!s", "tea!", "tea!"),
    ("!", "a!b", "!", "!"),
    ("green tea", "evergreen tea, Green Tea", "Green Tea", "green tea"),
    ("green tea", "green\ntea", None, None),
    (" tea", "tea", None, None),
    ("c++", "c++x", "c++", "c++"),
    (".*", "a.*b", ".*", ".*"),
    ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", None, None),
    ("straße", "STRASSE", "STRASSE", "STRASSE"),
    ("strasse", "Die Straße.", "Straße", "Straße"),
    ("s", "ß", None, None),  # half a letter is nothing
    ("ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφος", "σίσυφος"),
    ("İ", "i\u0307", "i\u0307", "i\u0307"),
    ("हिन्दी", "यह हिन्दी है", "हिन्दी", "हिन्दी"),
]


@pytest.mark.parametrize(("keyword", "text", "whole", "anywhere"), WORDS)
def test_what_is_found(keyword: str, text: str, whole: str | None, anywhere: str | None) -> None:
    assert first_match(Haystack(text), [needle(keyword, whole_word=True)]) == whole
    assert first_match(Haystack(text), [needle(keyword, whole_word=False)]) == anywhere


def test_of_several_keywords_the_first_in_the_text_is_told() -> None:
    wanted = [needle(word, whole_word=True) for word in ("milk", "tea", "sugar")]
    assert first_match(Haystack("SUGAR, tea and milk"), wanted) == "SUGAR"
    assert first_match(Haystack("nothing"), wanted) is None
    assert first_match(Haystack("tea"), []) is None
    assert first_match(Haystack("tea"), [needle("", whole_word=True)]) is None


def test_the_parts_of_a_post_are_apart() -> None:
    assert searchable(["warning", "", None, "text"]) == "warning\n\ntext"
    assert searchable([]) == ""


_letters = st.text(alphabet="aAbß_ -#é\u0301İ.", max_size=30)


@given(st.text(max_size=200), st.text(max_size=20), st.booleans())
def test_any_text_and_any_keyword(text: str, keyword: str, whole_word: bool) -> None:
    found = first_match(Haystack(text), [needle(keyword, whole_word=whole_word)])
    assert found is None or (found in text and found.casefold() == keyword.casefold())


@given(_letters, _letters, st.booleans())
def test_it_finds_what_a_pattern_would(text: str, keyword: str, whole_word: bool) -> None:
    """The obvious way, character by character: a model to compare with."""
    found = first_match(Haystack(text), [needle(keyword, whole_word=whole_word)])
    places = [
        text[start:end]
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if keyword
        and text[start:end].casefold() == keyword.casefold()
        and not (whole_word and is_word(keyword[0]) and start and is_word(text[start - 1]))
        and not (whole_word and is_word(keyword[-1]) and end < len(text) and is_word(text[end]))
    ]
    assert (found is None) == (not places)
    assert found is None or found == places[0]


@given(st.characters())
def test_a_word_is_made_of_what_python_calls_so_and_of_marks(character: str) -> None:
    if re.fullmatch(r"[^\W\d]", character) and character.isalpha():
        assert is_word(character)
    if character.isspace() or character in "-#@.!²½":
        assert not is_word(character)


def test_the_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a keyword stands where it is no whole word, so many places are looked at and no more."""
    looked_at = 0
    plain = keywords._stands_alone

    def counting(*arguments: object) -> bool:
        nonlocal looked_at
        looked_at += 1
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(keywords, "_stands_alone", counting)
    wanted = [needle("a" * length, whole_word=True) for length in range(1, 200)]
    assert first_match(Haystack("a" * 1_000_000), wanted) is None
    assert looked_at <= keywords.TRIES + len(wanted)
    assert len(Haystack("ß" * 1_000_000).text) == TEXT_CHARACTERS
