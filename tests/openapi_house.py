"""The admin API of the house: announcements, emojis, relays, settings, texts."""

from __future__ import annotations

from tests.openapi_parts import OBJECT, Json, fields, many, ref, route

_BASE = "/api/v1/echo/admin"
_ANNOUNCEMENTS, _EMOJIS = f"{_BASE}/announcements", f"{_BASE}/custom_emojis"
_ONE = f"{_ANNOUNCEMENTS}/{{announcement_id}}"
_WRITTEN = fields(text="string", starts_at="string", ends_at="string", all_day="boolean", publish_at="string")
_NEW: Json = {"type": "object", "properties": {**_WRITTEN["properties"], "publish": {"type": "boolean"}}}
_PICTURE: Json = {
    "type": "object",
    "required": ["shortcode", "image"],
    "properties": {
        "shortcode": {"type": "string"},
        "image": {"type": "string", "format": "binary"},
        "category": {"type": "string"},
        "replace": {"type": "boolean"},
    },
}

ROUTES_OF_HOUSE: dict[str, Json] = {
    f"GET {_ANNOUNCEMENTS}": route(many(ref("StaffAnnouncement"))),
    f"POST {_ANNOUNCEMENTS}": route(ref("StaffAnnouncement"), body=_NEW),
    f"PATCH {_ONE}": route(ref("StaffAnnouncement"), body=_WRITTEN),
    f"POST {_ONE}/publish": route(ref("StaffAnnouncement")),
    f"POST {_ONE}/unpublish": route(ref("StaffAnnouncement")),
    f"DELETE {_ONE}": route(OBJECT),
    f"GET {_EMOJIS}": route(many(ref("StaffEmoji"))),
    f"POST {_EMOJIS}": route(ref("StaffEmoji"), body=_PICTURE),
    f"PATCH {_EMOJIS}/{{shortcode}}": route(
        ref("StaffEmoji"), body=fields(visible_in_picker="boolean", featured="boolean", category="string")
    ),
    f"DELETE {_EMOJIS}/{{shortcode}}": route(OBJECT),
    f"GET {_BASE}/relays": route(many(ref("RelayState"))),
    f"POST {_BASE}/relays": route(ref("RelayState"), body=fields(address="string", style="string")),
    f"DELETE {_BASE}/relays/{{relay_id}}": route(OBJECT),
    f"GET {_BASE}/settings": route(many(ref("ChosenSetting"))),
    f"PATCH {_BASE}/settings": route(many(ref("ChosenSetting")), body=OBJECT),
    f"GET {_BASE}/texts": route(many(ref("HouseTextSource"))),
    f"PUT {_BASE}/texts/{{name}}": route(ref("HouseTextSource"), body=fields(markdown="string")),
}
