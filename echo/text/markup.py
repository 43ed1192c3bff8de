"""Plain text of a local author to HTML, in exactly the shape that Mastodon clients look for.

Two steps, because mentions must be looked up in between: `find` says which accounts and tags the text
names, the caller looks the accounts up, `render` writes the HTML with the addresses it was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from echo.text.hashtags import Hashtag, find_hashtags
from echo.text.links import Link, find_links, shown
from echo.text.mentions import Handle, Mention, find_mentions
from echo.text.plain import escape, tidy

Span: TypeAlias = Link | Mention | Hashtag

_PARAGRAPH_END = re.compile(r"\n{2,}")
_REL = "nofollow noopener"


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names: each account, tag (normalised) and link once, in order of appearance."""

    mentions: tuple[Handle, ...]
    hashtags: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentionTarget:
    """An account that was looked up: its profile address, and `user` or `user@domain` as seen from here."""

    url: str
    acct: str

    @property
    def username(self) -> str:
        return self.acct.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Finished HTML, with the handles that were resolved and the tags, each once: by name, as first typed."""

    html: str
    mentions: tuple[Handle, ...]
    hashtags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Style:
    """How names and links are written in the place the text is for."""

    rel: str
    full_handles: bool  # always `user@domain`, not only where two of one name meet


POST_STYLE = Style(rel=_REL, full_handles=False)


class Writer:
    """Writes links, mentions and hashtags as HTML, and remembers which names it has written."""

    def __init__(
        self,
        spans: Iterable[Span],
        targets: Mapping[Handle, MentionTarget],
        tag_url: Callable[[str], str],
        style: Style = POST_STYLE,
    ) -> None:
        """Shapes:  spans: all of the text, so that names that two of them share are known"""
        self._targets = targets
        self._tag_url = tag_url
        self._style = style
        self._ambiguous = _ambiguous_names(spans, targets)
        self.mentions: dict[Handle, None] = {}
        self.hashtags: dict[str, str] = {}

    def write(self, span: Span, typed: str) -> str:
        """The HTML of one of them; a name without a target stays as it was typed."""
        if isinstance(span, Link):
            return _link_html(span.url, self._style.rel)
        if isinstance(span, Hashtag):
            self.hashtags.setdefault(span.name, span.typed_name)
            return _hashtag_html(span.typed_name, self._tag_url(span.name))
        target = self._targets.get(span.handle)
        if target is None:
            return escape(typed)
        self.mentions[span.handle] = None
        full = self._style.full_handles or target.username.lower() in self._ambiguous
        return _mention_html(target, full=full)

    def finish(self, html: str) -> Rendered:
        """The finished HTML with the names that were written."""
        return Rendered(html, tuple(self.mentions), self.hashtags)


def scan(text: str, *, allow_ports: bool = False) -> list[Span]:
    """Links, mentions and hashtags of a tidied text in order; a link hides what stands inside it."""
    spans: list[Span] = []
    position = 0
    for link in find_links(text):
        spans += _names_between(text, position, link.start, allow_ports=allow_ports)
        spans.append(link)
        position = link.end
    return spans + _names_between(text, position, len(text), allow_ports=allow_ports)


def _names_between(text: str, start: int, end: int, *, allow_ports: bool) -> list[Span]:
    mentions = find_mentions(text, start, end, allow_ports=allow_ports)
    return sorted([*mentions, *find_hashtags(text, start, end)], key=lambda span: span.start)


def find(text: str, *, allow_ports: bool = False) -> Found:
    """The accounts, hashtags and links that a text names, for looking them up before `render`."""
    spans = scan(tidy(text), allow_ports=allow_ports)
    return Found(
        mentions=tuple(dict.fromkeys(span.handle for span in spans if isinstance(span, Mention))),
        hashtags=tuple(dict.fromkeys(span.name for span in spans if isinstance(span, Hashtag))),
        links=tuple(dict.fromkeys(span.url for span in spans if isinstance(span, Link))),
    )


def render(
    text: str,
    *,
    mention_urls: Mapping[Handle, MentionTarget],
    tag_url: Callable[[str], str],
    allow_ports: bool = False,
) -> Rendered:
    """The HTML of a post's text; a mention without a target stays text, blank text is the empty string.

    Shapes:  mention_urls by the handles that `find` returned; tag_url gets the normalised name
    """
    line = _render_inline(tidy(text), mention_urls, tag_url, POST_STYLE, allow_ports=allow_ports)
    return Rendered(_paragraphs(line.html), line.mentions, line.hashtags)


def render_bio(
    text: str,
    *,
    mention_urls: Mapping[Handle, MentionTarget],
    tag_url: Callable[[str], str],
    allow_ports: bool = False,
) -> Rendered:
    """The HTML of a profile text: as `render`, with `rel=me` on links and full handles."""
    style = Style(rel=f"{_REL} me", full_handles=True)
    line = _render_inline(tidy(text), mention_urls, tag_url, style, allow_ports=allow_ports)
    return Rendered(_paragraphs(line.html), line.mentions, line.hashtags)


def render_field(
    value: str,
    *,
    mention_urls: Mapping[Handle, MentionTarget],
    tag_url: Callable[[str], str],
    allow_ports: bool = False,
) -> Rendered:
    """The HTML of a profile field's value: one line, no paragraph, links with `rel=me`."""
    style = Style(rel=f"{_REL} me", full_handles=True)
    one_line = tidy(value).replace("\n", " ")
    return _render_inline(one_line, mention_urls, tag_url, style, allow_ports=allow_ports)


def render_plain(text: str) -> str:
    """The HTML of a text in which nothing is a link: paragraphs and line breaks only."""
    return _paragraphs(escape(tidy(text)))


def quote_line(url: str) -> str:
    """The paragraph that names a quoted post, for those who show no quotes; the others hide it."""
    return f'<p class="quote-inline">RE: {_link_html(url, _REL)}</p>'


def _render_inline(
    text: str,
    targets: Mapping[Handle, MentionTarget],
    tag_url: Callable[[str], str],
    style: Style,
    *,
    allow_ports: bool,
) -> Rendered:
    spans = scan(text, allow_ports=allow_ports)
    writer = Writer(spans, targets, tag_url, style)
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces.append(escape(text[position : span.start]))
        pieces.append(writer.write(span, text[span.start : span.end]))
        position = span.end
    pieces.append(escape(text[position:]))
    return writer.finish("".join(pieces))


def _ambiguous_names(spans: Iterable[Span], targets: Mapping[Handle, MentionTarget]) -> set[str]:
    """User names that two different accounts of this text share: only those are shown with their domain."""
    accts: dict[str, set[str]] = {}
    for span in spans:
        if isinstance(span, Mention) and (target := targets.get(span.handle)) is not None:
            accts.setdefault(target.username.lower(), set()).add(target.acct.lower())
    return {name for name, same in accts.items() if len(same) > 1}


def _paragraphs(html: str) -> str:
    """Blank lines part paragraphs, other line ends are breaks; clients expect no newline character."""
    if not html:
        return ""
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in _PARAGRAPH_END.split(html))


def _mention_html(target: MentionTarget, *, full: bool) -> str:
    name = escape(target.acct if full else target.username)
    href = escape(target.url)
    return (
        f'<span class="h-card" translate="no">'
        f'<a href="{href}" class="u-url mention">@<span>{name}</span></a></span>'
    )


def _hashtag_html(typed_name: str, url: str) -> str:
    return f'<a href="{escape(url)}" class="mention hashtag" rel="tag">#<span>{escape(typed_name)}</span></a>'


def _link_html(url: str, rel: str) -> str:
    parts = shown(url)
    middle_class = "ellipsis" if parts.rest else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="{rel}" translate="no">'
        f'<span class="invisible">{escape(parts.prefix)}</span>'
        f'<span class="{middle_class}">{escape(parts.middle)}</span>'
        f'<span class="invisible">{escape(parts.rest)}</span></a>'
    )
