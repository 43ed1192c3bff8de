"""Posts. Two halves: a standing one, cached by version, and a moving one, read for the viewer each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.errors import NotFound
from echo.kinds import Visibility
from echo.policy.viewer import Viewer
from echo.render import account, entities, media, times
from echo.render.versioned import VersionedCache
from echo.store import status_rows

_encode = msgspec.json.Encoder().encode
_cores: VersionedCache[tuple[str, int, int, int]] = VersionedCache(16 * 1024 * 1024)
# Client words for who may read a post.
WIRE_VISIBILITY: dict[str, str] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
}


async def one(viewer: Viewer, post_id: int) -> bytes:
    """One post as JSON. Raises NotFound when the viewer may not read it."""
    rendered = await many(viewer, [post_id])
    if not rendered:
        raise NotFound
    return rendered[0]


async def with_source(viewer: Viewer, post_id: int, text: str) -> bytes:
    """A post that is about to be deleted: `text` as it was typed in place of `content`."""
    document = msgspec.json.decode(await one(viewer, post_id))
    del document["content"]
    document["text"] = text
    return _encode(document)


async def many(viewer: Viewer, post_ids: Sequence[int], *, hide_muted: bool = False) -> list[bytes]:
    """Posts as JSON, in the order asked; those that the viewer may not read are left out.

    Shapes:  hide_muted: leave out posts and boosts by or of people whom the viewer mutes
    """
    rendered = await by_id(viewer, post_ids, hide_muted=hide_muted)
    return [rendered[post_id] for post_id in post_ids if post_id in rendered]


async def by_id(viewer: Viewer, post_ids: Sequence[int], *, hide_muted: bool = False) -> dict[int, bytes]:
    """The same, by id. A fixed number of statements for a page: one, and two more for what is not cached."""
    if not post_ids:
        return {}
    moving = await status_rows.moving(viewer, post_ids)
    halves = await _standing_halves(moving)
    rendered: dict[int, bytes] = {}
    for post_id in post_ids:
        post = _put_together(viewer, post_id, moving, halves, hide_muted=hide_muted)
        if post is not None:
            rendered[post_id] = post
    return rendered


async def for_each(account_ids: Sequence[int], post_id: int) -> dict[int, bytes]:
    """One post with the eyes of each of these people, by account id, in as many statements as for one person.

    Left out are those who may not read it, and those who mute its author.
    """
    by_viewer = await status_rows.moving_for_each(account_ids, post_id)
    halves = await _standing_halves({i: row for moving in by_viewer.values() for i, row in moving.items()})
    rendered: dict[int, bytes] = {}
    for account_id, moving in by_viewer.items():
        post = _put_together(Viewer(account_id), post_id, moving, halves, hide_muted=True)
        if post is not None:
            rendered[account_id] = post
    return rendered


@dataclass(frozen=True, slots=True)
class _Halves:
    """Standing halves: of posts by id, of accounts by id."""

    posts: dict[int, bytes]
    authors: dict[int, bytes]


async def _standing_halves(moving: Mapping[int, Row]) -> _Halves:
    return _Halves(
        await _cores_of(list(moving.values())),
        await account.cores_of((row["author_id"], row["author_version"]) for row in moving.values()),
    )


def _put_together(
    viewer: Viewer, post_id: int, moving: Mapping[int, Row], halves: _Halves, *, hide_muted: bool
) -> bytes | None:
    """A post with what it boosts, or None when it is not to be shown."""
    row = moving.get(post_id)
    if row is None or (hide_muted and row["author_muted"]):
        return None
    if row["boost_of_id"] is None:
        return _whole(viewer, row, halves, b"null", row)
    original = moving.get(row["boost_of_id"])
    if original is None or (hide_muted and original["author_muted"]):
        return None
    boosted = _whole(viewer, original, halves, b"null", original)
    return _whole(viewer, row, halves, boosted, original)


def _whole(viewer: Viewer, row: Row, halves: _Halves, boosted: bytes, marks: Row) -> bytes:
    """One post: its core, its author, today's counters and the viewer's marks (those of the boosted post)."""
    author = account.with_counters(halves.authors[row["author_id"]], row)
    moving = (
        f',"replies_count":{marks["replies"]},"reblogs_count":{marks["boosts"]}'
        f',"favourites_count":{marks["likes"]},"quotes_count":0'
    )
    if viewer.account_id is not None:
        moving += (
            f',"favourited":{_json(marks["liked"])},"reblogged":{_json(marks["boosted"])}'
            f',"bookmarked":{_json(marks["bookmarked"])},"muted":false,"filtered":[]'
        )
        if row["author_id"] == viewer.account_id and boosted == b"null" and row["visibility"] != "direct":
            moving += ',"pinned":false'
    return b"".join(
        (halves.posts[row["id"]][:-1], b',"account":', author, moving.encode(), b',"reblog":', boosted, b"}")
    )


def _json(value: bool) -> str:
    return "true" if value else "false"


async def _cores_of(rows: Sequence[Row]) -> dict[int, bytes]:
    base = addresses.here().base
    cores: dict[int, bytes] = {}
    missing: dict[int, tuple[str, int, int, int]] = {}
    for row in rows:
        # The author's version counts, because a renamed author has other addresses.
        key = (base, row["id"], row["version"], row["author_version"])
        cached = _cores.get(key)
        if cached is None:
            missing[row["id"]] = key
        else:
            cores[row["id"]] = cached
    standing = await status_rows.standing(list(missing))
    for post_id, row in standing.items():
        shown = standing.get(row["boost_of_id"]) if row["boost_of_id"] is not None else row
        if shown is None:
            shown = (await status_rows.standing([row["boost_of_id"]]))[row["boost_of_id"]]
        cores[post_id] = _encode(_core(row, shown))
        _cores.put(missing[post_id], cores[post_id])
    return cores


def _core(row: Row, shown: Row) -> entities.StatusCore:
    """The standing half. `shown` is the post itself, or the one that it boosts."""
    here = addresses.here()
    common: dict[str, Any] = {
        "id": str(row["id"]),
        "created_at": times.iso(row["created_at"]),
        "in_reply_to_id": _text(shown["in_reply_to_id"]),
        "in_reply_to_account_id": _text(shown["in_reply_to_account_id"]),
        "sensitive": shown["sensitive"],
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
        "quote": None,
        "card": None,
        "poll": None,
        "quote_approval": entities.QuoteApproval(automatic=[], manual=[], current_user="denied"),
    }
    if row["app_name"] is not None:
        application = entities.Application(name=row["app_name"], website=row["app_website"])
        return entities.StatusCoreWithApp(**common, application=application)
    return entities.StatusCore(**common)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
