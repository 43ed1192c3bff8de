"""Document -> typed object. Every reader is total: it returns the object or raises Malformed, nothing else.

`allow_http` is for trials on one machine: http, ports and names like `localhost` count as good addresses too.
"""

from __future__ import annotations

from activitypub.read.activity import is_activity, read_activity
from activitypub.read.actor import is_actor, key_owner, read_actor, read_public_keys
from activitypub.read.collection import is_collection, read_collection
from activitypub.read.note import is_note, read_note, read_tombstone
from activitypub.read.quotes import read_quote_authorization

__all__ = [
    "is_activity",
    "is_actor",
    "is_collection",
    "is_note",
    "key_owner",
    "read_activity",
    "read_actor",
    "read_collection",
    "read_note",
    "read_public_keys",
    "read_quote_authorization",
    "read_tombstone",
]
