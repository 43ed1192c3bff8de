"""The room behind both doors: what is done when a post exists, wherever it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import msgspec

from echo import clock, db
from echo.actions import conversations
from echo.actions.notify import tell
from echo.addresses import here
from echo.db import UnitOfWork
from echo.events import LinkFound, PastPostKept, PostBoosted, PostPublished
from echo.kinds import Held, NotificationKind, Quoter, QuoteState, Visibility
from echo.models import Account, Post
from echo.store import counters, hashtags, loading, posts
from echo.text.first_link import first_link

# A post with what hangs on it, in one statement: to begin one costs more than a row does.
_INSERT = """
    WITH post AS (
        INSERT INTO posts (id, uri, url, author_id, local, visibility, text, html, spoiler, sensitive,
        language, in_reply_to_id, in_reply_to_account_id, in_reply_to_uri, thread_id, boost_of_id, media_ids,
        emojis, app_id, conversation_uri, created_at, edited_at, poll_id, quote_of_id, quote_uri, quote_state,
        quote_automatic, quote_manual, local_only, content_type, blocks, quote_stamp_uri,
        interaction_policy, held, chat, approval_uri)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
    ON CONFLICT DO NOTHING RETURNING *
    ), named AS (
        INSERT INTO mentions (post_id, account_id, silent) SELECT post.id, m.account_id, m.silent
        FROM post, unnest($37::bigint[], $38::bool[]) AS m(account_id, silent) ON CONFLICT DO NOTHING
    ), tagged AS (
        INSERT INTO post_hashtags (post_id, hashtag_id) SELECT post.id, h.id
        FROM post, hashtags h WHERE h.name = ANY($39::text[]) ON CONFLICT DO NOTHING RETURNING id
    ), counted AS (
        INSERT INTO account_stats (account_id, posts, last_post_on)
        SELECT post.author_id, 1, $40::date FROM post
        ON CONFLICT (account_id) DO UPDATE SET posts = greatest(account_stats.posts + 1, 0),
        last_post_on = greatest(account_stats.last_post_on, $40::date)
    )
    SELECT {columns}, (SELECT count(*) FROM tagged) AS new_tags, CASE WHEN $41::bool THEN {subscribers} END
        AS subscriber_ids
    FROM post t
"""
# Those who asked to be told of all that $1 writes.
_SUBSCRIBERS = """
    ARRAY(SELECT f.follower_id FROM follows f
        WHERE f.followee_id = $1 AND f.state = 'accepted' AND f.notify)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """What a post quotes. `post_id` None: a post that we do not have."""

    uri: str
    state: QuoteState
    post_id: int | None = None
    stamp_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """Everything about a post that is to be stored."""

    id: int
    uri: str
    url: str
    local: bool
    visibility: Visibility
    created_at: datetime
    text: str = ""
    html: str = ""
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    parent: Post | None = None
    in_reply_to_uri: str = ""
    boost_of_id: int | None = None
    media_ids: Sequence[int] = ()
    emojis: Sequence[dict[str, str]] = ()
    app_id: int | None = None
    conversation_uri: str = ""
    edited_at: datetime | None = None
    mentioned_ids: Sequence[int] = ()
    silent_ids: Sequence[int] = ()
    hashtags: Sequence[str] = field(default=())  # as they are written
    poll_id: int | None = None
    quote: Quoting | None = None
    quote_automatic: Sequence[Quoter] = ()
    quote_manual: Sequence[Quoter] = ()
    local_only: bool = False
    content_type: str = "text/plain"
    blocks: Sequence[dict[str, object]] | None = None
    is_quiet: bool = False
    policy: dict[str, dict[str, list[str]]] | None = None
    held: Held = Held.NOT
    approval_uri: str = ""
    chat: bool = False
    # Whether those it names are told: not of what was said long ago and is found only now.
    is_news: bool = True
    # Whether it was written long ago and is brought along: it is kept, and nobody hears of it.
    is_past: bool = False


async def insert(unit: UnitOfWork, author: Account, new: NewPost) -> Post | None:
    """Store a post with everything that hangs on it; None when its uri, or this boost, is known already.

    Counts it for the author and the parent, tells the people it names, and emits PostPublished or
    PostBoosted; of what is past it emits PastPostKept, and tells nobody.
    """
    inserted = await _insert_rows(author, new)
    if inserted is None:
        return None
    stored, subscriber_ids = inserted
    if new.parent is not None and not new.held:
        await counters.count_post_use("replies", new.parent.id, 1)
    if new.is_past:
        unit.emit(PastPostKept(local=new.local, post_id=new.id))
        return stored
    if new.is_news and not new.held and not new.is_quiet:
        await tell(
            unit,
            new.mentioned_ids,
            NotificationKind.MENTION,
            author.id,
            new.id,
            may_be_direct=new.visibility == Visibility.DIRECT,
        )
    if new.held != Held.REVIEW:
        await _show(unit, stored, new.mentioned_ids, subscriber_ids, is_quiet=new.is_quiet)
    emit_published(unit, stored)
    return stored


def emit_published(unit: UnitOfWork, post: Post) -> None:
    """Say that a post, or a boost, is there for all who may read it."""
    if post.boost_of_id is None:
        unit.emit(PostPublished(local=post.local, post_id=post.id))
    else:
        unit.emit(PostBoosted(local=post.local, post_id=post.id))


async def release(unit: UnitOfWork, post: Post) -> None:
    """Do what was not done for a post that was held back: nobody but its author has seen it.

    Shapes:  post.held: as it is from now on; an answer may still wait for the author of what it answers
    """
    emit_published(unit, post)
    if post.held:
        return
    if post.in_reply_to_id is not None:
        await counters.count_post_use("replies", post.in_reply_to_id, 1)
    named = [row["account_id"] for row in await posts.mentions([post.id]) if not row["silent"]]
    await tell(unit, named, NotificationKind.MENTION, post.author_id, post.id)
    subscriber_ids: list[int] = []
    if _is_for_subscribers(post):
        subscriber_ids = await db.fetch_value(f"SELECT {_SUBSCRIBERS}", post.author_id)
    await _show(unit, post, named, subscriber_ids, is_quiet=False)


async def _show(
    unit: UnitOfWork,
    post: Post,
    mentioned_ids: Sequence[int],
    subscriber_ids: Sequence[int],
    *,
    is_quiet: bool,
) -> None:
    """Bring a post to those who wait for it without being named."""
    if not is_quiet:
        told = [subscriber_id for subscriber_id in subscriber_ids if subscriber_id not in set(mentioned_ids)]
        await tell(unit, told, NotificationKind.POST, post.author_id, post.id)
    if post.visibility == Visibility.DIRECT:
        await conversations.keep(unit, post)
    if not is_quiet:
        find_link(unit, post)


def find_link(unit: UnitOfWork, post: Post) -> None:
    """Let somebody look at the page that a post links to. Posts with files or a quote show those instead."""
    if post.boost_of_id is not None or post.media_ids or post.quote_uri:
        return
    url = first_link(post.html, here().base)
    if url is not None:
        unit.emit(LinkFound(local=post.local, post_id=post.id, url=url))


async def _insert_rows(author: Account, new: NewPost) -> tuple[Post, Sequence[int]] | None:
    """Returns: the post, and who asked to be told of it; None when it, or its boost, is known already"""
    parent = new.parent
    quote = new.quote
    tags = list(hashtags.spellings_of(new.hashtags))
    row = await db.fetch_one(
        _statement(),
        new.id,
        new.uri,
        new.url,
        author.id,
        new.local,
        new.visibility.value,
        new.text,
        new.html,
        new.spoiler,
        new.sensitive,
        new.language,
        parent.id if parent else None,
        parent.author_id if parent else None,
        "" if parent else new.in_reply_to_uri,
        parent.thread_id if parent else new.id,
        new.boost_of_id,
        msgspec.json.encode(list(new.media_ids)).decode(),
        msgspec.json.encode(list(new.emojis)).decode(),
        new.app_id,
        new.conversation_uri or (parent.conversation_uri if parent else ""),
        new.created_at,
        new.edited_at,
        new.poll_id,
        quote.post_id if quote else None,
        quote.uri if quote else "",
        quote.state.value if quote else "",
        msgspec.json.encode(list(new.quote_automatic)).decode(),
        msgspec.json.encode(list(new.quote_manual)).decode(),
        new.local_only,
        new.content_type,
        None if new.blocks is None else msgspec.json.encode(list(new.blocks)).decode(),
        quote.stamp_uri if quote else "",
        None if new.policy is None else msgspec.json.encode(new.policy).decode(),
        new.held.value,
        new.chat,
        new.approval_uri,
        [*new.mentioned_ids, *new.silent_ids],
        [False] * len(new.mentioned_ids) + [True] * len(new.silent_ids),
        tags,
        new.created_at.date(),
        _is_for_subscribers(new),
    )
    if row is None:
        return None
    if row["new_tags"] < len(tags):  # some of them nobody has used before
        await posts.insert_hashtags(new.id, new.hashtags)
    return loading.read(Post, row), row["subscriber_ids"] or ()


@cache
def _statement() -> str:
    return _INSERT.format(
        columns=loading.columns(Post), subscribers=_SUBSCRIBERS.replace("$1", "t.author_id")
    )


def _is_for_subscribers(post: Post | NewPost) -> bool:
    """Old posts that arrive late and direct ones are not news to the followers who asked to be told."""
    is_news = (clock.now() - post.created_at).total_seconds() < 86_400
    is_answer = post.parent is not None if isinstance(post, NewPost) else post.in_reply_to_id is not None
    return is_news and post.visibility != Visibility.DIRECT and post.boost_of_id is None and not is_answer
