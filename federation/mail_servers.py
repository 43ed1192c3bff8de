"""Which servers take the mail of a domain: their names and addresses, from the DNS.

What knows the library is imported when somebody signs up: two megabytes, which most processes never need.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import Protocol, cast

log = logging.getLogger(__name__)
DEADLINE_SECONDS = 5.0
MOST = 20


class MailServers:
    """The `echo.ports.MailServers` of a server that can ask the DNS."""

    async def behind(self, domain: str) -> list[str]:
        """The mail servers, or the domain itself where it names none, with the addresses of each.

        Source:  RFC 5321 5.1; MX 0 "." says that nobody takes mail (RFC 7505)
        """
        records = cast(_Records, importlib.import_module("federation.mail_records"))
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await records.behind(domain, deadline_seconds=DEADLINE_SECONDS, most=MOST)
        except records.ERRORS as error:
            log.info("mail servers of %s: %s", domain, error)
            return []


class _Records(Protocol):
    """`federation.mail_records`."""

    ERRORS: tuple[type[Exception], ...]

    async def behind(self, domain: str, *, deadline_seconds: float, most: int) -> list[str]: ...
