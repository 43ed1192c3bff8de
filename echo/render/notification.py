"""Notifications."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from echo.db import Row
from echo.kinds import NotificationKind, SeveranceKind
from echo.policy.viewer import Viewer
from echo.render import account, collection, pleroma_chat, reaction, report, status, strike, times
from echo.render.entities import Entity
from echo.store import collections, notifications, reactions, reports, strikes

_encode = msgspec.json.Encoder().encode
# Client words for what happened.
TYPES: dict[str, str] = {
    NotificationKind.MENTION: "mention",
    NotificationKind.BOOST: "reblog",
    NotificationKind.LIKE: "favourite",
    NotificationKind.REACTION: "pleroma:emoji_reaction",
    NotificationKind.FOLLOW: "follow",
    NotificationKind.FOLLOW_REQUEST: "follow_request",
    NotificationKind.POST: "status",
    NotificationKind.EDIT: "update",
    NotificationKind.SIGN_UP: "admin.sign_up",
    NotificationKind.REPORT: "admin.report",
    NotificationKind.POLL: "poll",
    NotificationKind.QUOTE: "quote",
    NotificationKind.QUOTED_EDIT: "quoted_update",
    NotificationKind.SEVERED: "severed_relationships",
    NotificationKind.WARNING: "moderation_warning",
    NotificationKind.ANNUAL_REPORT: "annual_report",
    NotificationKind.COLLECTED: "added_to_collection",
    NotificationKind.COLLECTION_EDIT: "collection_update",
    NotificationKind.CHAT_MENTION: "pleroma:chat_mention",
}
KINDS = {word: NotificationKind(kind) for kind, word in TYPES.items()}
# What is said in words where a client does not know the kind.
TEXTS: dict[str, str] = {
    NotificationKind.MENTION: "{name} mentioned you",
    NotificationKind.BOOST: "{name} boosted your post",
    NotificationKind.LIKE: "{name} favourited your post",
    NotificationKind.REACTION: "{name} reacted to your post",
    NotificationKind.FOLLOW: "{name} followed you",
    NotificationKind.FOLLOW_REQUEST: "{name} asked to follow you",
    NotificationKind.POST: "{name} posted",
    NotificationKind.EDIT: "{name} edited a post",
    NotificationKind.SIGN_UP: "{name} signed up",
    NotificationKind.REPORT: "{name} made a report",
    NotificationKind.POLL: "A poll by {name} has ended",
    NotificationKind.QUOTE: "{name} quoted your post",
    NotificationKind.QUOTED_EDIT: "{name} edited a post that you quoted",
    NotificationKind.SEVERED: "Some of your follows have ended",
    NotificationKind.WARNING: "The moderators have a message for you",
    NotificationKind.ANNUAL_REPORT: "Your year is ready",
    NotificationKind.COLLECTED: "{name} added you to a collection",
    NotificationKind.COLLECTION_EDIT: "{name} changed a collection that you are in",
    NotificationKind.CHAT_MENTION: "{name} wrote to you",
}
# The field in which clients find what a notification is about, besides a post.
_OBJECT_FIELDS: dict[str, str] = {
    NotificationKind.REACTION: "emoji",
    NotificationKind.SEVERED: "event",
    NotificationKind.REPORT: "report",
    NotificationKind.WARNING: "moderation_warning",
    NotificationKind.COLLECTED: "collection",
    NotificationKind.COLLECTION_EDIT: "collection",
    NotificationKind.CHAT_MENTION: "chat_message",
}
_SEVERANCES: dict[str, str] = {
    SeveranceKind.OWN_BLOCK: "user_domain_block",
    SeveranceKind.SERVER_BLOCK: "domain_block",
    SeveranceKind.SUSPENSION: "account_suspension",
}


class SeveranceEvent(Entity, frozen=True, kw_only=True):
    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What notifications of a page speak of, by id. What the viewer may not read is not there."""

    posts: Mapping[int, bytes]
    people: Mapping[int, bytes]
    objects: Mapping[tuple[str, int], bytes]  # by field and id

    def has_all(self, row: Row) -> bool:
        """Whether everything a row speaks of can be shown."""
        if row["from_id"] not in self.people:
            return False
        if row["post_id"] is not None and row["post_id"] not in self.posts:
            return False
        field = _OBJECT_FIELDS.get(row["kind"])
        return field is None or (field, row["object_id"]) in self.objects

    def object_field(self, row: Row) -> bytes:
        """`,"event":{...}` and such; empty where there is none."""
        field = _OBJECT_FIELDS.get(row["kind"])
        if field is None:
            return b""
        return b',"%b":' % field.encode() + self.objects[field, row["object_id"]]


async def referred(viewer: Viewer, rows: Sequence[Row], people_ids: Collection[int] = ()) -> Referred:
    """Everything that these rows speak of, in a fixed number of statements.

    Shapes:  people_ids: further people, who are shown beside the rows
    """
    return Referred(
        posts=await status.by_id(
            viewer, list(dict.fromkeys(row["post_id"] for row in rows if row["post_id"] is not None))
        ),
        people=await account.by_id(sorted({row["from_id"] for row in rows} | set(people_ids))),
        objects=await _objects(viewer, rows),
    )


async def _objects(viewer: Viewer, rows: Sequence[Row]) -> dict[tuple[str, int], bytes]:
    """What rows are about besides posts, by field and id: one statement for each kind that is among them."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        if row["kind"] in _OBJECT_FIELDS and row["object_id"] is not None:
            ids.setdefault(_OBJECT_FIELDS[row["kind"]], []).append(row["object_id"])
    found: dict[tuple[str, int], bytes] = {}
    for number, row in (await notifications.severances(ids.get("event", ()))).items():
        found["event", number] = _encode(_event(row))
    for number, row in (await reactions.by_ids(ids.get("emoji", ()))).items():
        found["emoji", number] = reaction.for_notification(row)
    if "report" in ids:
        reported = list((await reports.rows(ids["report"])).values())
        found |= {("report", number): one for number, one in (await report.by_id(reported)).items()}
    given = list((await strikes.rows(ids.get("moderation_warning", []))).values())
    found |= {("moderation_warning", number): one for number, one in (await strike.by_id(given)).items()}
    if "chat_message" in ids:
        said = await pleroma_chat.messages_of(viewer.account_id or 0, ids["chat_message"])
        found |= {("chat_message", int(one.id)): _encode(one) for one in said}
    if "collection" in ids:
        known = await collections.rows(viewer, ids["collection"])
        found |= {("collection", number): _encode(collection.one(row)) for number, row in known.items()}
    return found


async def many(viewer: Viewer, rows: Sequence[Row], supported: Collection[str] | None = None) -> list[bytes]:
    """Rows of `store.notifications`; one about a post that cannot be read any more is left out.

    Shapes:  supported: the types that a client knows, when it says so: others come with words
    """
    if not rows:
        return []
    found = await referred(viewer, rows)
    return [_one(row, found, supported) for row in rows if found.has_all(row)]


def _one(row: Row, found: Referred, supported: Collection[str] | None) -> bytes:
    head: dict[str, Any] = {
        "id": str(row["id"]),
        "type": TYPES[row["kind"]],
        "created_at": times.iso(row["created_at"]),
        "group_key": group_key(row),
    }
    if row["filtered"]:
        head["filtered"] = True
    head |= fallback(row, found, supported)
    post = b"" if row["post_id"] is None else b',"status":' + found.posts[row["post_id"]]
    person = b',"account":' + found.people[row["from_id"]]
    return _encode(head)[:-1] + person + post + found.object_field(row) + b"}"


def group_key(row: Row) -> str:
    """What the notifications of one group have in common."""
    if row["group_hour"] is None:
        return f"ungrouped-{row['id']}"
    target = f"-{row['post_id']}" if row["post_id"] is not None else ""
    return f"{TYPES[row['kind']]}{target}-{row['group_hour']}"


def fallback(row: Row, found: Referred, supported: Collection[str] | None) -> dict[str, Any]:
    """Words for a client that says which types it knows, and does not know this one."""
    if supported is None or TYPES[row["kind"]] in supported:
        return {}
    text = TEXTS[row["kind"]].format(name=name_of(found.people[row["from_id"]]))
    return {"fallback": {"title": text, "summary": None, "description": None}}


class _Named(msgspec.Struct):
    username: str
    display_name: str


_read_name = msgspec.json.Decoder(_Named).decode


def name_of(person: bytes) -> str:
    """How an account that is rendered calls itself."""
    read = _read_name(person)
    return read.display_name.strip() or read.username


def _event(row: Row) -> SeveranceEvent:
    return SeveranceEvent(
        id=str(row["id"]),
        type=_SEVERANCES[row["kind"]],
        purged=False,
        target_name=row["target"],
        followers_count=row["followers"],
        following_count=row["following"],
        created_at=times.iso(row["created_at"]),
    )
