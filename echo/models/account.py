"""Accounts: everybody who can post, here or elsewhere."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, EMPTY_LIST, IdField


class Account(Model):
    """Somebody, here (`domain` empty) or elsewhere. `uri` is the ActivityPub id and never changes."""

    id = IdField()
    username = fields.CharField(max_length=2048)
    username_key = fields.CharField(max_length=2048, description="username in lower case")
    domain = fields.CharField(
        max_length=255, default="", db_default="", description="handle host; empty for local people"
    )
    uri = fields.CharField(max_length=2048, unique=True)
    host = fields.CharField(
        max_length=255, default="", db_default="", description="host of uri; empty for local people"
    )
    url = fields.CharField(max_length=2048, default="", db_default="")
    kind = fields.CharField(
        max_length=16, default="person", db_default="person", description="echo.kinds.AccountKind"
    )
    display_name = fields.CharField(max_length=2048, default="", db_default="")
    note = fields.TextField(default="", db_default="", description="HTML, clean")
    note_source = fields.TextField(default="", db_default="", description="as typed; local people only")
    fields_: Any = fields.JSONField(
        source_field="fields",
        default=list,
        db_default=EMPTY_LIST,
        description="[{name, value (HTML), source, verified_at}]",
    )
    emojis: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[{shortcode, url, static_url}]"
    )
    locked = fields.BooleanField(default=False, db_default=False)
    discoverable = fields.BooleanField(null=True)
    indexable = fields.BooleanField(default=False, db_default=False)
    hide_collections = fields.BooleanField(null=True)
    show_media = fields.BooleanField(default=True, db_default=True, description="a tab of the profile")
    show_media_replies = fields.BooleanField(default=True, db_default=True)
    show_featured = fields.BooleanField(default=True, db_default=True)
    attribution_domains: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[domain] that may name this account as an author"
    )
    accepts_groups = fields.BooleanField(
        default=False, db_default=False, description="their server is an Echo that shares groups"
    )
    accepts_chat = fields.BooleanField(
        null=True, description="their server takes chat messages; null: unsaid"
    )
    memorial = fields.BooleanField(default=False, db_default=False, description="of somebody who has died")
    avatar = fields.CharField(
        max_length=2048, default="", db_default="", description="media key, or address if remote"
    )
    avatar_description = fields.TextField(default="", db_default="")
    header = fields.CharField(max_length=2048, default="", db_default="")
    header_description = fields.TextField(default="", db_default="")
    inbox = fields.CharField(max_length=2048, default="", db_default="")
    shared_inbox = fields.CharField(max_length=2048, default="", db_default="")
    outbox = fields.CharField(max_length=2048, default="", db_default="")
    followers_uri = fields.CharField(max_length=2048, default="", db_default="", db_index=True)
    following_uri = fields.CharField(max_length=2048, default="", db_default="")
    featured_uri = fields.CharField(max_length=2048, default="", db_default="")
    moderators_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="of a group: the collection of who leads it"
    )
    moderators: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[uri] of those who lead a group elsewhere"
    )
    also_known_as: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[uri]")
    moved_to_uri = fields.CharField(max_length=2048, default="", db_default="")
    moved_at = fields.DatetimeField(null=True, description="when its followers last went along")
    public_keys: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[{id, pem, signs_documents}]; remote accounts"
    )
    version = fields.IntField(default=0, db_default=0, description="rises with every visible change")
    suspended_at = fields.DatetimeField(null=True)
    suspended_elsewhere = fields.BooleanField(
        default=False, db_default=False, description="by its own server: only that one lifts it"
    )
    silenced_at = fields.DatetimeField(null=True)
    sensitized_at = fields.DatetimeField(null=True, description="all it posts counts as sensitive")
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    fetched_at = fields.DatetimeField(null=True, description="when a remote account was last read")

    class Meta:
        table = "accounts"
        unique_together = (("username_key", "domain"),)
        indexes = (("host",),)


class AccountKey(Model):
    """The keys of a local account: RSA and Ed25519; PKCS #8 and SubjectPublicKeyInfo, PEM."""

    account_id = IdField()
    private_pem = fields.TextField()
    public_pem = fields.TextField()
    ed25519_private_pem = fields.TextField(default="", db_default="", description="empty: not made yet")
    ed25519_public_pem = fields.TextField(default="", db_default="")
    generation = fields.IntField(
        default=1, db_default=1, description="rises with every change of keys; part of their ids"
    )
    next_private_pem = fields.TextField(
        default="", db_default="", description="they are announced, and take their place in a moment"
    )
    next_public_pem = fields.TextField(default="", db_default="")
    next_ed25519_private_pem = fields.TextField(default="", db_default="")
    next_ed25519_public_pem = fields.TextField(default="", db_default="")
    retired_private_pem = fields.TextField(
        default="", db_default="", description="still signs the news of its end"
    )
    changed_at = fields.DatetimeField(null=True, description="when the last change of keys began")
    created_at = fields.DatetimeField()

    class Meta:
        table = "account_keys"


class FormerName(Model):
    """What somebody here was called before. Nobody else gets the name, and it still leads to them."""

    id = fields.BigIntField(primary_key=True)
    username_key = fields.CharField(max_length=255, unique=True, description="in lower case")
    account_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "former_names"


class AccountStats(Model):
    """Counters of an account, apart from it because they change so often.

    What an account elsewhere is said to have by its own server is kept beside what is known of it here.
    """

    account_id = IdField()
    followers = fields.BigIntField(default=0, db_default=0)
    following = fields.BigIntField(default=0, db_default=0)
    posts = fields.BigIntField(default=0, db_default=0)
    last_post_on = fields.DateField(null=True)
    told_followers = fields.BigIntField(null=True)
    told_following = fields.BigIntField(null=True)
    told_posts = fields.BigIntField(null=True)

    class Meta:
        table = "account_stats"


class AccountNote(Model):
    """What one person wrote down about another; nobody else sees it."""

    id = fields.BigIntField(primary_key=True)
    owner_id = fields.BigIntField()
    target_id = fields.BigIntField()
    comment = fields.TextField()

    class Meta:
        table = "account_notes"
        unique_together = (("owner_id", "target_id"),)


class User(Model):
    """The login behind a local account. `id` is the account's id."""

    id = IdField()
    email = fields.CharField(max_length=320)
    email_key = fields.CharField(max_length=320, unique=True, description="in lower case")
    password_hash = fields.CharField(max_length=512)
    role = fields.CharField(
        max_length=16,
        default="user",
        db_default="user",
        description="read by nobody since there are roles; goes with the next release",
    )
    role_id = fields.BigIntField(
        default=-99, db_default=-99, db_index=True, description="of a role; -99: everybody's"
    )
    locale = fields.CharField(max_length=16, default="en", db_default="en")
    confirmed_at = fields.DatetimeField(null=True)
    unconfirmed_email = fields.CharField(max_length=320, default="", db_default="")
    approved_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    reason = fields.TextField(default="", db_default="", description="why they want to join")
    sign_up_address = fields.CharField(
        max_length=64, default="", db_default="", description="from which network address; empty: forgotten"
    )
    settings: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="see echo.policy.settings"
    )
    filters_version = fields.IntField(
        null=True, description="rises with every change of filters; null: never had any"
    )
    created_by_app_id = fields.BigIntField(null=True)
    invite_id = fields.BigIntField(null=True, db_index=True, description="the invitation they came with")
    agreed_at = fields.DatetimeField(null=True, description="when they agreed to rules and terms")
    agreed_terms = fields.CharField(
        max_length=10, default="", db_default="", description="day of the terms they agreed to"
    )
    agreed_rules = fields.CharField(
        max_length=64, default="", db_default="", description="SHA-256 of the house rules they agreed to"
    )
    created_at = fields.DatetimeField()
    last_active_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(null=True, description="by others, who may know it")

    class Meta:
        table = "users"
