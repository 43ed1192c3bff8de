from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.contexts import NOTE_CONTEXT, PROOF_TERMS
from activitypub.errors import SignatureError
from activitypub.signatures.keys import generate_ed25519, load_private_key, load_public_key
from activitypub.signatures.proofs import add_proof, read_proof, verify_proof
from activitypub.vocabulary import AS, PUBLIC

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parent / "vectors"
KEY_ID = "https://a.test/users/bob#ed25519-key"
DOCUMENT: dict[str, Any] = {
    "@context": NOTE_CONTEXT,
    "id": "https://a.test/notes/1/activity",
    "type": "Create",
    "actor": "https://a.test/users/bob",
    "to": [PUBLIC],
    "cc": [],
    "object": {
        "id": "https://a.test/notes/1",
        "type": "Note",
        "attributedTo": "https://a.test/users/bob",
        "content": "<p>Hello</p>",
        "sensitive": False,
        "attachment": [{"type": "Document", "url": "https://a.test/1.png", "focalPoint": [0.1, -0.5]}],
    },
}


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    loaded = load_private_key(generate_ed25519().private_pem)
    assert isinstance(loaded, Ed25519PrivateKey)
    return loaded


def vector(name: str) -> tuple[dict[str, Any], Ed25519PublicKey]:
    data = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    loaded = load_public_key(data["ed25519_public_pem"])
    assert isinstance(loaded, Ed25519PublicKey)
    return data["proof"], loaded


def holds(document: dict[str, Any], key: Ed25519PublicKey, now: datetime = NOW) -> bool:
    try:
        verify_proof(read_proof(document, now=now), key)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("library", ["fedify", "apsig"])
def test_proofs_of_others_hold(library: str) -> None:
    document, key = vector(library)
    assert read_proof(document, now=NOW).key_id == "https://peer.test/users/bob#ed25519-key"
    assert holds(document, key)


def test_what_is_made_here_holds_also_after_it_travelled(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    assert proven["@context"] == [*NOTE_CONTEXT, PROOF_TERMS]
    assert proven["proof"]["@context"] == proven["@context"]
    assert holds(json.loads(json.dumps(proven, sort_keys=True)), key.public_key())


def test_a_linked_data_signature_that_was_added_later_does_not_matter(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    assert holds({**proven, "signature": {"type": "RsaSignature2017"}}, key.public_key())


def changes(value: Any) -> Iterator[Any]:
    """The same with one thing changed, for each thing in it."""
    if isinstance(value, dict):
        for name in value:
            yield {other: item for other, item in value.items() if other != name}
            for changed in changes(value[name]):
                yield {**value, name: changed}
        yield {**value, "added": "https://evil.test/"}
    elif isinstance(value, list):
        for place, item in enumerate(value):
            for changed in changes(item):
                yield [*value[:place], changed, *value[place + 1 :]]
        yield [*value, "https://evil.test/"]
    elif isinstance(value, bool) or value is None:
        yield "other"
    else:
        yield value + 1 if isinstance(value, int | float) else f"{value}x"


def test_s_a13_every_member_is_covered(key: Ed25519PrivateKey) -> None:
    proven = add_proof({**DOCUMENT, "@context": AS}, key=key, key_id=KEY_ID, now=NOW)
    tampered = list(changes(proven))
    assert len(tampered) > 40
    for document in tampered:
        # Only the context may go on, as the suite says, and stand once; nobody reads by it.
        proof = {"@context": proven["@context"], **document.get("proof", {})}
        is_same = {**document, "@context": proven["@context"], "proof": proof} == proven
        assert is_same or not holds(document, key.public_key()), document


def test_another_context_is_refused(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    for context in (["https://evil.test/context", *proven["@context"]], proven["@context"][:1], AS, None):
        assert not holds({**proven, "@context": context}, key.public_key())


def test_another_key_does_not_fit(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    other = load_private_key(generate_ed25519().private_pem)
    assert isinstance(other, Ed25519PrivateKey)
    assert not holds(proven, other.public_key())


def test_a_proof_of_another_document_does_not_fit(key: Ed25519PrivateKey) -> None:
    first = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    second = {**first, "id": "https://a.test/notes/2/activity"}
    assert not holds(second, key.public_key())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "RsaSignature2017"}, "algorithm"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "algorithm"),
        ({"cryptosuite": None}, "algorithm"),
        ({"proofPurpose": "authentication"}, "purpose"),
        ({"verificationMethod": 5}, "syntax"),
        ({"verificationMethod": "acct:bob@a.test"}, "key_id"),
        ({"verificationMethod": "did:key:z6Mk"}, "key_id"),
        ({"proofValue": "u1234"}, "key"),
        ({"proofValue": "z1234"}, "syntax"),
        ({"proofValue": "z" + "1" * 5_000}, "key"),
        ({"proofValue": None}, "syntax"),
        ({"created": "yesterday"}, "syntax"),
        ({"created": "2026-12-01T14:00:00Z"}, "in_future"),
        ({"expires": "2026-12-01T11:00:00Z"}, "expired"),
        ({"expires": 5}, "syntax"),
        ({"@context": ["https://evil.test/"]}, "context"),
        ({"number": 2**60}, "syntax"),
    ],
)
def test_what_is_no_proof_is_refused(key: Ed25519PrivateKey, changed: dict[str, Any], reason: str) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    document = {**proven, "proof": {**proven["proof"], **changed}}
    with pytest.raises(SignatureError) as caught:
        read_proof(document, now=NOW)
    assert caught.value.reason == reason


@pytest.mark.parametrize("proof", [None, "z123", 5, [], [None], {}, [{}] * 100])
def test_nothing_at_all_is_refused(proof: object) -> None:
    with pytest.raises(SignatureError):
        read_proof({**DOCUMENT, "proof": proof}, now=NOW)


def test_the_right_one_of_several_is_taken(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    other = {"type": "DataIntegrityProof", "cryptosuite": "mldsa44-jcs-2024"}
    assert holds({**proven, "proof": [other, proven["proof"]]}, key.public_key())


def test_an_old_proof_holds_for_it_may_have_been_on_its_way(key: Ed25519PrivateKey) -> None:
    proven = add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    assert holds(proven, key.public_key(), now=NOW + timedelta(days=400))


def test_the_document_itself_is_not_changed(key: Ed25519PrivateKey) -> None:
    before = copy.deepcopy(DOCUMENT)
    add_proof(DOCUMENT, key=key, key_id=KEY_ID, now=NOW)
    assert before == DOCUMENT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)
MEMBERS = st.sampled_from(
    [
        "@context",
        "type",
        "cryptosuite",
        "verificationMethod",
        "proofPurpose",
        "created",
        "expires",
        "proofValue",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5), st.dictionaries(MEMBERS, JSON, max_size=5))
def test_no_document_is_more_than_refused(document: dict[str, Any], changed: dict[str, Any]) -> None:
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": KEY_ID,
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + "1" * 64,
        **changed,
    }
    with contextlib.suppress(SignatureError):
        read_proof({**document, "proof": proof}, now=NOW)
