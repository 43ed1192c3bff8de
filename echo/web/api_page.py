"""The description of the API as a page: what there is, who may call it, what it takes and answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from quart import Blueprint, Response

from echo.addresses import here
from echo.http.access import page, stored
from echo.web import static_files
from echo.web.page import Meta, show

blueprint = Blueprint("api_page", __name__)
DESCRIPTION = "openapi.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One line of the page."""

    method: str
    path: str
    summary: str
    access: str
    takes: tuple[str, ...]
    answers: str


@blueprint.get("/about/api")
@page
async def api_page() -> Response:
    """Everything that programs can ask."""
    meta = Meta(title="API", description="What apps can ask of this server.", url=f"{here().base}/about/api")
    return await show("api.html", meta=meta, groups=_groups(), description=static_files.address(DESCRIPTION))


@blueprint.get("/openapi.json")
@stored
async def openapi() -> Response:
    """The same for machines."""
    response = Response(
        static_files.every_file()[DESCRIPTION].body, content_type="application/json; charset=utf-8"
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@cache
def _groups() -> dict[str, list[Operation]]:
    document = msgspec.json.decode(static_files.every_file()[DESCRIPTION].body)
    groups: dict[str, list[Operation]] = defaultdict(list)
    for path, item in sorted(document["paths"].items()):
        for method, operation in item.items():
            groups[operation["tags"][0].replace("_", " ")].append(_operation(method, path, operation))
    return dict(sorted(groups.items()))


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    scopes = [" ".join(demand["OAuth2"]) or "any token" if demand else "" for demand in operation["security"]]
    named = [scope for scope in scopes if scope]
    access = " or ".join(named) + (", if a token is sent" if "" in scopes else "") if named else "everybody"
    takes = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        access=access,
        takes=tuple(dict.fromkeys([*takes, *body.get("properties", {})])),
        answers=_answers(operation["responses"]),
    )


def _answers(responses: dict[str, Any]) -> str:
    for status, response in responses.items():
        if status.startswith("2"):
            for content in response.get("content", {}).values():
                return _name(content["schema"])
    return ""


def _name(schema: dict[str, Any]) -> str:
    """An entity, several of them, or nothing that has a name."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        inner = _name(schema["items"])
        return f"[{inner}]" if inner else ""
    return " or ".join(filter(None, (_name(part) for part in schema.get("anyOf", []))))
