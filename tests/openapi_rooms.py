"""Parameters and answers of the routes of live rooms."""

from __future__ import annotations

from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route

_MAYBE: Json = {"type": ["string", "null"]}
_YES: Json = {"type": "boolean"}
_ICE: Json = {
    "type": "object",
    "required": ["urls"],
    "properties": {"urls": many(TEXT), "username": TEXT, "credential": TEXT},
    "additionalProperties": False,
}


def _whole(properties: dict[str, Json]) -> Json:
    return {
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "additionalProperties": False,
    }


SHAPES_OF_ROOMS: dict[str, Json] = {
    "RoomMember": _whole(
        {
            "account_id": TEXT,
            "account": ref("Account"),
            "host": _YES,
            "role": {"enum": ["speaker", "listener"]},
            "muted": _YES,
            "may_speak": _YES,
            "hand_raised_at": _MAYBE,
            "consent": {"enum": ["yes", "no", None]},
            "joined_at": TEXT,
            "session_id": _MAYBE,
        }
    ),
    "Room": _whole(
        {
            "id": TEXT,
            "url": TEXT,
            "link": _MAYBE,
            "title": TEXT,
            "host": ref("Account"),
            "engine": {"enum": ["mesh", "janus", "livekit"]},
            "access": {"enum": ["followers", "mutuals", "chat", "link"]},
            "chat_id": _MAYBE,
            "video": _YES,
            "stage": _YES,
            "maximum": {"type": "integer", "minimum": 2},
            "status_id": _MAYBE,
            "recording": {"enum": ["none", "asked", "allowed"]},
            "started_at": TEXT,
            "ended_at": _MAYBE,
            "members_count": {"type": "integer", "minimum": 0},
            "members": many(ref("RoomMember")),
            "me": {"anyOf": [ref("RoomMember"), {"type": "null"}]},
        }
    ),
    "StaffRoom": _whole(
        {
            "id": TEXT,
            "title": TEXT,
            "host": ref("Account"),
            "engine": {"enum": ["mesh", "janus", "livekit"]},
            "access": {"enum": ["followers", "mutuals", "chat", "link"]},
            "members_count": {"type": "integer", "minimum": 0},
            "started_at": TEXT,
        }
    ),
    "JoinedRoom": _whole(
        {
            "room": ref("Room"),
            "session_id": TEXT,
            "stay_seconds": {"type": "integer"},
            "ice_servers": many(_ICE),
            "engine": OBJECT,
        }
    ),
}

_DRAFT: Json = {
    "type": "object",
    "properties": {
        "title": TEXT,
        "access": TEXT,
        "engine": TEXT,
        "chat_id": TEXT,
        "video": _YES,
        "stage": _YES,
        "maximum": {"type": "integer"},
        "status_id": TEXT,
    },
}
_PRESENCE = _whole(
    {"account_id": TEXT, "state": {"enum": ["online", "idle", "offline"]}, "last_seen_at": _MAYBE}
)
_ROOMS = "/api/v1/echo/rooms"
_ROOM = f"{_ROOMS}/{{room_id}}"
_MEMBER = f"{_ROOM}/members/{{account}}"
ROUTES_OF_ROOMS: dict[str, Json] = {
    "GET /api/v1/echo/presence": route(many(_PRESENCE), parameters=query(**{"id[]": "string"})),
    "GET /api/v1/echo/presence/friends": route(many(_PRESENCE), parameters=query(limit="integer")),
    "PUT /api/v1/echo/presence": route(many(_PRESENCE), body=fields(invisible="boolean")),
    f"GET {_ROOMS}": route(many(ref("Room")), parameters=query(limit="integer")),
    f"POST {_ROOMS}": route(ref("Room"), body=_DRAFT),
    f"GET {_ROOM}": route(ref("Room"), parameters=query(key="string")),
    f"PATCH {_ROOM}": route(ref("Room"), body=_DRAFT),
    f"DELETE {_ROOM}": route(OBJECT),
    f"GET {_ROOM}/ice_servers": route(many(_ICE)),
    f"POST {_ROOM}/recording": route(ref("Room"), body=fields(asked="boolean")),
    f"POST {_ROOM}/join": route(ref("JoinedRoom"), body=fields(key="string", session_id="string")),
    f"POST {_ROOM}/stay": route(OBJECT, body=fields(session_id="string")),
    f"POST {_ROOM}/leave": route(OBJECT, body=fields(session_id="string")),
    f"POST {_ROOM}/hand": route(ref("Room"), body=fields(raised="boolean")),
    f"POST {_ROOM}/consent": route(ref("Room"), body=fields(agreed="boolean")),
    f"POST {_MEMBER}/role": route(ref("Room"), body=fields(role="string")),
    f"POST {_MEMBER}/mute": route(ref("Room"), body=fields(muted="boolean")),
    f"DELETE {_MEMBER}": route(ref("Room")),
    "GET /api/v1/echo/admin/rooms": route(
        many(ref("StaffRoom")),
        parameters=query(limit="integer", max_id="string", since_id="string", min_id="string"),
    ),
    "DELETE /api/v1/echo/admin/rooms/{room_id}": route(OBJECT),
}
