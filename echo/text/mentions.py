"""Where `@user` and `@user@domain` stand in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import idna
import regex

Handle: TypeAlias = tuple[str, str | None]
"""Lower-case user name, and the ASCII lower-case domain (with port where allowed) or None."""

_NAME = r"[A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+"
_LABEL = r"[\p{L}\p{M}\p{N}_]++(?:-++[\p{L}\p{M}\p{N}_]++)*+"
_MENTION = regex.compile(
    rf"(?<![=/\w])@(?P<name>{_NAME})(?:@(?P<host>{_LABEL}(?:\.{_LABEL})*+)(?P<port>:[1-9][0-9]{{0,4}}(?![0-9]))?+)?+"
)
_NAME_CHARACTERS = 64
_HOST_CHARACTERS = 253


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in a text, from `start` to before `end`; whether such an account exists is not known here."""

    start: int
    end: int
    handle: Handle
    typed_name: str


def find_mentions(
    text: str, start: int = 0, end: int | None = None, *, allow_ports: bool = False
) -> list[Mention]:
    """Every mention between two places of a text, in order; what precedes `start` still counts as before it.

    Shapes:  allow_ports: `@user@host:3000` is one mention (development only)
    """
    found = []
    for match in _MENTION.finditer(text, start, len(text) if end is None else end):
        mention = _read(match, allow_ports=allow_ports)
        if mention is not None:
            found.append(mention)
    return found


def _read(match: regex.Match[str], *, allow_ports: bool) -> Mention | None:
    name, host, port = match.group("name", "host", "port")
    if len(name) > _NAME_CHARACTERS:
        return None
    if host is None:
        return Mention(match.start(), match.end(), (name.lower(), None), name)
    domain = ascii_host(host)
    if domain is None:
        return None
    end = match.end("host")
    if port and allow_ports:
        domain += port
        end = match.end()
    return Mention(match.start(), end, (name.lower(), domain), name)


def ascii_host(host: str) -> str | None:
    """A host name in the one form hosts are compared in: ASCII, lower case; None where it is not one."""
    if host.isascii():
        lowered = host.lower()
        return lowered if len(lowered) <= _HOST_CHARACTERS else None
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        return None
