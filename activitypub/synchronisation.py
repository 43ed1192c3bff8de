"""The header by which two servers see whether they agree on who follows somebody (FEP-8fcf)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from activitypub import iri

HEADER: Final = "Collection-Synchronization"
MAX_CHARS: Final = 8_192
_PART: Final = re.compile(r'\s*(\w+)\s*=\s*"([^"]*)"\s*(?:,|$)')
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Synchronisation:
    """Shapes:  collection: id of the followers; url: where those of one server are listed; digest: hex"""

    collection: str
    url: str
    digest: str


def digest_of(followers: Iterable[str]) -> str:
    """The sum of all ids, in any order: their SHA-256 digests, added without carry."""
    total = 0
    for uri in set(followers):
        total ^= int.from_bytes(sha256(uri.encode()).digest())
    return f"{total:064x}"


def write_header(value: Synchronisation) -> str:
    """The header's value."""
    return f'collectionId="{value.collection}", digest="{value.digest}", url="{value.url}"'


def read_header(text: str, *, allow_http: bool = False) -> Synchronisation | None:
    """What the header says; None when it says nothing that can be used."""
    if len(text) > MAX_CHARS:
        return None
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or part[1] in found:
            return None
        found[part[1]] = part[2]
        place = part.end()
    collection, url = (iri.find(found.get(name), allow_http=allow_http) for name in ("collectionId", "url"))
    digest = found.get("digest", "").lower()
    if collection is None or url is None or not _DIGEST.fullmatch(digest):
        return None
    return Synchronisation(collection, url, digest)
