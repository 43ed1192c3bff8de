"""What a post said before it was edited: kept whole, because files and polls change as well."""

from __future__ import annotations

from typing import Any

from echo.models import Post, PostVersion
from echo.store import versions

Said = dict[str, Any]


async def say(post: Post) -> Said:
    """What a post says now, to be kept before it is changed."""
    parts = await versions.parts(post.id)
    return {
        "text": post.text,
        "html": post.html,
        "spoiler": post.spoiler,
        "sensitive": post.sensitive,
        "media_ids": post.media_ids,
        "files": [parts.files[media_id] for media_id in post.media_ids if media_id in parts.files],
        "poll_titles": parts.titles,
        "emojis": post.emojis,
        "quote_of_id": post.quote_of_id,
        "created_at": post.edited_at or post.created_at,
    }


async def keep(post: Post, said: Said) -> None:
    """Keep what a post said."""
    await PostVersion.create(post_id=post.id, **said)
