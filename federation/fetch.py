"""An address -> the Document that its own origin serves under it. Nothing is believed from anywhere else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from activitypub import document as documents
from activitypub import iri
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.vocabulary import ACTIVITY_JSON, LD_JSON
from echo.http import media_types
from echo.text.tokens import Open, tokens
from federation.errors import Exhausted, FederationError, Refused, Resting, Unbelievable
from federation.network import Network, allow_http, is_ours, network
from federation.replies import Answer

ACCEPT = f"{ACTIVITY_JSON}, {LD_JSON}"
ACCEPT_PAGES = f"{ACCEPT}, text/html;q=0.1"
# Of what failed more than once: longer each time.
SHORTEST_SECONDS, DAY_SECONDS = 600.0, 86_400.0
_HTML = ("text/html", "application/xhtml+xml")
_LINK = re.compile(r"<([^<>]*)>([^<]*)")

Found = TypeVar("Found")


async def fetch(address: str) -> Document:
    """The document with this id, from its own origin.

    Returns: a document whose `id` is where it was served from
    Raises:  Refused, Unreachable, Resting, Unwelcome, Unbelievable; also from memory, for a while
    """
    return await once(address.partition("#")[0], _fetch)


async def find(address: str) -> Document:
    """The same, for an address that a person typed: a page may lead to its document, one hop.

    Raises:  as `fetch`
    """
    return await once(address.partition("#")[0] + "#page", _find)


async def collection(address: str) -> Document:
    """A collection or a page of one, from where it lies; many have no id, or another one than their address.

    Raises:  as `fetch`
    """
    return await once(address.partition("#")[0] + "#collection", _collection)


async def once(key: str, ask: Callable[[str], Coroutine[Any, Any, Found]]) -> Found:
    """Ask a question that is not being asked already, and whose answer was not lately an error.

    Shapes:  key: the address, with a fragment that says which question
    """
    here = network()
    failure = here.failures.get(key)
    if failure is not None:
        raise failure.with_traceback(None)
    flight: asyncio.Task[Found] | None = here.flights.get(key)
    if flight is not None:
        try:
            return await asyncio.shield(flight)
        except Exhausted:
            pass  # whoever asked was at an end, and we are not
    flight = here.flights[key] = asyncio.create_task(ask(key.partition("#")[0]))
    flight.add_done_callback(lambda landed: _landed(here, key, landed))
    return await asyncio.shield(flight)


def _landed(here: Network, key: str, flight: asyncio.Task[Found]) -> None:
    """Forget a question that was answered, and remember one that was asked in vain: longer each time.

    Its error is no surprise, even when nobody waits any more.
    """
    if here.flights.get(key) is flight:
        del here.flights[key]
    if flight.cancelled():
        return
    error = flight.exception()
    if error is None:
        here.strikes.forget(key)
    elif isinstance(error, Resting):
        here.failures.put(key, error, seconds=error.retry_after_seconds)
    elif isinstance(error, FederationError) and error.keep_seconds:
        times = here.strikes.get(key) or 0
        here.strikes.put(key, times + 1)
        here.failures.put(key, error, seconds=_keep_seconds(error.keep_seconds, times))


def _keep_seconds(first: float, times: int) -> float:
    """For how long a question is not asked again that failed so many times before."""
    if not times:
        return first
    doublings = times if first >= SHORTEST_SECONDS else times - 1
    return min(max(first, SHORTEST_SECONDS) * 2.0**doublings, DAY_SECONDS)


async def _fetch(address: str) -> Document:
    document, place = await _get(address)
    return await _at_home(document, place)


async def _find(address: str) -> Document:
    answer = await _ask(address, ACCEPT_PAGES)
    if media_types.parse(answer.headers.get("content-type", "")).name in _HTML:
        linked = _alternate(answer)
        if linked is None:
            raise Unbelievable(f"{address}: a page without a document")
        return await _fetch(linked)
    return await _at_home(_read(answer), answer.url)


async def _collection(address: str) -> Document:
    document, place = await _get(address)
    if not iri.same_origin(place, address, allow_http=allow_http()):
        raise Unbelievable(f"{address} leads to {place}")
    return document


async def _at_home(document: Document, place: str) -> Document:
    """The document if it was served where its id says; else whatever is served there.

    Source:  CVE-2024-23832: a document says nothing about another place
    """
    if document.id is None:
        raise Unbelievable(f"{place}: no id")
    if not _is_same(document.id, place):
        document, place = await _get(document.id)
        if document.id is None or not _is_same(document.id, place):
            raise Unbelievable(f"{place} is not the home of {document.id}")
    return document


async def _get(address: str) -> tuple[Document, str]:
    answer = await _ask(address, ACCEPT)
    return _read(answer), answer.url


async def _ask(address: str, accept: str) -> Answer:
    if is_ours(address):
        raise Refused(f"our own: {address}")
    here = network()
    signer = await here.keys.server_signer()
    return await here.client.get(address.partition("#")[0], accept=accept, sign=signer.sign)


def _read(answer: Answer) -> Document:
    if not media_types.is_activity(answer.headers.get("content-type")):
        raise Unbelievable(f"{answer.url}: {answer.headers.get('content-type', 'no type')[:80]!r}")
    try:
        return documents.parse(answer.body)
    except Malformed as error:
        raise Unbelievable(f"{answer.url}: {error}") from error


def _is_same(identifier: str, place: str) -> bool:
    try:
        first = iri.parse(identifier.partition("#")[0], allow_http=allow_http())
        second = iri.parse(place.partition("#")[0], allow_http=allow_http())
    except Malformed:
        return False
    return first == second


def _alternate(answer: Answer) -> str | None:
    """The document that a page is another form of, by its Link header or its head."""
    for address, parameters in _LINK.findall(answer.headers.get("link", "")[:8_000]):
        if 'rel="alternate"' in parameters and ACTIVITY_JSON in parameters:
            return str(address)
    for token in tokens(answer.body.decode("utf-8", errors="replace")):
        if isinstance(token, Open) and token.name == "link":
            attributes = token.attributes
            if "alternate" in attributes.get("rel", "").lower().split() and (
                media_types.is_activity(attributes.get("type"))
            ):
                return attributes.get("href")
    return None
