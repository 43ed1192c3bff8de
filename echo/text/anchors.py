"""Where a post leads: addresses of pages, and how many people it names."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from echo.text.sanitize import safe_url

_PEOPLE = frozenset({"mention", "u-url", "h-card"})
_MOST = 500


@dataclass(frozen=True, slots=True)
class Anchors:
    """Shapes:  links: each once, in order, without people, hashtags and quotes; people: different ones"""

    links: tuple[str, ...] = ()
    people: int = 0


def anchors_of(html: str) -> Anchors:
    """What the anchors of a post are.

    Shapes:  html: clean
    """
    if "<a" not in html:
        return Anchors()
    page = LexborHTMLParser(html)
    for quote in page.css(".quote-inline"):
        quote.decompose()
    links: dict[str, None] = {}
    people: set[str] = set()
    for node in page.css("a[href]")[:_MOST]:
        url = safe_url(node.attributes.get("href"))
        if url is None:
            continue
        classes = set((node.attributes.get("class") or "").split())
        if "hashtag" in classes or "tag" in (node.attributes.get("rel") or "").split():
            continue
        if classes & _PEOPLE:
            people.add(url)
        else:
            links[url] = None
    return Anchors(tuple(links), len(people))
