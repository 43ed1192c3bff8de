"""What documents for other servers are built from, read in batches: one statement for any number of posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.policy.viewer import Viewer
from echo.policy.visibility import visible_to
from echo.store.polls import POLL_OF_POST, PollPart
from echo.store.quotes import QUOTE_OF_POST, QuotePart


class MediaPart(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    content_type: str
    file_key: str
    preview_key: str
    remote_url: str
    description: str | None
    blurhash: str | None
    meta: dict[str, object]


class MentionPart(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody addressed; `silent` ones are not named in the text."""

    uri: str
    username: str
    domain: str
    silent: bool
    is_group: bool
    followers_uri: str


class EmojiPart(msgspec.Struct, frozen=True, kw_only=True):
    shortcode: str
    url: str


class FieldPart(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSource:
    """A post with everything its document names. A boost has `boost_of_uri` and no text.

    Shapes:  parent_uri: known or not, empty for none; parent_author_uri: empty where the parent is unknown;
             began_here: whether the thread did
    """

    id: int
    uri: str
    url: str
    local: bool
    author_id: int
    author_uri: str
    author_username: str
    author_followers_uri: str
    visibility: str
    text: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    parent_uri: str
    parent_author_uri: str
    boost_of_uri: str
    boost_of_author_uri: str
    conversation_uri: str
    thread_id: int
    began_here: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    version: int
    replies: int
    boosts: int
    likes: int
    media: tuple[MediaPart, ...]
    mentions: tuple[MentionPart, ...]
    hashtags: tuple[str, ...]
    emojis: tuple[EmojiPart, ...]
    quote_automatic: tuple[str, ...]
    local_only: bool
    held: str
    chat: bool
    approval_uri: str
    asked_id: int | None
    content_type: str
    quote: QuotePart | None
    poll: PollPart | None

    @property
    def order(self) -> str:
        """In whose order it leaves: its own; what one says to another in a chat goes one after the other."""
        return f"chat {self.author_uri} {self.mentions[0].uri}" if self.chat and self.mentions else self.uri


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorSource:
    """A local account with everything its document names."""

    id: int
    username: str
    uri: str
    kind: str
    display_name: str
    note: str
    fields: tuple[FieldPart, ...]
    emojis: tuple[EmojiPart, ...]
    locked: bool
    discoverable: bool | None
    indexable: bool
    hide_collections: bool
    avatar: str
    avatar_description: str
    header: str
    header_description: str
    memorial: bool
    takes_chat: bool
    attribution_domains: tuple[str, ...]
    also_known_as: tuple[str, ...]
    moved_to_uri: str
    public_pem: str
    ed25519_public_pem: str
    key_generation: int
    next_public_pem: str
    next_ed25519_public_pem: str
    version: int
    created_at: datetime
    suspended_at: datetime | None
    deleted_at: datetime | None
    followers: int
    following: int
    posts: int


_POSTS = f"""
    SELECT p.id, p.uri, p.url, p.local, p.author_id, a.uri AS author_uri, a.username AS author_username,
        a.followers_uri AS author_followers_uri, p.visibility, p.text, p.html, p.spoiler,
        p.sensitive OR a.sensitized_at IS NOT NULL AS sensitive, p.language,
        coalesce(parent.uri, p.in_reply_to_uri) AS parent_uri,
        coalesce(pa.uri, '') AS parent_author_uri, coalesce(o.uri, '') AS boost_of_uri,
        coalesce(oa.uri, '') AS boost_of_author_uri, p.conversation_uri, p.thread_id,
        coalesce(root.local, false) AS began_here, p.created_at, p.edited_at,
        p.deleted_at, p.version, p.emojis, p.media_ids,
        coalesce(s.replies, 0) AS replies, coalesce(s.boosts, 0) AS boosts, coalesce(s.likes, 0) AS likes,
        coalesce((SELECT json_agg(json_build_object('id', m.id, 'kind', m.kind,
                'content_type', m.content_type, 'file_key', m.file_key, 'preview_key', m.preview_key,
                'remote_url', m.remote_url,
                'description', m.description, 'blurhash', m.blurhash, 'meta', m.meta) ORDER BY m.id)
            FROM media m WHERE m.post_id = p.id), '[]') AS media,
        coalesce((SELECT json_agg(json_build_object('uri', ma.uri, 'username', ma.username,
                'domain', ma.domain, 'silent', mn.silent, 'is_group', ma.kind = 'group',
                'followers_uri', ma.followers_uri) ORDER BY mn.id)
            FROM mentions mn JOIN accounts ma ON ma.id = mn.account_id WHERE mn.post_id = p.id), '[]')
            AS mentions,
        coalesce((SELECT json_agg(h.name ORDER BY ph.id)
            FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id WHERE ph.post_id = p.id), '[]')
            AS hashtags,
        p.quote_automatic, p.local_only, p.held, p.chat, p.approval_uri,
        coalesce(oa.id, pa.id) AS asked_id, p.content_type, {QUOTE_OF_POST} AS quote, {POLL_OF_POST} AS poll
    FROM posts p JOIN accounts a ON a.id = p.author_id
    LEFT JOIN posts parent ON parent.id = p.in_reply_to_id
    LEFT JOIN accounts pa ON pa.id = parent.author_id
    LEFT JOIN posts o ON o.id = p.boost_of_id LEFT JOIN accounts oa ON oa.id = o.author_id
    LEFT JOIN post_stats s ON s.post_id = p.id
    LEFT JOIN posts root ON root.id = p.thread_id
    WHERE p.id = ANY($1)
"""

_media = msgspec.json.Decoder(tuple[MediaPart, ...])
_mentions = msgspec.json.Decoder(tuple[MentionPart, ...])
_texts = msgspec.json.Decoder(tuple[str, ...])
_numbers = msgspec.json.Decoder(list[int])
_poll = msgspec.json.Decoder(PollPart)
_quote = msgspec.json.Decoder(QuotePart)
_emojis = msgspec.json.Decoder(tuple[EmojiPart, ...])
_fields = msgspec.json.Decoder(tuple[FieldPart, ...])


async def posts_for_worker(post_ids: Sequence[int]) -> dict[int, PostSource]:
    """Posts by id, whoever may read them, deleted ones too: for activities, which choose their readers."""
    return {row["id"]: read_post(row) for row in await db.fetch(_POSTS, list(post_ids))}


async def posts(viewer: Viewer, post_ids: Sequence[int]) -> dict[int, PostSource]:
    """Posts by id, those that the viewer may read; of boosts those whose original is readable too."""
    return {row["id"]: read_post(row) for row in await post_rows(viewer, post_ids)}


async def post_rows(viewer: Viewer, post_ids: Sequence[int]) -> list[Row]:
    """The same, as `read_post` reads them."""
    return await db.fetch(
        f"{_POSTS} AND {visible_to('$2')} AND (o.id IS NULL OR {visible_to('$2', 'o', 'oa')})",
        list(post_ids),
        viewer.account_id,
    )


async def is_deleted_post(post_id: int) -> bool:
    """Whether a post of ours with this id was public once and is deleted: then that may be said."""
    return bool(
        await db.fetch_value(
            "SELECT true FROM posts WHERE id = $1 AND local AND NOT local_only AND deleted_at IS NOT NULL"
            " AND visibility IN ('public', 'unlisted')",
            post_id,
        )
    )


_ACTORS = """
    SELECT a.*, k.public_pem, k.ed25519_public_pem, k.next_public_pem, k.next_ed25519_public_pem,
        coalesce(k.generation, 1) AS key_generation, coalesce(s.followers, 0) AS followers,
        coalesce(s.following, 0) AS following, coalesce(s.posts, 0) AS posts,
        coalesce(w.who_may_write, 'everyone') <> 'nobody' AS takes_chat
    FROM accounts a LEFT JOIN chat_preferences w ON w.account_id = a.id
    LEFT JOIN account_keys k ON k.account_id = a.id
    LEFT JOIN account_stats s ON s.account_id = a.id
"""


async def actor(account_id: int) -> ActorSource | None:
    """A local account, deleted and suspended ones too; None where there is none."""
    row = await actor_row(account_id)
    return None if row is None else read_actor(row)


async def actor_row(account_id: int) -> Row | None:
    """The same, as `read_actor` reads it."""
    return await db.fetch_one(f"{_ACTORS} WHERE a.id = $1 AND a.host = ''", account_id)


async def actor_named(username: str) -> ActorSource | None:
    """The local account with this name, or that had it, in any case, deleted and suspended ones too."""
    row = await actor_row_named(username)
    return None if row is None else read_actor(row)


async def actor_row_named(username: str) -> Row | None:
    """The same, as `read_actor` reads it."""
    return await db.fetch_one(
        f"{_ACTORS} WHERE a.domain = '' AND (a.username_key = $1"
        " OR a.id = (SELECT f.account_id FROM former_names f WHERE f.username_key = $1))",
        username.lower(),
    )


def read_post(row: Row) -> PostSource:
    """What a row says."""
    order = {media_id: place for place, media_id in enumerate(_numbers.decode(row["media_ids"]))}
    # An edit may have left some out; they stay for the history.
    shown = (part for part in _media.decode(row["media"]) if part.id in order)
    media = sorted(shown, key=lambda part: order[part.id])
    plain = {
        name: row[name]
        for name in PostSource.__dataclass_fields__
        if name not in ("media", "mentions", "hashtags", "emojis", "quote_automatic", "quote", "poll")
    }
    return PostSource(
        **plain,
        media=tuple(media),
        mentions=_mentions.decode(row["mentions"]),
        hashtags=_texts.decode(row["hashtags"]),
        emojis=_emojis.decode(row["emojis"]),
        quote_automatic=_texts.decode(row["quote_automatic"]),
        quote=None if row["quote"] is None else _quote.decode(row["quote"]),
        poll=None if row["poll"] is None else _poll.decode(row["poll"]),
    )


def read_actor(row: Row) -> ActorSource:
    """What a row says."""
    plain = {
        name: row[name]
        for name in ActorSource.__dataclass_fields__
        if name not in ("fields", "emojis", "attribution_domains", "also_known_as", "hide_collections")
        and not name.endswith("public_pem")
    }
    return ActorSource(
        **plain,
        fields=_fields.decode(row["fields"]),
        emojis=_emojis.decode(row["emojis"]),
        attribution_domains=_texts.decode(row["attribution_domains"]),
        also_known_as=_texts.decode(row["also_known_as"]),
        hide_collections=bool(row["hide_collections"]),
        public_pem=row["public_pem"] or "",
        ed25519_public_pem=row["ed25519_public_pem"] or "",
        next_public_pem=row["next_public_pem"] or "",
        next_ed25519_public_pem=row["next_ed25519_public_pem"] or "",
    )
