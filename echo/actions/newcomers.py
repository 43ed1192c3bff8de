"""What happens for somebody new once they may use their account."""

from __future__ import annotations

from echo.actions import follows
from echo.errors import EchoError
from echo.store import invites


async def follow_inviter(account_id: int) -> None:
    """Follow whoever invited them, where the invitation says so. Nothing happens while they wait, or when the
    two do not want to meet."""
    owner_id = await invites.to_follow(account_id)
    if owner_id is None:
        return
    try:
        await follows.follow(account_id, owner_id)
    except EchoError:
        return
