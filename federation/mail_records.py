"""Who takes the mail of a domain, as the DNS says. `federation.mail_servers` imports this when needed."""

from __future__ import annotations

import asyncio

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers

# What asking fails with; a TimeoutError is an OSError.
ERRORS = (DNSException, OSError)


async def behind(
    domain: str, *, deadline_seconds: float, most: int, resolver: Resolver | None = None
) -> list[str]:
    """The mail servers, or the domain itself where it names none, with the addresses of each.

    Shapes:  resolver: whom to ask; None: whom this machine asks
    Raises:  what stands in `ERRORS`
    """
    resolver = resolver or Resolver()
    resolver.lifetime = deadline_seconds
    names = [text for text in await _ask(resolver, domain, "MX") if text] or [domain]
    found = await asyncio.gather(
        *(_ask(resolver, name, kind) for name in names[:most] for kind in ("A", "AAAA"))
    )
    return list(dict.fromkeys([*names[:most], *(text for texts in found for text in texts)]))


async def _ask(resolver: Resolver, name: str, kind: str) -> list[str]:
    try:
        answer = await resolver.resolve(name, kind)
    except (NXDOMAIN, NoAnswer, NoNameservers):
        return []
    return [_text_of(record) for record in answer]


def _text_of(record: object) -> str:
    match record:
        case MX():
            return str(record.exchange).rstrip(".").lower()
        case A() | AAAA():
            return str(record.address)
        case _:
            return ""
