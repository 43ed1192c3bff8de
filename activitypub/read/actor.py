"""Document -> Actor, and the keys of actors and key documents."""

from __future__ import annotations

from activitypub import iri, limits
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor, Field, Multikey, PublicKey
from activitypub.read.tags import read_tags
from activitypub.read.values import address, addresses, page_url, picture, short_text
from activitypub.vocabulary import ACTOR_TYPES, ActorKind


def read_actor(document: Document, *, allow_http: bool = False) -> Actor:
    """Read an actor; what is odd but optional is dropped.

    Raises:  Malformed: type, no_id, no_inbox (a stripped actor is a failed fetch: mastodon#39756)
    """
    kind = actor_kind(document)
    identifier = iri.find(document.id, allow_http=allow_http)
    inbox = address(document, "inbox", allow_http=allow_http)
    if identifier is None:
        raise Malformed("no_id", "an actor without a good id")
    if inbox is None:
        raise Malformed("no_inbox", identifier)
    tags = read_tags(document, near=identifier, allow_http=allow_http)
    return Actor(
        id=identifier,
        kind=kind,
        inbox=inbox,
        preferred_username=short_text(document, "preferredUsername", at_most=limits.USERNAME_CHARS),
        name=short_text(document, "name", at_most=limits.NAME_CHARS),
        summary=short_text(document, "summary", at_most=limits.SUMMARY_CHARS),
        url=page_url(document, near=identifier),
        shared_inbox=_shared_inbox(document, allow_http=allow_http),
        outbox=address(document, "outbox", allow_http=allow_http),
        followers=address(document, "followers", allow_http=allow_http),
        following=address(document, "following", allow_http=allow_http),
        featured=address(document, "featured", allow_http=allow_http),
        featured_tags=address(document, "featuredTags", allow_http=allow_http),
        public_keys=read_public_keys(document, allow_http=allow_http),
        multikeys=_multikeys(document, allow_http=allow_http),
        icon=picture(document.value("icon"), near=identifier),
        image=picture(document.value("image"), near=identifier),
        fields=_fields(document),
        hashtags=tags.hashtags,
        emojis=tags.emojis,
        manually_approves_followers=document.boolean("manuallyApprovesFollowers") or False,
        discoverable=document.boolean("discoverable") or False,
        indexable=document.boolean("indexable") or False,
        memorial=document.boolean("memorial") or False,
        accepts_chat=_accepts(document, "acceptsChatMessages"),
        accepts_groups=_accepts(document, "acceptsChatGroups") or False,
        suspended=document.boolean("suspended") or False,
        moved_to=address(document, "movedTo", allow_http=allow_http),
        also_known_as=addresses(document, "alsoKnownAs", at_most=limits.ALIASES, allow_http=allow_http),
        attribution_domains=_attribution_domains(document),
        moderators=_moderators(document, kind, allow_http=allow_http),
        published=document.moment("published"),
        webfinger=_handle(document),
    )


def _accepts(document: Document, capability: str) -> bool | None:
    """Whether messages of chats, or of groups, may be sent; None where nothing is said. Source: Pleroma"""
    said = document.document("capabilities")
    return None if said is None else said.boolean(capability)


def actor_kind(document: Document) -> ActorKind:
    """The first type that is an actor's.

    Raises:  Malformed: type
    """
    for name in document.types:
        if name in ACTOR_TYPES:
            return ActorKind(name)
    raise Malformed("type", f"not an actor: {document.types[:3]}")


def is_actor(document: Document) -> bool:
    """Tell whether a document says that it is an actor."""
    return any(name in ACTOR_TYPES for name in document.types)


def read_public_keys(document: Document, *, allow_http: bool = False) -> tuple[PublicKey, ...]:
    """Read the keys an actor lists, or the one key that a key document is.

    Shapes:  document: an actor (whole or a stub with its key only, GoToSocial), or a bare key with `owner`
    Returns: at most 10 keys in the order they stand; the caller compares owners and origins
    """
    identifier = document.id
    if document.has("publicKeyPem"):
        key = _public_key(document, owner=None, allow_http=allow_http)
        return () if key is None else (key,)
    listed = document.documents("publicKey", at_most=limits.PUBLIC_KEYS)
    keys = (_public_key(item, owner=identifier, allow_http=allow_http) for item in listed)
    return tuple(key for key in keys if key is not None)


def key_owner(document: Document, *, allow_http: bool = False) -> str | None:
    """Who a document that is nothing but a key, PEM or Multikey, says it belongs to."""
    if document.has("publicKeyMultibase"):
        return iri.find(document.reference("controller"), allow_http=allow_http)
    owners = {key.owner for key in read_public_keys(document, allow_http=allow_http)}
    return owners.pop() if len(owners) == 1 else None


def _public_key(item: Document, *, owner: str | None, allow_http: bool) -> PublicKey | None:
    identifier = iri.find(item.id, allow_http=allow_http)
    claimed = item.reference("owner") or item.reference("controller") or owner
    owner = iri.find(claimed, allow_http=allow_http)
    pem = item.text("publicKeyPem")
    if identifier is None or owner is None or pem is None or len(pem) > limits.PEM_CHARS:
        return None
    return PublicKey(id=identifier, owner=owner, pem=pem)


def _multikeys(document: Document, *, allow_http: bool) -> tuple[Multikey, ...]:
    found: list[Multikey] = []
    for item in document.documents("assertionMethod", at_most=limits.PUBLIC_KEYS):
        identifier = iri.find(item.id, allow_http=allow_http)
        controller = iri.find(item.reference("controller"), allow_http=allow_http)
        multibase = item.text("publicKeyMultibase")
        if identifier is None or controller is None or multibase is None or "Multikey" not in item.types:
            continue
        if len(multibase) <= limits.PEM_CHARS:
            found.append(Multikey(id=identifier, controller=controller, multibase=multibase))
    return tuple(found)


def _shared_inbox(document: Document, *, allow_http: bool) -> str | None:
    endpoints = document.document("endpoints")
    within = None if endpoints is None else address(endpoints, "sharedInbox", allow_http=allow_http)
    return within or address(document, "sharedInbox", allow_http=allow_http)  # Misskey


def _fields(document: Document) -> tuple[Field, ...]:
    found: list[Field] = []
    for item in document.documents("attachment", at_most=limits.FIELDS):
        name = short_text(item, "name", at_most=limits.FIELD_CHARS)
        value = item.text("value")
        if name is not None and value is not None and "PropertyValue" in item.types:
            found.append(Field(name=name, value=value[: limits.FIELD_CHARS]))
    return tuple(found)


def _moderators(document: Document, kind: ActorKind, *, allow_http: bool) -> tuple[str, ...]:
    """Lemmy names a collection, PeerTube and PieFed the people themselves."""
    if kind is not ActorKind.GROUP:
        return ()
    return addresses(document, "attributedTo", at_most=limits.MODERATORS, allow_http=allow_http)


def _attribution_domains(document: Document) -> tuple[str, ...]:
    sent = document.values("attributionDomains")[: limits.ATTRIBUTION_DOMAINS]
    hosts = (iri.canonical_host(item) for item in sent if isinstance(item, str))
    return tuple(dict.fromkeys(host for host in hosts if host is not None))


def _handle(document: Document) -> str | None:
    """The `webfinger` of FEP-2c59, with or without `acct:`."""
    text = document.text("webfinger")
    if text is None or len(text) > limits.USERNAME_CHARS:
        return None
    handle = text.strip().removeprefix("acct:").removeprefix("@")
    user, _, host = handle.rpartition("@")
    canonical = iri.canonical_authority(host)
    return f"{user}@{canonical}" if user and "@" not in user and canonical is not None else None
