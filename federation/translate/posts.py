"""Notes and their relatives into `RemotePost`, posts of ours into notes."""

from __future__ import annotations

from datetime import datetime, timedelta

from activitypub import addressing
from activitypub import objects as wire
from activitypub.addressing import Audience
from activitypub.vocabulary import NoteKind
from echo import addresses, clock, settings
from echo.actions.drafts import RemoteMedia, RemotePost
from echo.kinds import MediaKind, Visibility
from echo.models import Account
from echo.store.federation_reads import MediaPart, MentionPart, PostSource
from echo.text import hashtags, languages, sanitize
from echo.text.markup import render_plain
from echo.text.plain import escape
from federation.translate.accounts import emojis_of, written_emojis
from federation.translate.quotes import approval_of, quoters_of

_KINDS_OF_FILES = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
}
_FILES_OF_KINDS = {"Image": MediaKind.IMAGE, "Video": MediaKind.VIDEO, "Audio": MediaKind.AUDIO}
# Kinds that are shown as they are; of the others the title and a link are shown as well.
_SHORT = frozenset({NoteKind.NOTE, NoteKind.QUESTION})
_SPOILER_CHARACTERS = 2048


def audience_of(note: wire.Note, *, followers_uri: str) -> Audience:
    """Who a note is for."""
    return addressing.read_audience(note.to, note.cc, followers=followers_uri or None)


def post_of(
    note: wire.Note,
    audience: Audience,
    author: Account,
    *,
    mentioned_ids: tuple[int, ...],
    silent_ids: tuple[int, ...],
    parent_id: int | None,
) -> RemotePost:
    """What a note says.

    Shapes:  mentioned_ids, silent_ids: accounts of ours; parent_id: the post it replies to, where we have it
    """
    published_at = min(note.published or clock.now(), clock.now())
    spoiler = sanitize.to_text(note.summary or "")[:_SPOILER_CHARACTERS] if note.kind in _SHORT else ""
    return RemotePost(
        uri=note.id,
        url=sanitize.safe_url(note.url) or note.id,
        html=_html(note),
        visibility=Visibility(audience.visibility),
        published_at=published_at,
        edited_at=_edited_at(note),
        spoiler=spoiler,
        sensitive=note.sensitive or bool(spoiler),
        language=languages.normalise(note.language),
        in_reply_to_id=parent_id,
        in_reply_to_uri=note.in_reply_to or "",
        mentioned_ids=mentioned_ids,
        silent_ids=silent_ids,
        hashtags=_hashtags(note),
        media=tuple(file for part in note.attachments if (file := _file_of(part)) is not None),
        emojis=emojis_of(note.emojis),
        conversation_uri=note.context or note.conversation or "",
        quote_uri=note.quote or "",
        quote_automatic=quoters_of(note.can_quote.automatic, author) if note.can_quote else (),
        quote_manual=quoters_of(note.can_quote.manual, author) if note.can_quote else (),
    )


def note_of(source: PostSource) -> wire.Note:
    """How we tell other servers of a post of ours."""
    here = addresses.here()
    to, cc = audience_on_wire(source)
    return wire.Note(
        id=source.uri,
        kind=NoteKind.NOTE,
        attributed_to=source.author_uri,
        content=source.html,
        language=source.language,
        summary=source.spoiler or None,
        sensitive=source.sensitive,
        source=wire.Source(content=source.text, media_type=source.content_type),
        published=source.created_at,
        updated=source.edited_at,
        url=source.url,
        in_reply_to=source.parent_uri or None,
        to=to,
        cc=cc,
        direct_message=True if source.visibility == Visibility.DIRECT else None,
        attachments=tuple(_attachment(part) for part in source.media),
        mentions=tuple(_mention(part) for part in source.mentions if not part.silent),
        hashtags=tuple(wire.Hashtag(name=name, href=here.tag_page(name)) for name in source.hashtags),
        emojis=written_emojis(source.emojis),
        quote=source.quote.uri if source.quote else None,
        quote_authorization=source.quote.proof if source.quote else None,
        can_quote=approval_of(source),
        replies=f"{source.uri}/replies",
        replies_first=f"{source.uri}/replies?page=true",
        conversation=source.conversation_uri or None,
    )


def audience_on_wire(source: PostSource) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """to and cc of a post or boost of ours."""
    addressed = [mention.uri for mention in source.mentions]
    if source.boost_of_author_uri:
        addressed.append(source.boost_of_author_uri)
    audience = Audience(addressing.Visibility(source.visibility), tuple(dict.fromkeys(addressed)))
    return addressing.write_audience(
        audience, followers=addresses.here().collection(source.author_id, "followers")
    )


def _html(note: wire.Note) -> str:
    limit = settings.here().limits.remote_post_bytes
    html = sanitize.clean(_raw_html(note, limit))
    if len(html.encode()) > limit:
        # Escapes can make the clean text longer than what came.
        html = sanitize.clean(_raw_html(note, limit // 8))
    return html


def _raw_html(note: wire.Note, limit_bytes: int) -> str:
    content = note.content.encode()[:limit_bytes].decode(errors="ignore")
    if note.media_type is not None and note.media_type != "text/html":
        content = render_plain(content)
    if note.kind == NoteKind.QUESTION and note.poll is not None:
        options = "".join(f"<li>{escape(option.name)}</li>" for option in note.poll.options)
        return f"{content}<ul>{options}</ul>"
    if note.kind in _SHORT:
        return content
    link = sanitize.safe_url(note.url) or note.id
    title = f"<p><strong>{escape(note.name)}</strong></p>" if note.name else ""
    return f'{title}{content or note.summary or ""}<p><a href="{escape(link)}">{escape(link)}</a></p>'


def _edited_at(note: wire.Note) -> datetime | None:
    """When it was changed; a stamp before or right at its making is no edit."""
    if note.updated is None:
        return None
    if note.published is not None and note.updated - note.published < timedelta(seconds=1):
        return None
    return note.updated


def _hashtags(note: wire.Note) -> tuple[str, ...]:
    names = (hashtags.normalise(tag.name) for tag in note.hashtags)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _file_of(part: wire.Attachment) -> RemoteMedia | None:
    url = sanitize.safe_url(part.url)
    if url is None or part.kind == "Link":
        return None
    media_type = part.media_type or ""
    kind = _KINDS_OF_FILES.get(media_type.partition("/")[0]) or _FILES_OF_KINDS.get(part.kind)
    return RemoteMedia(
        url=url,
        kind=kind or MediaKind.UNKNOWN,
        content_type=media_type,
        description=part.alt,
        blurhash=part.blurhash,
        width=part.width,
        height=part.height,
        focus=part.focus,
        preview_url=(sanitize.safe_url(part.thumbnail.url) or "") if part.thumbnail else "",
    )


def _attachment(part: MediaPart) -> wire.Attachment:
    original = part.meta.get("original")
    size = original if isinstance(original, dict) else {}
    focus = part.meta.get("focus")
    return wire.Attachment(
        kind="Document",
        url=addresses.here().file(part.file_key or part.remote_url),
        media_type=part.content_type or None,
        alt=part.description,
        blurhash=part.blurhash,
        focus=(float(focus["x"]), float(focus["y"])) if isinstance(focus, dict) else None,
        width=_whole(size.get("width")),
        height=_whole(size.get("height")),
    )


def _whole(number: object) -> int | None:
    return number if isinstance(number, int) and number > 0 else None


def _mention(part: MentionPart) -> wire.Mention:
    return wire.Mention(href=part.uri, name=f"@{part.username}@{part.domain or addresses.here().domain}")
