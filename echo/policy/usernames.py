"""What somebody here may be called."""

from __future__ import annotations

import re

from echo.errors import FieldError

MAX_CHARACTERS = 30
_SHAPE = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
# Names that speak for the server, or that other programs write to. The owner may take them.
_RESERVED = """
    abuse account accounts admin admins administrator administrators all anonymous api ap auth contact echo
    everybody everyone guest help here hostmaster info instance legal login logout mail mailer_daemon me media
    mod mods moderation moderator moderators news no_reply nobody noreply null oauth official operator owner
    postmaster press privacy relay root security server service staff static status streaming support sysadmin
    system team undefined user users webmaster welcome www
"""
RESERVED = frozenset(_RESERVED.split())


def normal(text: str) -> str:
    """A user name as it is kept: without spaces around it and a leading @, in lower case."""
    name = text.strip().removeprefix("@")
    # Only ASCII is folded: some other letters would turn into ASCII ones.
    return name.lower() if name.isascii() else name


def problem(username: str, *, allow_reserved: bool = False) -> FieldError | None:
    """Why a user name cannot be used, or None.

    Shapes:  username: `normal`
    """
    if not username:
        return FieldError("ERR_BLANK", "can't be blank")
    if not _SHAPE.fullmatch(username):
        return FieldError("ERR_INVALID", "must contain only letters, numbers and underscores")
    if len(username) > MAX_CHARACTERS:
        return FieldError("ERR_TOO_LONG", f"is too long (maximum is {MAX_CHARACTERS} characters)")
    if username in RESERVED and not allow_reserved:
        return FieldError("ERR_RESERVED", "is reserved")
    return None
