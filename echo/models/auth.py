"""Apps, tokens, browser sessions and one-time links. Secrets are stored as SHA-256 of a random text."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST


class App(Model):
    """A registered OAuth client."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=255)
    website = fields.CharField(max_length=2000, null=True)
    redirect_uris: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[address]")
    scopes: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[scope]")
    client_id = fields.CharField(max_length=128, unique=True)
    secret_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    class Meta:
        table = "apps"


class AuthorizationCode(Model):
    """A code between the consent page and the token: used once, at most 10 minutes old."""

    id = fields.BigIntField(primary_key=True)
    code_hash = fields.CharField(max_length=64, unique=True)
    app_id = fields.BigIntField()
    user_id = fields.BigIntField()
    redirect_uri = fields.CharField(max_length=2048)
    scopes: Any = fields.JSONField(default=list, db_default=EMPTY_LIST)
    challenge = fields.CharField(
        max_length=128, default="", db_default="", description="PKCE S256; empty: none"
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    token_id = fields.BigIntField(null=True, description="what it was exchanged for; revoked on reuse")

    class Meta:
        table = "authorization_codes"


class Token(Model):
    """An access token. Without a user it speaks for the app alone."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    app_id = fields.BigIntField(null=True, db_index=True)
    user_id = fields.BigIntField(null=True, db_index=True)
    scopes: Any = fields.JSONField(default=list, db_default=EMPTY_LIST)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True, description="to the hour")
    session_id = fields.BigIntField(
        null=True, db_index=True, description="of the browser whose page holds it; it ends with that"
    )

    class Meta:
        table = "tokens"


class Session(Model):
    """A browser that is logged in."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    user_id = fields.BigIntField(db_index=True)
    csrf = fields.CharField(max_length=64)
    address = fields.CharField(max_length=64, default="", db_default="")
    user_agent = fields.CharField(max_length=512, default="", db_default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True, description="to the minute; null: at its log-in")

    class Meta:
        table = "sessions"


class OneTimeLink(Model):
    """A secret that works once: in a link of a letter, or of a browser that is half-way logged in."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16, description="echo.actions.links.LinkKind")
    secret_hash = fields.CharField(max_length=64, unique=True)
    user_id = fields.BigIntField(null=True, db_index=True)
    email = fields.CharField(max_length=320, default="", db_default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "one_time_links"
