"""What a page says of itself, read from any bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from echo.text.page import PageFacts, read_page, with_oembed

URL = "https://news.test/story?x=1"
PAGE = """<html lang="de-AT"><head><title>Plain  title</title>
<meta property="og:title" content="A &amp; B"><meta property="og:description" content=" one
 two "><meta property="og:image" content="/pic.png"><meta property="og:image:alt" content="a picture">
<meta property="og:site_name" content="News"><meta name="author" content="Ann">
<meta property="article:published_time" content="2026-01-02T03:04:05+02:00">
<link rel="canonical" href="https://news.test/story">
<link type="application/json+oembed" href="/oembed.json"></head><body>x</body></html>"""


def test_facts_of_a_page() -> None:
    facts = read_page(PAGE.encode(), URL)
    assert facts == PageFacts(
        url="https://news.test/story",
        title="A & B",
        description="one two",
        language="de",
        author_name="Ann",
        provider_name="News",
        image_url="https://news.test/pic.png",
        image_description="a picture",
        published_at=datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
        oembed_url="https://news.test/oembed.json",
    )


def test_a_page_without_a_title_says_nothing() -> None:
    assert read_page(b"<p>hello</p>", URL) is None


def test_a_page_may_not_call_itself_by_another_host() -> None:
    html = b'<title>x</title><link rel="canonical" href="https://bank.test/">'
    facts = read_page(html, URL)
    assert facts is not None
    assert facts.url == URL


def test_s_e08_dangerous_addresses_of_a_page_are_left_out() -> None:
    html = b"""<title>x</title><meta property="og:image" content="javascript:alert(1)">
    <meta property="og:video:secure_url" content="http://plain.test/p">
    <meta property="og:video:type" content="text/html">"""
    facts = read_page(html, URL)
    assert facts is not None
    assert (facts.image_url, facts.embed_url, facts.kind) == ("", "", "link")


def test_s_e06_oembed_adds_the_address_of_a_player_and_nothing_else() -> None:
    facts = read_page(PAGE.encode(), URL)
    assert facts is not None
    document = b"""{"type": "video", "title": "Film", "width": "640", "height": 360,
    "html": "<script>1</script><iframe src='https://player.test/1' onload='x()'></iframe>"}"""
    film = with_oembed(facts, document)
    assert (film.kind, film.title, film.embed_url) == ("video", "Film", "https://player.test/1")
    assert (film.width, film.height) == (640, 360)


def test_a_broken_oembed_document_adds_nothing() -> None:
    facts = read_page(PAGE.encode(), URL)
    assert facts is not None
    for document in (b"", b"[]", b"{", b'{"type": 5, "width": -1, "html": [1]}', b"\xff\xfe", b"[" * 100_000):
        assert with_oembed(facts, document).title == facts.title


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_any_bytes_are_read(html: bytes, rest: str) -> None:
    read_page(html, f"https://news.test/{rest}")
    read_page(b"<title>x</title><meta property='og:image' content='" + html + b"'>", URL)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c), max_leaves=5)
)
def test_any_oembed_value_is_read(value: object) -> None:

    facts = PageFacts(url=URL, title="x")
    fields = ("type", "title", "author_name", "author_url", "thumbnail_url", "url", "html", "width", "height")
    for name in fields:
        with_oembed(facts, json.dumps({"type": "video", name: value}).encode())
        with_oembed(facts, json.dumps({"type": "photo", name: value}).encode())
