"""Actors into `RemoteAccount`, accounts of ours into actors."""

from __future__ import annotations

from mimetypes import guess_type

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub import iri
from activitypub import objects as wire
from activitypub.errors import SignatureError
from activitypub.signatures.keys import load_public_key, write_public_key
from activitypub.signatures.multibase import read_ed25519_multikey, write_ed25519_multikey
from activitypub.vocabulary import ActorKind
from echo import addresses
from echo.actions.drafts import ProfileField, RemoteAccount, RemoteEmoji, RemoteKey
from echo.kinds import AccountKind
from echo.store.federation_reads import ActorSource, EmojiPart
from echo.text import sanitize

_KINDS = {
    ActorKind.PERSON: AccountKind.PERSON,
    ActorKind.SERVICE: AccountKind.SERVICE,
    ActorKind.GROUP: AccountKind.GROUP,
    ActorKind.ORGANIZATION: AccountKind.ORGANIZATION,
    ActorKind.APPLICATION: AccountKind.APPLICATION,
}
_ACTOR_KINDS = {kind.value: actor_kind for actor_kind, kind in _KINDS.items()}
_ADDRESS_CHARACTERS = 2048
# What FEP-844e has names for.
_RFC9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
CAPABILITIES = (
    (_RFC9421, "RFC-9421: HTTP Message Signatures"),
    (f"{_RFC9421}#name-eddsa-using-curve-edwards25", "RFC-9421 signatures using the Ed25519 algorithm"),
)


def account_of(actor: wire.Actor, *, username: str, domain: str) -> RemoteAccount:
    """What an actor says of itself.

    Shapes:  username, domain: its handle, verified by the caller
    """
    return RemoteAccount(
        uri=actor.id,
        username=username,
        domain=domain,
        kind=_KINDS[actor.kind],
        url=sanitize.safe_url(actor.url) or actor.id,
        display_name=(actor.name or "").strip(),
        note=sanitize.clean(actor.summary or ""),
        fields=tuple(
            ProfileField(name=sanitize.to_text(field.name), value=sanitize.clean(field.value))
            for field in actor.fields
        ),
        emojis=emojis_of(actor.emojis),
        locked=actor.manually_approves_followers,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        avatar=_place(actor.icon),
        avatar_description=(actor.icon.alt or "") if actor.icon else "",
        header=_place(actor.image),
        header_description=(actor.image.alt or "") if actor.image else "",
        inbox=actor.inbox,
        shared_inbox=_shared_inbox(actor),
        outbox=actor.outbox or "",
        followers_uri=actor.followers or "",
        following_uri=actor.following or "",
        featured_uri=actor.featured or "",
        moderators_uri=_moderators_place(actor),
        moderators=None if _moderators_place(actor) else actor.moderators,
        attribution_domains=actor.attribution_domains,
        memorial=actor.memorial,
        suspended=actor.suspended,
        accepts_chat=actor.accepts_chat,
        accepts_groups=actor.accepts_groups,
        also_known_as=actor.also_known_as,
        moved_to_uri=actor.moved_to or "",
        keys=keys_of(actor),
        created_at=actor.published,
    )


def _moderators_place(actor: wire.Actor) -> str:
    """The collection of those who lead a community: a single address on its own server, that is no actor.

    PieFed names a single moderator in the same way; what is read there then is no collection.
    """
    named = actor.moderators
    if len(named) == 1 and iri.same_origin(named[0], actor.id, allow_http=True):
        return named[0]
    return ""


def keys_of(actor: wire.Actor) -> tuple[RemoteKey, ...]:
    """The keys that are an actor's own: on its origin, and not said to be somebody else's."""
    keys = [RemoteKey(id=key.id, pem=key.pem) for key in actor.public_keys if key.owner == actor.id]
    for multikey in actor.multikeys:
        if multikey.controller == actor.id:
            try:
                pem = write_public_key(read_ed25519_multikey(multikey.multibase))
            except SignatureError:
                continue  # of a kind that we cannot check
            keys.append(RemoteKey(id=multikey.id, pem=pem, signs_documents=True))
    return tuple(key for key in keys if iri.same_origin(key.id, actor.id, allow_http=True))


def actor_of(source: ActorSource) -> wire.Actor:
    """How we describe somebody of ours to other servers; of those who are suspended we say little more."""
    here = addresses.here()
    uri = source.uri
    is_person = source.kind != AccountKind.APPLICATION
    actor = wire.Actor(
        id=uri,
        kind=_ACTOR_KINDS[source.kind],
        inbox=here.inbox(source.id),
        preferred_username=source.username,
        name=source.display_name or source.username,
        summary=source.note,
        url=here.profile_page(source.username) if is_person else here.base + "/",
        shared_inbox=here.shared_inbox,
        outbox=here.collection(source.id, "outbox"),
        followers=here.collection(source.id, "followers"),
        following=here.collection(source.id, "following"),
        featured=here.collection(source.id, "featured"),
        public_keys=(_public_key(source),),
        featured_tags=here.collection(source.id, "featured_tags") if is_person else None,
        multikeys=_multikeys(source),
        icon=_picture(source.avatar, source.avatar_description),
        image=_picture(source.header, source.header_description),
        fields=tuple(wire.Field(name=field.name, value=field.value) for field in source.fields),
        emojis=written_emojis(source.emojis),
        manually_approves_followers=source.locked or not is_person,
        discoverable=bool(source.discoverable),
        indexable=source.indexable,
        memorial=source.memorial,
        accepts_chat=source.takes_chat if is_person else None,
        accepts_groups=is_person,
        moved_to=source.moved_to_uri or None,
        also_known_as=source.also_known_as,
        attribution_domains=source.attribution_domains,
        published=source.created_at.replace(hour=0, minute=0, second=0, microsecond=0),
        webfinger=f"{source.username}@{here.domain}",
        implements=CAPABILITIES,
    )
    if source.suspended_at is None:
        return actor
    return msgspec.structs.replace(
        actor, name=source.username, summary="", fields=(), emojis=(), icon=None, image=None, suspended=True
    )


def emojis_of(emojis: tuple[wire.Emoji, ...]) -> tuple[RemoteEmoji, ...]:
    """Custom emojis that can be shown, one for each shortcode."""
    found: dict[str, RemoteEmoji] = {}
    for emoji in emojis:
        url = sanitize.safe_url(emoji.url)
        if url is not None:
            found.setdefault(emoji.shortcode, RemoteEmoji(shortcode=emoji.shortcode, url=url))
    return tuple(found.values())


def written_emojis(emojis: tuple[EmojiPart, ...]) -> tuple[wire.Emoji, ...]:
    """Our custom emojis as tags."""
    file = addresses.here().file
    return tuple(
        wire.Emoji(shortcode=emoji.shortcode, url=file(emoji.url), media_type=guess_type(emoji.url)[0])
        for emoji in emojis
    )


def _public_key(source: ActorSource) -> wire.PublicKey:
    """The key that signs requests; while keys change the next one, for this is when others read it anew."""
    generation, pem = source.key_generation, source.public_pem
    if source.next_public_pem:
        generation, pem = generation + 1, source.next_public_pem
    return wire.PublicKey(id=addresses.here().key(source.id, generation), owner=source.uri, pem=pem)


def _multikeys(source: ActorSource) -> tuple[wire.Multikey, ...]:
    """The keys that sign documents; while keys change both, the next one first.

    Source:  FEP-521a
    """
    generation = source.key_generation
    listed = ((generation + 1, source.next_ed25519_public_pem), (generation, source.ed25519_public_pem))
    return tuple(_multikey(source, generation, pem) for generation, pem in listed if pem)


def _multikey(source: ActorSource, generation: int, pem: str) -> wire.Multikey:
    key = load_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    return wire.Multikey(
        id=addresses.here().document_key(source.id, generation),
        controller=source.uri,
        multibase=write_ed25519_multikey(key),
    )


def _place(picture: wire.Picture | None) -> str:
    url = sanitize.safe_url(picture.url) if picture else None
    return url if url is not None and len(url) <= _ADDRESS_CHARACTERS else ""


def _picture(key: str, alt: str) -> wire.Picture | None:
    return wire.Picture(url=addresses.here().file(key), alt=alt or None) if key else None


def _shared_inbox(actor: wire.Actor) -> str:
    """The shared inbox, where it is on the host of the own one: an actor speaks for no other server."""
    shared = actor.shared_inbox or ""
    return shared if iri.same_origin(shared, actor.inbox, allow_http=True) else ""
