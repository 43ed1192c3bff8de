"""How people prove who they are, beside a password."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST, IdField


class SecondFactor(Model):
    """The codes of somebody's authenticator app, and how often wrong ones were tried."""

    user_id = IdField()
    secret = fields.TextField(default="", db_default="", description="sealed; empty: no app")
    confirmed_at = fields.DatetimeField(null=True, description="null: no code was shown yet, so it is off")
    last_step = fields.BigIntField(
        default=0, db_default=0, description="of the last code that was taken: none is taken twice"
    )
    failures = fields.IntField(default=0, db_default=0, description="wrong tries since the last right one")
    locked_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "second_factors"


class BackupCode(Model):
    """A code on paper, for whoever lost the rest. Used once."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.BigIntField(db_index=True)
    code_hash = fields.CharField(max_length=64)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "backup_codes"


class Passkey(Model):
    """A key pair that a device of somebody made for this server; we have the public half."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.BigIntField(db_index=True)
    credential_id = fields.CharField(max_length=1400, unique=True, description="base64url")
    public_key = fields.TextField(description="COSE, base64url")
    sign_count = fields.BigIntField(default=0, db_default=0)
    transports: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[WebAuthn transport]"
    )
    name = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "passkeys"


class Identity(Model):
    """Somebody here as another service (OpenID Connect) knows them."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.BigIntField(db_index=True)
    issuer = fields.CharField(max_length=512)
    subject = fields.CharField(max_length=255)
    label = fields.CharField(max_length=320, default="", db_default="", description="for the person")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identities"
        unique_together = (("issuer", "subject"),)
