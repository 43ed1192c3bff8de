"""Tokens for the page of a live room: for rooms alone, and not for long."""

from __future__ import annotations

from datetime import timedelta

from echo import clock, db
from echo.actions import auth
from echo.events import AccessEnded
from echo.store import auth as store

SCOPES = ("read:rooms", "write:rooms")
# Longer than anybody stays; the page gets another one when it is loaded again.
VALID_HOURS = 12


async def give(user_id: int, session_id: int) -> str:
    """A new one, for a page of this browser session; it ends with it."""
    return (await auth.create_token_for(user_id, SCOPES, session_id=session_id)).text


async def end_old() -> None:
    """End those whose time is over."""
    async with db.unit_of_work() as unit:
        before = clock.now() - timedelta(hours=VALID_HOURS)
        for row in await store.tokens_without_app(SCOPES, before):
            await store.revoke_token(row["id"], clock.now())
            unit.emit(AccessEnded(local=True, user_id=row["user_id"], token_id=row["id"]))
