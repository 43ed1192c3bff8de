"""Blocks of other servers, as they are published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from echo.db import Row


def many(rows: Sequence[Row], *, with_reasons: bool) -> list[dict[str, Any]]:
    """Rows of `store.server_blocks.listing`."""
    return [_one(row, with_reasons=with_reasons) for row in rows]


def obfuscated(domain: str) -> str:
    """A domain with stars in its middle: those who know it recognise it, others cannot look it up."""
    third = max(1, len(domain) // 3)
    middle = "".join("." if letter == "." else "*" for letter in domain[third : len(domain) - third])
    return domain[:third] + middle + domain[len(domain) - third :]


def _one(row: Row, *, with_reasons: bool) -> dict[str, Any]:
    document = {
        "domain": obfuscated(row["domain"]) if row["obfuscate"] else row["domain"],
        "digest": hashlib.sha256(row["domain"].encode()).hexdigest(),
        "severity": row["severity"],
    }
    return document | ({"comment": row["reason"]} if with_reasons else {})
