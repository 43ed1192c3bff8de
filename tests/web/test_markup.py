"""What templates do with texts, numbers and dates. Row S-E08 for pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echo import clock
from echo.policy.scopes import CHILDREN
from echo.runtime import Runtime
from echo.web import markup
from echo.web.wishes import wishes


def test_dates_and_numbers() -> None:
    now = clock.now()
    assert markup.short_date(now) == "now"
    assert markup.short_date(now - timedelta(minutes=5)) == "5 min"
    assert markup.short_date(now - timedelta(hours=23)) == "23 h"
    assert markup.short_date(now + timedelta(days=1)) == "now"
    assert str((now - timedelta(days=800)).year) in markup.short_date(now - timedelta(days=800))
    shown = [markup.short_number(n) for n in (0, 999, 1000, 1234, 9999, 12345, 999_999, 5_600_000)]
    assert shown == ["0", "999", "1K", "1.2K", "9.9K", "12K", "999K", "5.6M"]


def test_emojis_are_put_into_text_only() -> None:
    emoji = [markup.CustomEmoji(shortcode="wave", url="https://x.test/w.png", static_url="")]
    shown = markup.rich('<a href="https://x.test/:wave:">:wave: :other:</a>', emoji)
    assert shown.count("<img") == 1
    assert 'href="https://x.test/:wave:"' in shown
    assert ":other:" in shown
    assert "&lt;b&gt;" in markup.plain("<b>:wave:", emoji)
    evil = [markup.CustomEmoji(shortcode="wave", url='javascript:"', static_url="")]
    assert markup.plain(":wave:", evil) == ":wave:"


def test_previews_are_words() -> None:
    assert markup.words("<p>one &amp; two</p><p>three<br />four</p>") == "one & two three four"
    assert markup.words(f"<p>{'word ' * 100}</p>", 20) == "word word word…"


async def test_addresses_are_near_or_elsewhere(runtime: Runtime) -> None:
    assert markup.near("https://echo.test/@alice") == "/@alice"
    for odd in ("javascript:alert(1)", "//evil.test", "/x", "", None):
        assert markup.near(odd) == ""
    assert markup.near("https://echo.test.evil.test/x") == "https://echo.test.evil.test/x"


@pytest.mark.parametrize("wide", ["read", "write"])
def test_the_page_of_consent_has_words_for_every_scope(wide: str) -> None:
    for scope in CHILDREN[wide]:
        [wish] = wishes([scope])
        assert all(wish.parts), scope
