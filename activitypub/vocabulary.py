"""Type names, namespaces and the spellings of Public, as they stand on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

AS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY: Final = "https://w3id.org/security/v1"
PUBLIC: Final = f"{AS}#Public"

#: JSON-LD compaction turns the full IRI into the other two (takahe#685, lemmy#6465).
PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})

ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = f'application/ld+json; profile="{AS}"'
JRD_JSON: Final = "application/jrd+json"


class ActorKind(StrEnum):
    PERSON = "Person"
    SERVICE = "Service"
    APPLICATION = "Application"
    GROUP = "Group"
    ORGANIZATION = "Organization"


class NoteKind(StrEnum):
    """Everything that is shown as a post."""

    NOTE = "Note"
    QUESTION = "Question"
    ARTICLE = "Article"
    PAGE = "Page"
    EVENT = "Event"
    VIDEO = "Video"
    AUDIO = "Audio"
    IMAGE = "Image"
    CHAT_MESSAGE = "ChatMessage"  # Pleroma: to one person, outside of threads


ACTOR_TYPES: Final = frozenset(ActorKind)
NOTE_TYPES: Final = frozenset(NoteKind)
COLLECTION_TYPES: Final = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)

_MASTODON = frozenset(
    (
        "Emoji",
        "featured",
        "featuredTags",
        "discoverable",
        "indexable",
        "memorial",
        "suspended",
        "votersCount",
        "blurhash",
        "focalPoint",
        "attributionDomains",
    )
)
_MISSKEY = frozenset(("_misskey_quote", "_misskey_content", "_misskey_reaction", "_misskey_summary", "isCat"))
_LITEPUB = frozenset(("directMessage", "EmojiReact", "ChatMessage", "capabilities", "acceptsChatMessages"))
_SCHEMA = frozenset(("PropertyValue", "value"))
_OSTATUS = frozenset(("conversation", "atomUri", "inReplyToAtomUri"))
_SECURITY = frozenset(("publicKey", "publicKeyPem", "owner", "controller", "assertionMethod", "Key"))
_SECURITY_MULTIKEY = frozenset(("publicKeyMultibase", "Multikey", "controller", "assertionMethod"))
_QUOTES = frozenset(("quote", "quoteAuthorization", "QuoteRequest", "QuoteAuthorization"))
_POLICY = frozenset(
    (
        "interactionPolicy",
        "canQuote",
        "canLike",
        "canReply",
        "canAnnounce",
        "automaticApproval",
        "manualApproval",
        "always",
        "approvalRequired",
        "interactingObject",
        "interactionTarget",
        "approvedBy",
        "likeAuthorization",
        "replyAuthorization",
        "announceAuthorization",
        "LikeRequest",
        "ReplyRequest",
        "AnnounceRequest",
    )
)

#: Prefix -> the terms it may carry; None means every term of the namespace.
_PREFIXES: Final[dict[str, frozenset[str] | None]] = {
    "as:": None,
    f"{AS}#": None,
    "http://www.w3.org/ns/activitystreams#": None,
    "ldp:": frozenset({"inbox"}),
    "http://www.w3.org/ns/ldp#": frozenset({"inbox"}),
    "toot:": _MASTODON,
    "http://joinmastodon.org/ns#": _MASTODON,
    "misskey:": _MISSKEY,
    "https://misskey-hub.net/ns#": _MISSKEY,
    "litepub:": _LITEPUB,
    "http://litepub.social/ns#": _LITEPUB,
    "schema:": _SCHEMA,
    "http://schema.org#": _SCHEMA,
    "https://schema.org/": _SCHEMA,
    "ostatus:": _OSTATUS,
    "http://ostatus.org#": _OSTATUS,
    "sec:": _SECURITY | _SECURITY_MULTIKEY,
    "https://w3id.org/security#": _SECURITY | _SECURITY_MULTIKEY,
    "fedibird:": frozenset({"quoteUri"}),
    "http://fedibird.com/ns#": frozenset({"quoteUri"}),
    "https://w3id.org/fep/044f#": _QUOTES,
    "gts:": _POLICY,
    "https://gotosocial.org/ns#": _POLICY,
}


def plain_term(name: str) -> str:
    """Strip the prefix or namespace from a term we know: `as:Note` and the full IRI become `Note`.

    Returns: the bare term, or the name unchanged
    """
    if name[:1] == "@":
        return name[1:] if name in ("@id", "@type") else name
    if ":" not in name:
        return name
    for prefix, terms in _PREFIXES.items():
        if name.startswith(prefix):
            term = name[len(prefix) :]
            if terms is None or term in terms:
                return term
    return name
