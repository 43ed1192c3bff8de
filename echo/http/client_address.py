"""The address of whoever calls. Proxies are believed only when they are in a configured network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=8)
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks of the configuration."""
    return tuple(ip_network(text) for text in texts)


def client_address(peer: str, forwarded_for: Sequence[str], trusted: tuple[Network, ...]) -> str:
    """The right-most address that is not a trusted proxy's.

    Shapes:  peer: the address of the connection; forwarded_for: every X-Forwarded-For header, in order: some
             proxies add a header of their own behind the one that came
    """
    chain = [part.strip() for part in ",".join(forwarded_for).split(",") if part.strip()]
    address = peer
    while chain and _is_trusted(address, trusted):
        nearer = chain.pop()
        if _parse(nearer) is None:
            break
        address = nearer
    return address


def limit_subject(address: str) -> str:
    """What is counted for an address: itself, or the /64 of an IPv6 address."""
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed) >> 64 << 64, 64)))
    return address


def _is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed.version == n.version and parsed in n for n in trusted)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
