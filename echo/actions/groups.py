"""What communities of other servers say about themselves."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.models import Account


async def receive_moderators(account_id: int, uris: Sequence[str]) -> None:
    """These people lead a community elsewhere, and no others."""
    async with db.unit_of_work():
        await Account.filter(id=account_id).update(moderators=list(uris))
