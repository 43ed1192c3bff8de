"""The shapes that clients see, with Mastodon's names. Field order is of no meaning."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from echo.render.entity import Entity as Entity
from echo.render.room_entities import StatusRoom


class CustomEmoji(Entity, frozen=True, kw_only=True):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = False


class ListedEmoji(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A custom emoji to choose from. What is false or empty is left out, as Mastodon does."""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    category: str = ""
    featured: bool = False


class Field(Entity, frozen=True, kw_only=True):
    name: str
    value: str
    verified_at: str | None = None


class FeatureApproval(Entity, frozen=True, kw_only=True):
    automatic: list[str]
    manual: list[str]
    current_user: str


class AccountRole(Entity, frozen=True, kw_only=True):
    """What others see of a role."""

    id: str
    name: str
    color: str


class AccountCore(Entity, frozen=True, kw_only=True):
    """An account without its counters. What is unset is not there at all."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    feature_approval: FeatureApproval
    emojis: list[CustomEmoji]
    fields: list[Field]
    # People of this server: more is known.
    noindex: bool | UnsetType = UNSET
    roles: list[AccountRole] | UnsetType = UNSET
    moved: msgspec.Raw | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    memorial: bool | UnsetType = UNSET


class Role(Entity, frozen=True, kw_only=True):
    id: str
    name: str
    permissions: str
    color: str
    highlighted: bool
    collection_limit: int = 10


class Source(Entity, frozen=True, kw_only=True):
    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    attribution_domains: list[str]
    quote_policy: str


class MediaAttachment(Entity, frozen=True, kw_only=True):
    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    description: str | None
    blurhash: str | None
    meta: Any


class MentionEntity(Entity, frozen=True, kw_only=True):
    id: str
    username: str
    url: str
    acct: str


class StatusTag(Entity, frozen=True, kw_only=True):
    name: str
    url: str


class Application(Entity, frozen=True, kw_only=True):
    name: str
    website: str | None


class PollOption(Entity, frozen=True, kw_only=True):
    title: str
    votes_count: int | None


class Poll(Entity, frozen=True, kw_only=True):
    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]


class PollWithVotes(Poll, frozen=True, kw_only=True):
    """As a caller with a token sees it."""

    voted: bool
    own_votes: list[int]


class PreviewAuthor(Entity, frozen=True, kw_only=True):
    name: str
    url: str
    account: Any


class PreviewCard(Entity, frozen=True, kw_only=True):
    url: str
    title: str
    description: str
    language: str | None
    type: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: str | None
    authors: list[PreviewAuthor]


class TextBlock(Entity, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """An extension of ours: part of a post that is written in blocks."""

    text: str
    content: str


class ImageBlock(Entity, frozen=True, kw_only=True, tag_field="type", tag="image"):
    """The attachment with this id stands here."""

    media_id: str


class StatusCore(Entity, frozen=True, kw_only=True):
    """A post without author, counters, boosted post, poll, quote and the marks of its viewer.

    Extensions of ours: `local_only` on posts from here, `held` on those that only their author reads because
    somebody has to say yes first, `blocks` where a post is written in blocks, `room` where it shows a live
    room.
    """

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    edited_at: str | None
    content: str
    media_attachments: list[MediaAttachment]
    mentions: list[MentionEntity]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    tagged_collections: list[Any]
    card: PreviewCard | None
    local_only: bool | msgspec.UnsetType = msgspec.UNSET
    held: str | msgspec.UnsetType = msgspec.UNSET
    blocks: list[TextBlock | ImageBlock] | msgspec.UnsetType = msgspec.UNSET
    room: StatusRoom | msgspec.UnsetType = msgspec.UNSET


class StatusCoreWithApp(StatusCore, frozen=True, kw_only=True):
    application: Application


class Relationship(Entity, frozen=True, kw_only=True):
    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class StatusSource(Entity, frozen=True, kw_only=True):
    id: str
    text: str
    spoiler_text: str
    content_type: str


class History(Entity, frozen=True, kw_only=True):
    day: str
    uses: str
    accounts: str


class Tag(Entity, frozen=True, kw_only=True):
    id: str
    name: str
    url: str
    history: list[History]


class TagWithMarks(Tag, frozen=True, kw_only=True):
    following: bool = False
    featuring: bool = False


class Marker(Entity, frozen=True, kw_only=True):
    last_read_id: str
    version: int
    updated_at: str


class ListEntity(Entity, frozen=True, kw_only=True):
    id: str
    title: str
    replies_policy: str
    exclusive: bool
