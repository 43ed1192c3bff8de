"""What may be shown as trending."""

from __future__ import annotations

from echo import settings


def shows_unseen() -> bool:
    """Whether that trends of which no moderator has said anything."""
    return not settings.here().trends.require_review
