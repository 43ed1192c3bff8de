"""The rules of the house."""

from __future__ import annotations

from typing import Any

from echo.policy.house_rules import numbers
from echo.store import house_rules, house_texts


async def many() -> list[dict[str, Any]]:
    """The rules of the house with their numbers and their translations by language."""
    rules = house_texts.rules()
    ids = numbers(await house_rules.known(), [rule.text for rule, _ in rules])
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


async def by_id() -> dict[str, dict[str, Any]]:
    """The same by id, with those that are gone: reports still name them."""
    gone = {
        str(one.id): {"id": str(one.id), "text": one.text, "hint": "", "translations": {}}
        for one in await house_rules.known()
        if one.is_gone
    }
    return gone | {rule["id"]: rule for rule in await many()}
