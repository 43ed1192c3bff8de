"""NodeInfo: which software a server runs, and how many people use it.

Source:  NodeInfo 2.0 and 2.1; FEP-0151
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from activitypub import iri
from activitypub.document import Document, JsonObject

_SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS: Final = ("2.1", "2.0")
_NAME: Final = re.compile(r"[a-z0-9-]{1,100}")
_MAX_TEXT_CHARS: Final = 256
_MAX_LINKS: Final = 20
# How the names of links end, the best first; not all write the schema as it is.
_ENDINGS: Final = (
    *("nodeinfo/2.1", "nodeinfo/2.0", "nodeinfo/1.1", "nodeinfo/1.0"),
    *("ns/schema/2.1", "ns/schema/2.0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Public counts; what is not to be told is left out, never falsified."""

    users: int | None = None
    active_month: int | None = None
    active_half_year: int | None = None
    posts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What another server says it runs. Nothing may depend on it (FEP-0151)."""

    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfo:
    """What we say about ourselves.

    Shapes:  software: `[a-z0-9-]+`; metadata: nodeName, nodeDescription, staffAccounts, upstream ...
    """

    software: str
    version: str
    repository: str | None = None
    homepage: str | None = None
    open_registrations: bool = False
    usage: Usage = field(default_factory=Usage)
    metadata: Mapping[str, object] = field(default_factory=dict)


def content_type(version: str) -> str:
    """The media type that a version is served with."""
    return f'application/json; profile="{_SCHEMA}{version}#"'


def write_links(base_url: str) -> JsonObject:
    """Write `/.well-known/nodeinfo`.

    Shapes:  base_url: without a slash at its end
    """
    return {
        "links": [
            {"rel": f"{_SCHEMA}{version}", "href": f"{base_url}/nodeinfo/{version}"} for version in VERSIONS
        ]
    }


def write_nodeinfo(info: NodeInfo, *, version: str) -> JsonObject:
    """Write the document of one version; its schema allows no further members at the top.

    Shapes:  version: 2.0 or 2.1; only 2.1 knows repository and homepage
    """
    software = {"name": info.software, "version": info.version}
    if version == "2.1":
        pages = {"repository": info.repository, "homepage": info.homepage}
        software.update((name, page) for name, page in pages.items() if page is not None)
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": info.open_registrations,
        "usage": _usage(info.usage),
        "metadata": dict(info.metadata),
    }


def read_links(document: Document, *, host: str, allow_http: bool = False) -> str | None:
    """Find the newest document that this very host serves: others say nothing about it."""
    offered: dict[str, str] = {}
    for item in document.documents("links", at_most=_MAX_LINKS):
        rel, href = item.text("rel") or "", item.text("href") or ""
        if iri.host_of(href, allow_http=allow_http) == host:
            offered.setdefault(rel, href)
    found = (href for ending in _ENDINGS for rel, href in offered.items() if rel.endswith(ending))
    return next(found, None)


def read_software(document: Document) -> Software | None:
    """Read name and version; None when there is no good name."""
    software = document.document("software")
    name = "" if software is None else (software.text("name") or "").strip().lower()
    if software is None or not _NAME.fullmatch(name):
        return None
    version = (software.text("version") or "").strip()
    printable = version[:_MAX_TEXT_CHARS] if version.isprintable() else ""
    return Software(name=name, version=printable or None)


def _usage(usage: Usage) -> JsonObject:
    users = {
        "total": usage.users,
        "activeMonth": usage.active_month,
        "activeHalfyear": usage.active_half_year,
    }
    written: JsonObject = {"users": {name: count for name, count in users.items() if count is not None}}
    if usage.posts is not None:
        written["localPosts"] = usage.posts
    return written
