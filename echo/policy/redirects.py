"""Where a browser may be sent: addresses of registered apps, and pages of our own."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

# The app has no address: the code is shown on a page, to be copied.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
MAX_CHARACTERS = 2048
_FORBIDDEN_SCHEMES = frozenset({"data", "vbscript", "javascript", "about", "blob", "file", "view-source"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII)
# What an address consists of (RFC 3986); no spaces, controls, quotes, backslashes, and no fragment.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._~-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?", re.ASCII)


def is_registrable(uri: str) -> bool:
    """Whether an app may register this address: absolute, any scheme that runs nothing here, no fragment."""
    if uri == OUT_OF_BAND:
        return True
    if len(uri) > MAX_CHARACTERS or not _CHARACTERS.fullmatch(uri):
        return False
    scheme, colon, rest = uri.partition(":")
    scheme = scheme.lower()
    if not colon or not rest or not _SCHEME.fullmatch(scheme) or scheme in _FORBIDDEN_SCHEMES:
        return False
    if scheme in {"http", "https"}:
        return rest.startswith("//") and bool(_HOST.fullmatch(_authority(rest)))
    # Apps use myapp:/path, myapp://, myapp://host/path.
    return True


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """An address with parameters added; a query that it has stays as it is."""
    if uri.endswith(("?", "&")):
        return uri + urlencode(parameters)
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def form_source(uri: str) -> str:
    """What a content security policy must name so that a form may end at this address. May be empty.

    Browsers apply `form-action` to the redirect that answers a form as well.
    """
    scheme, _, rest = uri.partition(":")
    scheme = scheme.lower()
    if uri == OUT_OF_BAND or not _SCHEME.fullmatch(scheme):
        return ""
    if scheme not in {"http", "https"}:
        return f"{scheme}:"
    host = _authority(rest)
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else ""


def local_path(target: str, otherwise: str = "/") -> str:
    """A path on this server, or `otherwise` when a browser could read the text as another server.

    Shapes:  target: what came in as a parameter, decoded once
    """
    if len(target) > MAX_CHARACTERS * 4 or not target.startswith("/"):
        return otherwise
    # Backslashes and control characters are slashes, or nothing, to some browsers; so are their escapes
    # to whatever decodes a second time.
    path = re.split(r"[?#]", target, maxsplit=1)[0].lower()
    if path.startswith("//") or any(mark in path for mark in ("\\", "%5c", "%2f", "%25", "%0", "%1")):
        return otherwise
    if any(ord(character) <= 0x20 or ord(character) == 0x7F for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def _authority(rest: str) -> str:
    return re.split(r"[/?]", rest.removeprefix("//"), maxsplit=1)[0]
