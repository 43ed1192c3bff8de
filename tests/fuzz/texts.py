"""Texts and pages that came from elsewhere, or were typed here: whatever comes, the HTML we show is harmless.

The first byte says which reader an input is for, so that one corpus serves all of them.
"""

from __future__ import annotations

import html as entities
from collections.abc import Callable

from markupsafe import Markup

from echo import addresses
from echo.addresses import Addresses
from echo.render.entities import CustomEmoji
from echo.text.first_link import first_link
from echo.text.markdown import render_markdown
from echo.text.markup import MentionTarget, find, render, render_bio, render_field, render_plain
from echo.text.page import PageFacts, read_page, with_oembed
from echo.text.sanitize import clean, safe_url, to_text
from echo.web.markup import plain, rich, words
from tests.text.judge import judge

_PAGE = "https://news.test/a/b?c=d"
_TARGET = MentionTarget("https://echo.test/@alice", "alice")
_EMOJIS = [CustomEmoji(shortcode="cat", url="https://echo.test/cat.png", static_url="")]
_HERE = Addresses(base="https://echo.test", domain="echo.test", media="https://echo.test/media")


def one(data: bytes) -> None:
    """Give the rest of an input to the reader that its first byte names."""
    addresses.bind(_HERE)
    if data:
        reader = _READERS[data[0] % len(_READERS)]
        reader(data[1:])


def _foreign(data: bytes) -> None:
    html = data.decode(errors="surrogateescape")  # half characters are among what comes
    cleaned = clean(html)
    found = judge(cleaned)
    assert found.deepest <= 80
    assert clean(cleaned) == cleaned
    assert len(cleaned) <= 40 * len(html) + 200
    to_text(html).encode()
    assert "<" not in entities.unescape(str(Markup(words(cleaned)))) or "&lt;" in cleaned
    judge(str(rich(cleaned, _EMOJIS)), ours=True)
    link = first_link(cleaned, "https://echo.test")
    assert link is None or safe_url(link) == link


def _plain(data: bytes) -> None:
    text = data.decode(errors="replace")
    judge(str(plain(text, _EMOJIS)), ours=True)
    judge(render_plain(text))
    assert entities.unescape(str(plain(text))) == text or "\r" in text or "&" in text


def _typed(data: bytes) -> None:
    text = data.decode(errors="replace")
    people = dict.fromkeys(find(text).mentions, _TARGET)
    for write in (render, render_bio, render_field, render_markdown):
        html = write(text, mention_urls=people, tag_url=_HERE.tag_page).html
        judge(html, ours=True)
        assert "\n" not in html


def _page(data: bytes) -> None:
    facts = read_page(data, _PAGE)
    if facts is not None:
        _check(facts)
    _check(with_oembed(facts or PageFacts(url=_PAGE, title="x"), data))


def _check(facts: PageFacts) -> None:
    links = (
        facts.url,
        facts.author_url,
        facts.provider_url,
        facts.image_url,
        facts.embed_url,
        facts.oembed_url,
    )
    for link in links:
        assert not link or safe_url(link) == link, link
    for text in (facts.title, facts.description, facts.author_name, facts.provider_name):
        assert "\x00" not in text
        text.encode()
    assert 0 <= facts.width <= 10_000
    assert 0 <= facts.height <= 10_000
    if facts.kind == "video":
        assert facts.embed_url.startswith("https://")


_READERS: tuple[Callable[[bytes], None], ...] = (_foreign, _plain, _typed, _page)
