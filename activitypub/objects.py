"""What is said on the wire, typed: actors, posts and their parts.

Every address is an https IRI as it was sent; every time is UTC; every text is as sent, not yet sanitised, cut
to `limits`. An absent text is None, or empty where the field says `str`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from activitypub.document import Document
from activitypub.vocabulary import ActorKind, NoteKind


class ObjectRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a property points to: an id, an embedded copy, or both. A copy proves nothing about its origin."""

    id: str | None = None
    document: Document | None = None

    @property
    def type(self) -> str | None:
        """The type of the embedded copy."""
        return None if self.document is None else self.document.type


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """An RSA (or, rarely, Ed25519) key in PEM, as listed by its owner."""

    id: str
    owner: str
    pem: str


class Multikey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of FEP-521a."""

    id: str
    controller: str
    multibase: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An image that belongs to something: avatar, header, thumbnail, emoji."""

    url: str
    media_type: str | None = None
    alt: str | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table on a profile; the value is HTML."""

    name: str
    value: str


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody tagged. `href` is who is meant; `name` (`@user@host`) proves nothing."""

    href: str | None = None
    name: str | None = None


class Hashtag(msgspec.Struct, frozen=True, kw_only=True):
    """A hashtag, without its "#"."""

    name: str
    href: str | None = None


class Emoji(msgspec.Struct, frozen=True, kw_only=True):
    """A custom emoji, without its colons. Many have no id (Akkoma, gotosocial#3702)."""

    shortcode: str
    url: str
    id: str | None = None
    media_type: str | None = None
    updated: datetime | None = None


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """The `tag` property, sorted by kind; `quote` is the link of FEP-e232."""

    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    quote: str | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file or a link of a post.

    Shapes:  kind: Document, Image, Video, Audio or Link; focus: x and y within -1..1; width, height > 0
    """

    kind: str
    url: str
    media_type: str | None = None
    alt: str | None = None
    blurhash: str | None = None
    focus: tuple[float, float] | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    thumbnail: Picture | None = None
    sensitive: bool = False


class PollOption(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    votes: int = 0


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """The question of a post. `closed` is the bare word without a date; no date means endless."""

    options: tuple[PollOption, ...]
    multiple: bool = False
    end_at: datetime | None = None
    closed_at: datetime | None = None
    closed: bool = False
    voters_count: int | None = None

    def is_over(self, now: datetime) -> bool:
        """Tell whether votes are no longer counted; `closed` in the future is open yet (gotosocial#2486)."""
        ends = [moment for moment in (self.end_at, self.closed_at) if moment is not None]
        return self.closed or any(moment <= now for moment in ends)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What the author typed, for editing again."""

    content: str
    media_type: str | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A collection of which only the size is read."""

    id: str | None = None
    total: int | None = None


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """When and where something takes place.

    Shapes:  end_at: after start_at; timezone: as the author calls it, proves nothing; place: one line of text
    """

    start_at: datetime
    end_at: datetime | None = None
    timezone: str | None = None
    place: str | None = None


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: ActorKind
    inbox: str
    preferred_username: str | None = None
    name: str | None = None
    summary: str | None = None
    url: str | None = None
    shared_inbox: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    featured_tags: str | None = None
    public_keys: tuple[PublicKey, ...] = ()
    multikeys: tuple[Multikey, ...] = ()
    icon: Picture | None = None
    image: Picture | None = None
    fields: tuple[Field, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    manually_approves_followers: bool = False
    discoverable: bool = False
    indexable: bool = False
    memorial: bool = False
    accepts_chat: bool | None = None  # Pleroma: capabilities.acceptsChatMessages
    accepts_groups: bool = False  # Echo: capabilities.acceptsChatGroups
    suspended: bool = False
    moved_to: str | None = None
    also_known_as: tuple[str, ...] = ()
    attribution_domains: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()  # of a Group: who leads it, or the one collection of them
    published: datetime | None = None
    webfinger: str | None = None
    implements: tuple[tuple[str, str], ...] = ()


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Who may do something with a post at once, and who has to wait for its author."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


class QuoteAuthorization(msgspec.Struct, frozen=True, kw_only=True):
    """A stamp: its author says that a post of theirs may be quoted by another one (FEP-044f).

    Shapes:  kind: LikeAuthorization, ReplyAuthorization, AnnounceAuthorization say the like of other things
    """

    id: str
    attributed_to: str
    interacting_object: str
    interaction_target: str
    kind: str = "QuoteAuthorization"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A post of any kind.

    Shapes:  content: in media_type (None is HTML); language: BCP 47; to, cc: Public in its full spelling;
             audience: groups it was posted to; quote: id of the quoted post; work: the file that the post
             is about (Video, Audio, Image); image: a picture that stands for the post;
             is_addressed: whether to or cc were sent at all; first_replies: those that are named inside
    """

    id: str
    kind: NoteKind
    attributed_to: str
    content: str = ""
    media_type: str | None = None
    language: str | None = None
    name: str | None = None
    summary: str | None = None
    sensitive: bool = False
    source: Source | None = None
    published: datetime | None = None
    updated: datetime | None = None
    url: str | None = None
    in_reply_to: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    is_addressed: bool = True
    direct_message: bool | None = None
    attachments: tuple[Attachment, ...] = ()
    image: Picture | None = None
    work: Attachment | None = None
    happening: Happening | None = None
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    quote: str | None = None
    quote_authorization: str | None = None
    can_quote: Approval | None = None
    can_like: Approval | None = None
    can_reply: Approval | None = None
    can_announce: Approval | None = None
    reply_authorization: str | None = None
    poll: Poll | None = None
    replies: str | None = None
    replies_first: str | None = None
    first_replies: tuple[str, ...] = ()
    context: str | None = None
    context_history: str | None = None
    conversation: str | None = None
    likes: Tally | None = None
    shares: Tally | None = None


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a deleted object."""

    id: str
    former_type: str | None = None
    deleted: datetime | None = None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A collection or one page of it; ordered or not.

    Shapes:  kind: Collection, OrderedCollection, CollectionPage or OrderedCollectionPage
    """

    kind: str
    id: str | None = None
    total_items: int | None = None
    first: ObjectRef | None = None
    last: str | None = None
    next: str | None = None
    prev: str | None = None
    part_of: str | None = None
    attributed_to: str | None = None
    items: tuple[ObjectRef, ...] = ()


def is_vote(note: Note) -> bool:
    """Tell whether a note is no post, but names an answer of the poll it replies to."""
    bare = note.kind is NoteKind.NOTE and not note.content and not note.attachments and note.poll is None
    return bare and bool(note.name) and note.in_reply_to is not None
