"""Servers that nobody here has heard of: of one registrable domain only some in an hour.

Whoever owns a domain can make any number of names below it, each with a server of its own. Those that are
known here are never counted.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import cast

from activitypub import iri
from echo import cache
from echo.store import accounts
from federation.domains import registrable
from federation.errors import Exhausted
from federation.network import network

log = logging.getLogger(__name__)

# As many as Mastodon takes in.
MOST_NAMES = 10
WINDOW_SECONDS = 3_600


async def admit(address: str) -> None:
    """Let an address be asked for the first time; nothing happens for those of servers that are known.

    Raises:  Exhausted: too many new names below one domain
    """
    host = iri.host_of(address, allow_http=True)
    if host is None or network().known_hosts.get(host):
        return
    domain = registrable(host)
    if domain in (host, host.partition(":")[0]):
        return
    if not await accounts.is_known_host(host) and not await _has_room(domain, host):
        raise Exhausted(f"too many new names below {domain}: {host}")
    network().known_hosts.put(host, True)


async def _has_room(domain: str, host: str) -> bool:
    """Whether a name is among the first of its domain in this hour. Without Redis it is."""
    key = cache.key("newcomers", domain)
    try:
        async with cache.client().pipeline(transaction=False) as asked:
            asked.sadd(key, host)
            asked.scard(key)
            asked.expire(key, WINDOW_SECONDS, nx=True)
            is_new, count, _ = await asked.execute()
        if count > MOST_NAMES and is_new:
            await cast(Awaitable[int], cache.client().srem(key, host))
            return False
    except cache.OUTAGES as error:
        log.warning("new names are not counted: %s", error)
    return True
