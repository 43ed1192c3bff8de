"""Push subscriptions, and secrets that all processes of this server share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from echo import clock, db
from echo.kinds import PushPolicy
from echo.policy import push_keys
from echo.policy.push_keys import PushKeys

_COLUMNS = "s.id, s.user_id, s.endpoint, s.p256dh, s.auth, s.standard, s.alerts, s.policy, s.sealed_token"
_alerts = msgspec.json.Decoder(dict[str, bool])


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where the notifications of a person are pushed.

    Shapes:  alerts: by `NotificationKind`; p256dh, auth: base64url
    """

    id: int
    user_id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: dict[str, bool]
    policy: PushPolicy
    sealed_token: str


async def find(token_id: int) -> Subscription | None:
    """The subscription of a token."""
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM push_subscriptions s WHERE s.token_id = $1", token_id)
    return None if row is None else _subscription(row)


async def find_for_worker(subscription_id: int) -> Subscription | None:
    """A subscription whose token is valid, by its id."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM push_subscriptions s JOIN tokens t ON t.id = s.token_id"
        " WHERE s.id = $1 AND t.revoked_at IS NULL",
        subscription_id,
    )
    return None if row is None else _subscription(row)


async def delete(token_id: int) -> None:
    """Forget the subscription of a token."""
    await db.execute("DELETE FROM push_subscriptions WHERE token_id = $1", token_id)


async def delete_dead(subscription: Subscription) -> None:
    """Forget a subscription that its push service does not know any more, unless it was made anew."""
    await db.execute(
        "DELETE FROM push_subscriptions WHERE id = $1 AND endpoint = $2",
        subscription.id,
        subscription.endpoint,
    )


async def delete_of_tokens(token_ids: Sequence[int]) -> None:
    """Forget the subscriptions of tokens that ended."""
    if token_ids:
        await db.execute("DELETE FROM push_subscriptions WHERE token_id = ANY($1)", list(token_ids))


async def shared_secret(name: str, make: Callable[[], str]) -> str:
    """A secret of this server, made when there is none; processes that ask at once get the same."""
    known = await db.fetch_value("SELECT value FROM server_secrets WHERE name = $1", name)
    if known is None:
        async with db.unit_of_work():
            # Also in a worker, whose commits need not wait for the disk: whoever was told it keeps it.
            await db.execute("SET LOCAL synchronous_commit TO on")
            await db.execute(
                "INSERT INTO server_secrets (name, value, created_at) VALUES ($1, $2, $3)"
                " ON CONFLICT DO NOTHING",
                name,
                make(),
                clock.now(),
            )
        known = await db.fetch_value("SELECT value FROM server_secrets WHERE name = $1", name)
    return str(known)


async def server_keys() -> PushKeys:
    """The key pair of this server."""
    return push_keys.keys_of(await shared_secret("vapid", push_keys.new_private_pem))


def _subscription(row: db.Row) -> Subscription:
    return Subscription(
        id=row["id"],
        user_id=row["user_id"],
        endpoint=row["endpoint"],
        p256dh=row["p256dh"],
        auth=row["auth"],
        standard=row["standard"],
        alerts=_alerts.decode(row["alerts"]),
        policy=PushPolicy(row["policy"]),
        sealed_token=row["sealed_token"],
    )
