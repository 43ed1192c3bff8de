"""Addresses, host names and handles: one reading only, the same for us and for the libraries that dial.

An input is one address a line; the second is where the first is redirected to.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import httpx
import yarl

from activitypub import iri, webfinger
from activitypub.errors import Malformed
from activitypub.iri import Iri
from echo.policy import redirects
from echo.text.sanitize import safe_url
from federation.client import _on_wire
from federation.errors import Refused
from federation.reach import Reach, is_public

_STRICT = Reach()
_LOOSE = Reach(ports=None, plain_http=True)


def one(data: bytes) -> None:
    """Read a line in every way that an address is read."""
    text, _, place = data.decode(errors="replace").partition("\n")
    _address(text)
    _names(text)
    _ours(text)
    # What a redirect is joined from is a good address already.
    with suppress(Malformed):
        base = iri.parse(text, allow_http=True)
        with suppress(ValueError):
            _address(urljoin(base.text, place))


def _address(text: str) -> None:
    for allow_http in (False, True):
        try:
            found = iri.parse(text, allow_http=allow_http)
        except Malformed:
            continue
        _canonical(found, allow_http=allow_http)
        for reach in (_STRICT, _LOOSE):
            with suppress(Refused):
                reach.check(found)
                _dialled(found)
    assert iri.find(text) in (None, text)


def _canonical(found: Iri, *, allow_http: bool) -> None:
    assert found.text.isascii()
    assert not any(character <= " " or character == "\x7f" for character in found.text)
    if len(found.text) <= iri.MAX_LENGTH:  # escapes make it longer
        assert iri.parse(found.text, allow_http=allow_http) == found
    assert iri.same_origin(found.origin, found.origin, allow_http=allow_http)
    assert iri.host_of(found.origin, allow_http=allow_http) == found.authority
    assert iri.canonical_host(found.host) == found.host
    assert allow_http or (found.scheme == "https" and found.port is None)


def _dialled(found: Iri) -> None:
    """The libraries dial the host that was checked, and no literal address that is closed."""
    wire = _on_wire(found)
    host = found.host.strip("[]")
    port = found.port or {"https": 443, "http": 80}[found.scheme]
    assert urlsplit(wire).hostname == host
    parsed, sent = yarl.URL(wire, encoded=True), httpx.URL(wire)
    assert parsed.raw_host == host, (parsed.raw_host, host)
    assert sent.raw_host.decode().strip("[]") == host, (sent.raw_host, host)
    assert parsed.port == port
    assert (sent.port or port) == port
    assert not parsed.user
    assert not sent.userinfo
    assert "\r" not in wire
    assert "\n" not in wire
    with suppress(ValueError):
        _open(ipaddress.ip_address(host))


def _open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    assert is_public(inner or address) or address.packed[:12] == b"\x00\x64\xff\x9b" + bytes(8), address
    assert not (inner or address).is_loopback
    assert not (inner or address).is_link_local


def _names(text: str) -> None:
    host = iri.canonical_host(text)
    if host is not None:
        assert iri.canonical_host(host) == host
        assert host.isascii()
        assert host == host.lower()
    authority = iri.canonical_authority(text)
    assert authority is None or iri.canonical_authority(authority) == authority
    handle = webfinger.find_handle(text)
    if handle is not None:
        again = webfinger.find_handle(str(handle))
        assert again == handle, (again, handle)
    with suppress(Malformed):
        webfinger.parse_resource(text)
    if _STRICT.allows(text):
        _open(ipaddress.ip_address(text))


def _ours(text: str) -> None:
    url = safe_url(text)
    if url is not None:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
    path = redirects.local_path(text)
    assert path.startswith("/")
    assert urlsplit(urljoin("https://echo.test/", path)).netloc == "echo.test"
    if redirects.is_registrable(text):
        source = redirects.form_source(text)
        assert " " not in source
        assert ";" not in source
        redirects.with_parameters(text, {"code": "x"})
