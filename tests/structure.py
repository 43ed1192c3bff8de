"""What clients of Mastodon expect to read: the structure of its API description, and stricter than that.

The description (tests/mastodon-structure.json: facts only, names and types) leaves more open than strict
clients do: they refuse a whole list over one missing key or one null. So here every field of an entity must
be there unless `MAY_BE_MISSING` names it, nothing is null unless `NULLABLE` names it, and nothing else is
there unless `ALSO` names it. `DEFECTS` says where the description itself is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from echo.policy.scopes import ALL

FILE = Path(__file__).with_name("mastodon-structure.json")

DEFECTS = {
    1: "the answer to a deleted status has `text` in place of `content`: entity DeletedStatus",
    2: "the id of a push subscription is a JSON integer",
    3: "`alerts` of a push subscription may hold more keys, those that the client sent",
    4: "of the types of notifications some are missing; the last text of a fallback is its `description`",
    5: "visibility and sensitive of a scheduled status may be null, sensitive is whatever was sent",
    6: "`updated_at` of the extended description may be null; what is oneOf there overlaps, so it is anyOf",
    7: "request bodies are described in one encoding, the API takes four: requests are not validated here",
    8: "Idempotency-Key is a text, no object: headers are not validated here",
    9: "the admin API, nodeinfo and a dozen routes are absent: they are not validated here",
    10: "GET /api/v1/timelines/direct is described, but was removed: it is a 404",
}
REMOVED_PATHS = frozenset({"/api/v1/timelines/direct"})

# Fields that exist only for some: an asterisk stands for every field.
MAY_BE_MISSING: dict[str, set[str]] = {
    "AdminAccount": {"created_by_application_id", "invited_by_account_id"},
    "Account": {"noindex", "roles", "moved", "suspended", "limited", "memorial"},
    "CollectionItem": {"account_id"},
    "CustomEmoji": {"category", "featured"},
    "DomainBlock": {"comment"},
    "Reaction": {"url", "static_url"},
    "Instance.thumbnail": {"blurhash", "versions"},
    "Filter": {"keywords", "statuses"},  # not inside a FilterResult
    "MediaAttachment.meta": {"*"},
    "MetaDetails": {"*"},
    "Notification": {
        "status",
        "report",
        "event",
        "moderation_warning",
        "collection",
        "fallback",
        "filtered",
        "emoji",
        "emoji_url",
        "chat_message",
    },
    "PreviewCard": {"missing_attribution"},
    "NotificationGroup": {
        "status_id",
        "report",
        "event",
        "moderation_warning",
        "fallback",
        "collection",
        "emoji",
        "emoji_url",
        "chat_message",
        "page_min_id",
        "page_max_id",
        "latest_page_notification_at",
    },
    "GroupedNotificationsResults": {"partial_accounts"},
    "Status": {"application", "pinned", "local_only", "held", "blocks", "room", "emoji_reactions", "pleroma"},
    "StatusEdit": {"poll", "quote"},
    "Status.application": {"website"},
    "WebPushSubscription.alerts": {"quote", "quoted_update"},
    "Application": {"vapid_key"},
}
# Fields of accounts and statuses that only callers with a token see. Without one they must not be there.
ONLY_SIGNED_IN: dict[str, set[str]] = {
    "Announcement": {"read"},
    "Reaction": {"me"},
    "Status": {"favourited", "reblogged", "muted", "bookmarked", "filtered"},
    "Tag": {"following", "featuring"},
    "Poll": {"voted", "own_votes"},
}
NULLABLE: dict[str, set[str]] = {
    "Status.room": {"ended_at"},
    "Account": {"discoverable", "hide_collections", "last_status_at"},
    "AdminMeasure": {"unit", "human_value", "previous_total"},
    "AccountWarning": {"appeal"},
    # Of people elsewhere no login is known; e-mail and addresses are for those who manage users.
    "AdminAccount": {
        *("domain", "email", "ip", "locale", "invite_request", "role"),
        *("confirmed", "approved", "disabled"),
    },
    "AdminReport": {"action_taken_at", "assigned_account", "action_taken_by_account"},
    "Announcement": {"starts_at", "ends_at"},
    "Application": {"website"},
    "Collection": {"language", "tag"},
    "CredentialAccount.source": {"language", "hide_collections", "discoverable"},
    "CredentialApplication": {"website"},
    "ExtendedDescription": {"updated_at"},
    "Field": {"verified_at"},
    "Filter": {"expires_at"},
    "FilterResult": {"keyword_matches", "status_matches"},
    "Instance": {"wrapstodon"},
    "Instance.configuration.urls": {"status", "terms_of_service"},
    "Instance.contact": {"account"},
    "Instance.registrations": {"reason_required", "message", "min_age", "url"},
    "MediaAttachment": {
        "url",
        "preview_url",
        "remote_url",
        "preview_remote_url",
        "text_url",
        "description",
        "blurhash",
    },
    "FeaturedTag": {"last_status_at"},
    "MutedAccount": {"mute_expires_at"},
    "Notification": {"emoji_url"},
    "NotificationGroup": {"emoji_url"},
    "NotificationFallback": {"summary", "description"},
    "NotificationRequest": {"last_status"},
    "Poll": {"expires_at", "voters_count"},
    "PreviewCard": {"language", "image", "blurhash", "published_at"},
    "PreviewCardAuthor": {"account"},
    "PollOption": {"votes_count"},
    "Preferences": {"posting:default:language"},
    "Profile": {
        "avatar",
        "avatar_static",
        "header",
        "header_static",
        "hide_collections",
        "discoverable",
    },
    "Quote": {"quoted_status"},
    "Relationship": {"languages", "muting_expires_at"},
    "ScheduledStatus.params": {
        "idempotency",
        "in_reply_to_id",
        "language",
        "media_ids",
        "poll",
        "quote_approval_policy",
        "quoted_status_id",
        "scheduled_at",
        "spoiler_text",
    },
    "Status": {
        "in_reply_to_id",
        "in_reply_to_account_id",
        "language",
        "edited_at",
        "reblog",
        "quote",
        "card",
        "poll",
    },
    "Status.emoji_reactions": {"url", "static_url"},
    "Status.pleroma.emoji_reactions": {"url", "static_url"},
    "ShallowQuote": {"quoted_status_id"},
    "Status.application": {"website"},
    "V1Filter": {"expires_at"},
    "Translation": {"poll"},
    "Report": {"action_taken_at"},
    "TermsOfService": {"succeeded_by"},
    "V1Instance": {"contact_account"},
}
# What the tables say about the second holds for the first as well.
_LIKE = {
    "TrendsLink": "PreviewCard",
    "CredentialAccount": "Account",
    "MutedAccount": "Account",
    "DeletedStatus": "Status",
}
# Real, but not described.
_TEXT: dict[str, Any] = {"type": "string"}
_URI_OR_NULL: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_MORE_ACCOUNT_LIMITS = (
    "max_avatar_description_length",
    "max_display_name_length",
    "max_header_description_length",
    "max_note_length",
    "max_pinned_statuses",
    "max_profile_fields",
    "profile_field_name_limit",
    "profile_field_value_limit",
)
# Extensions of ours: docs/api/extensions.md.
_BLOCK: dict[str, Any] = {
    "anyOf": [
        {
            "type": "object",
            "properties": {"type": {"enum": ["text"]}, "text": _TEXT, "content": _TEXT},
            "required": ["type", "text", "content"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"type": {"enum": ["image"]}, "media_id": _TEXT},
            "required": ["type", "media_id"],
            "additionalProperties": False,
        },
    ]
}
_REACTIONS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "count": {"type": "integer", "minimum": 1},
            "me": {"type": "boolean"},
            "url": {"type": ["string", "null"]},
            "static_url": {"type": ["string", "null"]},
        },
    },
}
_ROOM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "url": _TEXT,
        "title": _TEXT,
        "live": {"type": "boolean"},
        "video": {"type": "boolean"},
        "started_at": _TEXT,
        "ended_at": {"type": ["string", "null"]},
    },
    "required": ["id", "url", "title", "live", "video", "started_at", "ended_at"],
    "additionalProperties": False,
}
_STATUS_EXTENSIONS: dict[str, Any] = {
    "emoji_reactions": _REACTIONS,
    "pleroma": {"type": "object", "properties": {"emoji_reactions": _REACTIONS}},
    "local_only": {"type": "boolean"},
    "held": {"type": "string"},
    "blocks": {"type": "array", "items": _BLOCK},
    "room": _ROOM,
}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_PLEROMA: dict[str, Any] = {
    "pleroma": {
        "type": "object",
        "properties": {
            "metadata": {"type": "object", "properties": {"features": _TEXTS, "post_formats": _TEXTS}}
        },
    }
}
ALSO: dict[str, dict[str, Any]] = {
    "Instance": _PLEROMA,
    "V1Instance": _PLEROMA,
    "CustomEmoji": {"featured": {"type": "boolean"}},
    "Instance.api_versions": {"echo": _NUMBER},
    "Instance.configuration": {"vapid": {"type": "object", "properties": {"public_key": _TEXT}}},
    "MediaAttachment": {"preview_remote_url": _URI_OR_NULL, "text_url": _URI_OR_NULL},
    # The flat keys are those that the first versions had.
    "MediaAttachment.meta": {
        **dict.fromkeys(("length", "size", "audio_encode", "audio_bitrate", "audio_channels"), _TEXT),
        **dict.fromkeys(("fps", "width", "height"), _NUMBER),
        **{key: {"type": "number"} for key in ("duration", "aspect")},
        "colors": {
            "type": "object",
            "properties": dict.fromkeys(("background", "foreground", "accent"), _TEXT),
        },
    },
    "MetaDetails": {"size": _TEXT},
    "NotificationGroup": {
        "collection": {"$ref": "#/components/schemas/Collection"},
        "chat_message": {"type": "object"},
        "emoji": _TEXT,
        "emoji_url": _URI_OR_NULL,
    },
    "Notification": {
        "filtered": {"const": True},
        "emoji": _TEXT,
        "emoji_url": _URI_OR_NULL,
        "chat_message": {"type": "object"},
    },
    "NotificationPolicy": {"for_bots": {"enum": ["accept", "filter", "drop"]}},
    "Preferences": {
        "posting:default:quote_policy": {"enum": ["public", "followers", "nobody"]},
        "reading:autoplay:gifs": {"type": "boolean"},
    },
    "Profile": {
        "formatted_note": _TEXT,
        "formatted_fields": {"type": "array", "items": {"$ref": "#/components/schemas/Field"}},
        "featured_tags": {"type": "array", "items": {"$ref": "#/components/schemas/FeaturedTag"}},
    },
    "Suggestion": {"source": {"enum": ["staff", "past_interactions", "global"]}},
    "Status": _STATUS_EXTENSIONS,
    "DeletedStatus": _STATUS_EXTENSIONS,
    "StatusSource": {"content_type": {"enum": ["text/plain", "text/markdown"]}},
    "WebPushSubscription": {"policy": {"enum": ["all", "followed", "follower", "none"]}},
    "WebPushSubscription.alerts": {"quote": {"type": "boolean"}, "quoted_update": {"type": "boolean"}},
    "PreviewCard": {"language": {"type": "string"}, "image_description": _TEXT},
    "TrendsLink": {"language": {"type": "string"}, "image_description": _TEXT},
    "V1Instance.configuration.accounts": dict.fromkeys(_MORE_ACCOUNT_LIMITS, _NUMBER),
    "V1Instance.configuration.media_attachments": {"description_limit": _NUMBER},
}
# Addresses that are the empty text where there is none.
MAY_BE_BLANK = frozenset({"author_url", "provider_url", "embed_url"})
# Objects with keys of the server's own choosing.
_OPEN = frozenset({"Rule.translations", "ValidationError.details"})
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ID_FIELDS = frozenset({"id", "in_reply_to_id", "in_reply_to_account_id", "last_read_id"})
_MOST = 2**31 - 1  # Java and Swift clients read integers of 32 bits
# Mastodon writes this id as a number, whatever becomes of it in a browser.
_LONG = frozenset({("ScheduledStatus.params", "in_reply_to_id")})


def validate(name: str, document: object, *, signed_in: bool) -> None:
    """Check one entity.

    Raises:  AssertionError that lists every difference
    """
    differences = [
        f"{'.'.join(map(str, error.absolute_path)) or 'all of it'}: {error.message[:300]}"
        for error in _leaves(_validator(name, signed_in).iter_errors(document))
    ]
    assert not differences, f"not a {name}:\n  " + "\n  ".join(differences)


def operations() -> Iterator[tuple[str, str]]:
    """Every (method, path) of the description that a server should answer."""
    for path, item in _document()["paths"].items():
        for method in item:
            if method in ("get", "post", "put", "patch", "delete") and path not in REMOVED_PATHS:
                yield method.upper(), path


def paths() -> dict[str, Any]:
    """The paths of the description, as they stand there."""
    found: dict[str, Any] = _document()["paths"]
    return found


def names() -> set[str]:
    """The entities that are described."""
    return set(_document()["components"]["schemas"])


def described(name: str) -> dict[str, Any]:
    """A schema of the description, as it stands there."""
    found: dict[str, Any] = _document()["components"]["schemas"][name]
    return found


def entities_for_all() -> dict[str, Any]:
    """Every entity as we render it, for callers with a token and without."""
    found = deepcopy(_entities(True))
    for name, fields in ONLY_SIGNED_IN.items():
        for entity, like in ((name, name), *_LIKE.items()):
            if like == name and entity in found:
                required = found[entity].get("required", [])
                found[entity]["required"] = [field for field in required if field not in fields]
    return found


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The errors that say what is wrong: of alternatives, those of the first, which is never null."""
    for error in errors:
        inner = [e for e in error.context or () if e.relative_schema_path[0] == 0]
        if inner:
            yield from _leaves(inner)
        else:
            yield error


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_bytes())
    return document


@cache
def _validator(name: str, signed_in: bool) -> Draft202012Validator:
    checker = extend(
        Draft202012Validator,
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
            "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
        ),
    )
    entities = _entities(signed_in)
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": entities}}
    return checker(schema, format_checker=_FORMATS)


@cache
def _entities(signed_in: bool) -> dict[str, Any]:
    described = deepcopy(_document()["components"]["schemas"])
    # Scopes for what Mastodon has not: chats and rooms.
    described["OAuthScope"]["enum"] = list(ALL)
    _mend(described)
    return {name: _strict(name, schema, name, signed_in) for name, schema in described.items()}


def _mend(entities: dict[str, Any]) -> None:
    """Put right what `DEFECTS` names, where it is about entities."""
    entities["DeletedStatus"] = deepcopy(entities["Status"])
    del entities["DeletedStatus"]["properties"]["content"]
    del entities["Status"]["properties"]["text"]
    entities["WebPushSubscription"]["properties"]["id"] = {"type": "integer"}
    entities["NotificationTypeEnum"]["enum"] += [
        "annual_report",
        "pleroma:emoji_reaction",
        "pleroma:chat_mention",
    ]
    entities["NotificationGroupTypeEnum"]["enum"] = entities["NotificationTypeEnum"]["enum"]
    fallback = entities["NotificationFallback"]["properties"]
    fallback["description"] = fallback.pop("details")


def _strict(name: str, schema: Any, where: str, signed_in: bool) -> Any:
    """The schema with everything required, nothing null and nothing else, but for the tables above."""
    if isinstance(schema, list):
        return [_strict(name, part, where, signed_in) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {
        key: _strict(name, value, where, signed_in) for key, value in schema.items() if key != "properties"
    }
    if "oneOf" in strict:
        strict["anyOf"] = strict.pop("oneOf")
    if "$ref" in strict:
        strict.pop("type", None)
    if "properties" not in schema:
        return strict
    fields = schema["properties"] | ALSO.get(where, {})
    missing = _named(MAY_BE_MISSING, where)
    signed = _named(ONLY_SIGNED_IN, where)
    if not signed_in:
        fields = {key: value for key, value in fields.items() if key not in signed}
    strict["properties"] = {
        key: _field(key, _strict(name, value, f"{where}.{key}", signed_in), where)
        for key, value in fields.items()
    }
    strict["required"] = [] if "*" in missing else sorted(set(fields) - missing)
    if where not in _OPEN:
        strict["additionalProperties"] = False
    return strict


def _named(table: dict[str, set[str]], where: str) -> set[str]:
    entity, dot, rest = where.partition(".")
    like = _LIKE.get(entity, entity)
    return table.get(where, set()) | table.get(f"{like}{dot}{rest}", set())


def _field(key: str, schema: dict[str, Any], where: str) -> dict[str, Any]:
    nullable = key in _named(NULLABLE, where)
    types = schema.get("type")
    plain = types if isinstance(types, list) else [types] if types else []
    if plain:
        named = [one for one in plain if one != "null"] + (["null"] if nullable else [])
        schema = schema | {"type": named}
    if "anyOf" in schema:
        kept = [part for part in schema["anyOf"] if part != {"type": "null"}]
        schema = {"anyOf": kept + ([{"type": "null"}] if nullable else [])}
    elif "$ref" in schema and nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if "integer" in plain and (where, key) not in _LONG:
        schema = schema | {"maximum": _MOST}
    if key in MAY_BE_BLANK:
        schema = {name: value for name, value in schema.items() if name != "format"}
    if key in _ID_FIELDS and "string" in plain:
        schema = schema | {"format": "numeric-id"}
    if (where, key) == ("Relationship", "muting_expires_at"):
        schema = schema | {"format": "second"}
    return schema


_FORMATS = FormatChecker(formats=())


def _format(name: str, pattern: re.Pattern[str]) -> None:
    _FORMATS.checks(name)(lambda value: not isinstance(value, str) or bool(pattern.fullmatch(value)))


_format("date-time", _INSTANT)
_format("second", _SECOND)
_format("date", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"))
_format("iso-639-1", re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?"))
_format("email", re.compile(r"([^@\s]+@[^@\s]+)?"))
_format("numeric-id", re.compile(r"-?[0-9]{1,19}"))


@_FORMATS.checks("uri")
def _is_absolute(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return parts.scheme in ("http", "https", "ws", "wss") and bool(parts.netloc)
