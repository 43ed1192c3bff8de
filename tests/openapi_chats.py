"""Chats, as the description of the API has them: shapes come from the code."""

from __future__ import annotations

import json
import re

import msgspec

from echo.render import chat_entities, pleroma_chat
from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route

_NAMES = {
    "Chat": "Chat",
    "ChatMark": "ChatMark",
    "ChatPreferences": "ChatPreferences",
    "EmojiReaction": "EmojiReaction",
    "Event": "ChatEvent",
    "Member": "ChatMember",
    "PleromaChat": "PleromaChat",
    "PleromaMessage": "PleromaMessage",
    "Message": "ChatMessage",
    "MessageState": "ChatMessageState",
    "Receipts": "ChatReceipts",
    "Standing": "ChatStanding",
    "WaitingMessage": "ChatWaitingMessage",
}
_SHAPES = (
    *(chat_entities.Chat, chat_entities.ChatMark, chat_entities.ChatPreferences, chat_entities.Event),
    *(chat_entities.Member, chat_entities.Receipts, chat_entities.WaitingMessage, pleroma_chat.PleromaChat),
)


def _schemas() -> dict[str, Json]:
    _, found = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    text = re.sub(
        r"#/components/schemas/(\w+)",
        lambda match: f"#/components/schemas/{_NAMES.get(match[1], match[1])}",
        json.dumps(found),
    )
    schemas = {new: json.loads(text)[old] for old, new in _NAMES.items()}
    for schema in schemas.values():
        schema.pop("title", None)
    schemas["Chat"]["properties"]["account"] = {"anyOf": [ref("Account"), {"type": "null"}]}
    schemas["PleromaChat"]["properties"]["account"] = ref("Account")
    schemas["ChatMember"]["properties"]["account"] = ref("Account")
    return schemas


SHAPES_OF_CHATS = _schemas()

_PLEROMA = "/api/v1/pleroma/chats"
_BASE = "/api/v1/echo/chats"
_ONE = f"{_BASE}/{{chat_id}}"
_MESSAGE = f"{_ONE}/messages/{{seq}}"
_PAGE = query(before="integer", after="integer", limit="integer")
_CHAT, _SAID, _MEMBERS = ref("Chat"), ref("ChatMessage"), many(ref("ChatMember"))
_LISTS: Json = {"type": "object", "properties": {"account_id": TEXT, "name": TEXT, "account_ids": many(TEXT)}}
_SEND: Json = {
    "type": "object",
    "properties": {
        "text": TEXT,
        "media_ids": many(TEXT),
        "reply_to_seq": {"type": "integer"},
        "idempotency_key": TEXT,
    },
}
_CHOICES = fields(
    who_may_write="string",
    ask_first="boolean",
    share_read="boolean",
    share_typing="boolean",
    share_presence="boolean",
    share_last_seen="boolean",
    invisible="boolean",
)
_REPORT: Json = {
    "type": "object",
    "properties": {"seqs": many({"type": "integer"}), "comment": TEXT, "category": TEXT},
}

ROUTES_OF_CHATS: dict[str, Json] = {
    f"GET {_BASE}": route(
        many(_CHAT), parameters=query(requests="boolean", kind="string", max_id="string", limit="integer")
    ),
    f"POST {_BASE}": route(_CHAT, body=_LISTS),
    f"GET {_BASE}/friends": route(many(ref("Account")), parameters=query(limit="integer")),
    f"GET {_BASE}/preferences": route(ref("ChatPreferences")),
    f"PATCH {_BASE}/preferences": route(ref("ChatPreferences"), body=_CHOICES),
    # Of a group of another server 202, and a ChatWaitingMessage.
    f"POST {_BASE}/join": route(_CHAT, body=fields(token="string")),
    f"GET {_BASE}/joining": route(many(ref("ChatWaitingMessage"))),
    f"DELETE {_BASE}/joining/{{wish_id}}": route(OBJECT),
    f"GET {_BASE}/search": route(
        many(_SAID), parameters=query(q="string", chat_id="string", max_id="string", limit="integer")
    ),
    f"GET {_ONE}": route(_CHAT),
    f"PATCH {_ONE}": route(_CHAT, body=fields(name="string", avatar="string")),
    f"POST {_ONE}/accept": route(_CHAT),
    f"POST {_ONE}/refuse": route(OBJECT),
    f"POST {_ONE}/leave": route(OBJECT),
    f"POST {_ONE}/mute": route(_CHAT, body=fields(duration="integer")),
    f"POST {_ONE}/unmute": route(_CHAT),
    f"POST {_ONE}/read": route(_CHAT, body=fields(seq="integer")),
    f"POST {_ONE}/delivered": route(_CHAT, body=fields(seq="integer")),
    f"GET {_ONE}/members": route(_MEMBERS),
    f"POST {_ONE}/members": route(_MEMBERS, body=fields(account_id="string")),
    f"PATCH {_ONE}/members/{{member_id}}": route(_MEMBERS, body=fields(role="string")),
    f"DELETE {_ONE}/members/{{member_id}}": route(_MEMBERS),
    f"POST {_ONE}/link": route(fields(token="string", url="string")),
    f"DELETE {_ONE}/link": route(OBJECT),
    f"GET {_ONE}/messages": route(many(_SAID), parameters=_PAGE),
    f"POST {_ONE}/messages": route(_SAID, body=_SEND),
    f"GET {_MESSAGE}": route(_SAID),
    f"PATCH {_MESSAGE}": route(_SAID, body=fields(text="string")),
    f"DELETE {_MESSAGE}": route(_SAID),
    f"POST {_MESSAGE}/hide": route(_SAID),
    f"PUT {_MESSAGE}/reactions/{{emoji}}": route(_SAID),
    f"DELETE {_MESSAGE}/reactions/{{emoji}}": route(_SAID),
    f"POST {_MESSAGE}/pin": route(_SAID),
    f"POST {_MESSAGE}/unpin": route(_SAID),
    f"GET {_MESSAGE}/receipts": route(ref("ChatReceipts")),
    f"GET {_ONE}/waiting": route(many(ref("ChatWaitingMessage"))),
    f"DELETE {_ONE}/waiting/{{wish_id}}": route(OBJECT),
    f"GET {_ONE}/pins": route(many(_SAID)),
    f"GET {_ONE}/events": route(many(ref("ChatEvent")), parameters=query(after="integer", limit="integer")),
    f"GET {_ONE}/marks": route(many(ref("ChatMark"))),
    f"POST {_ONE}/report": route(ref("Report"), body=_REPORT),
    f"GET {_PLEROMA}": route(many(ref("PleromaChat")), parameters=query(with_muted="boolean")),
    "GET /api/v2/pleroma/chats": route(
        many(ref("PleromaChat")),
        parameters=query(with_muted="boolean", max_id="string", limit="integer"),
    ),
    f"POST {_PLEROMA}/by-account-id/{{account}}": route(ref("PleromaChat")),
    f"GET {_PLEROMA}/{{chat_id}}": route(ref("PleromaChat")),
    f"DELETE {_PLEROMA}/{{chat_id}}": route(ref("PleromaChat")),
    f"POST {_PLEROMA}/{{chat_id}}/read": route(ref("PleromaChat"), body=fields(last_read_id="string")),
    f"GET {_PLEROMA}/{{chat_id}}/messages": route(
        many(ref("PleromaMessage")),
        parameters=query(max_id="string", since_id="string", min_id="string", limit="integer"),
    ),
    f"POST {_PLEROMA}/{{chat_id}}/messages": route(
        ref("PleromaMessage"), body=fields(content="string", media_id="string")
    ),
    f"POST {_PLEROMA}/{{chat_id}}/messages/{{message_id}}/read": route(ref("PleromaMessage")),
    f"DELETE {_PLEROMA}/{{chat_id}}/messages/{{message_id}}": route(ref("PleromaMessage")),
    "GET /api/v1/echo/admin/reports/{report_id}/chat": route(many(_SAID)),
}
