"""A rule keeps its number, whatever happens to the others."""

from __future__ import annotations

import pytest

from echo.policy.house_rules import Known, numbers

OLD = [
    Known(1, "Be kind to everybody here"),
    Known(2, "No advertising"),
    Known(3, "No spoilers", is_gone=True),
]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Be kind to everybody here", "No advertising"], [1, 2]),
        (["No advertising", "Be kind to everybody here"], [2, 1]),
        (["Always be kind to everybody", "No advertising"], [1, 2]),
        (["No advertising"], [2]),
        (["Something else entirely", "No advertising"], [4, 2]),
        (["No advertising, please", "Be kind to everybody here"], [2, 1]),
        (["No advertising", "No advertising"], [2, 4]),
        (["No spoilers", "Be kind to everybody here"], [3, 1]),
        ([], []),
    ],
)
def test_numbers_stay_with_their_rule(texts: list[str], expected: list[int]) -> None:
    assert numbers(OLD, texts) == expected


def test_the_first_rules_are_counted() -> None:
    assert numbers([], ["a", "b", "a"]) == [1, 2, 3]
