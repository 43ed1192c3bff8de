"""Typed object -> JSON, in the hand-made shape that every known reader takes.

Lists stay lists even with one member, Public has its full spelling, there is one context at the top and none
inside. What is written here is read back equal by `activitypub.read`; `activitypub.document.encode` makes the
bytes. `write_*` makes documents, `*_body` their embedded form, the plain verbs make activities.
"""

from __future__ import annotations

from activitypub.write.activity import (
    accept,
    activity_body,
    add,
    announce,
    block,
    create,
    delete_actor,
    delete_object,
    delete_stamp,
    embedded,
    flag,
    follow,
    like,
    move,
    quote_request,
    react,
    reject,
    remove,
    undo,
    update_actor,
    update_note,
    write_activity,
)
from activitypub.write.actor import actor_body, write_actor, write_key_holder
from activitypub.write.collection import collection_body, write_collection
from activitypub.write.note import (
    hashtag_body,
    note_body,
    tombstone_body,
    write_note,
    write_quote_authorization,
    write_tombstone,
)

__all__ = [
    "accept",
    "activity_body",
    "actor_body",
    "add",
    "announce",
    "block",
    "collection_body",
    "create",
    "delete_actor",
    "delete_object",
    "delete_stamp",
    "embedded",
    "flag",
    "follow",
    "hashtag_body",
    "like",
    "move",
    "note_body",
    "quote_request",
    "react",
    "reject",
    "remove",
    "tombstone_body",
    "undo",
    "update_actor",
    "update_note",
    "write_activity",
    "write_actor",
    "write_collection",
    "write_key_holder",
    "write_note",
    "write_quote_authorization",
    "write_tombstone",
]
