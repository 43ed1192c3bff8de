"""Words of texts, and of what is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text.words import WORDS_MAX, asked, fold, plain, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, Wörld!", "hello world"),
        (
            "naïve STRASSE straße Ærø ŁÓDŹ Istanbul İstanbul",
            "naive strasse strasse aero lodz istanbul istanbul",
        ),
        ("Ёлка йод Ελλάς", "елка иод ελλασ"),
        ("ﬁne ½ ²", "fine 1 2 2"),
        ("don't l'homme well-known snake_case", "don t l homme well known snake case"),
        ("😀 :blobcat: ❤️ 👨‍👩‍👧 10:30:15", "10 30 15"),
        ("https://www.example.org/some-page?x=1", "example org some page x 1"),
        ("@alice @bob@peer.test #CatPhotos", "alice bob peer test catphotos"),
        ("שָׁלוֹם مُحَمَّد", "שלום محمد"),
        ("हिन्दी में", "हिन्दी में"),
        ("黒猫が好き", "黒猫 猫が が好 好き き"),
        ("iPhone15を買う", "iphone15 を買 買う う"),
        ("ガ ｶﾞ", "ガ ガ"),
        ("한국어", "한국 국어 어"),
        ("", ""),
        ("...", ""),
    ],
)
def test_the_words_of_a_text(text: str, expected: str) -> None:
    assert " ".join(word.text for word in words(text)) == expected


def test_places_count_from_the_first() -> None:
    assert [(w.text, w.place) for w in words("a 黒猫が b", first_place=7)] == [
        ("a", 7),
        ("黒猫", 8),
        ("猫が", 9),
        ("が", 10),
        ("b", 11),
    ]


def test_a_query_leaves_out_what_a_longer_text_need_not_have() -> None:
    assert [(w.text, w.place, w.begins) for w in asked("黒猫が cat")] == [
        ("黒猫", 1, False),
        ("猫が", 2, False),
        ("cat", 4, False),
    ]


def test_one_character_begins_a_pair() -> None:
    assert [(w.text, w.begins) for w in asked("猫")] == [("猫", True)]


def test_html_as_text() -> None:
    link = '<a href="x"><span class="invisible">https://</span><span>exa</span><span>mple.org</span></a>'
    assert plain(f"<p>Hi {link} &amp; co<br>two</p><p>three</p>").split() == [
        "Hi",
        "https://example.org",
        "&",
        "co",
        "two",
        "three",
    ]


@given(st.text(max_size=300))
def test_words_are_folded_and_in_order(text: str) -> None:
    found = words(text)
    assert [word.place for word in found] == list(range(1, len(found) + 1))
    assert all(word.text and fold(word.text) == word.text for word in found)


@given(st.text(max_size=100))
def test_what_is_folded_stays_so(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def _found_in(query: str, text: str) -> bool:
    """Whether the words of a query stand in a text, at the same distances."""
    wanted = asked(query)
    there = {word.place: word.text for word in words(text)}

    def fits(start: int) -> bool:
        return all(
            (at := there.get(start + word.place - wanted[0].place)) is not None
            and (at == word.text or (word.begins and at.startswith(word.text)))
            for word in wanted
        )

    return any(fits(place) for place in there) if wanted else True


@given(st.text(alphabet="黒猫が好きカー한국ไทย", min_size=1, max_size=12), st.data())
def test_any_part_of_a_text_without_spaces_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert _found_in(text[start:end], text)


def test_a_long_text_has_a_bounded_number_of_words() -> None:
    assert len(words("a " * 10_000)) == WORDS_MAX
    assert len(words("猫" * 20_000)) == WORDS_MAX
    assert max(len(word.text) for word in words("a" * 1000 + " ก" + "ั" * 1000 + " " + "\ufdfa" * 1000)) == 60


def test_the_line_that_names_a_quoted_post_is_no_text() -> None:
    link = '<a href="https://a.test/@bob/1"><span class="invisible">https://</span>a.test/@bob/1</a>'
    for line in (
        f'<p class="quote-inline">RE: {link}</p>',
        f'<span class="x quote-inline">RE: {link}</span>',
    ):
        assert plain(f"{line}<p>well <span>said</span></p>").split() == ["well", "said"]
    assert plain('<p class="quote-inline">never closed').split() == []
