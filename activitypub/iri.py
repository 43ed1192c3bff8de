"""IRIs and host names in one canonical form; what could be read in two ways is refused."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import idna

from activitypub.errors import Malformed

MAX_LENGTH: Final = 2048
_MAX_HOST_LENGTH: Final = 253
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}

_PARTS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
# Controls (C0, C1, and the separators that str.splitlines knows), spaces, and what no IRI may hold.
_FORBIDDEN: Final = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff\\<>\"]"
)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Everything a path, query or fragment may hold as it is; the rest is percent-encoded, escapes are kept.
_SAFE: Final = "/?#[]@!$&'()*+,;=:%-._~|^`{}"


@dataclass(frozen=True, slots=True)
class Iri:
    """An http(s) address in canonical form.

    Shapes:  host lower case, punycode, IPv6 in brackets; port None when it is the scheme's default;
             path begins with "/"; query with its "?" or empty; fragment with its "#" or empty
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str

    @property
    def authority(self) -> str:
        """Host and port as they stand in a Host header."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what trust is compared by."""
        return f"{self.scheme}://{self.authority}"

    @property
    def target(self) -> str:
        """Path and query as they stand in a request line."""
        return self.path + self.query

    @property
    def text(self) -> str:
        """The whole address."""
        return self.origin + self.path + self.query + self.fragment


def parse(text: str, *, allow_http: bool = False) -> Iri:
    """Read an https address strictly.

    Shapes:  text: at most 2,048 characters, no user name, no control character, the default port.
             allow_http (trials on one machine): http, ports and names like `localhost` too
    Raises:  Malformed: iri_length, iri_characters, iri_scheme, iri_userinfo, iri_host, iri_port
    """
    if not 0 < len(text) <= MAX_LENGTH:
        raise Malformed("iri_length", f"{len(text)} characters")
    if _FORBIDDEN.search(text):
        raise Malformed("iri_characters", repr(text))
    match = _PARTS.fullmatch(text)
    scheme = "" if match is None else match[1].lower()
    if match is None or scheme not in _DEFAULT_PORTS or (scheme == "http" and not allow_http):
        raise Malformed("iri_scheme", text)
    host, port = _host_and_port(match[2], scheme, allow_http=allow_http)
    rest = (match[3] or "/", match[4] or "", match[5] or "")
    path, query, fragment = (part if part.isascii() else quote(part, safe=_SAFE) for part in rest)
    return Iri(scheme, host, port, path, query, fragment)


def find(value: object, *, allow_http: bool = False) -> str | None:
    """Keep a value if it is a good address, as it was sent: ids are compared exactly."""
    if not isinstance(value, str):
        return None
    try:
        parse(value, allow_http=allow_http)
    except Malformed:
        return None
    return value


def origin(text: str, *, allow_http: bool = False) -> str:
    """Scheme, host and port of an address, canonical.

    Raises:  Malformed as `parse` does
    """
    return parse(text, allow_http=allow_http).origin


def same_origin(first: str, second: str, *, allow_http: bool = False) -> bool:
    """Tell whether two addresses belong to one origin; what cannot be parsed shares an origin with nothing.

    Source:  FEP-fe34
    """
    try:
        return origin(first, allow_http=allow_http) == origin(second, allow_http=allow_http)
    except Malformed:
        return False


def host_of(text: str, *, allow_http: bool = False) -> str | None:
    """The canonical host (with its port, when it is not the default) of an address; None when it is none."""
    try:
        return parse(text, allow_http=allow_http).authority
    except Malformed:
        return None


def canonical_host(text: str) -> str | None:
    """The one spelling of a host name: lower case, punycode; also of a literal address.

    Returns: None for anything with a port, a trailing dot, an empty or illegal label, a user name, a path,
             or an address not in its canonical spelling (decimal, hex, octal, short, full-width, zone id)
    """
    return _canonical_host(text) if 0 < len(text) <= _MAX_HOST_LENGTH else None


def canonical_authority(text: str) -> str | None:
    """The one spelling of `host` or `host:port`, as in handles and Host headers; any port is kept."""
    match = _AUTHORITY.fullmatch(text)
    host = None if match is None else canonical_host(match[1])
    if match is None or host is None or match[2] is None:
        return host
    port = int(match[2])
    return f"{host}:{port}" if 0 < port < 65536 else None


def _host_and_port(authority: str, scheme: str, *, allow_http: bool) -> tuple[str, int | None]:
    if "@" in authority:
        raise Malformed("iri_userinfo", authority)
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Malformed("iri_host", authority)
    host = canonical_host(match[1])
    if host is None or not (allow_http or _is_public_name(host)):
        raise Malformed("iri_host", authority)
    if match[2] is None or int(match[2]) == _DEFAULT_PORTS[scheme]:
        return host, None
    port = int(match[2])
    if not (allow_http and 0 < port < 65536):
        raise Malformed("iri_port", authority)
    return host, port


def _is_public_name(host: str) -> bool:
    return ("." in host or host[0] == "[") and not host.endswith(".localhost")


@lru_cache(maxsize=4096)
def _canonical_host(text: str) -> str | None:
    if text[0] == "[":
        return _canonical_ipv6(text)
    try:
        labels = [_canonical_label(label) for label in text.split(".")]
    except (idna.IDNAError, ValueError):
        return None
    host = ".".join(labels)
    if _NUMERIC.fullmatch(labels[-1]):
        return host if _is_canonical_ipv4(host) else None
    return host if len(host) <= _MAX_HOST_LENGTH else None


def _canonical_label(label: str) -> str:
    """One label of a name.

    Raises:  ValueError (idna.IDNAError is one) when it is illegal, or not ASCII though it means an ASCII name
    """
    if label.isascii():
        lowered = label.lower()
        if not _LABEL.fullmatch(lowered):
            raise ValueError(label)
        if lowered.startswith("xn--"):
            idna.ulabel(lowered)
        return lowered
    encoded = idna.encode(label, uts46=True, std3_rules=True).decode("ascii")
    if not _LABEL.fullmatch(encoded) or not encoded.startswith("xn--"):
        raise ValueError(label)  # full-width letters and digits, soft hyphens, ideographic dots
    return encoded


def _is_canonical_ipv4(text: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False


def _canonical_ipv6(text: str) -> str | None:
    inner = text[1:-1].lower()
    try:
        canonical = str(ipaddress.IPv6Address(inner))
    except ValueError:
        return None
    return f"[{canonical}]" if text[-1] == "]" and canonical == inner and "%" not in inner else None
