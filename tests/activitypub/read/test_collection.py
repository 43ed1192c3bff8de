from __future__ import annotations

import pytest

from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import ObjectRef
from activitypub.read import is_collection, read_collection

ID = "https://peer.test/c"


def test_a_page_is_read() -> None:
    found = read_collection(
        Document(
            {
                "id": f"{ID}?page=1",
                "type": "OrderedCollectionPage",
                "partOf": ID,
                "next": {"id": f"{ID}?page=2"},
                "prev": "nowhere",
                "orderedItems": ["https://a.test/1", {"type": "Note"}, None, 7, "x"],
                "totalItems": 10**12,
            }
        )
    )
    assert (found.id, found.part_of, found.next, found.prev) == (f"{ID}?page=1", ID, f"{ID}?page=2", None)
    assert [item.id for item in found.items] == ["https://a.test/1", None]
    assert found.total_items == 10**12


def test_a_first_page_is_an_address_or_a_copy() -> None:
    assert read_collection(Document({"type": "Collection", "first": ID})).first == ObjectRef(id=ID)
    inline = read_collection(
        Document({"type": "Collection", "first": {"type": "CollectionPage", "items": ID}})
    )
    assert inline.first is not None
    assert inline.first.document is not None
    assert [item.id for item in read_collection(inline.first.document).items] == [ID]


def test_items_are_counted_first() -> None:
    many = {"type": "Collection", "items": [f"https://a.test/{n}" for n in range(2_000)]}
    assert len(read_collection(Document(many)).items) == 1_000
    assert len(read_collection(Document(many), at_most=5).items) == 5
    assert read_collection(Document({"type": "Collection", "totalItems": "many"})).total_items is None


def test_what_is_no_collection_is_refused() -> None:
    with pytest.raises(Malformed, match="type"):
        read_collection(Document({"type": "Note", "items": []}))
    assert is_collection(Document({"type": "as:OrderedCollection"}))
    assert not is_collection(Document({"type": "Note"}))
