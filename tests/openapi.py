"""Writes echo/web/static/openapi.json: every route for programs, from the route table; and with it the schema
of live frames (`tests.live_schema`).

python -m tests.openapi

What a route is called, who may call it and what it is for come from the code. Parameters and answers come
from the structure of Mastodon's API where that describes the route, and from `EXTRA` where it does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from echo import __version__
from echo.policy.scopes import ALL
from tests import live_schema, structure
from tests.coverage_page import shape
from tests.openapi_extra import ADDED, EXTRA, SCHEMAS
from tests.routes import Route, all_routes

FILE = Path(__file__).parent.parent / "echo/web/static/openapi.json"
PREFIXES = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/",
    "/nodeinfo/",
    "/health",
)
# They answer nothing at all where the operator does not publish them, as Mastodon does.
SWITCHED_OFF = {
    f"/api/v1/{path}"
    for path in ("instance/peers", "instance/activity", "instance/domain_blocks", "peers/search")
}
TWINS = {"PUT": "PATCH", "PATCH": "PUT"}
_BODIES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
_ERROR = {
    "description": "An error",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
# Entities that the structure has for its request bodies or never names in an answer stay out.
_REF = re.compile(r'"#/components/schemas/([^"]+)"')
Json = dict[str, Any]


@cache
def document() -> Json:
    """The whole description."""
    paths: dict[str, Json] = {}
    for route in routes():
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route)
    described: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Echo",
            "version": __version__,
            "description": "What apps can ask of an Echo server: Mastodon's client API and some more.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"OAuth2": _oauth()},
            "schemas": {},
        },
    }
    described["components"]["schemas"] = _used_schemas(described)
    return described


def text() -> str:
    """The description as it is stored and sent."""
    return json.dumps(document(), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def routes() -> Iterator[Route]:
    """The routes for programs; streams are described in docs/."""
    for route in all_routes():
        is_stream = route.path.startswith("/api/v1/streaming") and not route.path.endswith("health")
        if (
            route.path.startswith(PREFIXES)
            and not is_stream
            and not route.mark.startswith(("page", "stored"))
        ):
            yield route


def undescribed() -> list[str]:
    """Routes whose answer nothing says anything about."""
    return [f"{route.method} {_path(route)}" for route in routes() if _described(route) is None]


def _path(route: Route) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)


def _operation(route: Route) -> Json:
    known = _described(route) or {}
    names = re.findall(r"<(?:\w+:)?(\w+)>", route.path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [p for p in known.get("parameters", []) if p["in"] == "query"]
    operation: Json = {
        "operationId": re.sub(r"[^a-z0-9]+", "_", f"{route.method} {_path(route)}".lower()).strip("_"),
        "summary": (route.view.__doc__ or "").strip().split("\n")[0],
        "tags": [route.endpoint.partition(".")[0]],
        "security": _security(route.mark),
        "responses": {**known.get("answers", {"200": {"description": "Done"}}), "default": _ERROR},
    }
    if _path(route) in SWITCHED_OFF:
        operation["responses"]["404"] = {"description": "Not published here: nothing"}
    if parameters:
        operation["parameters"] = parameters
    if known.get("body"):
        operation["requestBody"] = {
            "required": False,
            "content": {kind: {"schema": known["body"]} for kind in _BODIES},
        }
    return operation


def _security(mark: str) -> list[Json]:
    kind, _, rest = mark.partition(" ")
    scopes = rest.removeprefix("or user ").split()
    demanded: list[Json] = [{"OAuth2": [scope]} for scope in scopes] or [{"OAuth2": []}]
    if kind in ("needs", "app"):
        return demanded
    return [{}, *demanded] if kind == "optional" else []


def _described(route: Route) -> Json | None:
    """Parameters, body and answers of a route: {parameters, body, answers}."""
    extra = EXTRA.get(f"{route.method} {_path(route)}")
    if extra is not None:
        return deepcopy(extra)
    # What was tried out under another name answers as it does now.
    place = route.shape.replace("/api/v1_alpha/", "/api/v1/")
    known = _of_structure()
    operation = known.get((route.method, place)) or known.get((TWINS.get(route.method, ""), place))
    operation = operation or known.get((route.method, route.shape))
    if operation is None:
        return None
    found = _read(operation, route)
    added = ADDED.get(f"{route.method} {_path(route)}")
    if added:
        found["body"]["properties"] |= added
    return found


@cache
def _of_structure() -> dict[tuple[str, str], Json]:
    return {
        (method.upper(), shape(path)): operation
        for path, item in structure.paths().items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def _read(operation: Json, route: Route) -> Json:
    answers: Json = {}
    for status, answer in operation.get("responses", {}).items():
        if status.startswith("2"):
            answers[status] = {"description": "Done"}
            if answer.get("content"):
                answers[status]["content"] = {
                    "application/json": _only(answer["content"], "application/json")
                }
    if (route.method, route.shape) == ("DELETE", "/api/v1/statuses/{}"):
        answers["200"]["content"]["application/json"]["schema"] = {
            "$ref": "#/components/schemas/DeletedStatus"
        }
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "parameters": [_parameter(p) for p in operation.get("parameters", []) if "name" in p],
        "body": _flat(next(iter(body.values()), {}).get("schema", {})) if body else None,
        "answers": answers,
    }


def _only(content: Json, kind: str) -> Json:
    found = content.get(kind) or next(iter(content.values()))
    return {"schema": _any_of(found.get("schema", {}))}


def _any_of(schema: Any) -> Any:
    """Alternatives of the structure overlap."""
    if isinstance(schema, list):
        return [_any_of(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {("anyOf" if key == "oneOf" else key): _any_of(value) for key, value in schema.items()}


def _parameter(parameter: Json) -> Json:
    return {key: parameter[key] for key in ("name", "in", "required", "schema") if key in parameter}


def _flat(schema: Json) -> Json:
    """What a body may hold: every field of every alternative, none of them demanded."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _flat(structure.described(name))
    fields: Json = {}
    for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        fields |= _flat(part).get("properties", {})
    fields |= schema.get("properties", {})
    return {"type": "object", "properties": {name: _inline(value) for name, value in fields.items()}}


def _inline(schema: Any) -> Any:
    """A schema without references to the bodies of others."""
    if isinstance(schema, list):
        return [_inline(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(structure.described(schema["$ref"].rpartition("/")[2]))
    return {key: _inline(value) for key, value in schema.items()}


def _used_schemas(described: Json) -> Json:
    """Every entity that is named, and what those name."""
    every = structure.entities_for_all() | SCHEMAS
    found: Json = {}
    waiting = ["Error", *_REF.findall(json.dumps(described))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _without_emails(every[name])
            waiting += _REF.findall(json.dumps(every[name]))
    return found


def _without_emails(schema: Any) -> Any:
    """An address of an operator who gives none is the empty text."""
    if isinstance(schema, list):
        return [_without_emails(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_emails(value) for key, value in schema.items() if (key, value) != ("format", "email")
    }


def _oauth() -> Json:
    scopes = {scope: scope for scope in sorted(ALL)}
    flows = {
        "authorizationCode": {
            "authorizationUrl": "/oauth/authorize",
            "tokenUrl": "/oauth/token",
            "scopes": scopes,
        },
        "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes},
    }
    return {"type": "oauth2", "flows": flows}


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    live_schema.FILE.write_text(live_schema.text(), encoding="utf-8")
