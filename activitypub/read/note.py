"""Document -> Note: posts of every kind, and what is left of deleted ones."""

from __future__ import annotations

from collections.abc import Sequence

from activitypub import iri, limits
from activitypub.document import Document, id_of, type_of
from activitypub.errors import Malformed
from activitypub.objects import Approval, Note, Source, Tombstone
from activitypub.read.attachments import read_attachments
from activitypub.read.polls import read_poll
from activitypub.read.quotes import authorization, read_approval
from activitypub.read.tags import read_tags
from activitypub.read.values import (
    address,
    addresses,
    language_of,
    media_type_of,
    page_url,
    recipients,
    short_text,
    tally,
    translation,
)
from activitypub.read.works import read_cover, read_happening, read_work
from activitypub.vocabulary import NOTE_TYPES, NoteKind

_QUOTE_KEYS = ("quote", "_misskey_quote", "quoteUrl", "quoteUri")


def read_note(document: Document, *, languages: Sequence[str] = (), allow_http: bool = False) -> Note:
    """Read a post; what is odd but optional is dropped.

    Shapes:  languages: the ones to choose from, best first, where a text comes in several and in none first
    Raises:  Malformed: type, no_id, no_author
    """
    kind = note_kind(document)
    identifier = iri.find(document.id, allow_http=allow_http)
    if identifier is None:
        raise Malformed("no_id", "a post without a good id")
    author, groups = _authors(document, identifier, allow_http=allow_http)
    audience = addresses(document, "audience", at_most=limits.AUTHORS_SEEN, allow_http=allow_http)
    tags = read_tags(document, near=identifier, allow_http=allow_http)
    content, language = _content(document, languages)
    chosen = languages if language is None else (language, *languages)
    replies = document.document("replies")
    return Note(
        id=identifier,
        kind=kind,
        attributed_to=author,
        content=content,
        media_type=media_type_of(document),
        language=language_of(language),
        name=short_text(document, "name", at_most=limits.NAME_CHARS, languages=chosen),
        summary=short_text(document, "summary", at_most=limits.SUMMARY_CHARS, languages=chosen),
        sensitive=document.boolean("sensitive") or False,
        source=_source(document),
        published=document.moment("published"),
        updated=document.moment("updated"),
        url=page_url(document, near=identifier),
        in_reply_to=address(document, "inReplyTo", allow_http=allow_http),
        to=recipients(document, "to", allow_http=allow_http),
        cc=recipients(document, "cc", allow_http=allow_http),
        audience=tuple(dict.fromkeys((*audience, *groups))),
        is_addressed=document.has("to") or document.has("cc"),
        direct_message=document.boolean("directMessage"),
        attachments=read_attachments(document, near=identifier),
        image=read_cover(document, near=identifier),
        work=read_work(document, kind, near=identifier),
        happening=read_happening(document) if kind is NoteKind.EVENT else None,
        mentions=tags.mentions,
        hashtags=tags.hashtags,
        emojis=tags.emojis,
        quote=_quote(document, allow_http=allow_http) or tags.quote,
        quote_authorization=address(document, "quoteAuthorization", allow_http=allow_http),
        **_policies(document, allow_http=allow_http),
        reply_authorization=authorization(document, "replyAuthorization", allow_http=allow_http),
        poll=read_poll(document) if kind is NoteKind.QUESTION else None,
        replies=address(document, "replies", allow_http=allow_http)
        or address(document, "comments", allow_http=allow_http),  # PeerTube
        replies_first=None if replies is None else address(replies, "first", allow_http=allow_http),
        first_replies=_first_replies(replies, allow_http=allow_http),
        context=_opaque(document, "context"),
        context_history=address(document, "contextHistory", allow_http=allow_http),
        conversation=_opaque(document, "conversation"),
        likes=tally(document.value("likes"), allow_http=allow_http),
        shares=tally(document.value("shares"), allow_http=allow_http),
    )


def _policies(document: Document, *, allow_http: bool) -> dict[str, Approval | None]:
    """Who may do what with the post, by field."""
    names = {
        "can_quote": "canQuote",
        "can_like": "canLike",
        "can_reply": "canReply",
        "can_announce": "canAnnounce",
    }
    said = {field: read_approval(document, name, allow_http=allow_http) for field, name in names.items()}
    if said["can_reply"] is None and document.boolean("commentsEnabled") is False:  # Lemmy's locks, PeerTube
        said["can_reply"] = Approval()
    return said


def note_kind(document: Document) -> NoteKind:
    """The first type that is a post's; a poll is a poll whatever else it is.

    Raises:  Malformed: type
    """
    kinds = [name for name in document.types if name in NOTE_TYPES]
    if not kinds:
        raise Malformed("type", f"not a post: {document.types[:3]}")
    return NoteKind.QUESTION if NoteKind.QUESTION in kinds else NoteKind(kinds[0])


def is_note(document: Document) -> bool:
    """Tell whether a document says that it is a post."""
    return any(name in NOTE_TYPES for name in document.types)


def read_tombstone(document: Document, *, allow_http: bool = False) -> Tombstone:
    """Read what is left of a deleted object.

    Raises:  Malformed: type, no_id
    """
    if "Tombstone" not in document.types:
        raise Malformed("type", f"not a tombstone: {document.types[:3]}")
    identifier = iri.find(document.id, allow_http=allow_http)
    if identifier is None:
        raise Malformed("no_id", "a tombstone without a good id")
    former_type = short_text(document, "formerType", at_most=limits.NAME_CHARS)
    return Tombstone(id=identifier, former_type=former_type, deleted=document.moment("deleted"))


def _authors(document: Document, identifier: str, *, allow_http: bool) -> tuple[str, tuple[str, ...]]:
    """The author, and the groups that stand beside the author (PeerTube, Lemmy; friendica#15101).

    Of several, the first on the origin of the post that is not a Group; a lone author is taken as it is.
    Where the post itself says who did it, beside another author, that one is the group (Mobilizon's events).
    """
    people: list[str] = []
    groups: list[str] = []
    for value in document.values("attributedTo")[: limits.AUTHORS_SEEN]:
        if (found := iri.find(id_of(value), allow_http=allow_http)) is not None:
            (groups if type_of(value) == "Group" else people).append(found)
    if not people:
        people, groups = groups, []
    if not people:
        raise Malformed("no_author", identifier)
    near = [item for item in people if iri.same_origin(item, identifier, allow_http=allow_http)]
    author = (near or people)[0]
    actor = address(document, "actor", allow_http=allow_http)
    if actor in (None, author) or not iri.same_origin(actor, identifier, allow_http=allow_http):
        return author, tuple(groups)
    return actor, (author, *groups)


def _content(document: Document, languages: Sequence[str]) -> tuple[str, str | None]:
    """Content and its language: the one whose translation equals the content, or the only one."""
    texts = document.language_map("contentMap")
    content = document.text("content")
    if content is None:
        language, content = translation(texts, languages)
    else:
        language = next((key for key, text in texts.items() if text == content), None)
        if language is None and len(texts) == 1:
            language = next(iter(texts))
    if language is None and (spoken := document.document("language")) is not None:
        language = spoken.text("identifier")  # Lemmy, PeerTube
    if language is None:
        language = document.text("inLanguage")  # Mobilizon
    return content[: limits.CONTENT_CHARS], language


def _source(document: Document) -> Source | None:
    source = document.document("source")
    content = None if source is None else source.text("content")
    if source is None or content is None:
        return None
    return Source(content=content[: limits.CONTENT_CHARS], media_type=media_type_of(source))


def _quote(document: Document, *, allow_http: bool) -> str | None:
    found = (address(document, key, allow_http=allow_http) for key in _QUOTE_KEYS)
    return next((item for item in found if item is not None), None)


def _first_replies(replies: Document | None, *, allow_http: bool) -> tuple[str, ...]:
    """The replies that are named inside, in the collection or in its first page."""
    if replies is None:
        return ()
    page = replies.document("first") or replies
    for key in ("items", "orderedItems"):
        if page.has(key):
            return addresses(page, key, at_most=limits.FIRST_REPLIES, allow_http=allow_http)
    return ()


def _opaque(document: Document, key: str) -> str | None:
    """A name of a conversation: any short string, or the id of a collection; not meant to be fetched."""
    text = document.reference(key)
    if text is None or len(text) > iri.MAX_LENGTH:
        return None
    return text.replace("\x00", "") or None
