"""What every shape that clients see has in common."""

from __future__ import annotations

import msgspec


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """Encoded with every field, null or not: strict clients refuse a list over one missing key."""
