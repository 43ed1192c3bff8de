"""Whether the pages that a profile links to link back to it.

Source:  rel=me, as XFN has it
"""

from __future__ import annotations

import asyncio
from urllib.parse import urldefrag

from selectolax.lexbor import LexborHTMLParser

from echo.actions import profile_links
from echo.http import media_types
from echo.models import Account
from echo.store import accounts
from federation.errors import FederationError
from federation.network import allow_http, is_ours, network

_HTML = ("text/html", "application/xhtml+xml")
PAGE_BYTES = 1_048_576
# Profiles have four rows; more than this is never asked for because of one change.
MOST_PAGES = 8
# Of a page with more links than this only the first are looked at.
MOST_LINKS = 2_000


async def verify_links(account_id: int) -> None:
    """Look at the pages that somebody here links to, and remember which link back.

    A page that cannot be read now is looked at again when the profile changes.
    """
    account = await accounts.find(account_id)
    if account is None or account.domain:
        return
    links = [link for link in profile_links.waiting(account.fields_) if _may_prove(link)][:MOST_PAGES]
    answers = await asyncio.gather(*(_links_back(link, account) for link in links))
    verified = [link for link, links_back in zip(links, answers, strict=True) if links_back]
    if verified:
        await profile_links.mark_verified(account_id, verified)


def links_back(html: bytes, profiles: frozenset[str]) -> bool:
    """Whether a page has a link with rel=me to one of these addresses."""
    page = LexborHTMLParser(html)
    for node in page.css("a[rel][href], link[rel][href]")[:MOST_LINKS]:
        attributes = node.attributes
        is_me = "me" in (attributes.get("rel") or "").lower().split()
        if is_me and _plain(attributes.get("href") or "") in profiles:
            return True
    return False


async def _links_back(link: str, account: Account) -> bool:
    try:
        answer = await network().client.get(link, accept="text/html", limit_bytes=PAGE_BYTES)
    except FederationError:
        return False
    # What is encrypted on the first step only proves nothing.
    if not _may_prove(answer.url):
        return False
    if media_types.parse(answer.headers.get("content-type", "")).name not in _HTML:
        return False
    return links_back(answer.body, frozenset({_plain(account.url), _plain(account.uri)}))


def _may_prove(link: str) -> bool:
    """Pages without TLS prove nothing, nor do our own, where nobody but us writes."""
    return (link.startswith("https://") or allow_http()) and not is_ours(link)


def _plain(address: str) -> str:
    return urldefrag(address.strip())[0].rstrip("/").lower()
