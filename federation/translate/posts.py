"""Notes and their relatives into `RemotePost`, posts of ours into notes."""

from __future__ import annotations

from datetime import datetime, timedelta

from activitypub import addressing
from activitypub import objects as wire
from activitypub.addressing import Audience
from activitypub.vocabulary import NoteKind
from echo import addresses, clock
from echo.actions.drafts import RemotePost
from echo.kinds import MediaKind, Visibility
from echo.models import Account, Media
from echo.policy.visibility import OPEN
from echo.store.federation_reads import MediaPart, MentionPart, PostSource
from echo.text import hashtags, languages, sanitize
from federation.translate.accounts import emojis_of, written_emojis
from federation.translate.bodies import html_of, spoiler_of
from federation.translate.files import files_of
from federation.translate.policies import policy_of, rules_of
from federation.translate.polls import poll_from, poll_of
from federation.translate.quotes import approval_of, quoters_of

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
    spoiler = spoiler_of(note)[:_SPOILER_CHARACTERS]
    return RemotePost(
        uri=note.id,
        url=sanitize.safe_url(note.url) or note.id,
        html=html_of(note),
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
        media=files_of(note),
        emojis=emojis_of(note.emojis),
        conversation_uri=note.context or note.conversation or "",
        poll=None if note.poll is None else poll_from(note.poll),
        quote_uri=note.quote or "",
        quote_automatic=quoters_of(note.can_quote.automatic, author) if note.can_quote else (),
        quote_manual=quoters_of(note.can_quote.manual, author) if note.can_quote else (),
        policy=policy_of(note, author),
        chat=note.kind is NoteKind.CHAT_MESSAGE,
    )


def note_of(source: PostSource) -> wire.Note:
    """How we tell other servers of a post of ours."""
    here = addresses.here()
    to, cc = audience_on_wire(source)
    can_like, can_reply, can_announce = rules_of(source)
    context = here.context(source.thread_id) if source.began_here else source.conversation_uri
    is_open = source.visibility in OPEN
    return wire.Note(
        id=source.uri,
        kind=_kind_of(source),
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
        audience=tuple(mention.uri for mention in source.mentions if mention.is_group) if is_open else (),
        direct_message=True if source.visibility == Visibility.DIRECT else None,
        attachments=tuple(attachment(part) for part in source.media),
        mentions=tuple(_mention(part) for part in source.mentions if not part.silent),
        hashtags=tuple(wire.Hashtag(name=name, href=here.tag_page(name)) for name in source.hashtags),
        emojis=written_emojis(source.emojis),
        poll=None if source.poll is None else poll_of(source.poll),
        quote=source.quote.uri if source.quote else None,
        quote_authorization=source.quote.proof if source.quote else None,
        can_quote=approval_of(source),
        can_like=can_like,
        can_reply=can_reply,
        can_announce=can_announce,
        reply_authorization=source.approval_uri or None,
        replies=f"{source.uri}/replies" if is_open else None,
        replies_first=f"{source.uri}/replies?page=true" if is_open else None,
        likes=wire.Tally(id=f"{source.uri}/likes", total=source.likes) if is_open else None,
        shares=wire.Tally(id=f"{source.uri}/shares", total=source.boosts) if is_open else None,
        context=context or None,
        conversation=context or None,
    )


def _kind_of(source: PostSource) -> NoteKind:
    if source.chat:
        return NoteKind.CHAT_MESSAGE
    return NoteKind.NOTE if source.poll is None else NoteKind.QUESTION


def audience_on_wire(source: PostSource) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """to and cc of a post or boost of ours."""
    addressed = [uri for mention in source.mentions for uri in _addressed(mention)]
    if source.boost_of_author_uri:
        addressed.append(source.boost_of_author_uri)
    audience = Audience(addressing.Visibility(source.visibility), tuple(dict.fromkeys(addressed)))
    return addressing.write_audience(
        audience, followers=addresses.here().collection(source.author_id, "followers")
    )


def _addressed(mention: MentionPart) -> tuple[str, ...]:
    """Somebody who is addressed; of a community its followers as well, as Mastodon does."""
    if mention.is_group and mention.followers_uri:
        return mention.uri, mention.followers_uri
    return (mention.uri,)


def _edited_at(note: wire.Note) -> datetime | None:
    """When it was changed; a stamp before or right at its making is no edit."""
    if note.updated is None:
        return None
    if note.published is not None and note.updated - note.published < timedelta(seconds=1):
        return None
    return note.updated


def _hashtags(note: wire.Note) -> tuple[str, ...]:
    """As they are written there; what is no hashtag here is left out."""
    return tuple(dict.fromkeys(tag.name for tag in note.hashtags if hashtags.normalise(tag.name) is not None))


def attachment(part: MediaPart | Media) -> wire.Attachment:
    """A file as other servers read it."""
    original = part.meta.get("original")
    size = original if isinstance(original, dict) else {}
    focus = part.meta.get("focus")
    here = addresses.here()
    moves = part.kind in (MediaKind.VIDEO, MediaKind.GIFV, MediaKind.AUDIO)
    return wire.Attachment(
        kind="Document",
        url=here.file(part.file_key) if part.file_key else part.remote_url,
        thumbnail=wire.Picture(url=here.file(part.preview_key)) if moves and part.preview_key else None,
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
