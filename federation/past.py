"""Archives of Mastodon: what somebody said elsewhere, read as what they say here. Nothing is fetched."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import msgspec

from activitypub import document as documents
from activitypub.errors import Malformed
from activitypub.objects import Attachment
from echo.actions.drafts import RemotePoll, RemotePost
from echo.errors import Invalid
from echo.media import past_archive
from echo.models import Account
from echo.text.plain import escape
from federation import ingest

MOST_ACTIVITIES = 100_000
MOST_BYTES = 256 * 1024**2
# Of one activity; longer ones are left out.
MOST_LINE_BYTES = 256 * 1024
_ACTOR_BYTES = 1024**2
_FILES = "media_attachments/"
# Mastodon writes the places of files without a slash before them, which no address begins like.
_BARE = re.compile(rb'"url":\s*"(?=media_attachments/)')


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose archive it is, as it says itself."""

    uri: str
    followers_uri: str


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file of a post. `name`: in the archive."""

    name: str
    description: str | None
    focus: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Past:
    """A post of long ago."""

    draft: RemotePost
    files: tuple[PastFile, ...]


class _Outbox(msgspec.Struct):
    items: list[msgspec.Raw] = msgspec.field(name="orderedItems", default_factory=list)


class _Stamp(msgspec.Struct):
    published: str = ""
    type: str = ""


def owner_of(archive: zipfile.ZipFile) -> Owner:
    """Whose archive it is. Raises Invalid when it does not say."""
    content = past_archive.read(archive, "actor.json", _ACTOR_BYTES)
    try:
        actor = documents.parse(content or b"", max_bytes=_ACTOR_BYTES)
    except Malformed as error:
        raise Invalid("The archive has no readable actor.json.", detail=str(error)) from error
    if not actor.id:
        raise Invalid("The archive does not say whose it is.")
    return Owner(actor.id, actor.reference("followers") or "")


def activities(archive: zipfile.ZipFile) -> list[bytes]:
    """What was said, the oldest first: always in the same order, without boosts. Raises Invalid."""
    content = past_archive.read(archive, "outbox.json", MOST_BYTES)
    if content is None:
        raise Invalid("The archive has no outbox.json.")
    try:
        items = msgspec.json.decode(content, type=_Outbox).items
        if len(items) > MOST_ACTIVITIES:
            raise Invalid(f"There are more than {MOST_ACTIVITIES} posts in the archive.")
        dated = [(msgspec.json.decode(item, type=_Stamp), bytes(item)) for item in items]
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid("outbox.json of the archive cannot be read.", detail=str(error)) from error
    # PostgreSQL keeps no zero characters.
    return [
        line.replace(b"\\u0000", b"")
        for stamp, line in sorted(dated, key=lambda each: each[0].published)
        if stamp.type != "Announce" and len(line) <= MOST_LINE_BYTES
    ]


async def read(line: bytes, owner: Owner, account: Account) -> Past:
    """A post of the archive's owner, as if this person had said it.

    Raises:  Invalid, with what is said to them, for whatever is no post of theirs
    """
    try:
        activity = documents.parse(_BARE.sub(rb'"url":"/', line), max_bytes=2 * MOST_LINE_BYTES)
        kind, said = activity.type, activity.document("object")
        if kind != "Create" or said is None:
            raise Invalid("This is not a post.")
        note = ingest.note_in(said)
    except Malformed as error:
        raise Invalid("This post cannot be read.", detail=str(error)) from error
    if note.attributed_to != owner.uri or activity.reference("actor") not in (None, owner.uri):
        raise Invalid("This is a post of somebody else.")
    # Addressed as it was then: to the followers of that account.
    there = Account(id=account.id, uri=owner.uri, followers_uri=owner.followers_uri)
    draft = await ingest.draft_of(note, there)
    return Past(_plain(draft), _files(note.attachments))


def _plain(draft: RemotePost) -> RemotePost:
    """Without what only its own server could go on with: polls are told of, quotes stand in the text."""
    html = draft.html if draft.poll is None else draft.html + _result(draft.poll)
    return replace(
        draft, html=html, poll=None, media=(), emojis=(), quote_uri="", policy=None, conversation_uri=""
    )


def _result(poll: RemotePoll) -> str:
    answers = "".join(f"<li>{escape(title)} ({votes})</li>" for title, votes in poll.options)
    return f"<ul>{answers}</ul>"


def _files(attachments: Sequence[Attachment]) -> tuple[PastFile, ...]:
    """Those that stand in the archive: there an address is where the file lies in it."""
    return tuple(
        PastFile(_FILES + unquote(part.url.partition(_FILES)[2]), part.alt, part.focus)
        for part in attachments
        if _FILES in part.url
    )
