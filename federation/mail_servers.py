"""Which servers take the mail of a domain: their names and addresses, from the DNS.

The library is imported when somebody signs up: two megabytes, which most processes never need.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from types import ModuleType
from typing import Any

log = logging.getLogger(__name__)
DEADLINE_SECONDS = 5.0
MOST = 20


class MailServers:
    """The `echo.ports.MailServers` of a server that can ask the DNS."""

    async def behind(self, domain: str) -> list[str]:
        """The mail servers, or the domain itself where it names none, with the addresses of each.

        Source:  RFC 5321 5.1; MX 0 "." says that nobody takes mail (RFC 7505)
        """
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await _behind(domain)
        except (TimeoutError, _library().exception.DNSException, OSError) as error:
            log.info("mail servers of %s: %s", domain, error)
            return []


async def _behind(domain: str) -> list[str]:
    resolver = _library().asyncresolver.Resolver()
    resolver.lifetime = DEADLINE_SECONDS
    names = [text for text in await _ask(resolver, domain, "MX") if text] or [domain]
    found = await asyncio.gather(
        *(_ask(resolver, name, kind) for name in names[:MOST] for kind in ("A", "AAAA"))
    )
    return list(dict.fromkeys([*names[:MOST], *(text for texts in found for text in texts)]))


async def _ask(resolver: Any, name: str, kind: str) -> list[str]:
    errors = _library().resolver
    try:
        answer = await resolver.resolve(name, kind)
    except (errors.NXDOMAIN, errors.NoAnswer, errors.NoNameservers):
        return []
    if kind == "MX":
        return [str(record.exchange).rstrip(".").lower() for record in answer]
    return [str(record.address) for record in answer]


def _library() -> ModuleType:
    importlib.import_module("dns.asyncresolver")
    return importlib.import_module("dns")
