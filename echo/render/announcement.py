"""Announcements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.render import account, times
from echo.render.entities import MentionEntity, StatusTag

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


def many(rows: Sequence[Row], *, signed_in: bool) -> list[bytes]:
    """Rows of `store.announcements`; only those who are signed in are told what they did with them."""
    return [_encode(_announcement(row, signed_in=signed_in)) for row in rows]


def reaction(announcement_id: int, row: Row) -> bytes:
    """An emoji under an announcement, as the live stream tells of it."""
    return _encode({**_reaction(dict(row)), "announcement_id": str(announcement_id)})


def _announcement(row: Row, *, signed_in: bool) -> dict[str, Any]:
    here = addresses.here()
    document: dict[str, Any] = {
        "id": str(row["id"]),
        "content": row["html"],
        "starts_at": times.iso_or_none(row["starts_at"]),
        "ends_at": times.iso_or_none(row["ends_at"]),
        "all_day": row["all_day"],
        "published_at": times.iso(row["published_at"]),
        "updated_at": times.iso(row["updated_at"]),
        "mentions": [
            MentionEntity(
                id=str(m["id"]),
                username=m["username"],
                url=m["url"] or m["uri"],
                acct=account.acct(m["username"], m["domain"]),
            )
            for m in _decode(row["mentions"] or "[]")
        ],
        "statuses": [
            {"id": str(post["id"]), "url": post["url"]} for post in _decode(row["linked_posts"] or "[]")
        ],
        "tags": [StatusTag(name=name, url=here.tag_page(name)) for name in _decode(row["hashtags"])],
        "emojis": account.emojis(_decode(row["emojis"])),
        "reactions": [],
    }
    for counted in _decode(row["reactions"] or "[]"):
        mine = {"me": counted["me"]} if signed_in else {}
        document["reactions"].append(_reaction(counted) | mine)
    if signed_in:
        document["read"] = row["was_read"]
    return document


def _reaction(row: dict[str, Any]) -> dict[str, Any]:
    document = {"name": row["name"], "count": row["count"]}
    if row["file_key"]:
        file = addresses.here().file
        document |= {"url": file(row["file_key"]), "static_url": file(row["static_key"])}
    return document
