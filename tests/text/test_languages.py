from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text.languages import LANGUAGES, normalise


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("de-AT", "de"),
        ("pt_BR", "pt"),
        ("zh-tw", "zh-TW"),
        ("zh_Hant_TW", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("zh-Latn", "zh"),
        ("yue", "zh-YUE"),
        ("iw-IL", "he"),
        ("tok", "tok"),
        ("xx", None),
        ("", None),
        (None, None),
        ("english", None),
        ("d e", None),
        ("-", None),
        ("en" * 40, None),
    ],
)
def test_normalise(code: str | None, expected: str | None) -> None:
    assert normalise(code) == expected


def test_every_language_is_complete_and_names_itself() -> None:
    codes = [language.code for language in LANGUAGES]
    assert len(set(codes)) == len(codes) > 180
    for language in LANGUAGES:
        assert normalise(language.code) == language.code
        assert language.name
        assert language.native_name


@given(st.text(max_size=40))
def test_normalise_is_total(code: str) -> None:
    assert normalise(code) in {None, *(language.code for language in LANGUAGES)}
