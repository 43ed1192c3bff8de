"""Posts and accounts for pages: what the API would tell the same viewer, under the names we use inside.

So a page can never show more, and the cached halves of `echo.render.status` serve both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from echo.addresses import here
from echo.policy.viewer import Viewer
from echo.render import account, status
from echo.render.entities import CustomEmoji, Field

TONES = 6


class Size(msgspec.Struct, frozen=True):
    width: int | None = None
    height: int | None = None


class Sizes(msgspec.Struct, frozen=True):
    original: Size = Size()
    small: Size = Size()


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a post."""

    id: str
    kind: str = msgspec.field(name="type")
    url: str | None
    preview_url: str | None
    description: str | None
    meta: Sizes | None = None

    @property
    def size(self) -> Size:
        """Of the preview when known, else of the file."""
        sizes = self.meta or Sizes()
        return sizes.small if sizes.small.width else sizes.original


class Tag(msgspec.Struct, frozen=True):
    name: str
    url: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of a poll; `votes` is None while totals are hidden."""

    title: str
    votes: int | None = msgspec.field(name="votes_count")


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """What a post asks."""

    answers: list[Answer] = msgspec.field(name="options")
    expires_at: datetime | None
    expired: bool
    votes: int = msgspec.field(name="votes_count")
    voters: int | None = msgspec.field(name="voters_count")

    def share(self, answer: Answer) -> int | None:
        """How many of a hundred people (or votes) chose an answer; None while totals are hidden."""
        of = self.voters or self.votes
        return None if answer.votes is None else round(100 * min(answer.votes, of) / of) if of else 0


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The account that somebody goes on as."""

    handle: str = msgspec.field(name="acct")
    url: str


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a post, or whose page it is."""

    id: str
    username: str
    handle: str = msgspec.field(name="acct")
    display_name: str
    url: str
    uri: str
    avatar: str
    avatar_description: str = ""
    header: str
    header_description: str = ""
    bio: str = msgspec.field(name="note")
    fields: list[Field]
    emojis: list[CustomEmoji]
    locked: bool
    bot: bool
    created_at: datetime
    followers: int = msgspec.field(name="followers_count")
    following: int = msgspec.field(name="following_count")
    posts: int = msgspec.field(name="statuses_count")
    hides_relations: bool | None = msgspec.field(name="hide_collections", default=None)
    indexable: bool = False
    suspended: bool = False
    memorial: bool = False
    moved: Moved | None = None

    @property
    def name(self) -> str:
        """What to call them."""
        return self.display_name or self.username

    @property
    def is_local(self) -> bool:
        return "@" not in self.handle

    @property
    def tone(self) -> int | None:
        """Which colour the picture gets that people have who chose none, so that they can be told apart."""
        return (int(self.id) >> 16) % TONES if self.avatar == here().missing_avatar else None


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """The live room that a post shows."""

    url: str
    title: str
    live: bool
    video: bool


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a post quotes; nothing where that may not be shown, or is quoted by what is quoted itself."""

    state: str
    quoted: Card | None = msgspec.field(name="quoted_status", default=None)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A post. `boosted` is the post that it boosts; it says nothing itself then."""

    id: str
    uri: str
    url: str
    created_at: datetime
    edited_at: datetime | None
    author: Author = msgspec.field(name="account")
    html: str = msgspec.field(name="content")
    spoiler: str = msgspec.field(name="spoiler_text")
    sensitive: bool
    visibility: str
    language: str | None
    in_reply_to_id: str | None
    files: list[File] = msgspec.field(name="media_attachments")
    poll: Poll | None = None
    tags: list[Tag]
    emojis: list[CustomEmoji]
    replies: int = msgspec.field(name="replies_count")
    boosts: int = msgspec.field(name="reblogs_count")
    likes: int = msgspec.field(name="favourites_count")
    room: Room | None = None
    quote: Quote | None = None
    boosted: Card | None = msgspec.field(name="reblog", default=None)

    @property
    def shown(self) -> Card:
        """The post whose text is shown."""
        return self.boosted or self


_card = msgspec.json.Decoder(Card)
_author = msgspec.json.Decoder(Author)


async def many(viewer: Viewer, post_ids: Sequence[int]) -> list[Card]:
    """Posts in the order asked; those that the viewer may not read are left out."""
    return [_card.decode(rendered) for rendered in await status.many(viewer, post_ids)]


async def one(viewer: Viewer, post_id: int) -> Card:
    """One post. Raises NotFound when the viewer may not read it."""
    return _card.decode(await status.one(viewer, post_id))


async def reported(viewer: Viewer, post_ids: Sequence[int]) -> list[Card]:
    """Posts for moderators who were told of them, whoever else may read them."""
    return [_card.decode(rendered) for rendered in (await status.reported(viewer, post_ids)).values()]


async def authors(account_ids: Sequence[int]) -> list[Author]:
    """Accounts in the order asked; deleted ones are left out."""
    return [_author.decode(rendered) for rendered in await account.many(account_ids)]


async def author(account_id: int) -> Author:
    """One account; the caller has made sure that it exists."""
    return _author.decode(await account.one(account_id))
