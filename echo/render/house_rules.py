"""The rules of the house."""

from __future__ import annotations

from typing import Any

from echo.store import house_texts


def many() -> list[dict[str, Any]]:
    """The rules of the house, numbered from 1, with their translations by language."""
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
        for number, (rule, translations) in enumerate(house_texts.rules(), 1)
    ]


def by_id() -> dict[str, dict[str, Any]]:
    """The same, by id."""
    return {rule["id"]: rule for rule in many()}
