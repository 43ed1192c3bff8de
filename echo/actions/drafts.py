"""What a change needs to know before it is made: frozen, checked by whoever fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from echo.kinds import AccountKind, Held, MediaKind, Quoter, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a post that is written in parts: text, or a file with what it shows (None keeps that)."""

    text: str = ""
    media_id: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDraft:
    """A question that somebody here wants to ask.

    Shapes:  options: as typed; duration_seconds: from when it is published; None: nobody said
    """

    options: tuple[str, ...]
    duration_seconds: int | None
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """A post that somebody here wants to publish.

    Shapes:  text: as typed; media_ids: own, not attached yet; language: normalised code or None;
             quote_policy: one of `policy.quoting.POLICIES`; content_type: one of `composing.CONTENT_TYPES`;
             blocks: then text and files come from these;
             allowed_mention_ids: whom the text may name at most; None: anybody;
             written_at: long ago, so that nobody is told; None: now
    """

    text: str
    visibility: Visibility
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    app_id: int | None = None
    idempotency_key: str = ""
    allowed_mention_ids: tuple[int, ...] | None = None
    poll: PollDraft | None = None
    quote_of_id: int | None = None
    quote_policy: str = "public"
    local_only: bool = False
    content_type: str = "text/plain"
    blocks: tuple[Block, ...] | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDraft:
    """How a file shall be described from now on; None keeps a value.

    Shapes:  focus: x and y, each from -1 to 1; thumbnail: an image file, the new cover
    """

    media_id: int
    description: str | None = None
    focus: tuple[float, float] | None = None
    thumbnail: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditDraft:
    """What a post shall say from now on. `media_ids` None keeps the files; `files` describes them anew.

    Shapes:  quote_policy, content_type: None keeps them; blocks: None writes the post in one piece;
             poll: what it shall ask; None: as before, unless `drops_poll`, or files take its place
    """

    text: str
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: tuple[int, ...] | None = None
    files: tuple[FileDraft, ...] = ()
    poll: PollDraft | None = None
    drops_poll: bool = False
    allowed_mention_ids: tuple[int, ...] | None = None
    quote_policy: str | None = None
    content_type: str | None = None
    blocks: tuple[Block, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMedia:
    """A file that a remote post shows; it stays where it is."""

    url: str
    kind: MediaKind
    content_type: str = ""
    description: str | None = None
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    focus: tuple[float, float] | None = None
    preview_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteEmoji:
    shortcode: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePoll:
    """What a post of another server asks, and how often each answer was chosen.

    Shapes:  expires_at: UTC; None: never; voters: None where the server does not say
    """

    options: tuple[tuple[str, int], ...]
    multiple: bool = False
    expires_at: datetime | None = None
    voters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePost:
    """A post that another server sent.

    Shapes:  html: clean, <= limits.remote_post_bytes; published_at: UTC, not in the future;
             mentioned_ids: accounts of ours, already resolved; silent_ids: addressed but not named;
             is_quiet: nobody is told of it, and nobody looks at what it links to;
             is_delivered: it was sent to us, nobody asked for it: its parent is to be found;
             held: WAITING for the author of what it answers, whose word stands at approval_uri
    """

    uri: str
    url: str
    html: str
    visibility: Visibility
    published_at: datetime
    edited_at: datetime | None = None
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    in_reply_to_id: int | None = None
    in_reply_to_uri: str = ""
    mentioned_ids: tuple[int, ...] = ()
    silent_ids: tuple[int, ...] = ()
    hashtags: tuple[str, ...] = ()
    media: tuple[RemoteMedia, ...] = ()
    emojis: tuple[RemoteEmoji, ...] = ()
    conversation_uri: str = ""
    is_delivered: bool = False
    poll: RemotePoll | None = None
    quote_uri: str = ""
    quote_automatic: tuple[Quoter, ...] = ()
    quote_manual: tuple[Quoter, ...] = ()
    is_quiet: bool = False
    policy: dict[str, dict[str, list[str]]] | None = None
    chat: bool = False
    held: Held = Held.NOT
    approval_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteKey:
    """A public key as an account lists it; with some its documents are signed (FEP-521a)."""

    id: str
    pem: str
    signs_documents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """A row of the profile table. `value` is clean HTML, `source` what was typed (local people)."""

    name: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAccount:
    """Somebody as their own server describes them.

    Shapes:  uri: the ActivityPub id; username, domain: the handle, verified in both directions (domain may
             differ from the host of uri); note and field values: clean HTML
    """

    uri: str
    username: str
    domain: str
    kind: AccountKind
    url: str
    display_name: str = ""
    note: str = ""
    fields: tuple[ProfileField, ...] = ()
    emojis: tuple[RemoteEmoji, ...] = ()
    locked: bool = False
    discoverable: bool | None = None
    indexable: bool = False
    hide_collections: bool | None = None
    attribution_domains: tuple[str, ...] = ()
    memorial: bool = False
    suspended: bool = False
    accepts_chat: bool | None = None
    accepts_groups: bool = False
    avatar: str = ""
    avatar_description: str = ""
    header: str = ""
    header_description: str = ""
    inbox: str = ""
    shared_inbox: str = ""
    outbox: str = ""
    followers_uri: str = ""
    following_uri: str = ""
    featured_uri: str = ""
    moderators_uri: str = ""
    moderators: tuple[str, ...] | None = None
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str = ""
    keys: tuple[RemoteKey, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDraft:
    """What somebody here wants to change of their profile; None keeps a value."""

    display_name: str | None = None
    note: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    attribution_domains: tuple[str, ...] | None = None
    avatar_key: str | None = None
    avatar_description: str | None = None
    header_key: str | None = None
    header_description: str | None = None
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """Somebody who wants an account here. The password is clear text and goes no further than its hash, the
    day of birth no further than the question whether it is long enough ago.

    Shapes:  address: of the caller; empty: not known; proof: what `ports.human_check` asked for
    """

    username: str
    email: str
    password: str
    locale: str = "en"
    reason: str = ""
    agreement: bool = False
    born_on: date | None = None
    app_id: int | None = None
    invite_code: str = ""
    address: str = ""
    proof: str = ""
