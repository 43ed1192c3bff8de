"""Actor -> document."""

from __future__ import annotations

from activitypub.contexts import ACTOR_CONTEXT
from activitypub.document import JsonObject
from activitypub.objects import Actor, Multikey, PublicKey
from activitypub.write import parts
from activitypub.write.parts import present


def write_actor(actor: Actor) -> JsonObject:
    """Write an actor document.

    Shapes:  the first of several public keys is the one that signs (mastodon#39512)
    """
    return {"@context": ACTOR_CONTEXT, **actor_body(actor)}


def write_key_holder(actor: Actor) -> JsonObject:
    """Write what anybody must know of an actor: how signatures of it are checked, and where it is reached."""
    body = present(
        id=actor.id,
        type=actor.kind.value,
        preferredUsername=actor.preferred_username,
        inbox=actor.inbox,
        outbox=actor.outbox,
        endpoints=None if actor.shared_inbox is None else {"sharedInbox": actor.shared_inbox},
        publicKey=_public_keys(actor.public_keys),
        assertionMethod=[_multikey(key) for key in actor.multikeys] or None,
        generator=_generator(actor.implements),
    )
    return {"@context": ACTOR_CONTEXT, **body}


def actor_body(actor: Actor) -> JsonObject:
    """Write an actor for embedding, without a context of its own."""
    body = present(
        id=actor.id,
        type=actor.kind.value,
        inbox=actor.inbox,
        outbox=actor.outbox,
        followers=actor.followers,
        following=actor.following,
        featured=actor.featured,
        featuredTags=actor.featured_tags,
        preferredUsername=actor.preferred_username,
        webfinger=actor.webfinger,
        url=actor.url,
        published=parts.moment(actor.published),
        endpoints=None if actor.shared_inbox is None else {"sharedInbox": actor.shared_inbox},
        publicKey=_public_keys(actor.public_keys),
        assertionMethod=[_multikey(key) for key in actor.multikeys] or None,
        icon=parts.picture(actor.icon),
        image=parts.picture(actor.image),
        movedTo=actor.moved_to,
        alsoKnownAs=list(actor.also_known_as) or None,
        attributionDomains=list(actor.attribution_domains) or None,
        suspended=actor.suspended or None,
        generator=_generator(actor.implements),
        capabilities=_capabilities(actor),
    )
    return {
        **body,
        "name": actor.name,
        "summary": actor.summary,
        "manuallyApprovesFollowers": actor.manually_approves_followers,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "memorial": actor.memorial,
        "tag": [*map(parts.hashtag, actor.hashtags), *map(parts.emoji, actor.emojis)],
        "attachment": [
            {"type": "PropertyValue", "name": field.name, "value": field.value} for field in actor.fields
        ],
    }


def _capabilities(actor: Actor) -> JsonObject | None:
    """Source:  Pleroma; groups are Echo's own"""
    said = present(acceptsChatMessages=actor.accepts_chat, acceptsChatGroups=actor.accepts_groups or None)
    return said or None


def _generator(capabilities: tuple[tuple[str, str], ...]) -> JsonObject | None:
    """What the software of an actor can do: addresses with names.

    Source:  FEP-844e
    """
    if not capabilities:
        return None
    links = [{"type": "Link", "href": href, "name": name} for href, name in capabilities]
    return {"type": "Application", "implements": links}


def _public_keys(keys: tuple[PublicKey, ...]) -> JsonObject | list[JsonObject] | None:
    """One key stands alone, not in a list: many readers index it."""
    written = [{"id": key.id, "owner": key.owner, "publicKeyPem": key.pem} for key in keys]
    if not written:
        return None
    return written[0] if len(written) == 1 else written


def _multikey(key: Multikey) -> JsonObject:
    return {
        "id": key.id,
        "type": "Multikey",
        "controller": key.controller,
        "publicKeyMultibase": key.multibase,
    }
