"""Web push: where notifications are sent, and the keys of this server."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, SmallIdField


class PushSubscription(Model):
    """Where the notifications of a person are pushed for one token. It ends with the token."""

    id = SmallIdField()
    token_id = fields.BigIntField(unique=True)
    user_id = fields.BigIntField(db_index=True)
    endpoint = fields.CharField(max_length=2048)
    p256dh = fields.CharField(max_length=128, description="public key of the app, base64url")
    auth = fields.CharField(max_length=64, description="shared secret of the app, base64url")
    standard = fields.BooleanField(
        default=False, db_default=False, description="aes128gcm (RFC 8291); otherwise the older aesgcm"
    )
    alerts: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="{echo.kinds.NotificationKind: bool}"
    )
    policy = fields.CharField(
        max_length=16, default="all", db_default="all", description="echo.kinds.PushPolicy"
    )
    sealed_token = fields.TextField(
        default="", db_default="", description="the token's text, which apps want back; see echo.policy.seals"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "push_subscriptions"


class ServerSecret(Model):
    """A secret that all processes of this server share, made once."""

    name = fields.CharField(max_length=32, primary_key=True)
    value = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "server_secrets"
