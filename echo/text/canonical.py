"""Any HTML rewritten as the little HTML that Echo keeps: known elements only, well nested, not deep.

This is the shaping half of the sanitiser: it decides what a post looks like (headings become bold
paragraphs, images become links). That its result is harmless is nh3's business, which reads it next; that
nh3 reads it in linear time follows from what is written here: few attributes, bounded depth, no mis-nesting.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass

from echo.text.tokens import Close, Open, Text, tokens

INLINE = frozenset(("a", "span", "del", "s", "code", "b", "strong", "i", "em", "u", "ruby", "rt", "rp"))
CONTAINERS = frozenset(("ul", "ol", "li", "blockquote"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Elements that start a new line in a browser; they are unwrapped, and the line break is kept.
LINES = (
    frozenset(("div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center"))
    | frozenset(("figure", "figcaption", "details", "summary", "hr", "form", "fieldset", "video", "audio"))
    | frozenset(("dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "caption"))
)
CELLS = frozenset(("td", "th", "option"))
MAX_DEPTH = 64

SCHEMES = frozenset(
    ("http", "https", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "xmpp", "magnet", "gemini")
)
REL = "nofollow noopener"

_LINKABLE = re.compile(
    rf"(?:https?://|(?:{'|'.join(sorted(SCHEMES - {'http', 'https'}))}):)[^/]", re.IGNORECASE
)
_CLASS = re.compile(r"(?:h|p|u|dt|e)-[\w-]+|mention|hashtag|ellipsis|invisible|quote-inline", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_URL_CHARACTERS = 4096
_LONGEST_ESCAPE = len("&quot;")
_CLASS_CHARACTERS = 512
_UNSEEN = str.maketrans("", "", "\t\n\r")
_MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;"})


@dataclass(frozen=True, slots=True)
class _Element:
    """An element that is open: its name in the source, what closes it in the result, and its levels."""

    name: str
    closing: str
    depth: int = 1


def canonical(html: str) -> str:
    """Rewrite HTML with known elements only, in linear time; `sanitize.clean` then proves it harmless."""
    writer = _Writer()
    for token in tokens(html):
        if isinstance(token, Text):
            writer.text(token.raw)
        elif isinstance(token, Open):
            writer.open(token.name, token.attributes)
        else:
            writer.close(token)
    return writer.finish()


class _Writer:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._stack: list[_Element] = []
        self._depth = 0
        self._at_edge = True  # nothing on the current line yet
        self._break_wanted = False

    def text(self, raw: str) -> None:
        if not raw.isspace():
            self._start_inline()
        self._out.append(raw.translate(_MARKUP))

    def open(self, name: str, attributes: dict[str, str]) -> None:
        if name in INLINE:
            self._open_inline(name, attributes)
        elif name in HEADINGS:
            self._open_block(name, f"<p{_language(attributes)}><strong>", "</strong></p>", depth=2)
        elif name in CONTAINERS or name in ("p", "pre"):
            self._open_block(name, f"<{name}{_block_attributes(name, attributes)}>", f"</{name}>")
        elif name == "br":
            self._out.append("<br>")
            self._at_edge = True
        elif name == "img":
            self._image(attributes)
        elif name in LINES:
            self._break_wanted = True
        elif name in CELLS:
            self._out.append(" ")

    def close(self, token: Close) -> None:
        if token.name in LINES:
            self._break_wanted = True
            return
        for depth in range(len(self._stack) - 1, -1, -1):
            element = self._stack[depth]
            if element.name == token.name:
                self._close_down_to(depth)
                return
            # An inline end tag does not reach out of the list or quotation it stands in.
            if element.name in CONTAINERS and token.name not in CONTAINERS:
                return

    def finish(self) -> str:
        self._close_down_to(0)
        return "".join(self._out)

    def _open_inline(self, name: str, attributes: dict[str, str]) -> None:
        if name == "a":
            self._close_nearest(("a",))
            # One that a list or quotation keeps open is not closed from inside, and no link stands in a link.
            if self._is_in_link() or not _is_linkable(attributes.get("href")):
                return
        if self._depth < MAX_DEPTH:
            self._start_inline()
            self._out.append(f"<{name}{_inline_attributes(name, attributes)}>")
            self._push(_Element(name, f"</{name}>"))

    def _open_block(self, name: str, opening: str, closing: str, *, depth: int = 1) -> None:
        if name == "li":
            self._close_nearest(("li",))
        self._close_nearest(("p", "pre", *HEADINGS))
        if self._depth + depth <= MAX_DEPTH:
            self._out.append(opening)
            self._push(_Element(name, closing, depth))
        self._edge()

    def _push(self, element: _Element) -> None:
        self._stack.append(element)
        self._depth += element.depth

    def _image(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src")
        label = attributes.get("alt", "").strip()
        is_emoji = "emoji" in attributes.get("class", "").split()
        if is_emoji or not _is_linkable(source) or self._is_in_link():
            if label:
                self.text(label)
            return
        self._open_inline("a", {"href": source or ""})
        self.text(label or source or "")
        self._close_nearest(("a",))

    def _start_inline(self) -> None:
        if self._break_wanted and not self._at_edge:
            self._out.append("<br>")
        self._break_wanted = False
        self._at_edge = False

    def _is_in_link(self) -> bool:
        return any(element.name == "a" for element in self._stack)

    def _edge(self) -> None:
        self._at_edge = True
        self._break_wanted = False

    def _close_nearest(self, names: tuple[str, ...]) -> None:
        """Close the innermost element of these names, unless a list or quotation lies between."""
        for depth in range(len(self._stack) - 1, -1, -1):
            if self._stack[depth].name in names:
                self._close_down_to(depth)
                return
            if self._stack[depth].name in CONTAINERS:
                return

    def _close_down_to(self, depth: int) -> None:
        while len(self._stack) > depth:
            element = self._stack.pop()
            self._depth -= element.depth
            self._out.append(element.closing)
            if element.name not in INLINE:
                self._edge()


def _inline_attributes(name: str, attributes: dict[str, str]) -> str:
    written = _language(attributes)
    if name in ("a", "span"):
        written += _classes(attributes)
        if attributes.get("translate", "").lower() in ("no", "yes"):
            written += f' translate="{attributes["translate"].lower()}"'
    if name == "a":
        address = _tidy(attributes["href"])
        rel = f"tag {REL}" if "tag" in attributes.get("rel", "").lower().split() else REL
        written = f' href="{address.translate(_MARKUP)}"{written} rel="{rel}" target="_blank"'
    return written


def _block_attributes(name: str, attributes: dict[str, str]) -> str:
    written = _language(attributes)
    if name == "p":
        written += _classes(attributes)
    if name == "ol" and "reversed" in attributes:
        written += ' reversed=""'
    number = {"ol": "start", "li": "value"}.get(name)
    if number and _INTEGER.fullmatch(attributes.get(number, "")):
        written += f' {number}="{attributes[number]}"'
    return written


def _language(attributes: dict[str, str]) -> str:
    language = attributes.get("lang", "")
    return f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""


def _classes(attributes: dict[str, str]) -> str:
    kept = [
        word for word in attributes.get("class", "")[:_CLASS_CHARACTERS].split() if _CLASS.fullmatch(word)
    ]
    return f' class="{" ".join(kept)}"' if kept else ""


def _tidy(raw: str) -> str:
    """An address without the line ends and tabs in it, and the spaces around it, that no browser sees."""
    return raw.translate(_UNSEEN).strip(" \f")


def _is_linkable(raw: str | None) -> bool:
    """Whether the raw value of an attribute is an absolute address of a scheme that may be linked to."""
    if raw is None or len(raw) > _LONGEST_ESCAPE * _URL_CHARACTERS:
        return False
    try:
        url = entities.unescape(_tidy(raw))
    except ValueError:  # a numeric reference with thousands of digits
        return False
    # Escapes do not count: written anew, an address has others.
    return len(url) <= _URL_CHARACTERS and _LINKABLE.match(url) is not None and url == url.translate(_UNSEEN)
