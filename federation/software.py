"""What another server runs, from its NodeInfo: for the operator, and to see whether it lives at all."""

from __future__ import annotations

import asyncio
import logging

from activitypub import document as documents
from activitypub import nodeinfo
from activitypub.document import Document
from activitypub.errors import Malformed
from echo.store import hosts
from federation.errors import FederationError, Unbelievable, Unreachable
from federation.network import allow_http, network

log = logging.getLogger(__name__)

ACCEPT = "application/json"
LIMIT_BYTES = 65_536
# Of one look around: so many hosts are asked, so many at a time.
HOSTS, AT_ONCE = 40, 4


async def look_around() -> int:
    """Ask the hosts whose turn it is. Returns how many were asked."""
    names = await hosts.to_look_at(limit=HOSTS)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with turns:
            await look_at(name)

    await asyncio.gather(*map(one, names))
    return len(names)


async def look_at(name: str) -> bool:
    """Ask a host what it runs, and write that down; whether it answered."""
    await hosts.note_asked(name)
    try:
        software, version = await _ask(name)
    except FederationError as error:
        log.info("%s says nothing of itself: %s", name, error)
        return False
    await hosts.note_software(name, software, version)
    return True


async def _ask(host: str) -> tuple[str, str]:
    """Name and version of the software; empty where it says nothing good.

    Raises:  FederationError
    Source:  FEP-f1d5; NodeInfo 2.1
    """
    address = nodeinfo.read_links(await _links(host), host=host, allow_http=allow_http())
    if address is None:
        raise Unbelievable(f"{host} names no NodeInfo of its own")
    software = nodeinfo.read_software(await _get(address))
    return ("", "") if software is None else (software.name, software.version or "")


async def _links(host: str) -> Document:
    schemes = ("http", "https") if allow_http() and ":" in host else ("https",)
    *others, last = schemes
    for scheme in others:
        try:
            return await _get(f"{scheme}://{host}/.well-known/nodeinfo")
        except Unreachable:
            continue
    return await _get(f"{last}://{host}/.well-known/nodeinfo")


async def _get(address: str) -> Document:
    answer = await network().client.get(address, accept=ACCEPT, limit_bytes=LIMIT_BYTES)
    try:
        return documents.parse(answer.body, max_bytes=LIMIT_BYTES)
    except Malformed as error:
        raise Unbelievable(f"{answer.url}: {error}") from error
