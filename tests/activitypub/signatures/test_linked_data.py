from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from activitypub.contexts import NOTE_CONTEXT
from activitypub.document import Document
from activitypub.errors import SignatureError
from activitypub.signatures import graph, linked_data
from activitypub.signatures.keys import generate_rsa, load_private_key, load_public_key
from activitypub.vocabulary import AS, PUBLIC, SECURITY

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parent / "vectors"
KEY_ID = "https://a.test/users/bob#main-key"
ACTOR = "https://a.test/users/bob"
DELETE: dict[str, Any] = {
    "@context": [AS, {"toot": "http://joinmastodon.org/ns#", "blurhash": "toot:blurhash"}],
    "id": "https://a.test/notes/1#delete",
    "type": "Delete",
    "actor": ACTOR,
    "to": [PUBLIC],
    "object": {"id": "https://a.test/notes/1", "type": "Tombstone"},
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("the network was touched")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    loaded = load_private_key(generate_rsa().private_pem)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def signed(document: dict[str, Any], key: RSAPrivateKey, **options: Any) -> dict[str, Any]:
    opened = {**document, "signature": {**linked_data.signing_options(key_id=KEY_ID, now=NOW), **options}}
    return linked_data.sign(opened, graph.canonical(opened).text, key=key)


def read(document: dict[str, Any], key: RSAPublicKey) -> Document:
    """What a document says if its signature holds."""
    claim = linked_data.read_claim(document, now=NOW)
    found = graph.canonical(document)
    linked_data.verify(claim, found.text, key)
    return Document(found.document)


def refusal(document: dict[str, Any], key: RSAPublicKey) -> str:
    """Why it is refused; empty when it is not."""
    try:
        read(document, key)
    except SignatureError as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("library", "name", "kind"),
    [
        ("fedify", "linked_create", "Create"),
        ("fedify", "linked_delete", "Delete"),
        ("apsig", "linked", "Create"),
    ],
)
def test_signatures_of_others_hold(library: str, name: str, kind: str) -> None:
    data = json.loads((VECTORS / f"{library}.json").read_text(encoding="utf-8"))
    key = load_public_key(data["rsa_public_pem"])
    assert isinstance(key, RSAPublicKey)
    document = read(data[name], key)
    assert (document.type, document.reference("actor")) == (kind, "https://peer.test/users/bob")


def test_what_is_made_here_holds_also_after_it_travelled(key: RSAPrivateKey) -> None:
    document = json.loads(json.dumps(signed(DELETE, key), sort_keys=True))
    found = read(document, key.public_key())
    assert (found.type, found.reference("object")) == ("Delete", "https://a.test/notes/1")


def test_all_options_are_hashed(key: RSAPrivateKey) -> None:
    """mastodon#39701: `expires` is one of them."""
    document = signed(DELETE, key, expires="2026-12-03T12:00:00Z")
    assert refusal(document, key.public_key()) == ""
    for changed in ({"expires": "2027-12-03T12:00:00Z"}, {"created": "2026-11-30T12:00:00Z"}):
        tampered = {**document, "signature": {**document["signature"], **changed}}
        assert refusal(tampered, key.public_key()) == "bad_signature"
    without = {name: value for name, value in document["signature"].items() if name != "expires"}
    assert refusal({**document, "signature": without}, key.public_key()) == "bad_signature"


def changes(value: Any) -> Iterator[Any]:
    """The same with one thing changed, for each thing that the graph holds."""
    if isinstance(value, dict):
        for name in value:
            yield {other: item for other, item in value.items() if other != name}
            for changed in changes(value[name]):
                yield {**value, name: changed}
        yield {**value, "content": "added"}
    elif isinstance(value, list):
        for place, item in enumerate(value):
            for changed in changes(item):
                yield [*value[:place], changed, *value[place + 1 :]]
        yield [*value, "https://evil.test/"]
    else:
        yield f"{value}x"


def test_s_a13_everything_in_the_graph_is_covered(key: RSAPrivateKey) -> None:
    document = signed({**DELETE, "@context": AS}, key)
    bare = {name: value for name, value in document.items() if name not in ("signature", "@context")}
    tampered = [{**item, "@context": AS, "signature": document["signature"]} for item in changes(bare)]
    assert len(tampered) > 12
    for item in tampered:
        assert refusal(item, key.public_key()), item


def test_s_a13_a_swapped_context_changes_nothing_that_is_read(key: RSAPrivateKey) -> None:
    """The terms may be called anything: what counts is what they mean."""
    document = signed(DELETE, key)
    disguised = {
        "@context": [AS, {"summary": "as:object", "object": "as:summary"}],
        **{name: value for name, value in document.items() if name not in ("@context", "object")},
        "summary": document["object"]["id"],
        "object": "harmless",
    }
    assert refusal(disguised, key.public_key()) == "bad_signature"
    renamed = {
        "@context": [AS, {"victim": {"@id": "as:object", "@type": "@id"}}],
        **{name: value for name, value in document.items() if name not in ("@context", "object")},
        "victim": document["object"],
    }
    assert read(renamed, key.public_key()).reference("object") == "https://a.test/notes/1"


def test_s_a13_what_no_context_defines_is_not_read(key: RSAPrivateKey) -> None:
    """Such terms are in the JSON but not in the graph: anybody may add them."""
    document = signed({**DELETE, "@context": AS}, key)
    added = {
        **document,
        "votersCount": 5,
        "quoteUri": "https://evil.test/",
        "_:interactionPolicy": "x",
        "result": None,
    }
    found = read(added, key.public_key())
    for term in (
        "votersCount",
        "quoteUri",
        "interactionPolicy",
        "_:votersCount",
        "_:interactionPolicy",
    ):
        assert not found.values(term), term


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@reverse", "@nest"])
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_s_a13_a_rearranged_graph_is_refused(key: RSAPrivateKey, keyword: str, depth: int) -> None:
    document = signed(DELETE, key)
    hidden: Any = {keyword: {"id": "https://a.test/2", "type": "Note"}}
    for _ in range(depth):
        hidden = {"type": "Object", "attachment": [hidden]}
    assert refusal({**document, "attachment": hidden}, key.public_key()) == "rearranged"


@pytest.mark.parametrize(
    "definition",
    [
        "@graph",
        "@included",
        {"@reverse": "as:object"},
        {"@id": "as:attachment", "@container": "@graph"},
        {"@id": "as:attachment", "@context": {"inner": "@included"}},
        {"@id": "as:attachment", "@nest": "x"},
    ],
)
def test_s_a13_under_another_name_too(key: RSAPrivateKey, definition: object) -> None:
    document = {**signed(DELETE, key), "hidden": {"id": "https://a.test/2", "type": "Note"}}
    for context in ([AS, {"hidden": definition}], [AS, [{"hidden": definition}]]):
        assert refusal({**document, "@context": context}, key.public_key()) == "rearranged"
    nested = {**document, "attachment": {"@context": {"x": definition}, "type": "Note"}}
    assert refusal(nested, key.public_key()) == "rearranged"


def test_s_a13_a_bundled_context_is_no_way_round(key: RSAPrivateKey) -> None:
    context = [AS, "https://w3id.org/security/data-integrity/v1"]
    document = {
        **signed(DELETE, key),
        "@context": context,
        "proof": {"id": "https://a.test/2", "type": "Note"},
    }
    assert refusal(document, key.public_key()) == "rearranged"


def test_s_a13_several_things_at_the_top_are_refused(key: RSAPrivateKey) -> None:
    document = {"@context": AS, "@id": None, "signature": signed(DELETE, key)["signature"]}
    assert refusal(document, key.public_key())


@pytest.mark.parametrize(
    "context",
    ["https://evil.test/context", [AS, "https://w3id.org/security/v9"], [AS, {"@import": SECURITY}]],
)
def test_s_d04_an_unknown_context_is_a_refusal(key: RSAPrivateKey, context: Any) -> None:
    assert refusal({**signed(DELETE, key), "@context": context}, key.public_key())


def test_another_key_does_not_fit(key: RSAPrivateKey) -> None:
    other = load_private_key(generate_rsa().private_pem)
    assert isinstance(other, RSAPrivateKey)
    assert refusal(signed(DELETE, key), other.public_key()) == "bad_signature"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "Ed25519Signature2018"}, "algorithm"),
        ({"creator": 5}, "syntax"),
        ({"creator": "acct:bob@a.test"}, "key_id"),
        ({"signatureValue": "???"}, "syntax"),
        ({"signatureValue": None}, "syntax"),
        ({"created": None}, "syntax"),
        ({"created": "2026-12-01T14:00:00Z"}, "in_future"),
        ({"expires": "2026-12-01T11:00:00Z"}, "expired"),
        ({"domain": {"@graph": []}}, "syntax"),
        ({"nonce": "x" * 10_000}, "syntax"),
        ({f"n{number}": "x" for number in range(20)}, "syntax"),
    ],
)
def test_what_is_no_signature_is_refused(key: RSAPrivateKey, changed: dict[str, Any], reason: str) -> None:
    document = signed(DELETE, key)
    document = {**document, "signature": {**document["signature"], **changed}}
    assert refusal(document, key.public_key()) == reason


def poison(nodes: int) -> list[dict[str, Any]]:
    """Blank nodes that all point to each other and cannot be told apart."""
    names = [f"_:b{number}" for number in range(nodes)]
    return [{"id": name, "tag": [{"id": other} for other in names if other != name]} for name in names]


def ring(nodes: int) -> list[dict[str, Any]]:
    return [{"id": f"_:b{n}", "tag": {"id": f"_:b{(n + 1) % nodes}"}} for n in range(nodes)]


POISONS: dict[str, Any] = {
    "clique": poison(10),
    "large clique": poison(30),
    "ring": ring(400),
    "star": [{"type": "Note", "attachment": [{"type": "Image"}] * 300}] * 2,
    "chain": [{"tag": {"tag": {"tag": {"tag": {"tag": {}}}}}}] * 100,
    "many": [{"type": "Note", "attachment": {}} for _ in range(600)],
    "wide": [f"https://x{number}.test/" for number in range(5_000)],
}


@pytest.mark.parametrize("name", POISONS)
def test_a_poison_graph_is_bounded_work(name: str) -> None:
    document = {**DELETE, "attachment": POISONS[name], "signature": {"type": "RsaSignature2017"}}
    began = time.process_time()
    try:
        graph.canonical(document)
    except SignatureError as error:
        reason = error.reason
    else:
        reason = "too_complex"
    assert reason == "too_complex"
    # Not how quick it is, but that it ends at all: unbounded, the clique alone takes days.
    assert time.process_time() - began < 60


def test_an_ordinary_post_with_many_people_is_no_poison(key: RSAPrivateKey) -> None:
    people = [
        {"type": "Mention", "href": f"https://x{number}.test/u", "name": f"@u{number}"}
        for number in range(100)
    ]
    twins = [{"type": "Document", "mediaType": "image/png"}] * 4
    note = {"id": "https://a.test/1", "type": "Note", "tag": people, "attachment": twins}
    document = signed({**DELETE, "@context": NOTE_CONTEXT, "type": "Create", "object": note}, key)
    assert refusal(document, key.public_key()) == ""
