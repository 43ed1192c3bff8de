"""Structured fields, read so that every failure is a SignatureError."""

from __future__ import annotations

from typing import Any, cast

import http_sf

from activitypub.errors import SignatureError


def read_dictionary(value: str, *, reason: str) -> dict[str, Any]:
    """Read a dictionary field; a key that stands twice is refused, though RFC 9651 lets the last one win.

    Raises:  SignatureError: the given reason
    """

    def refuse_twice(key: str, _where: str) -> None:
        raise SignatureError(reason, f"{key} stands twice")

    try:
        found = http_sf.parse(value.encode("ascii"), tltype="dictionary", on_duplicate_key=refuse_twice)
    except ValueError as error:
        raise SignatureError(reason, "not a structured dictionary") from error
    return cast("dict[str, Any]", found)


def write_inner_list(names: tuple[str, ...], parameters: dict[str, Any]) -> str:
    """Write names as an inner list with parameters, in the one canonical form."""
    members: list[Any] = [([(name, {}) for name in names], parameters)]
    return http_sf.ser(members)
