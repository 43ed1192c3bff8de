"""Markdown of a local author to HTML: CommonMark and strikethrough, no HTML of the author's own.

Links, mentions and hashtags are found and written as in plain text (`echo.text.markup`), so clients see no
difference. They wait outside while the sanitiser reads the rest, because it would write links its own way.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from echo.text.links import Link
from echo.text.markup import MentionTarget, Rendered, Span, Writer, scan
from echo.text.mentions import Handle
from echo.text.plain import escape, tidy
from echo.text.sanitize import clean

# Characters that no text holds: the number of a name that waits outside stands between them.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_OURS = re.compile(f"[{_OPEN}{_CLOSE}]")
# Emphasis around an address is no part of it.
_EMPHASIS = "*_~`"
_SENTENCE_END = ".,:;!?"
# Where something other than words may begin.
_SPECIAL = re.compile(r"[\n!&*<>\[\\\]^_`{}~]")
_SPANS, _WRITTEN = "spans", "written"


def render_markdown(
    text: str,
    *,
    mention_urls: Mapping[Handle, MentionTarget],
    tag_url: Callable[[str], str],
    allow_ports: bool = False,
) -> Rendered:
    """The HTML of a post typed in Markdown; safe, without newline characters.

    Shapes:  as `markup.render`; names in code and in the text of links stay words
    """
    tidied = _OURS.sub("", tidy(text))
    writer = Writer(scan(tidied, allow_ports=allow_ports), mention_urls, tag_url)
    written: list[str] = []
    environment = {_SPANS: _Spans(allow_ports=allow_ports), _WRITTEN: (writer, written)}
    html = _PARSER.render(tidied, environment).replace("\n", "").replace("\r", " ")
    return writer.finish(_PLACE.sub(lambda place: written[int(place[1])], clean(html)))


class _Spans:
    """Where names and links begin in each piece of text that the parser looks into."""

    def __init__(self, *, allow_ports: bool) -> None:
        self._allow_ports = allow_ports
        self._found: dict[str, tuple[dict[int, Span], list[int]]] = {}

    def at(self, text: str, position: int) -> Span | None:
        """What begins exactly there."""
        return self._of(text)[0].get(position)

    def next_start(self, text: str, position: int, end: int) -> int:
        """Where the next one behind a place begins; `end` when that is further."""
        starts = self._of(text)[1]
        index = bisect_right(starts, position)
        return min(starts[index], end) if index < len(starts) else end

    def _of(self, text: str) -> tuple[dict[int, Span], list[int]]:
        if text not in self._found:
            spans = [_bare(span) for span in scan(text, allow_ports=self._allow_ports)]
            self._found[text] = ({span.start: span for span in spans}, [span.start for span in spans])
        return self._found[text]


def _bare(span: Span) -> Span:
    """A link without the emphasis that is closed right behind it, or behind its sentence."""
    if not isinstance(span, Link):
        return span
    url = span.url.rstrip(_EMPHASIS)
    if url != span.url:
        url = url.rstrip(_SENTENCE_END)
    return replace(span, url=url, end=span.start + len(url))


def _parse_name(state: StateInline, silent: bool) -> bool:
    """Rule of the parser: a link, mention or hashtag; a link may stand between `<` and `>`."""
    bracket = int(state.src.startswith("<", state.pos))
    span = state.env[_SPANS].at(state.src, state.pos + bracket)
    if span is None or span.end + bracket > state.posMax:
        return False
    if bracket and not (isinstance(span, Link) and state.src.startswith(">", span.end)):
        return False
    if not silent:
        token = state.push("name", "", 0)
        token.content = state.src[span.start : span.end]
        token.meta = {"span": span, "in_link": state.linkLevel > 0}
    state.pos = span.end + bracket
    return True


def _parse_words(state: StateInline, silent: bool) -> bool:
    """Rule of the parser: words, up to where something else may begin."""
    special = _SPECIAL.search(state.src, state.pos, state.posMax)
    end = special.start() if special else state.posMax
    end = state.env[_SPANS].next_start(state.src, state.pos, end)
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _write_name(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    environment: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    if token.meta["in_link"]:
        return escape(token.content)
    return _outside(environment, token.meta["span"], token.content)


def _outside(environment: MutableMapping[str, Any], span: Span, typed: str) -> str:
    """Write a name or link, and return what stands for it until the rest is clean."""
    writer, written = environment[_WRITTEN]
    written.append(writer.write(span, typed))
    return f"{_OPEN}{len(written) - 1}{_CLOSE}"


def _write_code(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    environment: MutableMapping[str, Any],
) -> str:
    lines = escape(tokens[index].content.rstrip("\n")).replace("\n", "<br />")
    return f"<pre><code>{lines}</code></pre>"


def _write_image(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    environment: MutableMapping[str, Any],
) -> str:
    """The sanitiser makes a link of it."""
    source, label = str(tokens[index].attrs.get("src", "")), tokens[index].content
    return f'<img src="{escape(source)}" alt="{escape(label)}" />'


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": True})
    parser.enable("strikethrough").disable(["html_block", "html_inline"])
    parser.inline.ruler.at("text", _parse_words)
    parser.inline.ruler.before("text", "name", _parse_name)
    parser.add_render_rule("name", _write_name)
    parser.add_render_rule("image", _write_image)
    parser.add_render_rule("fence", _write_code)
    parser.add_render_rule("code_block", _write_code)
    return parser


_PARSER = _parser()
