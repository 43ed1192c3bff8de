from __future__ import annotations

import pytest

from echo.text.length import count, graphemes


@pytest.mark.parametrize(
    ("text", "spoiler", "expected"),
    [
        ("", "", 0),
        ("hello", "", 5),
        ("hello", "cw", 7),
        ("https://example.com/" + "x" * 100, "", 23),
        ("https://a.b and https://example.com/x", "", 23 + 5 + 23),
        ("hi @alice", "", 9),
        ("hi @alice@example.com!", "", 10),
        ("e\u0301e\u0301", "", 2),
        ("👩‍👩‍👧‍👦🇩🇪👍🏽", "", 3),
        ("a\r\nb", "", 3),
        ("  a  ", "", 1),
        ("#tag@x https://a.test/@b@c", "", 7 + 23),
        ("text", "https://example.com/long", 4 + 24),
    ],
)
def test_count(text: str, spoiler: str, expected: int) -> None:
    assert count(text, spoiler) == expected


def test_ports_belong_to_the_handle_where_allowed() -> None:
    assert count("@bob@two:3000", allow_ports=True) == 4
    assert count("@bob@two:3000") == 9


def test_graphemes_of_line_ends() -> None:
    assert graphemes("\r\n") == 1
