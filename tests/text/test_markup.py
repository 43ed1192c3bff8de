from __future__ import annotations

import html as entities
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text.markup import (
    Found,
    MentionTarget,
    find,
    quote_line,
    render,
    render_bio,
    render_field,
    render_plain,
)
from echo.text.plain import tidy
from echo.text.sanitize import clean

ALICE = MentionTarget("https://echo.test/@alice", "alice")
BOB = MentionTarget("https://far.test/users/1", "bob@far.test")
PEOPLE = {("alice", None): ALICE, ("alice", "echo.test"): ALICE, ("bob", "far.test"): BOB}


def tag_url(name: str) -> str:
    return f"https://echo.test/tags/{name}"


def html_of(text: str) -> str:
    return render(text, mention_urls=PEOPLE, tag_url=tag_url).html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello", "<p>Hello</p>"),
        ("", ""),
        (" \n\t ", ""),
        ("one\ntwo", "<p>one<br />two</p>"),
        ("one\r\ntwo\rthree", "<p>one<br />two<br />three</p>"),
        ("one\n\ntwo\n\n\n\nthree", "<p>one</p><p>two</p><p>three</p>"),
        ("<b>&\"'</b>", "<p>&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;</p>"),
        ("a\x00b\ud800c", "<p>abc</p>"),
        (":blobcat: stays", "<p>:blobcat: stays</p>"),
        (
            "hi @Alice!",
            '<p>hi <span class="h-card" translate="no"><a href="https://echo.test/@alice" '
            'class="u-url mention">@<span>alice</span></a></span>!</p>',
        ),
        (
            "@bob@Far.Test",
            '<p><span class="h-card" translate="no"><a href="https://far.test/users/1" '
            'class="u-url mention">@<span>bob</span></a></span></p>',
        ),
        ("@nobody @who@where.test", "<p>@nobody @who@where.test</p>"),
        (
            "#HashTag",
            '<p><a href="https://echo.test/tags/hashtag" class="mention hashtag" rel="tag">'
            "#<span>HashTag</span></a></p>",
        ),
        (
            "https://example.com/a",
            '<p><a href="https://example.com/a" target="_blank" rel="nofollow noopener" translate="no">'
            '<span class="invisible">https://</span><span class="">example.com/a</span>'
            '<span class="invisible"></span></a></p>',
        ),
        (
            "https://www.example.com/abcdefghijklmnopqrstuvwxyz?a=1&b=2",
            '<p><a href="https://www.example.com/abcdefghijklmnopqrstuvwxyz?a=1&amp;b=2" target="_blank" '
            'rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">example.com/abcdefghijklmnopqr</span>'
            '<span class="invisible">stuvwxyz?a=1&amp;b=2</span></a></p>',
        ),
    ],
)
def test_shapes_are_mastodons(text: str, html: str) -> None:
    assert html_of(text) == html


def test_two_accounts_of_one_name_show_their_domain() -> None:
    other = MentionTarget("https://far.test/@alice", "alice@far.test")
    html = render(
        "@alice @alice@far.test", mention_urls={**PEOPLE, ("alice", "far.test"): other}, tag_url=tag_url
    ).html
    assert "@<span>alice</span>" in html
    assert "@<span>alice@far.test</span>" in html


def test_one_account_named_twice_does_not() -> None:
    assert "echo.test</span>" not in html_of("@alice @alice@echo.test")


def test_profile_text_has_rel_me_and_full_handles() -> None:
    html = render_bio("@bob@far.test\nhttps://a.test", mention_urls=PEOPLE, tag_url=tag_url).html
    assert "@<span>bob@far.test</span>" in html
    assert 'rel="nofollow noopener me"' in html
    assert html.startswith("<p>")


def test_field_is_one_line_without_paragraph() -> None:
    html = render_field("https://a.test\n\n#x", mention_urls=PEOPLE, tag_url=tag_url).html
    assert html.startswith('<a href="https://a.test" target="_blank" rel="nofollow noopener me"')
    assert "<p>" not in html
    assert "<br" not in html


def test_plain_text_links_nothing() -> None:
    assert render_plain("@alice #x\nhttps://a.test <") == "<p>@alice #x<br />https://a.test &lt;</p>"


def test_result_names_what_was_resolved() -> None:
    result = render("@alice @nobody @alice #A #a #b", mention_urls=PEOPLE, tag_url=tag_url)
    assert result.mentions == (("alice", None),)
    assert list(result.hashtags) == ["a", "b"]


def test_find_names_everything_once_in_order() -> None:
    assert find("@b #Z @a@Far.Test @B https://x.test/@c/#d #z e@f.test") == Found(
        mentions=(("b", None), ("a", "far.test")), hashtags=("z",), links=("https://x.test/@c/#d",)
    )


def test_a_quote_begins_with_a_line_that_clients_hide() -> None:
    line = quote_line("https://www.far.test/@bob/1")
    assert line == (
        '<p class="quote-inline">RE: <a href="https://www.far.test/@bob/1" target="_blank" '
        'rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span>'
        '<span class="">far.test/@bob/1</span><span class="invisible"></span></a></p>'
    )
    assert clean(line).startswith('<p class="quote-inline">RE: <a href="https://www.far.test/@bob/1" ')
    assert '"><script' not in quote_line('https://a.test/"><script>')


def test_addresses_are_escaped() -> None:
    evil = MentionTarget('https://a.test/"><script>', 'x"<@far.test')
    html = render("@x", mention_urls={("x", None): evil}, tag_url=lambda _: '"><script>').html
    assert "<script" not in html
    assert '""' not in html


class _TextOf(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) == ("br", [])
        self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.text += "\n\n"


_PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "@alice",
            "@bob@far.test",
            " #tag",
            "#日本",
            "https://a.test/x?y=(z)",
            "\n",
            "\n\n",
            " ",
            "&amp;",
            "<b>",
        ]
    ),
)


@given(st.lists(_PIECES, max_size=15).map("".join))
def test_no_character_of_the_text_is_lost(text: str) -> None:
    html = render(text, mention_urls={}, tag_url=tag_url).html
    assert "\n" not in html
    reader = _TextOf()
    reader.feed(html)
    reader.close()
    assert reader.text.strip() == re.sub(r"\n{2,}", "\n\n", tidy(text))


@given(st.lists(_PIECES, max_size=15).map("".join))
def test_what_we_write_survives_our_own_sanitiser(text: str) -> None:
    html = render(text, mention_urls=PEOPLE, tag_url=tag_url).html
    assert _words(clean(html)) == _words(html)


def _words(html: str) -> str:
    return entities.unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    "text",
    [
        "@" * 50_000,
        "@a" * 20_000,
        "@a@" + "b-" * 20_000,
        "#1" * 20_000,
        ("#" + "·" * 100) * 300,
        "https://" * 5_000,
        "https://a.b " * 3_000,
        "https://a。" * 3_000,
        "https://a.test/" + "(" * 20_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_text_is_linear(text: str) -> None:
    started = time.process_time()
    find(text)
    assert time.process_time() - started < 5.0
