"""Names of other servers and of websites, as people type them."""

from __future__ import annotations

import re

import idna

MAX_CHARACTERS = 253
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)


def normal(text: str, *, with_port: bool = False) -> str | None:
    """A domain as it is kept: lower-case ASCII, without scheme, path and dot at the end; None if it is none.

    Shapes:  with_port: whether a port may follow, in development
    """
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    host = host.removeprefix("@").rstrip(".")
    port = ""
    if with_port and ":" in host:
        host, _, digits = host.partition(":")
        if not re.fullmatch(r"[0-9]{1,5}", digits, re.ASCII):
            return None
        port = f":{digits}"
    try:
        encoded = idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        encoded = host
    labels = encoded.split(".")
    if len(encoded) > MAX_CHARACTERS or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if not with_port and (len(labels) < 2 or labels[-1].isdigit()):
        return None
    return encoded + port
