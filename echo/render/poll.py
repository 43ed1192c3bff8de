"""Polls. Counts and the viewer's own votes move, so a poll belongs to the moving half of its post."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from echo import clock
from echo.errors import NotFound
from echo.policy.viewer import Viewer
from echo.render import account, times
from echo.render.entities import Poll, PollOption, PollWithVotes
from echo.store import status_more, status_rows
from echo.store.polls import Stored


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What `store.status_more` says of a poll. `options`: title and votes; `own`: what the viewer chose;
    `emojis`: those of the post."""

    id: int
    expires_at: datetime | None
    multiple: bool
    hide_totals: bool
    voters: int | None
    options: list[tuple[str, int]]
    own: list[int] | None
    emojis: list[dict[str, Any]]


_decode = msgspec.json.Decoder(Row).decode
_encode = msgspec.json.Encoder().encode


async def one(viewer: Viewer, stored: Stored) -> bytes:
    """A poll as JSON. Raises NotFound when the viewer may not read its post."""
    if stored.post_id not in await status_rows.moving(viewer, [stored.post_id]):
        raise NotFound
    row = (await status_more.more(viewer, [stored.post_id])).get(stored.post_id)
    if row is None or row["poll"] is None:
        raise NotFound
    return part(viewer, row["poll"], is_author=stored.author_id == viewer.account_id)


def part(viewer: Viewer, document: str, *, is_author: bool) -> bytes:
    """The same inside of its post, from the JSON of its row.

    Totals that the author hides are shown to nobody before it is over.
    """
    row = _decode(document)
    expired = row.expires_at is not None and row.expires_at <= clock.now()
    own = row.own or []
    is_hidden = row.hide_totals and not expired
    titles = " ".join(title for title, _ in row.options)
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
        "emojis": account.emojis([e for e in row.emojis if f":{e['shortcode']}:" in titles]),
    }
    if viewer.is_anonymous:
        return _encode(Poll(**common))
    return _encode(PollWithVotes(**common, voted=bool(own) or is_author, own_votes=own))
