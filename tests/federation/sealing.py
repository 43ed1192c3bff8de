"""Activities of peers with a proof or a linked-data signature inside."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from activitypub.signatures import graph, linked_data, proofs
from activitypub.signatures.keys import KeyPair, generate_ed25519, load_private_key, load_public_key
from activitypub.signatures.multibase import write_ed25519_multikey
from tests.federation.peer import Actor, Json


@cache
def document_keys(number: int) -> KeyPair:
    return generate_ed25519()


def with_document_key(actor: Actor, number: int = 1) -> Actor:
    """Let an actor list a key with which documents are signed."""
    public = load_public_key(document_keys(number).public_pem)
    key = {
        "id": f"{actor.id}#ed25519-key",
        "type": "Multikey",
        "controller": actor.id,
        "publicKeyMultibase": write_ed25519_multikey(public),  # type: ignore[arg-type]
    }
    actor.peer.serve(actor.id, {**actor.document, "assertionMethod": [key]})
    return actor


def proven(actor: Actor, activity: Json, *, key: int = 1, key_id: str = "") -> Json:
    """An activity with a proof."""
    private = load_private_key(document_keys(key).private_pem)
    assert isinstance(private, Ed25519PrivateKey)
    return proofs.add_proof(
        activity, key=private, key_id=key_id or f"{actor.id}#ed25519-key", now=datetime.now(UTC)
    )


def linked(actor: Actor, activity: Json, **options: Any) -> Json:
    """An activity with a linked-data signature."""
    private = load_private_key(actor.keys.private_pem)
    assert isinstance(private, RSAPrivateKey)
    signing = linked_data.signing_options(key_id=actor.key_id, now=datetime.now(UTC))
    opened = {**activity, "signature": {**signing, **options}}
    return linked_data.sign(opened, graph.canonical(opened).text, key=private)
