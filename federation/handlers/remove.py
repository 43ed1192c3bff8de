"""Remove: somebody elsewhere unpins a post of theirs."""

from __future__ import annotations

from activitypub.activities import Remove
from echo.models import Account
from federation.handlers import add
from federation.reasons import Reason


async def handle(activity: Remove, actor: Account) -> Reason:
    """Take a post of the actor's off the top of their profile."""
    return await add.change(activity, actor, is_pinned=False)
