"""E-mail addresses: a narrow reading, so that no mail program can understand one differently than we do."""

from __future__ import annotations

import hashlib
import re

import idna

from echo.errors import FieldError

MAX_CHARACTERS = 320
# No %, comma, quotes, ! and : : these are routes, lists and comments to some mail programs.
_LOCAL = re.compile(r"[A-Za-z0-9_+~&#='-]+(\.[A-Za-z0-9_+~&#='-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def normal(text: str) -> str:
    """An address as it is kept: without spaces around it, the host in lower case ASCII.

    What is not an address comes back as it was; `problem` then says so.
    """
    text = text.strip(" ")
    local, at, host = text.rpartition("@")
    if not at:
        return text
    try:
        return f"{local}@{idna.encode(host, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return text


def key(email: str) -> str:
    """What two addresses are compared by.

    Shapes:  email: `normal`
    """
    return email.lower()


def problem(email: str) -> FieldError | None:
    """Why an address cannot be used, or None.

    Shapes:  email: `normal`
    """
    if not email:
        return FieldError("ERR_BLANK", "can't be blank")
    if len(email) > MAX_CHARACTERS:
        return FieldError("ERR_TOO_LONG", f"is too long (maximum is {MAX_CHARACTERS} characters)")
    local, _, host = email.rpartition("@")
    if len(local) > 64 or not _LOCAL.fullmatch(local) or not _is_host(host):
        return FieldError("ERR_INVALID", "is not a valid e-mail address")
    return None


def _is_host(host: str) -> bool:
    labels = host.split(".")
    # The last one has a letter: an address of digits is no host name.
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()


def canonical(email: str) -> str:
    """One spelling for all that many mail servers deliver to one mailbox: no dots, nothing after a plus.

    Shapes:  email: `normal`
    Source:  Mastodon's canonical e-mail blocks, whose hashes are exchanged
    """
    local, _, host = email.lower().rpartition("@")
    return f"{local.replace('.', '').partition('+')[0]}@{host}"


def canonical_hash(email: str) -> str:
    """SHA-256 of that, hexadecimal."""
    return hashlib.sha256(canonical(normal(email)).encode()).hexdigest()


def host_of(email: str) -> str:
    """The domain of an address.

    Shapes:  email: `normal`
    """
    return email.rpartition("@")[2].lower().strip(".")
