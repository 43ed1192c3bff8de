"""Markdown becomes the HTML that clients show, and names in it are those of plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text.markdown import render_markdown
from echo.text.markup import MentionTarget, Rendered, render
from echo.text.sanitize import clean, to_text
from tests.text.test_markup import PEOPLE, tag_url
from tests.text.vectors import ALL


def rendered(text: str) -> Rendered:
    return render_markdown(text, mention_urls=PEOPLE, tag_url=tag_url)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Hello", "<p>Hello</p>"),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("**bold** *slanted* ~~gone~~", "<p><strong>bold</strong> <em>slanted</em> <s>gone</s></p>"),
        ("# Title", "<p><strong>Title</strong></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```py\nx\n  y < z\n```", "<pre><code>x<br />  y &lt; z</code></pre>"),
        ("<b>no</b> <script>x</script>", "<p>&lt;b&gt;no&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>"),
        (
            "[text](https://a.test/)",
            '<p><a href="https://a.test/" rel="nofollow noopener" target="_blank">text</a></p>',
        ),
        (
            "![a cat](https://a.test/cat.png)",
            '<p><a href="https://a.test/cat.png" rel="nofollow noopener" target="_blank">a cat</a></p>',
        ),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("1 \\* 2 \\@alice", "<p>1 * 2 @alice</p>"),
        (":blobcat: a_b_c", "<p>:blobcat: a_b_c</p>"),
    ],
)
def test_the_html_of_markdown(text: str, html: str) -> None:
    assert rendered(text).html == html


@pytest.mark.parametrize(
    "text",
    [
        "@alice",
        "hi @bob@far.test!",
        "#Tag and #日本",
        "https://www.a.test/x_y_z?q=1&r=(2)",
        "see https://a.test/@c.",
    ],
)
def test_names_look_as_in_plain_text(text: str) -> None:
    plain = render(text, mention_urls=PEOPLE, tag_url=tag_url)
    assert rendered(text) == plain
    assert rendered(f"**{text}**").html == plain.html.replace("<p>", "<p><strong>").replace(
        "</p>", "</strong></p>"
    )


def test_a_bare_link_may_stand_in_brackets() -> None:
    assert rendered("<https://a.test/x>") == rendered("https://a.test/x")


@pytest.mark.parametrize(
    "text", ["`@alice #tag https://a.test`", "```\n@alice #tag\n```", "x\n\n    @alice #tag"]
)
def test_names_in_code_are_words(text: str) -> None:
    found = rendered(text)
    assert (found.mentions, found.hashtags) == ((), {})
    assert "<a" not in found.html


def test_names_in_the_text_of_a_link_are_words() -> None:
    found = rendered("[@alice #tag](https://a.test/@bob@far.test)")
    assert (found.mentions, found.hashtags) == ((), {})
    assert found.html.count("<a") == 1


def test_only_names_that_are_shown_are_named() -> None:
    found = rendered("@alice `@bob@far.test` #one `#two`")
    assert (found.mentions, found.hashtags) == ((("alice", None),), {"one": "one"})


def test_two_of_one_name_are_told_apart() -> None:
    people = {
        ("ann", None): MentionTarget("https://echo.test/@ann", "ann"),
        ("ann", "far.test"): MentionTarget("https://far.test/@ann", "ann@far.test"),
    }
    html = render_markdown("@ann **@ann@far.test**", mention_urls=people, tag_url=tag_url).html
    assert "<span>ann@far.test</span>" in html


def test_nobody_can_write_what_stands_for_a_name() -> None:
    evil = MentionTarget("https://a.test/", "alice")
    html = render_markdown(
        "@alice [\ufdd00\ufdd1](https://x.test/\ufdd00\ufdd1) \ufdd09\ufdd1",
        mention_urls={("alice", None): evil},
        tag_url=tag_url,
    ).html
    assert html.count("h-card") == 1
    assert "\ufdd0" not in html


@pytest.mark.parametrize("text", ALL)
def test_html_of_the_author_stays_text(text: str) -> None:
    html = rendered(text).html
    assert "<script" not in html.lower()
    assert to_text(clean(html)) == to_text(html)


@given(st.text(alphabet="*_~`[]()<>!#@\\\n -+1.ahtps:/&;\"'|\ufdd0\ufdd1", max_size=80))
def test_any_text_is_well_formed(text: str) -> None:
    html = rendered(text).html
    assert "\n" not in html
    assert clean(html).count("<") == html.count("<")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "*a_" * 3_000,
        "> " * 2_000 + "x",
        "`" * 5_000,
        "<" * 5_000,
        "@alice " * 2_000,
        "- " * 2_000,
    ],
    ids=lambda text: text[:6],
)
def test_hostile_markdown_does_not_take_long(text: str) -> None:
    started = time.process_time()
    rendered(text)
    assert time.process_time() - started < 10.0
