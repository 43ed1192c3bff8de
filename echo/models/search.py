"""What searching needs beside the posts and accounts themselves. All of it can be made anew from them."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.models import Model

from echo.columns import IdField


class SearchPost(Model):
    """A post as the index of PostgreSQL keeps it: apart from the posts, whose inserts stay fast."""

    post_id = IdField()
    author_id = fields.BigIntField()
    is_open = fields.BooleanField(description="everybody may find it")
    words = TSVectorField(description="folded words with their places, and marks such as has:image")

    class Meta:
        table = "search_posts"


class SearchMessage(Model):
    """A message of a chat."""

    message_id = IdField()
    words = TSVectorField(description="folded words with their places, and the mark of the chat")

    class Meta:
        table = "search_messages"


class SearchAccount(Model):
    """An account as it is found by name."""

    account_id = IdField()
    words = TSVectorField(description="folded words of the handle and of the display name")
    fame = fields.SmallIntField(
        default=0, db_default=0, description="digits of the number of followers in base 2, now and then"
    )
    posts_open = fields.BooleanField(
        default=False, db_default=False, description="whether the index of posts knows them as indexable"
    )
    reopen_below = fields.BigIntField(
        null=True, description="their posts below this id are still to be put into the index anew"
    )

    class Meta:
        table = "search_accounts"


class SearchFill(Model):
    """How far the index has been filled with what was there before it; one row for each kind."""

    kind = fields.CharField(max_length=16, primary_key=True, description="posts or accounts")
    below_id = fields.BigIntField(description="ids below this are still to be put in")
    done = fields.BigIntField(default=0, db_default=0)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "search_fills"
