"""What the structure of Mastodon's API does not describe: parameters and answers of our other routes."""

from __future__ import annotations

from tests.openapi_admin import ROUTES_OF_ADMIN, SHAPES_OF_ADMIN
from tests.openapi_chats import ROUTES_OF_CHATS, SHAPES_OF_CHATS
from tests.openapi_fences import ROUTES_OF_FENCES, SHAPES_OF_FENCES
from tests.openapi_moderation import ROUTES_OF_MODERATION
from tests.openapi_moving import ROUTES_OF_MOVING, SHAPES_OF_MOVING
from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route
from tests.openapi_rooms import ROUTES_OF_ROOMS, SHAPES_OF_ROOMS

# Entities of our own.
SCHEMAS: dict[str, Json] = {
    "Event": {
        "type": "object",
        "required": ["type", "stream", "event", "data", "ts", "origin"],
        "properties": {
            "type": TEXT,
            "stream": many(TEXT),
            "event": TEXT,
            "data": OBJECT,
            "cursor": TEXT,
            "ts": {"type": "integer"},
            "origin": TEXT,
        },
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": TEXT, "error_description": TEXT, "details": OBJECT},
    },
    **SHAPES_OF_ADMIN,
    **SHAPES_OF_FENCES,
    **SHAPES_OF_CHATS,
    **SHAPES_OF_MOVING,
    **SHAPES_OF_ROOMS,
}

_POLICY = fields(
    filter_not_following="boolean",
    filter_not_followers="boolean",
    filter_new_accounts="boolean",
    filter_private_mentions="boolean",
)

_ADMIN = "/api/v1/echo/admin/federation"
_CHANGED = fields(count="integer")
_WHICH = fields(host="string", delivery_id="string")
_REACTION: Json = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "count": {"type": "integer"},
        "me": {"type": "boolean"},
        "url": {"type": ["string", "null"]},
        "static_url": {"type": ["string", "null"]},
        "accounts": many(ref("Account")),
    },
}

EXTRA: dict[str, Json] = {
    **ROUTES_OF_ADMIN,
    **ROUTES_OF_FENCES,
    **ROUTES_OF_CHATS,
    **ROUTES_OF_MOVING,
    **ROUTES_OF_MODERATION,
    **ROUTES_OF_ROOMS,
    f"GET {_ADMIN}": route(OBJECT),
    f"GET {_ADMIN}/hosts": route(
        many(OBJECT), parameters=query(health="string", after="string", limit="integer")
    ),
    f"GET {_ADMIN}/hosts/{{host}}": route(OBJECT),
    f"GET {_ADMIN}/deliveries": route(
        many(OBJECT), parameters=query(state="string", host="string", max_id="string", limit="integer")
    ),
    f"GET {_ADMIN}/inbound": route(
        many(OBJECT), parameters=query(state="string", reason="string", limit="integer")
    ),
    f"POST {_ADMIN}/retry": route(_CHANGED, body=_WHICH),
    f"POST {_ADMIN}/requeue": route(_CHANGED, body=_WHICH),
    f"POST {_ADMIN}/drop": route(_CHANGED, body=_WHICH),
    f"POST {_ADMIN}/inbound/requeue": route(_CHANGED, body=fields(activity_id="string")),
    "GET /api/echo/events": route(
        {
            "type": "object",
            "required": ["epoch", "cursor", "gap", "more", "events"],
            "properties": {
                "epoch": TEXT,
                "cursor": TEXT,
                "gap": {"type": ["object", "null"]},
                "more": {"type": "boolean"},
                "events": many(ref("Event")),
            },
        },
        parameters=query(after="string", epoch="string", limit="integer"),
    ),
    "POST /api/v1/accounts/{account}/email_subscriptions": route(OBJECT),
    "GET /api/v1/donation_campaigns": {"answers": {"204": {"description": "There is none"}}},
    "GET /api/v1/notifications/policy": route(OBJECT),
    "PATCH /api/v1/notifications/policy": route(OBJECT, body=_POLICY),
    "PUT /api/v1/notifications/policy": route(OBJECT, body=_POLICY),
    "POST /api/v2/notifications/clear": route(OBJECT),
    "GET /api/v1/domain_blocks/preview": route(
        fields(following_count="integer", followers_count="integer"), parameters=query(domain="string")
    ),
    "GET /api/v1/peers/search": route(many(TEXT), parameters=query(q="string")),
    "GET /api/v1/pleroma/statuses/{status_id}/reactions": route(many(_REACTION)),
    "GET /api/v1/pleroma/statuses/{status_id}/reactions/{emoji}": route(many(_REACTION)),
    "PUT /api/v1/pleroma/statuses/{status_id}/reactions/{emoji}": route(ref("Status")),
    "DELETE /api/v1/pleroma/statuses/{status_id}/reactions/{emoji}": route(ref("Status")),
    "GET /.well-known/host-meta": route(TEXT, kind="application/xrd+xml"),
    "GET /.well-known/host-meta.json": route(OBJECT),
    "GET /.well-known/nodeinfo": route(OBJECT),
    "GET /.well-known/webfinger": route(
        OBJECT, parameters=query(resource="string"), kind="application/jrd+json"
    ),
    "GET /nodeinfo/{version}": route(OBJECT),
    "POST /oauth/userinfo": route(OBJECT),
    "POST /api/v1/conversations/{conversation_id}/unread": route(ref("Conversation")),
    "GET /api/v1/emails/check_confirmation": route({"type": "boolean"}),
    "GET /api/v1/instance/languages": route(many(fields(code="string", name="string"))),
    "GET /api/v1/streaming/health": route(TEXT, kind="text/plain"),
    # Described as a single one.
    "GET /api/v1/filters": route(many(ref("V1Filter"))),
    "GET /api/v1/trends": route(many(ref("Tag")), parameters=query(limit="integer", offset="integer")),
}

_BLOCK: Json = fields(type="string", text="string", media_id="string", description="string")
_WRITING: Json = {
    "content_type": {"type": "string", "enum": ["text/plain", "text/markdown"]},
    "blocks": many(_BLOCK),
}
# Parameters of our own beside those that are described: docs/api/extensions.md.
ADDED: dict[str, dict[str, Json]] = {
    "POST /api/v1/statuses": {**_WRITING, "local_only": {"type": "boolean"}, "quote_id": TEXT},
    "PUT /api/v1/statuses/{status_id}": _WRITING,
    "PATCH /api/v1/statuses/{status_id}": _WRITING,
}
