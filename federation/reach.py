"""Which addresses may be dialled: what is proven to be globally routable unicast, and nothing else.

`ipaddress.is_global` of Python 3.11 lets ten classes through that are not, so the rule is written here, as
what is allowed. Peers of a house or of one machine are named in `federation.allowed_private_ranges`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from activitypub.iri import Iri
from echo.config import Config
from federation.errors import Refused

Network = IPv4Network | IPv6Network

# 1.0.0.0 to 223.255.255.255 is unicast; these parts of it are not the public internet.
# Source: IANA IPv4 Special-Purpose Address Registry
_NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
    )
)
# Source: IANA IPv6 Special-Purpose Address Registry
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOOPBACK: tuple[Network, ...] = (
    ipaddress.IPv4Network("127.0.0.0/8"),
    ipaddress.IPv6Network("::1/128"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The rule of one server.

    Shapes:  extra: networks that may be dialled as well; ports: None for any
    """

    extra: tuple[Network, ...] = ()
    ports: frozenset[int] | None = frozenset({80, 443})
    plain_http: bool = False

    def check(self, target: Iri) -> None:
        """Refuse an address by its looks, before anything is looked up.

        Raises:  Refused: scheme, port, a name that means this machine, a literal that may not be dialled
        """
        if target.scheme != "https" and not self.plain_http:
            raise Refused(f"plain http: {target.text}")
        port = target.port or (443 if target.scheme == "https" else 80)
        if self.ports is not None and port not in self.ports:
            raise Refused(f"port {port}: {target.text}")
        if target.host[0] == "[" or target.host.rpartition(".")[2].isdigit():
            if not self.allows(target.host.strip("[]")):
                raise Refused(f"address: {target.text}")
        elif not self.plain_http and ("." not in target.host or target.host.endswith(".localhost")):
            raise Refused(f"local name: {target.text}")

    def allows(self, address: str) -> bool:
        """Whether an address may be dialled; anything that is not an address may not."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        inner = _unwrapped(found)
        return bool(inner) and all(self._allows_plain(part) for part in inner)

    def _allows_plain(self, address: IPv4Address | IPv6Address) -> bool:
        if any(address in network for network in self.extra if network.version == address.version):
            return True
        return is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address, wrapped in no other, is globally routable unicast."""
    if isinstance(address, IPv4Address):
        return 1 <= address.packed[0] <= 223 and not any(address in network for network in _NOT_PUBLIC_V4)
    return (
        address.scope_id is None
        and address in _UNICAST_V6
        and not any(address in network for network in _NOT_PUBLIC_V6)
    )


def reach_of(config: Config) -> Reach:
    """The rule that a configuration describes."""
    extra = tuple(parse_networks(config.federation.allowed_private_ranges))
    if config.dev.enabled:
        return Reach(extra=extra + _LOOPBACK, ports=None, plain_http=True)
    return Reach(extra=extra, ports=frozenset(config.federation.allowed_ports))


def reach_of_services(config: Config) -> Reach:
    """The rule for services that the configuration names: any port, and plain http."""
    houses = [
        *config.translation.allowed_private_ranges,
        *config.rooms.allowed_private_ranges,
        *config.openid.allowed_private_ranges,
    ]
    extra = tuple(parse_networks(houses))
    if config.dev.enabled:
        extra += _LOOPBACK
    return Reach(extra=extra, ports=None, plain_http=True)


def parse_networks(texts: Iterable[str]) -> Iterable[Network]:
    """Networks in CIDR notation. Raises ValueError for one that is none."""
    return [ipaddress.ip_network(text, strict=False) for text in texts]


def _unwrapped(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The addresses that are reached in truth; none of them where the wrapping is not known."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(address.packed[-4:]),)
    return (address,)
