"""Relationships."""

from __future__ import annotations

import msgspec

from echo.db import Row
from echo.kinds import FollowState
from echo.render.entities import Relationship


def one(row: Row) -> Relationship:
    """A row of `store.relations.relationships`."""
    following = row["follow_state"] == FollowState.ACCEPTED
    expires_at = row["mute_expires_at"]
    return Relationship(
        id=str(row["id"]),
        following=following,
        showing_reblogs=bool(following and row["boosts"]),
        notifying=bool(following and row["notify"]),
        languages=msgspec.json.decode(row["languages"]) if following and row["languages"] else None,
        followed_by=row["back_state"] == FollowState.ACCEPTED,
        blocking=row["blocking"],
        blocked_by=row["blocked_by"],
        muting=row["muting"],
        muting_notifications=bool(row["muting"] and row["muting_notifications"]),
        muting_expires_at=None if expires_at is None else f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
        requested=row["follow_state"] == FollowState.REQUESTED,
        requested_by=row["back_state"] == FollowState.REQUESTED,
        domain_blocking=row["domain_blocking"],
        endorsed=row["endorsed"],
        note=row["comment"] or "",
    )
