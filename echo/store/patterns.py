"""Texts of people inside LIKE."""

from __future__ import annotations


def literal(text: str) -> str:
    """The text as a pattern that matches only itself: `%`, `_` and the backslash mean nothing."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
