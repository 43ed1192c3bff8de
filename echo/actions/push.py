"""Web push: apps say where notifications are to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from echo import clock, db, settings
from echo.errors import Invalid, NotFound
from echo.kinds import NotificationKind, PushPolicy
from echo.policy import push_keys, seals
from echo.store import push
from echo.store.push import Subscription

MAX_ENDPOINT_CHARACTERS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDraft:
    """What an app asks for. Shapes:  p256dh, auth: base64, as sent; token: the text of its access token"""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushChoice:
    """What a person wants to be pushed."""

    alerts: Mapping[NotificationKind, bool]
    policy: PushPolicy


async def subscribe(token_id: int, user_id: int, draft: PushDraft, choice: PushChoice) -> Subscription:
    """Push to this endpoint from now on; what this token had before ends.

    Raises:  Invalid for an endpoint or keys that cannot be used
    """
    _check_endpoint(draft.endpoint)
    p256dh, auth = _key(draft.p256dh), _key(draft.auth)
    if not push_keys.is_point(p256dh):
        raise Invalid("Validation failed: Key p256dh is invalid")
    if len(auth) != push_keys.AUTH_BYTES:
        raise Invalid("Validation failed: Key auth is invalid")
    async with db.unit_of_work():
        await push.delete(token_id)
        await db.execute(
            "INSERT INTO push_subscriptions (token_id, user_id, endpoint, p256dh, auth, standard, alerts,"
            " policy, sealed_token, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)"
            " ON CONFLICT (token_id) DO UPDATE SET endpoint = $3, p256dh = $4, auth = $5, standard = $6,"
            " alerts = $7::jsonb, policy = $8, sealed_token = $9",
            token_id,
            user_id,
            draft.endpoint,
            push_keys.encode(p256dh),
            push_keys.encode(auth),
            draft.standard,
            _json(choice),
            choice.policy.value,
            seals.seal(draft.token),
            clock.now(),
        )
        return await _get(token_id)


async def choose(token_id: int, choice: PushChoice) -> Subscription:
    """Change what is pushed. Raises NotFound without a subscription."""
    async with db.unit_of_work():
        await db.execute(
            "UPDATE push_subscriptions SET alerts = $2::jsonb, policy = $3 WHERE token_id = $1",
            token_id,
            _json(choice),
            choice.policy.value,
        )
        return await _get(token_id)


async def _get(token_id: int) -> Subscription:
    found = await push.find(token_id)
    if found is None:
        raise NotFound
    return found


def _json(choice: PushChoice) -> str:
    return msgspec.json.encode(dict(choice.alerts)).decode()


def _key(text: str) -> bytes:
    try:
        return push_keys.decode(text)
    except ValueError:
        return b""


def _check_endpoint(endpoint: str) -> None:
    """By its looks. Whether it may be dialled is found out when it is: by the client of `federation`."""
    schemes = {"https", "http"} if settings.here().dev.enabled else {"https"}
    try:
        parts = urlsplit(endpoint)
        is_usable = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc
        is_usable = is_usable and (parts.port is None or parts.port > 0)
    except ValueError:
        is_usable = False
    is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not is_usable or not is_plain or len(endpoint) > MAX_ENDPOINT_CHARACTERS:
        raise Invalid("Validation failed: Endpoint is not a valid URL")
