"""Keys that apps send with a new post, so that sending it twice, or at the same time, posts it once."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.errors import Invalid


@dataclass(frozen=True, slots=True)
class Made:
    """What was made with a key: a post, or one that waits for its time."""

    post_id: int | None
    scheduled_id: int | None

    def require_post(self) -> int:
        """The post. Raises UsedOtherwise when it waits for its time."""
        if self.post_id is None:
            raise UsedOtherwise(self)
        return self.post_id

    def require_scheduled(self) -> int:
        """The post that waits. Raises UsedOtherwise when it is published."""
        if self.scheduled_id is None:
            raise UsedOtherwise(self)
        return self.scheduled_id


class UsedOtherwise(Invalid):
    """A key was used before to make something of the other kind."""

    def __init__(self, made: Made) -> None:
        super().__init__("Validation failed: The idempotency key was used for another post")
        self.made = made


async def claim(author_id: int, key: str) -> Made | None:
    """What was made with this key; None when the key is ours to use. Waits for a parallel use."""
    if not key:
        return None
    await db.execute(
        "DELETE FROM idempotency_keys WHERE account_id = $1 AND key = $2"
        " AND created_at < now() - interval '24 hours'",
        author_id,
        key,
    )
    taken = await db.fetch(
        "INSERT INTO idempotency_keys (account_id, key, created_at) VALUES ($1, $2, now())"
        " ON CONFLICT (account_id, key) DO NOTHING RETURNING id",
        author_id,
        key,
    )
    if taken:
        return None
    row = await db.fetch_one(
        "SELECT post_id, scheduled_id FROM idempotency_keys WHERE account_id = $1 AND key = $2",
        author_id,
        key,
    )
    return None if row is None else Made(row["post_id"], row["scheduled_id"])


async def keep(
    author_id: int, key: str, *, post_id: int | None = None, scheduled_id: int | None = None
) -> None:
    """Remember what was made with a key."""
    if key:
        await db.execute(
            "UPDATE idempotency_keys SET post_id = $3, scheduled_id = $4 WHERE account_id = $1 AND key = $2",
            author_id,
            key,
            post_id,
            scheduled_id,
        )


async def publish(scheduled_id: int, post_id: int) -> None:
    """A post that waited is there: its key stands for it from now on."""
    await db.execute(
        "UPDATE idempotency_keys SET post_id = $2, scheduled_id = NULL WHERE scheduled_id = $1",
        scheduled_id,
        post_id,
    )
