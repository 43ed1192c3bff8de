"""What canonicalises JSON-LD: bundled contexts, and nothing from the network.

Only this module loads pyld, and only what makes or checks linked-data signatures imports it. `bundled.json`
holds the terms of contexts that pyld does not bring; a context that nobody bundled is an error.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from pyld import jsonld
from pyld.canon import URDNA2015
from pyld.documentloader.frozen import BUNDLED_CONTEXTS, FrozenDocumentLoader

from activitypub.contexts import ACTOR_CONTEXT, NOTE_CONTEXT
from activitypub.errors import SignatureError
from activitypub.vocabulary import AS, SECURITY

_VENDORED: Final[dict[str, Any]] = {
    url: {"@context": terms}
    for url, terms in json.loads(
        resources.files("activitypub.contexts").joinpath("bundled.json").read_text(encoding="utf-8")
    ).items()
}
_FROZEN: Final = FrozenDocumentLoader({**BUNDLED_CONTEXTS, **_VENDORED})
#: Every Pleroma serves this one under its own name.
_LITEPUB: Final = "litepub-0.1.jsonld"
#: Other addresses of the same contexts.
_OTHER_NAMES: Final = {
    "https://w3c-ccg.github.io/security-vocab/contexts/security-v1.jsonld": SECURITY,
    "https://w3id.org/security": SECURITY,
    "https://schema.org/docs/jsonldcontext.jsonld": "https://schema.org",
    "https://joinmastodon.org/ns": "http://joinmastodon.org/ns",
}
#: What compacted documents are written in: every term that we know.
OUR_CONTEXT: Final[Any] = [AS, SECURITY, {**NOTE_CONTEXT[1], **ACTOR_CONTEXT[2]}]

#: More blank nodes than any post has; what makes canonicalisation slow is made of them.
BLANK_NODES: Final = 500
STATEMENTS: Final = 5_000
#: Steps of the part of the algorithm that is exponential; ordinary documents take none or a few.
STEPS: Final = 2_000
#: Blank nodes that look the same from one other: all their orders are tried.
LOOKALIKES: Final = 5


def _aliases() -> dict[str, str]:
    """Spellings of the bundled addresses that are seen in documents."""
    found = dict(_OTHER_NAMES)
    for url in (*BUNDLED_CONTEXTS, *_VENDORED):
        name = url.partition(":")[2]
        for scheme in ("https", "http"):
            for tail in ("", "#", "/"):
                found[f"{scheme}:{name}{tail}"] = url
    return found


_ALIASES: Final = _aliases()


def load_context(url: str, options: dict[str, Any]) -> Any:
    """Serve a bundled context; never touches the network.

    Raises:  jsonld.JsonLdError: loading document failed, for every other address
    """
    if url.endswith(f"/schemas/{_LITEPUB}"):
        url = _LITEPUB
    return _FROZEN(_ALIASES.get(url, url), options)


def expand(document: dict[str, Any]) -> list[Any]:
    """Expand a document with bundled contexts only.

    Raises:  jsonld.JsonLdError: an unknown context, or no JSON-LD
    """
    expanded: list[Any] = jsonld.expand(document, {"documentLoader": load_context})
    return expanded


def expand_safely(document: dict[str, Any]) -> list[Any]:
    """The same, every failure a SignatureError.

    Raises:  SignatureError: json_ld
    """
    try:
        return expand(document)
    except SignatureError:
        raise
    except Exception as error:  # whatever is raised in there, the document is at fault
        raise SignatureError("json_ld", f"{type(error).__name__}: {error}"[:300]) from error


def canonical(expanded: list[Any]) -> bytes:
    """Write an expanded document as canonical N-Quads (URDNA2015), unless that is too much work.

    Raises:  SignatureError: json_ld, too_complex
    """
    try:
        dataset = jsonld.to_rdf(expanded, {"documentLoader": load_context})
        _check_extent(dataset)
        quads: str = _Bounded().main(dataset, {"format": "application/n-quads"})
    except SignatureError:
        raise
    except Exception as error:  # whatever is raised in there, the document is at fault
        raise SignatureError("json_ld", f"{type(error).__name__}: {error}"[:300]) from error
    return quads.encode("utf-8", errors="surrogatepass")


def compact(expanded: list[Any]) -> dict[str, Any]:
    """Write an expanded document in our own terms, whatever its context called them.

    Raises:  SignatureError: json_ld
    """
    try:
        found: dict[str, Any] = jsonld.compact(
            expanded, OUR_CONTEXT, {"documentLoader": load_context, "skipExpansion": True}
        )
    except SignatureError:
        raise
    except Exception as error:  # whatever is raised in there, the document is at fault
        raise SignatureError("json_ld", f"{type(error).__name__}: {error}"[:300]) from error
    return found


def _check_extent(dataset: dict[str, list[dict[str, Any]]]) -> None:
    statements = [statement for graph in dataset.values() for statement in graph]
    if len(statements) > STATEMENTS:
        raise SignatureError("too_complex", f"{len(statements)} statements")
    blank = {
        part["value"]
        for statement in statements
        for name, part in statement.items()
        if name != "predicate" and part["type"] == "blank node"
    }
    if len(blank) > BLANK_NODES:
        raise SignatureError("too_complex", f"{len(blank)} blank nodes")


class _Bounded(URDNA2015):  # type: ignore[misc]  # pyld is not typed
    """The algorithm with a limit on what takes exponential time; steps are counted, not seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = 0

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self._steps += 1
        if self._steps > STEPS:
            raise SignatureError("too_complex", "blank nodes that cannot be told apart")
        return super().hash_n_degree_quads(id_, issuer)

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        related = super().create_hash_to_related(id_, issuer)
        if any(len(nodes) > LOOKALIKES for nodes in related.values()):
            raise SignatureError("too_complex", "many blank nodes that look the same")
        return related
