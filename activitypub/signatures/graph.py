"""What the graph of a document says, and the text that a linked-data signature of it signs.

This is where JSON-LD is processed, slowly: it belongs into a process that can be stopped. The work is bounded
before it starts (bytes, values) and while it goes on (blank nodes, steps of the exponential part), and
everything that could tell the same graph from another corner is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from activitypub.contexts import loader
from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures.digest import sha256
from activitypub.signatures.linked_data import signature_of

_OPTIONS_CONTEXT: Final = "https://w3id.org/identity/v1"
_NOT_HASHED: Final = frozenset({"type", "id", "signatureValue", "@context"})
#: A graph that is read from another corner says something else with the same signature (GHSA-9rfg-v8g9-9367).
_REARRANGING: Final = frozenset({"@graph", "@included", "@reverse", "@nest", "@import"})
#: More values than the longest post with a hundred people in it has; the work grows with their square.
VALUES: Final = 1_500


@dataclass(frozen=True, slots=True)
class Canonical:
    """Shapes:  text: what the key signs, 128 characters; document: what the graph says, in our terms"""

    text: bytes
    document: JsonObject


def canonical(data: JsonObject) -> Canonical:
    """What a signed document says and what was signed for it. Slow: milliseconds, up to the limits.

    Raises:  SignatureError: unsigned, syntax, algorithm, rearranged, too_complex, json_ld
    """
    signature = signature_of(data)
    options = {name: value for name, value in signature.items() if name not in _NOT_HASHED}
    bare = {name: value for name, value in data.items() if name != "signature"}
    _check_extent(bare)
    _refuse_rearranging(bare, in_context=False)
    expanded = loader.expand_safely(bare)
    _refuse_rearranging(expanded, in_context=False)
    meant = _without_unsigned(expanded)
    text = _hash(loader.expand_safely({**options, "@context": _OPTIONS_CONTEXT})) + _hash(expanded)
    document = loader.compact(meant)
    if "@graph" in document:
        raise SignatureError("rearranged", "several things at the top")
    return Canonical(text, document)


def _check_extent(value: Any) -> None:
    """Refuse what is too much work, before any is done."""
    left, waiting = VALUES, [value]
    while waiting:
        left -= 1
        if left < 0:
            raise SignatureError("too_complex", f"more than {VALUES} values")
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _refuse_rearranging(value: Any, *, in_context: bool) -> None:
    """Refuse keywords that let a graph be told from another corner, also under another name."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _REARRANGING:
                raise SignatureError("rearranged", name)
            _refuse_rearranging(item, in_context=in_context or name == "@context")
    elif isinstance(value, list):
        for item in value:
            _refuse_rearranging(item, in_context=in_context)
    elif in_context and isinstance(value, str) and value in _REARRANGING:
        raise SignatureError("rearranged", value)


def _without_unsigned(value: Any) -> Any:
    """What is part of the graph: a term that no context knows is in the JSON but not in what was signed."""
    if isinstance(value, dict):
        return {
            name: _without_unsigned(item)
            for name, item in value.items()
            if not name.startswith("_:") and (name[:1] == "@" or ":" in name) and name != "@index"
        }
    if isinstance(value, list):
        kept = (item for item in value if not (isinstance(item, str) and item.startswith("_:")))
        return [_without_unsigned(item) for item in kept if not _is_nowhere(item)]
    return value


def _is_nowhere(item: Any) -> bool:
    """A reference to a relative address: it has no meaning in a graph, and no part in what was signed."""
    named = item.get("@id") if isinstance(item, dict) else None
    return isinstance(named, str) and ":" not in named


def _hash(expanded: list[Any]) -> bytes:
    return sha256(loader.canonical(expanded)).hex().encode("ascii")
