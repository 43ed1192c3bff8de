"""The OpenAPI description is what the routes say, and says something about each of them."""

from __future__ import annotations

from tests import openapi

DOCUMENT = openapi.document()


def test_the_file_is_what_the_routes_say() -> None:
    """`make docs` writes it anew."""
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text()


def test_every_answer_is_described() -> None:
    assert openapi.undescribed() == []


def test_every_operation_says_what_it_is_for() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            assert operation["summary"].endswith((".", "?")), f"{method} {path}: {operation['summary']!r}"


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names)) > 100
