"""The half of a post that is the same for everybody, kept as bytes by version."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.kinds import Visibility
from echo.render import account, entities, media, preview, times
from echo.render.room_entities import StatusRoom
from echo.render.versioned import VersionedCache
from echo.store import status_rows

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_Key = tuple[str, int, int, int, int]
_cores: VersionedCache[_Key] = VersionedCache(16 * 1024 * 1024)
# Client words for who may read a post.
WIRE_VISIBILITY: dict[str, str] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
}


async def many(rows: Sequence[Row]) -> dict[int, bytes]:
    """The standing halves of posts, by id, from rows of `status_rows.moving`; what is broken is left out.

    Source:  security-reliability S-C28
    """
    base = addresses.here().base
    cores: dict[int, bytes] = {}
    missing: dict[int, _Key] = {}
    authors = {row["id"]: row["author_version"] for row in rows}
    for row in rows:
        # The version of the author counts, and of whom they boost: who is renamed has other addresses, and
        # what is posted by who is sensitised is sensitive.
        key = (base, row["id"], row["version"], row["author_version"], authors.get(row["boost_of_id"], 0))
        cached = _cores.get(key)
        if cached is None:
            missing[row["id"]] = key
        else:
            cores[row["id"]] = cached
    standing = await status_rows.standing(list(missing))
    named = await preview.authors_of(row["card"] for row in standing.values())
    for post_id, row in standing.items():
        shown = standing.get(row["boost_of_id"]) if row["boost_of_id"] is not None else row
        if shown is None:
            shown = (await status_rows.standing([row["boost_of_id"]]))[row["boost_of_id"]]
        try:
            cores[post_id] = _encode(_core(row, shown, named))
        except Exception:
            # Whatever a row holds that nothing can be made of, it spoils no page.
            log.exception("post %s cannot be shown", post_id)
            continue
        _cores.put(missing[post_id], cores[post_id])
    return cores


def _core(row: Row, shown: Row, named: preview.Accounts) -> entities.StatusCore:
    """The standing half. `shown` is the post itself, or the one that it boosts; `named`: authors of links."""
    here = addresses.here()
    common: dict[str, Any] = {
        "id": str(row["id"]),
        "created_at": times.iso(row["created_at"]),
        "in_reply_to_id": _text(shown["in_reply_to_id"]),
        "in_reply_to_account_id": _text(shown["in_reply_to_account_id"]),
        "sensitive": shown["sensitive"] or shown["author_sensitized"],
        "spoiler_text": shown["spoiler"],
        "visibility": WIRE_VISIBILITY[row["visibility"]],
        "language": shown["language"],
        "uri": row["uri"],
        "url": row["url"] or shown["url"] or row["uri"],
        "edited_at": times.iso_or_none(shown["edited_at"]),
        "content": shown["html"],
        "media_attachments": media.attachments(shown["media"], msgspec.json.decode(shown["media_ids"])),
        "mentions": [
            entities.MentionEntity(
                id=str(m["id"]),
                username=m["username"],
                url=m["url"],
                acct=account.acct(m["username"], m["domain"]),
            )
            for m in msgspec.json.decode(shown["mentions"] or "[]")
        ],
        "tags": [
            entities.StatusTag(name=name, url=here.tag_page(name))
            for name in msgspec.json.decode(shown["hashtags"] or "[]")
        ],
        "emojis": account.emojis(msgspec.json.decode(shown["emojis"])),
        "tagged_collections": [],
        "card": preview.one(shown["card"], named) if shown["card"] else None,
    }
    if row["local"]:
        common["local_only"] = row["local_only"]
        if row["held"]:
            common["held"] = row["held"]
    if shown["blocks"] is not None:
        common["blocks"] = _blocks(msgspec.json.decode(shown["blocks"]))
    if shown["room"] is not None:
        common["room"] = _room(msgspec.json.decode(shown["room"]))
    if row["app_name"] is not None:
        application = entities.Application(name=row["app_name"], website=row["app_website"])
        return entities.StatusCoreWithApp(**common, application=application)
    return entities.StatusCore(**common)


def _blocks(stored: list[dict[str, Any]]) -> list[entities.TextBlock | entities.ImageBlock]:
    return [
        entities.ImageBlock(media_id=str(block["media_id"]))
        if block["type"] == "image"
        else entities.TextBlock(text=block["text"], content=block["html"])
        for block in stored
    ]


def _room(stored: dict[str, Any]) -> StatusRoom:
    return StatusRoom(
        id=str(stored["id"]),
        url=addresses.here().room_page(stored["id"]),
        title=stored["title"],
        live=stored["ended_at"] is None,
        video=stored["video"],
        started_at=stored["started_at"],
        ended_at=stored["ended_at"],
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
