"""Texts of the house, written in Markdown, as HTML; and lists of rules as their parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

# HTML in the source is shown as text, addresses that run something are no links, and nothing is loaded from
# elsewhere. So what comes out is safe, whoever wrote it.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,3}[.)])\s+(.+)")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule, and what explains it."""

    text: str
    hint: str = ""


def render(markdown: str) -> str:
    """Markdown as clean HTML, headings and tables included."""
    return str(_markdown.render(markdown)).strip()


def read_rules(text: str) -> list[RuleText]:
    """The items of a list, numbered or not; the lines under an item are its hint. Other lines say nothing."""
    rules: list[RuleText] = []
    for line in text.splitlines():
        item = _ITEM.fullmatch(line.rstrip())
        if item is not None:
            rules.append(RuleText(item[1].strip()))
        elif rules and line.startswith((" ", "\t")) and line.strip():
            last = rules[-1]
            rules[-1] = RuleText(last.text, f"{last.hint} {line.strip()}".strip())
    return rules
