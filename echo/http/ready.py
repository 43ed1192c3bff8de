"""Documents that are the same for everybody, answered before the framework begins.

What Quart does for a request costs several times what such an answer costs. A request that asks for no more
than what everybody gets is answered here: the same fence, the same limit, the same headers, counted alike.
Everything else goes to the application, which answers what is answered here too, only at greater length: a
refusal, somebody who signs, a page, an error, another spelling of an address. Nothing is believed that the
database has not just said (`federation.ready`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from quart import Quart

from echo import addresses, logs, metrics, tracing
from echo.errors import Unavailable
from echo.http import errors, fence, headers, media_types
from echo.http.access import address_behind, documents_limit, tally_of
from echo.http.exchange import is_bare

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Inner = Callable[[Any, Any, Any], Awaitable[None]]
_FORWARDED = b"x-forwarded-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is answered.

    Shapes:  cache_control, vary, retry_after: the headers; empty: without that one
    """

    body: bytes
    content_type: str
    cache_control: str = ""
    vary: str = ""
    retry_after: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where documents are that lie under a path.

    Shapes:  prefix: how their paths begin; rule: the route of the application, as it is counted; mark: as
             its limit is counted; find: (rest of the path, query) -> the document, None for whatever is not
             for everybody, is not there, or is asked for in another way
    """

    prefix: str
    rule: str
    mark: str
    find: Callable[[str, bytes], Awaitable[Document | None]]


class Front:
    """Answers such requests, and hands on all others."""

    def __init__(self, app: Quart, inner: Inner, sources: tuple[Source, ...]) -> None:
        self._app = app
        self._inner = inner
        self._sources = sources
        self._prefixes = tuple(source.prefix for source in sources)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefixes) and _is_plain(scope):
            began = time.perf_counter()
            path = scope["path"]
            source = next(source for source in self._sources if path.startswith(source.prefix))
            request_id = os.urandom(8).hex()
            logs.REQUEST_ID.set(request_id)
            document = await self._find(source, scope)
            if document is not None:
                status, named = document.status, _headers(path, document, request_id)
                metrics.count_request("GET", source.rule, status, time.perf_counter() - began)
                await send({"type": "http.response.start", "status": status, "headers": named})
                await send({"type": "http.response.body", "body": document.body, "more_body": False})
                return
        await self._inner(scope, receive, send)

    async def _find(self, source: Source, scope: Scope) -> Document | None:
        peer = (scope.get("client") or ("<local>",))[0]
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
        address = address_behind(peer, forwarded)
        limit = documents_limit(source.mark, address)
        tally = tally_of(self._app)
        try:
            if await fence.of(self._app).shuts_out(address):
                return None
            if limit is not None:
                tally.check(limit)
            document = await source.find(scope["path"].removeprefix(source.prefix), scope["query_string"])
            if document is not None and limit is not None:
                tally.count(limit)
        except Unavailable as error:
            # Whoever asks has waited long enough: the application would only wait once more.
            log.info("%s: %s", scope["path"], error.detail)
            return await _refusal(error)
        except Exception as error:
            # The application meets the same, and has the words for it.
            log.debug("%s is left to the application: %r", source.rule, error)
            return None
        return document


async def _refusal(error: Unavailable) -> Document:
    refused = errors.refusal(error)
    return Document(
        body=await refused.get_data(as_text=False),
        content_type=refused.headers["Content-Type"],
        retry_after=refused.headers["Retry-After"],
        status=refused.status_code,
    )


def _is_plain(scope: Scope) -> bool:
    """Whether somebody asks, at an address of ours, for a document rather than for a page, and no more."""
    if scope["method"] != "GET" or not is_bare(cast(Any, scope)) or tracing.is_on():
        return False
    accepted: list[bytes] = []
    hosts: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"signature":
            return False
        if name == b"accept":
            accepted.append(value)
        elif name == b"host":
            hosts.append(value)
    is_ours = len(hosts) == 1 and addresses.here().is_handle_host(hosts[0].decode("latin-1"))
    return is_ours and not _prefers_page(tuple(accepted))


@lru_cache(500)
def _prefers_page(accepted: tuple[bytes, ...]) -> bool:
    return media_types.prefers_page([value.decode("latin-1") for value in accepted])


def _headers(path: str, document: Document, request_id: str) -> list[tuple[bytes, bytes]]:
    """As the application sends them."""
    named = [
        ("content-type", document.content_type),
        ("content-length", str(len(document.body))),
        ("cache-control", document.cache_control),
        ("vary", document.vary),
        ("retry-after", document.retry_after),
        ("x-request-id", request_id),
        *headers.of_path(path),
    ]
    return [(name.lower().encode(), value.encode()) for name, value in named if value]
