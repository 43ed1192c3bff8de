"""Documents that everybody gets, for `echo.http.ready`: built once, and sent again while nothing has changed.

Each request reads the rows that its document is made of, with the eyes of nobody in particular. A document
that was built is found by these rows themselves: another value in any column is another document, so nothing
stale can be sent, and what is deleted, hidden or suspended is not found at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from urllib.parse import parse_qsl

from quart import Quart

from activitypub import document as documents
from activitypub import nodeinfo, webfinger, write
from activitypub.document import JsonObject
from echo import addresses, ids, settings
from echo.db import Row
from echo.http.ready import Document, Source
from echo.kinds import AccountKind
from echo.policy.viewer import NOBODY
from echo.render.versioned import VersionedCache
from echo.store import federation_reads
from federation import discovery
from federation.answers import DOCUMENT_SECONDS, DOCUMENT_TYPE, WEBFINGER_SECONDS
from federation.translate.accounts import actor_of
from federation.translate.posts import note_of

_WEBFINGER = "/.well-known/webfinger"
# By what they are made of, in bytes.
_built: VersionedCache[Hashable] = VersionedCache(2 * 1024 * 1024)


def sources(app: Quart) -> tuple[Source, ...]:
    """Where such documents are."""

    async def nodeinfo_of(version: str, query: bytes) -> Document | None:
        usage = discovery.known_usage(app)
        if query or usage is None or version not in nodeinfo.VERSIONS:
            return None
        written = nodeinfo.write_nodeinfo(discovery.info_of(usage), version=version)
        return Document(
            body=documents.encode(written),
            content_type=nodeinfo.content_type(version),
            cache_control=f"public, max-age={discovery.NODEINFO_SECONDS}",
        )

    return (
        Source(prefix="/ap/actors/", rule="/ap/actors/<account_id>", mark="signed", find=_actor),
        Source(prefix="/ap/posts/", rule="/ap/posts/<post_id>", mark="signed", find=_post),
        Source(prefix=_WEBFINGER, rule=_WEBFINGER, mark="found", find=_handle),
        Source(prefix="/nodeinfo/", rule="/nodeinfo/<version>", mark="found", find=nodeinfo_of),
    )


async def _actor(rest: str, query: bytes) -> Document | None:
    account_id = _number(rest, query)
    row = None if account_id is None else await federation_reads.actor_row(account_id)
    if row is None or row["deleted_at"] is not None or row["suspended_at"] is not None:
        return None
    return _document("actor", row, lambda: write.write_actor(actor_of(federation_reads.read_actor(row))))


async def _post(rest: str, query: bytes) -> Document | None:
    post_id = _number(rest, query)
    rows = [] if post_id is None else await federation_reads.post_rows(NOBODY, [post_id])
    # What a poll says depends on the time, too.
    if not rows or not rows[0]["local"] or rows[0]["boost_of_uri"] or rows[0]["poll"] is not None:
        return None
    row = rows[0]
    return _document("post", row, lambda: write.write_note(note_of(federation_reads.read_post(row))))


async def _handle(rest: str, query: bytes) -> Document | None:
    """Somebody's handle; the server's own names are the application's."""
    here = addresses.here()
    asked = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if rest or not query.isascii() or len(asked) != 1 or asked[0][0] != "resource":
        return None
    handle = webfinger.find_handle(asked[0][1]) if asked[0][1].startswith("acct:") else None
    if handle is None or not here.is_handle_host(handle.host) or here.is_handle_host(handle.user):
        return None
    row = await federation_reads.actor_row_named(handle.user)
    if row is None or row["deleted_at"] is not None or row["suspended_at"] is not None:
        return None
    if row["kind"] == AccountKind.APPLICATION:
        return None
    body = _kept("handle", row, lambda: discovery.jrd_of(federation_reads.read_actor(row)))
    return Document(
        body=body,
        content_type=discovery.JRD_TYPE,
        cache_control=f"public, max-age={WEBFINGER_SECONDS}",
    )


def _number(rest: str, query: bytes) -> int | None:
    """The id that a path ends with; None where documents are not for everybody."""
    if query or settings.here().federation.is_secure:
        return None
    return ids.parse_id(rest)


def _document(kind: str, row: Row, build: Callable[[], JsonObject]) -> Document:
    return Document(
        body=_kept(kind, row, build),
        content_type=DOCUMENT_TYPE,
        cache_control=f"public, max-age={DOCUMENT_SECONDS}",
        vary="Accept",
    )


def _kept(kind: str, row: Row, build: Callable[[], JsonObject]) -> bytes:
    # The addresses are part of the key: several servers may share a process in tests.
    key = (kind, addresses.here(), row)
    body = _built.get(key)
    if body is None:
        body = documents.encode(build())
        _built.put(key, body)
    return body
