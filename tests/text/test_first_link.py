"""Which link of a post a preview is shown for."""

from __future__ import annotations

import pytest

from echo.text.first_link import first_link

OURS = "https://echo.test"
CASES = {
    "": None,
    "<p>no link</p>": None,
    '<p><a href="https://a.test/x">x</a> <a href="https://b.test">y</a></p>': "https://a.test/x",
    '<p><a class="u-url mention" href="https://a.test/@x">@x</a> <a href="https://b.test/">b</a></p>': "https://b.test/",
    '<p><a class="mention hashtag" rel="tag" href="https://a.test/tags/x">#x</a></p>': None,
    '<p><a rel="tag nofollow" href="https://a.test/tags/x">#x</a></p>': None,
    '<p class="quote-inline">RE: <a href="https://a.test/">1</a></p><p><a href="https://b.test/">2</a></p>': (
        "https://b.test/"
    ),
    '<p><a href="https://echo.test/@alice/1">ours</a></p>': None,
    '<p><a href="https://echo.test.evil.test/">not ours</a></p>': "https://echo.test.evil.test/",
    '<p><a href="mailto:a@b.test">mail</a><a href="javascript:1">x</a></p>': None,
    f'<p><a href="https://a.test/{"x" * 3000}">long</a></p>': None,
}


@pytest.mark.parametrize("html", CASES)
def test_the_first_link_to_a_page(html: str) -> None:
    assert first_link(html, OURS) == CASES[html]
