"""Dislike: somebody elsewhere votes a post down. Nothing of that is shown here; it is only counted."""

from __future__ import annotations

from activitypub.activities import Dislike
from echo.models import Account
from federation.reasons import Reason


async def handle(activity: Dislike, actor: Account) -> Reason:
    """Do nothing, and say why."""
    return Reason.DISLIKE
