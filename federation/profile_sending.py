"""What people here put on their profiles besides posts, told to their followers' servers."""

from __future__ import annotations

from echo.store import hashtags
from federation import outbox_profiles, recipients
from federation.sending import hand_over


async def send_featured_tag(account_id: int, name: str) -> None:
    """Tell followers that a hashtag is on a profile."""
    await _send(account_id, name, is_featured=True)


async def send_unfeatured_tag(account_id: int, name: str) -> None:
    """Tell them that it is not any more."""
    await _send(account_id, name, is_featured=False)


async def _send(account_id: int, name: str, *, is_featured: bool) -> None:
    spellings = {row["name"]: row["shown"] for row in await hashtags.featured(account_id)}
    activity = outbox_profiles.featured_tag(
        account_id, name, spellings.get(name, name), is_featured=is_featured
    )
    await hand_over(activity, await recipients.of_followers(account_id))
