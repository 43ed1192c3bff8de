"""Whatever JSON comes, a reader returns its object or raises Malformed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import read
from activitypub.activities import Activity
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor, Collection, Note, Tombstone

ADDRESS = "https://peer.test/"
# fmt: off
scalars = st.sampled_from([
    None, True, False, 0, -1, 7, 2**63, 0.5, -3.5, 1e300, "", " ", "\u200b", "\x00", "x", "/x", "//x",
    "#x", ":ab:", ADDRESS, f"{ADDRESS}a b", "http://peer.test/", "https://[::1", "https://peer.test:9/",
    "as:Public", "true", "2026-08-01T10:00:00", "99999-01-01", "PT1M", "P", "12.5",
    "text/html; charset=utf-8", "acct:a@b.test", "@",
])
types = st.sampled_from([
    "Person", "Note", "Question", "Mention", "Hashtag", "Emoji", "Link", "Document", "PropertyValue",
    "Multikey", "Create", "Like", "Flag", "Undo", "QuoteRequest", "View", "Collection", "Tombstone",
    "Group", "as:Note",
])
keys = st.sampled_from([
    "id", "href", "url", "name", "content", "contentMap", "icon", "image", "tag", "attachment", "to",
    "cc", "mediaType", "endpoints", "sharedInbox", "publicKey", "publicKeyPem", "owner",
    "assertionMethod", "oneOf", "anyOf", "replies", "totalItems", "closed", "endTime", "votersCount",
    "focalPoint", "width", "duration", "object", "target", "items", "first", "published", "alsoKnownAs",
    "attributionDomains", "webfinger", "quote", "source", "language", "summary", "value", "updated",
    "likes", "context", "inReplyTo", "sensitive", "@value", "@list", "@id", "as:url", "blurhash", "rel",
    "result", "instrument", "audience", "deleted", "formerType",
])
# fmt: on


def _wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(keys, inner, max_size=5)
    return (
        st.lists(inner, max_size=3)
        | members
        | st.builds(lambda kind, rest: {**rest, "type": kind}, types, members)
    )


values = st.recursive(scalars, _wrapped, max_leaves=12)
objects = st.dictionaries(keys, values, max_size=10)
READERS: list[tuple[Any, type, dict[str, object]]] = [
    (read.read_actor, Actor, {"type": "Person", "id": ADDRESS, "inbox": f"{ADDRESS}in"}),
    (read.read_note, Note, {"type": "Note", "id": ADDRESS, "attributedTo": f"{ADDRESS}a"}),
    (read.read_note, Note, {"type": "Question", "id": ADDRESS, "attributedTo": f"{ADDRESS}a"}),
    (read.read_activity, Activity, {"type": "Like", "actor": ADDRESS, "object": ADDRESS}),
    (read.read_activity, Activity, {"actor": ADDRESS}),
    (read.read_collection, Collection, {"type": "Collection"}),
    (read.read_tombstone, Tombstone, {"type": "Tombstone", "id": ADDRESS}),
]


@pytest.mark.parametrize(("reader", "result", "frame"), READERS)
@given(data=objects, kept=st.booleans(), kind=types | values)
def test_a_reader_is_total(
    reader: Any, result: type, frame: dict[str, object], data: Any, kept: bool, kind: Any
) -> None:
    document = {**data, **frame} if kept else {"type": kind, **data}
    with suppress(Malformed):
        found = reader(Document(document), allow_http=True)
        assert isinstance(found, result)
    if kept:
        assert isinstance(reader(Document(document)), result)


@given(objects)
def test_reading_keys_is_total(data: Any) -> None:
    assert len(read.read_public_keys(Document(data))) <= 10
