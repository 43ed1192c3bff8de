"""The link of a post that a preview is shown for: the first that leads to a page, not to people or tags."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from echo.text.sanitize import safe_url

_SKIPPED = frozenset({"mention", "hashtag", "u-url", "h-card", "u-in-reply-to"})
_URL_CHARACTERS = 2048
_MOST_LINKS = 100


def first_link(html: str, own_base: str) -> str | None:
    """The address of the first such link, or None.

    Shapes:  html: clean; own_base: address of this server, to which no link counts
    """
    if "<a" not in html:
        return None
    page = LexborHTMLParser(html)
    for quote in page.css(".quote-inline"):
        quote.decompose()
    for node in page.css("a[href]")[:_MOST_LINKS]:
        classes = set((node.attributes.get("class") or "").split())
        is_tag = "tag" in (node.attributes.get("rel") or "").split()
        if is_tag or classes & _SKIPPED:
            continue
        url = safe_url(node.attributes.get("href"))
        is_ours = url is not None and (url == own_base or url.startswith(f"{own_base}/"))
        if url is not None and not is_ours and len(url) <= _URL_CHARACTERS:
            return url
    return None
