"""Who asks for a stream. A token says so, in one of three places; cookies are not looked at, so that a page
of another origin can do nothing here that its own token does not allow.

Source:  mastodon-api.md 4.1
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from quart import Request, Websocket

from echo import settings
from echo.errors import Forbidden, Unauthorized
from echo.http import fence
from echo.http.access import address_of
from echo.http.client_address import limit_subject
from echo.http.limits import Limit, count
from echo.policy.access import Access
from echo.store.access import load_token

# Connections that a person may open in 5 minutes, and an address without a valid token.
_ATTEMPTS, _WINDOW_SECONDS = 300, 300


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, by a token of theirs, and the address that is counted for them."""

    access: Access
    user_id: int
    address: str


async def identify(asked: Request | Websocket, turns: asyncio.Semaphore) -> Caller:
    """Who asks; looked up when it is their turn.

    Raises:  Unauthorized without a valid token of a person; Forbidden when they may not act; TooMany
    """
    caller = address_of(asked)
    if await fence.shuts_out(caller):
        raise Forbidden("Your network may not use this server")
    address = limit_subject(caller)
    secret = sent_token(asked)
    access = None
    if secret is not None:
        async with turns:
            access = await load_token(secret)
    if access is None or access.user_id is None:
        await _count(Limit("streams-address", address, _ATTEMPTS, _WINDOW_SECONDS))
        raise Unauthorized("Missing access token" if secret is None else "Invalid access token")
    if access.refusal:
        raise Forbidden(access.refusal)
    await _count(Limit("streams", access.user_id, _ATTEMPTS, _WINDOW_SECONDS))
    return Caller(access, access.user_id, address)


def sent_token(asked: Request | Websocket) -> str | None:
    """The token: from the Authorization header, the query, or the first sub-protocol of a WebSocket."""
    scheme, _, value = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return asked.args.get("access_token") or first_protocol(asked)


def first_protocol(asked: Request | Websocket) -> str | None:
    """The sub-protocol that a WebSocket asks for; browsers insist on hearing exactly this one back."""
    return next(iter(asked.requested_subprotocols), None) if isinstance(asked, Websocket) else None


async def _count(limit: Limit) -> None:
    if settings.here().rate_limits.enabled:
        await count([limit])
