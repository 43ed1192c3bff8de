"""Files on posts: which may be put there, and what becomes of them when the post goes."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db, settings
from echo.errors import Invalid
from echo.kinds import MediaKind, MediaState
from echo.models import Media
from echo.store import posts


async def choose(author_id: int, media_ids: Sequence[int], *, post_id: int | None = None) -> list[Media]:
    """Own files that may be put on a post together, in the order asked.

    Shapes:  post_id: the post that may have them already
    Raises:  Invalid when one is missing, taken or not ready, or when they do not go together
    """
    if not media_ids:
        return []
    limit = settings.here().limits.post_media
    if len(media_ids) > limit:
        raise Invalid(f"Validation failed: Cannot attach more than {limit} files")
    found = await posts.attachable_media(author_id, media_ids, post_id=post_id)
    missing = sorted(set(media_ids) - {media.id for media in found})
    if missing:
        raise Invalid(f"Validation failed: Media {missing} not found or already attached to another post")
    check_ready(found)
    if len(found) > 1 and any(media.kind in (MediaKind.VIDEO, MediaKind.AUDIO) for media in found):
        raise Invalid("Validation failed: Cannot attach a video to a post that already contains images")
    return found


def check_ready(files: Sequence[Media]) -> None:
    """Raises Invalid when a worker is not done with one of the files, or could not read it."""
    if any(media.state != MediaState.READY for media in files):
        raise Invalid("Validation failed: Cannot attach files that have not finished processing")


async def attach(files: Sequence[Media], post_id: int) -> None:
    """Put free files onto a post. Raises Invalid when another post was faster."""
    if not files:
        return
    attached = await db.execute(
        "UPDATE media SET post_id = $2 WHERE id = ANY($1) AND (post_id IS NULL OR post_id = $2)"
        " AND discarded_at IS NULL AND scheduled_id IS NULL AND chat_message_id IS NULL",
        [media.id for media in files],
        post_id,
    )
    if attached != len(files):
        raise Invalid("Validation failed: Media already attached")


async def free(post_id: int, *, for_good: bool) -> list[int]:
    """Let go of the files of a deleted post: they can be put on another one for a while, or are thrown away.

    Returns: the ids of those thrown away; `echo.actions.discarding.erase` removes them after the commit
    """
    rows = await db.fetch(
        "UPDATE media SET post_id = NULL, freed_at = $2, discarded_at = CASE WHEN $3 THEN $2::timestamptz END"
        " WHERE post_id = $1 RETURNING id",
        post_id,
        clock.now(),
        for_good,
    )
    return [row["id"] for row in rows] if for_good else []


async def attach_to_message(files: Sequence[Media], message_id: int) -> None:
    """Put free files onto a message of a group. Raises Invalid when something else was faster."""
    if not files:
        return
    attached = await db.execute(
        "UPDATE media SET chat_message_id = $2 WHERE id = ANY($1) AND post_id IS NULL"
        " AND scheduled_id IS NULL AND chat_message_id IS NULL AND discarded_at IS NULL",
        [media.id for media in files],
        message_id,
    )
    if attached != len(files):
        raise Invalid("Validation failed: Media already attached")


async def free_from_message(message_id: int) -> list[int]:
    """Throw the files of a deleted message away; the ids, as of `free`."""
    rows = await db.fetch(
        "UPDATE media SET chat_message_id = NULL, discarded_at = $2 WHERE chat_message_id = $1 RETURNING id",
        message_id,
        clock.now(),
    )
    return [row["id"] for row in rows]


async def free_from_messages_of(account_id: int, chat_id: int) -> list[int]:
    """The same for everything that somebody showed in a group."""
    rows = await db.fetch(
        "UPDATE media SET chat_message_id = NULL, discarded_at = $3 WHERE account_id = $1 AND chat_message_id"
        " IN (SELECT id FROM chat_events WHERE chat_id = $2 AND actor_id = $1) RETURNING id",
        account_id,
        chat_id,
        clock.now(),
    )
    return [row["id"] for row in rows]
