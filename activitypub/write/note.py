"""Note -> document, and what is left of one."""

from __future__ import annotations

from typing import Final

from activitypub.contexts import NOTE_CONTEXT, PLAIN_CONTEXT
from activitypub.document import JsonObject
from activitypub.objects import Approval, Hashtag, Note, Poll, QuoteAuthorization, Source, Tombstone, is_vote
from activitypub.vocabulary import LD_JSON
from activitypub.write import parts
from activitypub.write.parts import present

_MISSKEY_QUOTE: Final = "https://misskey-hub.net/ns#_misskey_quote"


def write_note(note: Note) -> JsonObject:
    """Write a post as it is served at its id."""
    return {"@context": NOTE_CONTEXT, **note_body(note)}


def note_body(note: Note) -> JsonObject:
    """Write a post for embedding, without a context of its own."""
    optional = present(
        name=note.name,
        mediaType=note.media_type,
        contentMap=None if note.language is None else {note.language: note.content},
        source=_source(note.source),
        published=parts.moment(note.published),
        updated=parts.moment(note.updated),
        url=note.url,
        audience=list(note.audience) or None,
        directMessage=note.direct_message,
        image=parts.picture(note.image),
        quoteAuthorization=note.quote_authorization,
        interactionPolicy=_policy(note),
        replyAuthorization=note.reply_authorization,
        approvedBy=note.reply_authorization,
        context=note.context,
        conversation=note.conversation,
        replies=_replies(note),
        likes=parts.tally(note.likes),
        shares=parts.tally(note.shares),
    )
    if is_vote(note):
        return vote_body(note)
    return {
        "id": note.id,
        "type": note.kind.value,
        "attributedTo": note.attributed_to,
        "content": note.content,
        "summary": note.summary,
        "sensitive": note.sensitive,
        "inReplyTo": note.in_reply_to,
        "to": list(note.to),
        "cc": list(note.cc),
        **optional,
        **_quote(note.quote),
        **({} if note.poll is None else _poll(note.poll)),
        "attachment": [parts.attachment(item) for item in note.attachments],
        "tag": _tags(note),
    }


def vote_body(note: Note) -> JsonObject:
    """Write a choice in a poll: with content or tags, others take it for a post."""
    return {
        "id": note.id,
        "type": note.kind.value,
        "attributedTo": note.attributed_to,
        "name": note.name,
        "inReplyTo": note.in_reply_to,
        "to": list(note.to),
    }


def write_tombstone(tombstone: Tombstone) -> JsonObject:
    """Write what is served, with 410, where a deleted object was."""
    return {"@context": PLAIN_CONTEXT, **tombstone_body(tombstone)}


def tombstone_body(tombstone: Tombstone) -> JsonObject:
    """Write a tombstone for embedding."""
    return present(
        id=tombstone.id,
        type="Tombstone",
        formerType=tombstone.former_type,
        deleted=parts.moment(tombstone.deleted),
    )


def write_quote_authorization(stamp: QuoteAuthorization) -> JsonObject:
    """Write a stamp as it is served at its id."""
    return {
        "@context": NOTE_CONTEXT,
        "id": stamp.id,
        "type": stamp.kind,
        "attributedTo": stamp.attributed_to,
        "interactingObject": stamp.interacting_object,
        "interactionTarget": stamp.interaction_target,
    }


def hashtag_body(tag: Hashtag) -> JsonObject:
    """Write a hashtag for embedding."""
    return parts.hashtag(tag)


def _source(source: Source | None) -> JsonObject | None:
    return None if source is None else present(content=source.content, mediaType=source.media_type)


def _replies(note: Note) -> JsonObject | str | None:
    """The collection with its first page named inside: Mastodon looks no further than that."""
    if note.replies is None or note.replies_first is None:
        return note.replies
    return {"id": note.replies, "type": "Collection", "first": note.replies_first}


def _quote(quote: str | None) -> JsonObject:
    """A quote in the words of each dialect."""
    return {} if quote is None else dict.fromkeys(("quote", "_misskey_quote", "quoteUri", "quoteUrl"), quote)


def _policy(note: Note) -> JsonObject | None:
    """The policy, in the words of GoToSocial up to 0.19 as well, which takes a rule without them for a no."""
    older = {"canLike": note.can_like, "canReply": note.can_reply, "canAnnounce": note.can_announce}
    rules = {name: _rule(rule) | _older_rule(rule) for name, rule in older.items() if rule is not None}
    if note.can_quote is not None:
        rules["canQuote"] = _rule(note.can_quote)
    return rules or None


def _rule(approval: Approval) -> JsonObject:
    return {"automaticApproval": list(approval.automatic), "manualApproval": list(approval.manual)}


def _older_rule(approval: Approval) -> JsonObject:
    return {"always": list(approval.automatic), "approvalRequired": list(approval.manual)}


def _poll(poll: Poll) -> JsonObject:
    options = [
        {
            "type": "Note",
            "name": option.name,
            "replies": {"type": "Collection", "totalItems": option.votes},
        }
        for option in poll.options
    ]
    return present(
        **{"anyOf" if poll.multiple else "oneOf": options},
        endTime=parts.moment(poll.end_at),
        closed=parts.moment(poll.closed_at) or poll.closed or None,
        votersCount=poll.voters_count,
    )


def _tags(note: Note) -> list[JsonObject]:
    tags = [
        *map(parts.mention, note.mentions),
        *map(parts.hashtag, note.hashtags),
        *map(parts.emoji, note.emojis),
    ]
    if note.quote is not None:  # FEP-e232
        tags.append({"type": "Link", "mediaType": LD_JSON, "rel": _MISSKEY_QUOTE, "href": note.quote})
    return tags
