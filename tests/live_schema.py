"""Writes docs/api/live-schema.json: every frame of the live protocol, from the structs that are sent.

python -m tests.live_schema
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from echo.streaming import protocol
from echo.streaming.events import Events
from echo.streaming.requests import METHODS
from echo.streaming.signals import SIGNALS

FILE = Path(__file__).parent.parent / "docs/api/live-schema.json"
FROM_CLIENT: tuple[type[msgspec.Struct], ...] = tuple(protocol.FromClient.__subclasses__())
TO_CLIENT: tuple[type[msgspec.Struct], ...] = tuple(protocol.ToClient.__subclasses__())


def document() -> dict[str, Any]:
    """A schema for each direction, for the parameters of methods and signals, and what they refer to."""
    params: dict[str, type] = {name: method.params for name, method in sorted(METHODS.items())}
    data: dict[str, type] = {kind: signal.params for kind, signal in sorted(SIGNALS.items())}
    wanted = (*FROM_CLIENT, *TO_CLIENT, Events, *params.values(), *data.values())
    schemas, definitions = msgspec.json.schema_components(wanted, ref_template="#/$defs/{name}")
    references = dict(zip(wanted, schemas, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of the live protocol",
        "$defs": {
            **definitions,
            "FromClient": {"oneOf": [references[kind] for kind in FROM_CLIENT]},
            "ToClient": {"oneOf": [references[kind] for kind in TO_CLIENT]},
            "Methods": {"properties": {name: references[kind] for name, kind in params.items()}},
            "Signals": {"properties": {name: references[kind] for name, kind in data.items()}},
        },
    }


def check(frame: dict[str, Any]) -> None:
    """Raises ValidationError for what is no frame of ours, or has a field that no schema names."""
    name = next(kind.__name__ for kind in TO_CLIENT if kind.__struct_config__.tag == frame["type"])
    _validator(name).validate(frame)


@cache
def _validator(name: str) -> Draft202012Validator:
    whole = document()
    for kind in TO_CLIENT:
        whole["$defs"][kind.__name__]["additionalProperties"] = False
    return Draft202012Validator({"$defs": whole["$defs"], "$ref": f"#/$defs/{name}"})


def text() -> str:
    return json.dumps(document(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
