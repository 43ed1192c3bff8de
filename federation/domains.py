"""Registrable domains: who can have names without end under one that they have paid for counts as one."""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=20_000)
def registrable(authority: str) -> str:
    """The domain that somebody registered: `example.co.uk` of `a.b.example.co.uk:8443`.

    Addresses, and names that are a public suffix themselves, stand for themselves; what people register below
    a private suffix is one domain.
    """
    host = authority.rpartition(":")[0] if _has_port(authority) else authority
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _suffixes().privatesuffix(host.lower()) or authority.lower()
    return authority.lower()


def _has_port(authority: str) -> bool:
    return authority.rpartition(":")[2].isdigit() and not authority.endswith("]")


@cache
def _suffixes() -> PublicSuffixList:
    """The list that the library ships: it is read once, when it is first needed."""
    return PublicSuffixList(only_icann=True)
