"""Everything that Echo may want to say, as Hypothesis strategies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from activitypub import activities, objects
from activitypub.document import Document
from activitypub.objects import ObjectRef
from activitypub.vocabulary import PUBLIC, ActorKind, NoteKind

maybe = st.none

addresses = st.builds(
    "https://{}/{}".format,
    st.sampled_from(["echo.test", "peer.test", "xn--bcher-kva.test"]),
    st.text("abcdefgh0123456789/@#?=-_.~%é", max_size=12),
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
#: A text in which something can be seen.
words = st.builds("{}{}".format, st.sampled_from("aZ0<é字"), texts)
moments = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
media_types = st.sampled_from(["text/html", "image/png", "image/svg+xml", "video/mp4", "application/pdf"])
counts = st.integers(0, 2**63 - 1)
languages = st.sampled_from(["en", "de-CH", "zh-Hant-TW", "nds"])
shortcodes = st.text("abcXYZ012_", min_size=2, max_size=8)


def tuples(values: st.SearchStrategy[Any], size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=size).map(tuple)


def distinct(values: st.SearchStrategy[Any], size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=size, unique=True).map(tuple)


recipients = distinct(addresses | st.just(PUBLIC))
references = st.builds(ObjectRef, id=addresses)
pictures = st.builds(objects.Picture, url=addresses, media_type=maybe() | media_types, alt=maybe() | words)
mentions = st.builds(objects.Mention, href=addresses, name=maybe() | words)
hashtags = st.builds(objects.Hashtag, name=st.text("abcé字1", min_size=1), href=maybe() | addresses)
emojis = st.builds(
    objects.Emoji,
    shortcode=shortcodes,
    url=addresses,
    id=maybe() | addresses,
    media_type=maybe() | media_types,
    updated=maybe() | moments,
)
emoji_sets = st.lists(emojis, max_size=3, unique_by=lambda emoji: emoji.shortcode).map(tuple)
focuses = st.tuples(st.floats(-1, 1), st.floats(-1, 1))
attachments = st.builds(
    objects.Attachment,
    kind=st.sampled_from(["Document", "Image", "Video", "Audio"]),
    url=addresses,
    media_type=maybe() | media_types,
    alt=maybe() | words,
    blurhash=maybe() | st.just("LEHV6nWB2yk8pyo0adR*.7kCMdnj"),
    focus=maybe() | focuses,
    width=maybe() | st.integers(1, 100_000),
    height=maybe() | st.integers(1, 100_000),
    duration_seconds=maybe() | st.integers(1, 10**7).map(lambda ms: ms / 1000),
    thumbnail=maybe() | pictures,
    sensitive=st.booleans(),
) | st.builds(objects.Attachment, kind=st.just("Link"), url=addresses, alt=maybe() | words)
polls = st.builds(
    objects.Poll,
    options=st.lists(st.builds(objects.PollOption, name=words, votes=counts), min_size=1, max_size=4).map(
        tuple
    ),
    multiple=st.booleans(),
    end_at=maybe() | moments,
    closed_at=moments,
    voters_count=maybe() | counts,
) | st.builds(objects.Poll, options=st.just((objects.PollOption(name="a"),)), closed=st.booleans())
approvals = st.builds(objects.Approval, automatic=recipients, manual=recipients)
quote_authorizations = st.builds(
    objects.QuoteAuthorization,
    id=addresses,
    attributed_to=addresses,
    interacting_object=addresses,
    interaction_target=addresses,
)
tallies = st.builds(objects.Tally, id=addresses, total=maybe() | counts)

actors = st.builds(
    objects.Actor,
    id=addresses,
    kind=st.sampled_from(ActorKind),
    inbox=addresses,
    preferred_username=maybe() | words,
    name=maybe() | words,
    summary=maybe() | words,
    url=maybe() | addresses,
    shared_inbox=maybe() | addresses,
    outbox=maybe() | addresses,
    followers=maybe() | addresses,
    following=maybe() | addresses,
    featured=maybe() | addresses,
    featured_tags=maybe() | addresses,
    public_keys=tuples(st.builds(objects.PublicKey, id=addresses, owner=addresses, pem=words)),
    multikeys=tuples(st.builds(objects.Multikey, id=addresses, controller=addresses, multibase=words)),
    icon=maybe() | pictures,
    image=maybe() | pictures,
    fields=tuples(st.builds(objects.Field, name=words, value=texts)),
    hashtags=distinct(hashtags),
    emojis=emoji_sets,
    manually_approves_followers=st.booleans(),
    discoverable=st.booleans(),
    indexable=st.booleans(),
    memorial=st.booleans(),
    suspended=st.booleans(),
    moved_to=maybe() | addresses,
    also_known_as=distinct(addresses),
    attribution_domains=distinct(st.sampled_from(["a.test", "b.test"])),
    published=maybe() | moments,
    webfinger=maybe() | st.just("alice@echo.test"),
)


@st.composite
def notes(draw: st.DrawFn) -> objects.Note:
    kind = draw(st.sampled_from(NoteKind))
    replies = draw(maybe() | addresses)
    note = objects.Note(
        id=draw(addresses),
        kind=kind,
        attributed_to=draw(addresses),
        content=draw(texts),
        media_type=draw(maybe() | media_types),
        language=draw(maybe() | languages),
        name=draw(maybe() | words),
        summary=draw(maybe() | words),
        sensitive=draw(st.booleans()),
        source=draw(maybe() | st.builds(objects.Source, content=texts, media_type=maybe() | media_types)),
        published=draw(maybe() | moments),
        updated=draw(maybe() | moments),
        url=draw(maybe() | addresses),
        in_reply_to=draw(maybe() | addresses),
        to=draw(recipients),
        cc=draw(recipients),
        audience=draw(distinct(addresses)),
        direct_message=draw(maybe() | st.booleans()),
        attachments=draw(tuples(attachments)),
        image=draw(maybe() | pictures),
        mentions=draw(distinct(mentions)),
        hashtags=draw(distinct(hashtags)),
        emojis=draw(emoji_sets),
        quote=draw(maybe() | addresses),
        quote_authorization=draw(maybe() | addresses),
        can_quote=draw(maybe() | approvals),
        can_like=draw(maybe() | approvals),
        can_reply=draw(maybe() | approvals),
        can_announce=draw(maybe() | approvals),
        reply_authorization=draw(maybe() | addresses),
        poll=draw(maybe() | polls) if kind is NoteKind.QUESTION else None,
        replies=replies,
        replies_first=None if replies is None else draw(maybe() | addresses),
        context=draw(maybe() | addresses | words),
        conversation=draw(maybe() | st.just("tag:echo.test,2026-08-01:objectId=1:objectType=Conversation")),
        likes=draw(maybe() | tallies),
        shares=draw(maybe() | tallies),
    )
    # A vote says no more than its choice: it has tests of its own.
    return msgspec.structs.replace(note, name=None) if objects.is_vote(note) else note


tombstones = st.builds(
    objects.Tombstone, id=addresses, former_type=maybe() | st.just("Note"), deleted=maybe() | moments
)
items = tuples(
    references | st.builds(lambda i: ObjectRef(id=i, document=Document({"id": i, "type": "Note"})), addresses)
)
collections = st.builds(
    objects.Collection,
    kind=st.sampled_from(["Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"]),
    id=maybe() | addresses,
    total_items=maybe() | counts,
    first=maybe() | references,
    last=maybe() | addresses,
    next=maybe() | addresses,
    prev=maybe() | addresses,
    part_of=maybe() | addresses,
    attributed_to=maybe() | addresses,
    items=items,
)


def _plain(kind: type[activities.Activity], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        kind,
        id=maybe() | addresses,
        actor=addresses,
        object=references,
        more_objects=distinct(references.map(lambda ref: ref.id)).map(
            lambda ids: tuple(ObjectRef(id=item) for item in ids)
        ),
        to=recipients,
        cc=recipients,
        published=maybe() | moments,
        **more,
    )


any_activity = st.one_of(
    *(
        _plain(kind)
        for kind in activities.ACTIVITY_CLASSES.values()
        if kind.__struct_fields__ == activities.Activity.__struct_fields__
    ),
    _plain(activities.Accept, result=maybe() | addresses),
    _plain(activities.Like, content=maybe() | words, emojis=emoji_sets),
    _plain(activities.EmojiReact, content=maybe() | words, emojis=emoji_sets),
    _plain(activities.Block, target=maybe() | addresses),
    _plain(activities.Flag, content=maybe() | words),
    _plain(activities.Move, target=maybe() | addresses),
    _plain(activities.Add, target=maybe() | addresses),
    _plain(activities.Remove, target=maybe() | addresses),
    _plain(activities.QuoteRequest, instrument=references),
    _plain(activities.LikeRequest, instrument=references),
    _plain(activities.ReplyRequest, instrument=references),
    _plain(activities.AnnounceRequest, instrument=references),
    _plain(activities.Unknown, type_name=st.just("View")),
)
