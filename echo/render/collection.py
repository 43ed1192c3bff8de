"""Collections."""

from __future__ import annotations

from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.models import CollectionItem
from echo.render import account, times

_encode = msgspec.json.Encoder().encode


def one(row: Row) -> dict[str, Any]:
    """A row of `store.collections`."""
    here = addresses.here()
    address = here.collection_page(row["id"])
    tag = row["hashtag"]
    return {
        "id": str(row["id"]),
        "uri": address,
        "name": row["name"],
        "description": row["description"],
        "language": row["language"],
        "account_id": str(row["account_id"]),
        "local": True,
        "sensitive": row["sensitive"],
        "discoverable": row["discoverable"],
        "url": address,
        "item_count": row["item_count"],
        "created_at": times.iso(row["created_at"]),
        "updated_at": times.iso(row["updated_at"]),
        "tag": {"name": tag, "url": here.tag_page(tag)} if tag else None,
        "items": [
            {
                "id": str(item["id"]),
                "state": item["state"],
                "created_at": item["created_at"],
                "account_id": str(item["account_id"]),
            }
            for item in _items(row)
        ],
    }


def item(made: CollectionItem) -> dict[str, Any]:
    """Somebody who was put in just now."""
    return {
        "id": str(made.id),
        "state": str(made.state),
        "created_at": times.iso(made.created_at),
        "account_id": str(made.account_id),
    }


async def with_accounts(row: Row) -> bytes:
    """A collection, with whose it is and who is in it."""
    ids = [row["account_id"], *(item["account_id"] for item in _items(row))]
    people = await account.many(list(dict.fromkeys(ids)))
    return b'{"collection":' + _encode(one(row)) + b',"accounts":[' + b",".join(people) + b"]}"


def _items(row: Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.json.decode(row["items"] or "[]")
    return found
