"""The words in which descriptions of routes are written."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
OBJECT: Json = {"type": "object"}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def many(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def answer(schema: Json, *, status: str = "200", kind: str = "application/json") -> Json:
    return {status: {"description": "Done", "content": {kind: {"schema": schema}}}}


def query(**types: str) -> list[Json]:
    return [{"name": name, "in": "query", "schema": {"type": kind}} for name, kind in types.items()]


def route(
    schema: Json, *, parameters: list[Json] | None = None, body: Json | None = None, **more: str
) -> Json:
    return {"parameters": parameters or [], "body": body, "answers": answer(schema, **more)}


def fields(**types: str) -> Json:
    return {"type": "object", "properties": {name: {"type": kind} for name, kind in types.items()}}
