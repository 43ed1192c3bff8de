"""What every section of the configuration is."""

from __future__ import annotations

import msgspec

Doc = msgspec.Meta


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `config.toml`."""


# What a text must match that may not be empty.
NOT_EMPTY = r"\S"


def in_words(error: msgspec.ValidationError) -> str:
    """Why a value cannot be taken, for people."""
    return str(error).replace(f"matching regex {NOT_EMPTY!r}", "that is not empty")
