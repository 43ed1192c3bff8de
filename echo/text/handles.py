"""Handles as people type and paste them, in the one form in which they are compared."""

from __future__ import annotations

from echo.text.mentions import ascii_host


def split(text: str) -> tuple[str, str]:
    """Name and host of `user@host`, `@user@host`, `!group@host` or `acct:user@host`.

    Returns: the name as it was typed, the host as it is stored (ASCII, lower case, with its port); no host
             where none was typed, and no name where the host cannot be one
    """
    bare = text.strip()
    if bare[:5].lower() == "acct:":
        bare = bare[5:]
    name, at, typed = bare.removeprefix("@").removeprefix("!").partition("@")
    if not at:
        return name, ""
    host, colon, port = typed.partition(":")
    found = ascii_host(host)
    if not found or (colon and not (port.isascii() and port.isdigit())):
        return "", ""
    return name, f"{found}{colon}{port}"
