"""The rules of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from echo.policy.house_rules import Known, numbers
from echo.store import house_rules, house_texts


async def many() -> list[dict[str, Any]]:
    """The rules of the house with their numbers and their translations by language."""
    return _shown(await house_rules.known())


async def by_id() -> dict[str, dict[str, Any]]:
    """The same by id, with those that are gone: reports still name them."""
    known = await house_rules.known()
    gone = {
        str(one.id): {"id": str(one.id), "text": one.text, "hint": "", "translations": {}}
        for one in known
        if one.is_gone
    }
    return gone | {rule["id"]: rule for rule in _shown(known)}


def _shown(known: Sequence[Known]) -> list[dict[str, Any]]:
    rules = house_texts.rules()
    ids = numbers(known, [rule.text for rule, _ in rules])
    return [
        {
            "id": str(number),
            "text": rule.text,
            "hint": rule.hint,
            "translations": {
                language: {"text": translated.text, "hint": translated.hint}
                for language, translated in translations.items()
            },
        }
        for number, (rule, translations) in zip(ids, rules, strict=True)
    ]
