"""Bringing things along and taking them away: parameters and answers. Shapes come from the entities."""

from __future__ import annotations

import msgspec

from echo.render import moving_entities
from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route

SHAPES_OF_MOVING: dict[str, Json] = msgspec.json.schema_components(
    [
        moving_entities.Moved,
        moving_entities.Archive,
        moving_entities.Import,
        moving_entities.ImportFailure,
        moving_entities.Export,
    ],
    ref_template="#/components/schemas/{name}",
)[1]

_IMPORTS = "/api/v1/echo/imports"
_EXPORTS = "/api/v1/echo/exports"
_MOVE = "/api/v1/echo/move"
ROUTES_OF_MOVING: dict[str, Json] = {
    "POST /api/v1/echo/admin/accounts/{account_id}/rename": route(
        fields(id="string", username="string"), body=fields(username="string")
    ),
    f"GET {_MOVE}": route(ref("Moved")),
    f"POST {_MOVE}": route(ref("Moved"), body=fields(target="string", password="string")),
    f"DELETE {_MOVE}": route(ref("Moved")),
    f"POST {_MOVE}/aliases": route(ref("Moved"), body=fields(target="string")),
    f"DELETE {_MOVE}/aliases": route(ref("Moved"), parameters=query(uri="string")),
    f"GET {_IMPORTS}": route(many(ref("Import"))),
    f"POST {_IMPORTS}": route(ref("Import"), body=fields(file="string", kind="string", mode="string")),
    f"POST {_IMPORTS}/posts": route(ref("Import"), body=fields(file="string", visibility="string")),
    f"GET {_IMPORTS}/{{import_id}}": route(ref("Import")),
    f"DELETE {_IMPORTS}/{{import_id}}": route(OBJECT),
    f"GET {_IMPORTS}/{{import_id}}/failures": route(many(ref("ImportFailure"))),
    "GET /api/v1/echo/archives": route(many(ref("Archive"))),
    "POST /api/v1/echo/archives": route(ref("Archive")),
    "GET /api/v1/echo/archives/{archive_id}/file": route(
        {"type": "string", "format": "binary"}, kind="application/zip"
    ),
    f"GET {_EXPORTS}": route(many(ref("Export"))),
    f"GET {_EXPORTS}/{{kind}}": route(TEXT, kind="text/csv"),
}
