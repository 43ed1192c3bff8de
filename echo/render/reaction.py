"""Emojis under posts, for apps of Pleroma's family and for those of Mastodon's forks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.render.entities import Entity

NOTHING = b',"emoji_reactions":[],"pleroma":{"emoji_reactions":[]}'
_encode = msgspec.json.Encoder().encode


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What `store.reactions.tallies` says of one emoji."""

    name: str
    count: int
    me: bool
    url: str
    file_key: str | None
    static_key: str | None
    people: list[int] = []

    @property
    def pictures(self) -> tuple[str, str] | None:
        """Where the picture lies, moving and standing; None for a character."""
        key = self.url or self.file_key
        file = addresses.here().file
        return None if not key else (file(key), file(self.static_key or key))


class EmojiReaction(Entity, frozen=True, kw_only=True):
    name: str
    count: int
    me: bool
    url: str | None
    static_url: str | None


_read = msgspec.json.Decoder(list[Tally]).decode


def part(document: str | None) -> bytes:
    """What is under a post, inside of it: `url` is null for characters.

    Shapes:  document: as `store.reactions.tallies` makes it
    """
    if document is None:
        return NOTHING
    shown = _encode([_one(tally) for tally in _read(document)])
    return b',"emoji_reactions":%b,"pleroma":{"emoji_reactions":%b}' % (shown, shown)


def with_people(tallies: Sequence[Tally], people: Mapping[int, bytes]) -> bytes:
    """Each emoji with the accounts of those who put it there."""
    rows = []
    for tally in tallies:
        accounts = b",".join(people[i] for i in tally.people if i in people)
        rows.append(_encode(_one(tally))[:-1] + b',"accounts":[' + accounts + b"]}")
    return b"[" + b",".join(rows) + b"]"


def read(document: str | None) -> list[Tally]:
    """What is under a post."""
    return [] if document is None else _read(document)


def for_notification(row: Row) -> bytes:
    """The value of the field `emoji`, and the field behind it, as Pleroma has them."""
    key = row["url"] or row["file_key"]
    url: Any = addresses.here().file(key) if key else None
    name = f":{row['name']}:" if key else row["name"]
    return _encode(name) + b',"emoji_url":' + _encode(url)


def _one(tally: Tally) -> EmojiReaction:
    url, static_url = tally.pictures or (None, None)
    return EmojiReaction(name=tally.name, count=tally.count, me=tally.me, url=url, static_url=static_url)
