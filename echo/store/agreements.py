"""Which rules and terms somebody agrees to who signs up now."""

from __future__ import annotations

import hashlib

import msgspec

from echo.store import house_texts


def current() -> tuple[str, str]:
    """(day of the terms of service, empty where there are none; SHA-256 of the house rules)."""
    terms = house_texts.terms()
    day = "" if terms is None or not terms.is_effective else terms.effective_on.isoformat()
    rules = [[rule.text, rule.hint] for rule, _ in house_texts.rules()]
    return day, hashlib.sha256(msgspec.json.encode(rules)).hexdigest()
