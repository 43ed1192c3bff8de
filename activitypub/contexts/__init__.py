"""The fixed `@context` of what we send. Terms are defined inline: each further address is an outage to come.

Peers that do real JSON-LD fetch what they do not know (fedify#932, #965), so only the two contexts that all
of them carry are named by address.
"""

from __future__ import annotations

from typing import Any, Final

from activitypub.vocabulary import AS, SECURITY

_AN_ID: Final = "@id"


def _link(iri: str) -> dict[str, str]:
    """A term whose value is an address."""
    return {"@id": iri, "@type": _AN_ID}


#: Follow, Accept, Delete, Announce ...: nothing beyond ActivityStreams.
PLAIN_CONTEXT: Final[Any] = AS

_TOOT: Final = {
    "toot": "http://joinmastodon.org/ns#",
    "Emoji": "toot:Emoji",
    "Hashtag": "as:Hashtag",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
}

NOTE_CONTEXT: Final[Any] = [
    AS,
    {
        **_TOOT,
        "sensitive": "as:sensitive",
        "votersCount": "toot:votersCount",
        "ostatus": "http://ostatus.org#",
        "conversation": "ostatus:conversation",
        "litepub": "http://litepub.social/ns#",
        "directMessage": "litepub:directMessage",
        "EmojiReact": "litepub:EmojiReact",
        "ChatMessage": "litepub:ChatMessage",
        "misskey": "https://misskey-hub.net/ns#",
        "_misskey_reaction": "misskey:_misskey_reaction",
        "_misskey_quote": "misskey:_misskey_quote",
        "fedibird": "http://fedibird.com/ns#",
        "quoteUri": "fedibird:quoteUri",
        "quoteUrl": "as:quoteUrl",
        "quote": _link("https://w3id.org/fep/044f#quote"),
        "quoteAuthorization": _link("https://w3id.org/fep/044f#quoteAuthorization"),
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": _link("gts:interactionPolicy"),
        "canQuote": _link("gts:canQuote"),
        "canLike": _link("gts:canLike"),
        "canReply": _link("gts:canReply"),
        "canAnnounce": _link("gts:canAnnounce"),
        "always": _link("gts:always"),
        "approvalRequired": _link("gts:approvalRequired"),
        "approvedBy": _link("gts:approvedBy"),
        "replyAuthorization": _link("gts:replyAuthorization"),
        "announceAuthorization": _link("gts:announceAuthorization"),
        "LikeRequest": "gts:LikeRequest",
        "ReplyRequest": "gts:ReplyRequest",
        "AnnounceRequest": "gts:AnnounceRequest",
        "LikeAuthorization": "gts:LikeAuthorization",
        "ReplyAuthorization": "gts:ReplyAuthorization",
        "AnnounceAuthorization": "gts:AnnounceAuthorization",
        "automaticApproval": _link("gts:automaticApproval"),
        "manualApproval": _link("gts:manualApproval"),
        "interactingObject": _link("gts:interactingObject"),
        "interactionTarget": _link("gts:interactionTarget"),
    },
]

ACTOR_CONTEXT: Final[Any] = [
    AS,
    SECURITY,
    {
        **_TOOT,
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": _link("as:movedTo"),
        "alsoKnownAs": _link("as:alsoKnownAs"),
        "featured": _link("toot:featured"),
        "featuredTags": _link("toot:featuredTags"),
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "memorial": "toot:memorial",
        "suspended": "toot:suspended",
        "litepub": "http://litepub.social/ns#",
        "capabilities": "litepub:capabilities",
        "acceptsChatMessages": "litepub:acceptsChatMessages",
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "assertionMethod": {"@id": "sec:assertionMethod", "@type": _AN_ID, "@container": "@set"},
        "Multikey": "sec:Multikey",
        "controller": _link("sec:controller"),
        "implements": {"@id": "https://w3id.org/fep/844e#implements", "@type": _AN_ID, "@container": "@set"},
        "publicKeyMultibase": {"@id": "sec:publicKeyMultibase", "@type": "sec:multibase"},
    },
]

#: What explains an integrity proof. The proof is no graph of its own here, as in the published context: a
#: linked-data signature over it would be refused, and readers of proofs take it either way (seen: Fedify).
PROOF_TERMS: Final[Any] = {
    "sec": "https://w3id.org/security#",
    "DataIntegrityProof": "sec:DataIntegrityProof",
    "proof": _link("sec:proof"),
    "cryptosuite": "sec:cryptosuite",
    "created": {
        "@id": "http://purl.org/dc/terms/created",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
    "verificationMethod": _link("sec:verificationMethod"),
    "proofPurpose": {"@id": "sec:proofPurpose", "@type": "@vocab"},
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": _AN_ID, "@container": "@set"},
    "proofValue": {"@id": "sec:proofValue", "@type": "sec:multibase"},
}
