"""Polls. Counts and the viewer's own votes move, so a poll belongs to the moving half of its post."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from echo import clock
from echo.policy.viewer import Viewer
from echo.render import times
from echo.render.entities import CustomEmoji, Poll, PollOption, PollWithVotes


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What `store.status_rows` says of a poll. `options`: title and votes; `own`: what the viewer chose."""

    id: int
    expires_at: datetime | None
    multiple: bool
    hide_totals: bool
    voters: int | None
    options: list[tuple[str, int]]
    own: list[int] | None


_decode = msgspec.json.Decoder(Row).decode
_encode = msgspec.json.Encoder().encode


def one(viewer: Viewer, document: str, *, is_author: bool, emojis: list[CustomEmoji] | None = None) -> bytes:
    """A poll as JSON, from the JSON of its row.

    Totals that the author hides are shown when it is over, and to the author and to those who voted, never
    in the meantime to others.
    """
    row = _decode(document)
    expired = row.expires_at is not None and row.expires_at <= clock.now()
    own = row.own or []
    is_hidden = row.hide_totals and not (expired or own or is_author)
    common: dict[str, Any] = {
        "id": str(row.id),
        "expires_at": times.iso_or_none(row.expires_at),
        "expired": expired,
        "multiple": row.multiple,
        "votes_count": sum(votes for _, votes in row.options),
        "voters_count": row.voters,
        "options": [
            PollOption(title=title, votes_count=None if is_hidden else votes) for title, votes in row.options
        ],
        "emojis": emojis or [],
    }
    if viewer.is_anonymous:
        return _encode(Poll(**common))
    return _encode(PollWithVotes(**common, voted=bool(own) or is_author, own_votes=own))
