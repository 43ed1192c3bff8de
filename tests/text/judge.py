"""Says whether HTML is harmless: read by a parser that shares nothing with the code that wrote it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from echo.text.sanitize import ATTRIBUTES, ELEMENTS

_HREF = re.compile(r"(https?://|(dat|dweb|ipfs|ipns|ssb|gopher|xmpp|magnet|gemini):)[^/\s]", re.IGNORECASE)
_CLASS = re.compile(r"(h|p|u|dt|e)-[\w-]+|mention|hashtag|ellipsis|invisible|quote-inline", re.ASCII)
_VOID = {"br"}
_EMOJI = {"class", "src", "alt", "title", "loading"}


class Judge(HTMLParser):
    """Fails on anything that is not in the allow-list, and on tags that do not close in order.

    Shapes:  ours: links may be as we write them, and custom emojis may stand there as pictures
    """

    def __init__(self, *, ours: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.deepest = 0
        self._ours = ours

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img" and self._ours:
            assert values.keys() == _EMOJI, values
            assert (values["src"] or "").startswith(("https://", "http://")), values
            assert values["class"] == "emoji", values
            return
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"], (tag, name)
            if name == "href":
                assert value is not None
                assert _HREF.match(value), value
            if name == "class":
                assert all(_CLASS.fullmatch(word) for word in (value or "").split()), value
        if tag == "a" and not self._ours:
            assert values["target"] == "_blank"
            assert values["rel"] in ("nofollow noopener", "tag nofollow noopener")
        if tag not in _VOID:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID
        assert attrs == []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError("comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("processing instruction")


def judge(html: str, *, ours: bool = False) -> Judge:
    """Read HTML to its end. Raises AssertionError when it is not harmless."""
    found = Judge(ours=ours)
    found.feed(html)
    found.close()
    assert found.open == []
    return found
