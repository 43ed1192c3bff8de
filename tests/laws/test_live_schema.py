"""The schema of live frames is what the structs say. Every test that hears frames checks them against it."""

from __future__ import annotations

import pytest
from jsonschema import ValidationError

from tests import live_schema


def test_the_file_is_what_the_structs_say() -> None:
    """`make docs` writes it anew."""
    assert live_schema.FILE.read_text(encoding="utf-8") == live_schema.text()


def test_what_the_schema_does_not_know_is_found() -> None:
    live_schema.check({"type": "echo:pong"})
    for frame in ({"type": "echo:pong", "more": 1}, {"type": "echo:caught_up"}):
        with pytest.raises(ValidationError):
            live_schema.check(frame)
