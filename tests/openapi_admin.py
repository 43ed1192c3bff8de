"""The admin API of our own: parameters and answers. Shapes come from `echo.render.admin_entities`."""

from __future__ import annotations

import inspect

import msgspec

from echo.render import admin_entities, admin_machine, admin_policy_entities
from tests.openapi_house import ROUTES_OF_HOUSE
from tests.openapi_parts import OBJECT, Json, fields, many, query, ref, route
from tests.openapi_policies import ROUTES_OF_POLICIES

_STRUCTS = [
    one
    for module in (admin_entities, admin_machine, admin_policy_entities)
    for _, one in inspect.getmembers(module, inspect.isclass)
    if issubclass(one, msgspec.Struct) and one.__module__ == module.__name__
]
SHAPES_OF_ADMIN: dict[str, Json] = msgspec.json.schema_components(
    _STRUCTS, ref_template="#/components/schemas/{name}"
)[1]

_BASE = "/api/v1/echo/admin"
_ROLE = fields(
    name="string",
    color="string",
    permissions="string",
    position="integer",
    highlighted="boolean",
    require_2fa="boolean",
)
_JOBS = fields(job_ids="array", name="string")
_PERIOD = fields(start_at="string", end_at="string", keys="array", limit="integer")

ROUTES_OF_ADMIN: dict[str, Json] = {
    **ROUTES_OF_POLICIES,
    **ROUTES_OF_HOUSE,
    f"GET {_BASE}/roles": route(many(ref("StaffRole"))),
    f"POST {_BASE}/roles": route(ref("StaffRole"), body=_ROLE),
    f"PATCH {_BASE}/roles/{{role_id}}": route(ref("StaffRole"), body=_ROLE),
    f"DELETE {_BASE}/roles/{{role_id}}": route(OBJECT),
    f"POST {_BASE}/accounts/{{account_id}}/role": route(OBJECT, body=fields(role_id="string")),
    f"GET {_BASE}/queues": route(many(ref("QueueDepth"))),
    f"GET {_BASE}/queues/dead": route(
        many(ref("DeadJob")), parameters=query(max_id="string", limit="integer")
    ),
    f"POST {_BASE}/queues/requeue": route(OBJECT, body=_JOBS),
    f"POST {_BASE}/queues/drop": route(OBJECT, body=_JOBS),
    f"DELETE {_BASE}/accounts/{{account_id}}/two_factor": route(OBJECT),
    f"GET {_BASE}/logs": route(many(ref("LogLine")), parameters=query(level="string", limit="integer")),
    f"GET {_BASE}/storage": route(ref("Storage")),
    "POST /api/v1/admin/measures": route(many(ref("AdminMeasure")), body=_PERIOD),
    "POST /api/v1/admin/dimensions": route(many(ref("AdminDimension")), body=_PERIOD),
    "POST /api/v1/admin/retention": route(
        many(ref("AdminCohort")), body=fields(start_at="string", end_at="string", frequency="string")
    ),
    f"GET {_BASE}/audit": route(
        many(ref("AuditEntry")),
        parameters=query(
            account_id="string",
            deed="string",
            target_kind="string",
            target_id="string",
            q="string",
            ip="string",
            refused="boolean",
            max_id="string",
            since_id="string",
            min_id="string",
            limit="integer",
        ),
    ),
}
