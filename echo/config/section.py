"""What every section of the configuration is."""

from __future__ import annotations

import msgspec

Doc = msgspec.Meta


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `config.toml`."""
