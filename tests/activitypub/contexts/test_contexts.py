from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import given, settings
from pyld import jsonld

from activitypub.activities import Activity
from activitypub.contexts import ACTOR_CONTEXT, NOTE_CONTEXT
from activitypub.contexts.loader import expand, load_context
from activitypub.objects import Actor, Note, QuoteAuthorization
from activitypub.vocabulary import AS, SECURITY
from activitypub.write import write_activity, write_actor, write_note, write_quote_authorization
from tests.activitypub import strategies


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("the network was touched")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/context.json",
        "http://127.0.0.1:8080/context.json",
        "http://localhost/",
        "https://w3id.org/security/v9",
        "https://www.w3.org/ns/activitystreams/../did/v9",
        "file:///etc/passwd",
        "",
    ],
)
@pytest.mark.usefixtures("no_network")
def test_S_D04_an_unknown_context_is_refused_without_network(url: str) -> None:
    with pytest.raises(jsonld.JsonLdError):
        load_context(url, {})
    if url:
        with pytest.raises(jsonld.JsonLdError):
            expand({"@context": [AS, url], "id": "https://a.test/1", "type": "Note"})


@pytest.mark.parametrize(
    "url",
    [
        AS,
        SECURITY,
        f"{AS}#",
        f"{AS}/",
        AS.replace("https", "http"),
        "https://w3id.org/identity/v1",
        "https://w3id.org/security/data-integrity/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/multikey/v1",
        "https://www.w3.org/ns/cid/v1",
        "https://www.w3.org/ns/did/v1",
        "https://gotosocial.org/ns",
        "http://joinmastodon.org/ns#",
        "https://joinmastodon.org/ns",
        "https://join-lemmy.org/context.json",
        "https://pleroma.example/schemas/litepub-0.1.jsonld",
        "https://schema.org/",
        "http://schema.org#",
        "https://purl.archive.org/miscellany",
        "https://purl.archive.org/socialweb/webfinger",
        "https://w3id.org/fep/5711",
        "https://w3id.org/fep/7aa9",
        "https://w3id.org/fep/ef61",
        "https://w3c-ccg.github.io/security-vocab/contexts/security-v1.jsonld",
    ],
)
@pytest.mark.usefixtures("no_network")
def test_S_D04_the_bundled_contexts_are_served_without_network(url: str) -> None:
    assert "@context" in load_context(url, {})["document"]
    (expanded,) = expand({"@context": [AS, url], "@id": "https://a.test/1", "@type": "as:Note"})
    assert expanded["@type"] == [f"{AS}#Note"]


def meanings(expanded: Any) -> set[str]:
    """The terms that became addresses; ActivityStreams turns unknown ones into blank nodes."""
    if isinstance(expanded, list):
        return {key for item in expanded for key in meanings(item)}
    if not isinstance(expanded, dict):
        return set()
    here = {key for key in expanded if key.startswith(("http:", "https:"))}
    return here | {key for value in expanded.values() for key in meanings(value)}


def members(document: Any) -> list[tuple[str, Any]]:
    """Every member at every depth, contexts and language maps aside."""
    if isinstance(document, list):
        return [found for item in document for found in members(item)]
    if not isinstance(document, dict):
        return []
    here = [(name, item) for name, item in document.items() if name not in ("@context", "contentMap")]
    return here + [found for _, item in here for found in members(item)]


def undefined(document: dict[str, Any], context: Any) -> set[str]:
    """The terms and types that mean nothing under the context: JSON-LD drops them silently."""
    found = members(document)
    terms = {name for name, _ in found} - {"id", "type"}
    types = {kind for name, kind in found if name == "type"}
    lost = {term for term in terms if not meanings(expand({"@context": context, term: "https://a.test/x"}))}
    for kind in types:
        (typed,) = expand({"@context": context, "id": "https://a.test/x", "type": kind})
        if not typed["@type"][0].startswith("http"):
            lost.add(kind)
    return lost


@settings(max_examples=20)
@given(strategies.notes())
def test_the_context_of_a_note_defines_every_term_it_uses(note: Note) -> None:
    assert undefined(write_note(note), NOTE_CONTEXT) == set()


@settings(max_examples=20)
@given(strategies.quote_authorizations)
def test_the_context_of_a_stamp_defines_every_term_it_uses(stamp: QuoteAuthorization) -> None:
    assert undefined(write_quote_authorization(stamp), NOTE_CONTEXT) == set()


@settings(max_examples=20)
@given(strategies.actors)
def test_the_context_of_an_actor_defines_every_term_it_uses(actor: Actor) -> None:
    assert undefined(write_actor(actor), ACTOR_CONTEXT) == set()


@given(strategies.any_activity)
def test_the_context_of_an_activity_defines_every_term_it_uses(activity: Activity) -> None:
    document = write_activity(activity)
    assert undefined(document, document["@context"]) == set()
