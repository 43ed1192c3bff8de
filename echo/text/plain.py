"""Plain text as people type it, made fit for storing and for showing."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and newline; lone surrogates, which have no place in UTF-8.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|\u2028|\u2029")
_HTML_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def storable(text: str) -> str:
    """The text without the characters that PostgreSQL or UTF-8 cannot hold, or that only disturb."""
    return _UNSTORABLE.sub("", text)


def tidy(text: str) -> str:
    """Typed text in the form Echo keeps: `\\n` line ends, no control characters, no space around it."""
    return storable(_LINE_END.sub("\n", text)).strip()


def escape(text: str) -> str:
    """The text as HTML text or as the value of a quoted attribute."""
    return text.translate(_HTML_SPECIAL)
