"""Posts and what people do with them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, EMPTY_LIST, IdField


class Post(Model):
    """A post, local or remote. A boost is a post of its own with `boost_of_id` and nothing else in it."""

    id = IdField()
    uri = fields.CharField(max_length=2048, unique=True)
    url = fields.CharField(max_length=2048, default="", db_default="")
    author_id = fields.BigIntField()
    local = fields.BooleanField()
    visibility = fields.CharField(max_length=16, description="echo.kinds.Visibility")
    text = fields.TextField(default="", db_default="", description="as typed; local posts only")
    html = fields.TextField(default="", db_default="", description="clean HTML")
    spoiler = fields.TextField(default="", db_default="")
    sensitive = fields.BooleanField(default=False, db_default=False)
    language = fields.CharField(max_length=16, null=True)
    in_reply_to_id = fields.BigIntField(null=True)
    in_reply_to_account_id = fields.BigIntField(null=True)
    in_reply_to_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="parent we do not have"
    )
    thread_id = fields.BigIntField(description="id of the first post of the thread that we know")
    boost_of_id = fields.BigIntField(null=True)
    media_ids: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[media id], in order")
    emojis: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[{shortcode, url, static_url}]"
    )
    app_id = fields.BigIntField(null=True)
    conversation_uri = fields.CharField(max_length=2048, default="", db_default="")
    poll_id = fields.BigIntField(null=True)
    card_id = fields.BigIntField(null=True)
    quote_of_id = fields.BigIntField(null=True, description="the post that this one quotes, when we have it")
    quote_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="id of the quoted post; empty: no quote"
    )
    quote_state = fields.CharField(
        max_length=16, default="", db_default="", description="echo.kinds.QuoteState; empty: no quote"
    )
    quote_stamp_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="where the quoted author says that it may"
    )
    quote_automatic: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[echo.kinds.Quoter]: who may quote this post"
    )
    quote_manual: Any = fields.JSONField(
        default=list,
        db_default=EMPTY_LIST,
        description="[echo.kinds.Quoter]: who has to ask the author",
    )
    interaction_policy: Any = fields.JSONField(
        null=True, description="{like, reply, boost: {automatic, manual}}: echo.policy.interacting"
    )
    held = fields.CharField(max_length=16, default="", db_default="", description="echo.kinds.Held")
    approval_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="where it stands that it may answer or boost"
    )
    chat = fields.BooleanField(
        default=False, db_default=False, description="a message of a chat: goes as such where it goes"
    )
    local_only = fields.BooleanField(default=False, db_default=False, description="never leaves this server")
    content_type = fields.CharField(max_length=32, default="text/plain", db_default="text/plain")
    blocks: Any = fields.JSONField(
        null=True, description="[{type, text | media_id}] in order, when written in blocks"
    )
    pinned_at = fields.DatetimeField(null=True, description="when the author put it on top of their profile")
    version = fields.IntField(default=0, db_default=0, description="rises with every visible change")
    created_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "posts"


class PostStats(Model):
    """Counters of a post."""

    post_id = IdField()
    replies = fields.IntField(default=0, db_default=0)
    boosts = fields.IntField(default=0, db_default=0)
    likes = fields.IntField(default=0, db_default=0)
    quotes = fields.IntField(default=0, db_default=0)
    reactions = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "post_stats"


class PostVersion(Model):
    """What a post said before an edit (and the first version, once it was edited)."""

    id = fields.BigIntField(primary_key=True)
    post_id = fields.BigIntField(db_index=True)
    text = fields.TextField(default="", db_default="")
    html = fields.TextField(default="", db_default="")
    spoiler = fields.TextField(default="", db_default="")
    sensitive = fields.BooleanField(default=False, db_default=False)
    media_ids: Any = fields.JSONField(default=list, db_default=EMPTY_LIST)
    files: Any = fields.JSONField(
        null=True, description="the files as they were, in order; null: see media_ids"
    )
    poll_titles: Any = fields.JSONField(null=True, description="what the poll asked; null: there was none")
    emojis: Any = fields.JSONField(default=list, db_default=EMPTY_LIST)
    quote_of_id = fields.BigIntField(null=True, description="the post that was quoted")
    created_at = fields.DatetimeField()

    class Meta:
        table = "post_versions"


class Mention(Model):
    """Somebody named in a post, or silently addressed by it."""

    id = fields.BigIntField(primary_key=True)
    post_id = fields.BigIntField()
    account_id = fields.BigIntField()
    silent = fields.BooleanField(
        default=False, db_default=False, description="addressed, but not named in the text"
    )

    class Meta:
        table = "mentions"
        unique_together = (("post_id", "account_id"),)


class Hashtag(Model):
    """A hashtag; `name` is the folded form that is compared."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=255, unique=True)
    fame = fields.SmallIntField(
        default=0, db_default=0, description="digits of the number of uses in base 2, now and then"
    )
    usable = fields.BooleanField(default=True, db_default=True, description="in new posts of people here")
    listable = fields.BooleanField(default=True, db_default=True, description="found by those who search")
    display_name = fields.CharField(
        max_length=255, default="", db_default="", description="how it is written; the same letters"
    )
    spelling = fields.CharField(
        max_length=255, default="", db_default="", description="how whoever used it first wrote it"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "hashtags"


class PostHashtag(Model):
    """A hashtag in a post."""

    id = fields.BigIntField(primary_key=True)
    post_id = fields.BigIntField()
    hashtag_id = fields.BigIntField()

    class Meta:
        table = "post_hashtags"
        unique_together = (("post_id", "hashtag_id"),)


class ThreadMute(Model):
    """Somebody does not want to hear of a thread any more."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    thread_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "thread_mutes"
        unique_together = (("account_id", "thread_id"),)


class Like(Model):
    """A like."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    post_id = fields.BigIntField()
    uri = fields.CharField(max_length=2048, default="", db_default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "likes"
        unique_together = (("post_id", "account_id"),)


class Bookmark(Model):
    """A private bookmark."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    post_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "bookmarks"
        unique_together = (("account_id", "post_id"),)


class Media(Model):
    """An uploaded file, or one that a remote post shows."""

    id = IdField()
    account_id = fields.BigIntField(db_index=True)
    post_id = fields.BigIntField(null=True, db_index=True)
    scheduled_id = fields.BigIntField(null=True, description="the post that waits with it")
    chat_message_id = fields.BigIntField(null=True, description="the message of a group that shows it")
    kind = fields.CharField(max_length=16, description="echo.kinds.MediaKind")
    content_type = fields.CharField(max_length=255, default="", db_default="")
    file_key = fields.CharField(
        max_length=255, default="", db_default="", description="in the media store; empty if remote"
    )
    preview_key = fields.CharField(max_length=255, default="", db_default="")
    remote_url = fields.CharField(max_length=2048, default="", db_default="")
    preview_remote_url = fields.CharField(max_length=2048, default="", db_default="")
    state = fields.CharField(
        max_length=16, default="ready", db_default="ready", description="echo.kinds.MediaState"
    )
    source_key = fields.CharField(
        max_length=255, default="", db_default="", description="the file as it came, until it is made ready"
    )
    tries = fields.IntField(default=0, db_default=0, description="how often a worker has begun with it")
    description = fields.TextField(null=True)
    blurhash = fields.CharField(max_length=255, null=True)
    meta: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="sizes, as clients see them"
    )
    size_bytes = fields.BigIntField(default=0, db_default=0)
    sha256 = fields.CharField(
        max_length=64, default="", db_default="", description="of the file as it was uploaded, hexadecimal"
    )
    created_at = fields.DatetimeField()
    freed_at = fields.DatetimeField(null=True, description="when a deleted post let go of it")
    discarded_at = fields.DatetimeField(
        null=True, description="thrown away: nobody sees it, and it goes with its files"
    )

    class Meta:
        table = "media"


class Tombstone(Model):
    """The id of something remote that was deleted, or that a Delete named before we saw it."""

    uri = fields.CharField(max_length=2048, primary_key=True)
    account_ids: Any = fields.JSONField(
        default=list,
        db_default=EMPTY_LIST,
        description="[account id] of those who said so: it holds for what is theirs; empty: for everybody",
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "tombstones"


class IdempotencyKey(Model):
    """A key that a client sent with a new post, so that sending twice posts once."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    key = fields.CharField(max_length=255)
    post_id = fields.BigIntField(null=True)
    scheduled_id = fields.BigIntField(null=True, description="while the post waits for its time")
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("account_id", "key"),)
