"""S-B05, S-B07: only what is proven to be globally routable is dialled."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import iri
from activitypub.errors import Malformed
from echo.config import Config, Dev, Federation
from federation.errors import Refused
from federation.reach import Reach, parse_networks, reach_of

STRICT = Reach()
CLOSED = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
    198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    64:ff9b:1::808:808 100::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:20::1 2001:2::1 2001:db8::1
    2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1
    fe80::1%eth0 4000::1 8000::1
"""
OPEN = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.1.1
    198.17.255.255 198.20.0.1 223.255.255.254 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1
    ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_s_b05_closed_addresses(address: str) -> None:
    assert not STRICT.allows(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_public_addresses(address: str) -> None:
    assert STRICT.allows(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4.5", "8.8.8.8/32"]
)
def test_what_is_no_address_is_not_dialled(text: str) -> None:
    assert not STRICT.allows(text)


@given(st.ip_addresses(v=4))
def test_nothing_that_python_knows_as_special_is_allowed(address: ipaddress.IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert not STRICT.allows(str(address))
        assert not STRICT.allows(f"::ffff:{address}")


@given(st.ip_addresses(v=6))
def test_no_special_ipv6_address_is_allowed(address: ipaddress.IPv6Address) -> None:
    if STRICT.allows(str(address)):
        # What 6to4 wraps is looked at itself; Python has changed its mind about the wrapping.
        assert address.is_global or address.sixtofour is not None
        assert not address.is_multicast
        assert not address.is_site_local


def test_named_networks_are_allowed_too() -> None:
    reach = Reach(extra=tuple(parse_networks(["10.1.0.0/16", "fd00::/8"])))
    assert reach.allows("10.1.2.3")
    assert reach.allows("::ffff:10.1.2.3")
    assert reach.allows("fd00::1")
    assert not reach.allows("10.2.0.1")
    assert not reach.allows("127.0.0.1")


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "https://example.com:6379/",
        "https://localhost/",
        "https://x.localhost/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
    ],
)
def test_s_b07_closed_targets(address: str) -> None:
    with pytest.raises(Refused):
        STRICT.check(iri.parse(address, allow_http=True))


@pytest.mark.parametrize(
    "address",
    [
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://１２７.0.0.1/",
        "https://localhost./",
        "https://[fe80::1%25eth0]/",
        "https:///x",
        "https://user@example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
    ],
)
def test_s_b07_odd_spellings_are_no_address_at_all(address: str) -> None:
    with pytest.raises(Malformed):
        iri.parse(address, allow_http=True)


def test_honest_targets() -> None:
    for address in ("https://example.com/x", "https://8.8.8.8/", "https://[2606:4700::1111]/"):
        STRICT.check(iri.parse(address, allow_http=True))


def test_development_lets_loopback_in_and_nothing_else() -> None:
    reach = reach_of(Config(dev=Dev(enabled=True)))
    for address in ("http://localhost:3000/", "http://127.0.0.1:4000/", "http://echo2:80/"):
        reach.check(iri.parse(address, allow_http=True))
    assert reach.allows("127.0.0.1")
    assert not reach.allows("10.0.0.1")
    assert not reach.allows("169.254.169.254")


def test_ports_come_from_the_configuration() -> None:
    reach = reach_of(Config(federation=Federation(allowed_ports=[443, 8443])))
    reach.check(iri.parse("https://example.com:8443/", allow_http=True))
    with pytest.raises(Refused):
        reach.check(iri.parse("https://example.com:8444/", allow_http=True))
