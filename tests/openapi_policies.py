"""Policies, the dry run and what is held: parameters and answers of the admin API."""

from __future__ import annotations

from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route

_BASE = "/api/v1/echo/admin"
_LIST = many(TEXT)
_POLICY: Json = {
    "type": "object",
    "properties": {
        **fields(name="string", enabled="boolean")["properties"],
        "doors": _LIST,
        "only_hosts": _LIST,
        "except_hosts": _LIST,
        "settings": OBJECT,
    },
}


def _with(**more: Json) -> Json:
    return {"type": "object", "properties": {**more, **_POLICY["properties"]}}


_NEW = _with(kind=TEXT)
_TRY = _with(policy_id=TEXT, kind=TEXT, posts=TEXT, limit={"type": "integer"})

_WEBHOOK: Json = {
    "type": "object",
    "properties": {"url": TEXT, "events": _LIST, "enabled": {"type": "boolean"}},
}

ROUTES_OF_POLICIES: dict[str, Json] = {
    f"GET {_BASE}/policies/kinds": route(many(ref("StaffPolicyKind"))),
    f"GET {_BASE}/policies": route(many(ref("StaffPolicy"))),
    f"POST {_BASE}/policies": route(ref("StaffPolicy"), body=_NEW),
    f"GET {_BASE}/policies/{{policy_id}}": route(ref("StaffPolicy")),
    f"PUT {_BASE}/policies/{{policy_id}}": route(ref("StaffPolicy"), body=_POLICY),
    f"PATCH {_BASE}/policies/{{policy_id}}": route(ref("StaffPolicy"), body=_POLICY),
    f"DELETE {_BASE}/policies/{{policy_id}}": route(OBJECT),
    f"POST {_BASE}/policies/order": route(
        many(ref("StaffPolicy")), body={"type": "object", "properties": {"ids": _LIST}}
    ),
    f"POST {_BASE}/policies/try": route(ref("StaffTrial"), body=_TRY),
    f"GET {_BASE}/held": route(
        many(ref("StaffHeldThing")), parameters=query(state="string", max_id="string", limit="integer")
    ),
    f"POST {_BASE}/held/{{held_id}}/accept": route(OBJECT),
    f"POST {_BASE}/held/{{held_id}}/reject": route(OBJECT),
    f"GET {_BASE}/banned_files": route(many(ref("StaffBannedFile"))),
    f"POST {_BASE}/banned_files": route(
        fields(count="integer"),
        body={
            "type": "object",
            "properties": {
                "digests": _LIST,
                "status_id": TEXT,
                "account_id": TEXT,
                "note": TEXT,
                "distance": {"type": "integer"},
            },
        },
    ),
    f"DELETE {_BASE}/banned_files/{{ban_id}}": route(OBJECT),
    f"GET {_BASE}/webhooks": route(many(ref("StaffWebhook"))),
    f"POST {_BASE}/webhooks": route(ref("StaffWebhook"), body=_WEBHOOK),
    f"GET {_BASE}/webhooks/{{webhook_id}}": route(ref("StaffWebhook")),
    f"PUT {_BASE}/webhooks/{{webhook_id}}": route(ref("StaffWebhook"), body=_WEBHOOK),
    f"PATCH {_BASE}/webhooks/{{webhook_id}}": route(ref("StaffWebhook"), body=_WEBHOOK),
    f"DELETE {_BASE}/webhooks/{{webhook_id}}": route(OBJECT),
    f"POST {_BASE}/webhooks/{{webhook_id}}/enable": route(ref("StaffWebhook")),
    f"POST {_BASE}/webhooks/{{webhook_id}}/disable": route(ref("StaffWebhook")),
    f"POST {_BASE}/webhooks/{{webhook_id}}/rotate_secret": route(ref("StaffWebhook")),
    f"POST {_BASE}/held/decide": route(
        fields(count="integer"),
        body={"type": "object", "properties": {"ids": _LIST, "action": TEXT}},
    ),
}
