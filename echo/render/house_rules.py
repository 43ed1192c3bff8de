"""The rules of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from echo import cache
from echo.policy.house_rules import numbers
from echo.store import house_rules, house_texts
from echo.text.documents import RuleText

# Rules with their translations by language.
_Rules = Sequence[tuple[RuleText, dict[str, RuleText]]]
NUMBERS_SECONDS = 10.0


async def many() -> list[dict[str, Any]]:
    """The rules of the house with their numbers and their translations by language."""
    rules = house_texts.rules()
    # Numbers go with what the rules say, so those of other texts are never shown.
    texts = tuple(rule.text for rule, _ in rules)
    ids = cast("list[int] | None", cache.memory().recall("house rules", texts))
    if ids is None:
        ids = numbers(await house_rules.known(), texts)
        cache.memory().keep("house rules", texts, ids, seconds=NUMBERS_SECONDS)
    return _shown(ids, rules)


async def by_id() -> dict[str, dict[str, Any]]:
    """The same by id, with those that are gone: reports still name them."""
    known = await house_rules.known()
    gone = {
        str(one.id): {"id": str(one.id), "text": one.text, "hint": "", "translations": {}}
        for one in known
        if one.is_gone
    }
    rules = house_texts.rules()
    ids = numbers(known, [rule.text for rule, _ in rules])
    return gone | {rule["id"]: rule for rule in _shown(ids, rules)}


def _shown(ids: Sequence[int], rules: _Rules) -> list[dict[str, Any]]:
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
