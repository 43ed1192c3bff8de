"""Bytes -> Document: strict JSON (`strict_json`), and then getters that never raise. `Any` ends here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from activitypub.errors import Malformed
from activitypub.strict_json import MAX_BYTES as MAX_BYTES
from activitypub.strict_json import decode
from activitypub.timestamps import read_timestamp
from activitypub.vocabulary import plain_term

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON object with getters by plain term, whatever prefix the sender used.

    `data` is what came over the wire, untouched (embedded proofs are computed over it); a wrong type reads as
    absent, and so does null.
    """

    data: JsonObject
    _terms: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_terms", _by_plain_term(self.data))

    @property
    def id(self) -> str | None:
        """The object's own id, or None for an anonymous object."""
        value = self._terms.get("id")
        return value if isinstance(value, str) and value else None

    @property
    def type(self) -> str | None:
        """The first type, without prefix."""
        return type_of(self.data)

    @property
    def types(self) -> tuple[str, ...]:
        """All types, without prefix."""
        return types_of(self.data)

    def has(self, key: str) -> bool:
        """Tell whether the member is there and not null."""
        return self._terms.get(key) is not None

    def value(self, key: str) -> object:
        """The member as it is; None when absent."""
        value: object = self._terms.get(key)
        return value

    def values(self, key: str) -> tuple[object, ...]:
        """The member as a list, whether it was sent as one value or many; nulls dropped."""
        return one_or_many(self._terms.get(key))

    def text(self, key: str) -> str | None:
        """The member as a string without NUL characters (PostgreSQL cannot hold them)."""
        return text_of(self._terms.get(key))

    def boolean(self, key: str) -> bool | None:
        """The member as a boolean; the strings "true" and "false" count."""
        value = unwrapped(self._terms.get(key))
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        return None

    def number(self, key: str) -> float | None:
        """The member as a finite number."""
        value = unwrapped(self._terms.get(key))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return None

    def count(self, key: str) -> int | None:
        """The member as a whole number, not negative, that fits a PostgreSQL bigint."""
        value = unwrapped(self._terms.get(key))
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return value
        return None

    def moment(self, key: str) -> datetime | None:
        """The member as a time in UTC."""
        value = text_of(self._terms.get(key))
        return None if value is None else read_timestamp(value)

    def document(self, key: str) -> Document | None:
        """The member as an object; the first one when it is a list."""
        for value in self.values(key):
            if isinstance(value, dict):
                return Document(value)
        return None

    def documents(self, key: str, *, at_most: int) -> tuple[Document, ...]:
        """The objects among the member's values, counted before any is looked into."""
        found = (value for value in self.values(key) if isinstance(value, dict))
        return tuple(Document(value) for value, _ in zip(found, range(at_most), strict=False))

    def reference(self, key: str) -> str | None:
        """The id the member points to, given as IRI or as object; the first one when it is a list."""
        for value in self.values(key):
            if (found := id_of(value)) is not None:
                return found
        return None

    def references(self, key: str, *, at_most: int) -> tuple[str, ...]:
        """The ids the member points to, each once, in order."""
        found: dict[str, None] = {}
        for value in self.values(key):
            if len(found) >= at_most:
                break
            if (identifier := id_of(value)) is not None:
                found[identifier] = None
        return tuple(found)

    def language_map(self, key: str) -> dict[str, str]:
        """The strings of a language map by language; empty when it is none."""
        value = self._terms.get(key)
        if not isinstance(value, dict):
            return {}
        texts = ((name, text_of(item)) for name, item in value.items())
        return {name: text for name, text in texts if text is not None}


def parse(body: bytes, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a JSON object from the wire.

    Shapes:  body: as `strict_json.decode` says
    Raises:  Malformed: as `strict_json.decode` does; not_object
    """
    value = decode(body, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise Malformed("not_object", "the top level is not an object")
    return Document(value)


def encode(value: JsonObject) -> bytes:
    """Write a document as the bytes that are signed and sent."""
    return msgspec.json.encode(value)


def unwrapped(value: Any) -> object:
    """Take the value out of an expanded JSON-LD value (`{"@value": ...}`)."""
    if isinstance(value, dict) and "@value" in value:
        inner: object = value["@value"]
        return inner
    plain: object = value
    return plain


def text_of(value: object) -> str | None:
    """Read a string; NUL characters are dropped."""
    value = unwrapped(value)
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "") if "\x00" in value else value


def id_of(value: object) -> str | None:
    """Read what a value points to: an IRI, or an object with an id (or a Link with an href)."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        document = Document(value)
        found = document.id
        return found if found is not None or document.type != "Link" else document.text("href")
    return None


def one_or_many(value: object) -> tuple[object, ...]:
    """Read one value or a list as a tuple, nulls dropped (pixelfed#6588: lists of one become scalars)."""
    if isinstance(value, dict):
        if "@list" in value:
            value = value["@list"]
        elif "@set" in value:
            value = value["@set"]
    if isinstance(value, list):
        return tuple(item for item in value if item is not None)
    return () if value is None else (value,)


def types_of(value: object) -> tuple[str, ...]:
    """Read the types of an object, without prefix: `as:Note` and the full IRI are `Note`."""
    if not isinstance(value, dict):
        return ()
    named = value.get("type")
    if named is None:
        named = value.get("@type")
    if isinstance(named, str):
        return (plain_term(named),)
    return tuple(plain_term(item) for item in one_or_many(named) if isinstance(item, str))


def type_of(value: object) -> str | None:
    """Read the first type of an object."""
    found = types_of(value)
    return found[0] if found else None


def _by_plain_term(data: JsonObject) -> Mapping[str, Any]:
    if not any(":" in key or key[:1] == "@" for key in data):
        return data
    terms = {plain_term(key): value for key, value in data.items()}
    terms.update((key, value) for key, value in data.items() if value is not None)  # a plain key wins
    return terms
