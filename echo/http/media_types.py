"""Content-Type and Accept, read properly: parameters, quotes, weights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ACTIVITY_JSON = "application/activity+json"
LINKED_JSON = "application/ld+json"
_PROFILE = "https://www.w3.org/ns/activitystreams"
_JSON_TYPES = (ACTIVITY_JSON, LINKED_JSON, "application/json")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_LONGEST = 2_000

# One item of a list, or one parameter: anything up to the separator that stands outside of quotes.
_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PART = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type with its parameters, names in lower case, values without quotes."""

    name: str
    parameters: dict[str, str]

    @property
    def weight(self) -> float:
        """`q`, between 0 and 1."""
        try:
            return min(max(float(self.parameters.get("q", "1")), 0.0), 1.0)
        except ValueError:
            return 0.0


def parse(text: str) -> MediaType:
    """Read one media type; a bad one has an empty name."""
    first, *rest = _PART.findall(text[:_LONGEST]) or [""]
    parameters: dict[str, str] = {}
    for part in rest:
        name, equals, value = part.partition("=")
        if equals:
            parameters.setdefault(name.strip().lower(), _unquoted(value.strip()))
    return MediaType(first.strip().lower(), parameters)


def is_activity(content_type: str | None) -> bool:
    """Whether an answer says that it is an ActivityPub document, and not just any JSON.

    Source:  ActivityPub 3.2; GHSA-jhrq-qvrm-qr36 (user uploads served as JSON)
    """
    found = parse(content_type or "")
    if found.name == ACTIVITY_JSON:
        return True
    return found.name == LINKED_JSON and _PROFILE in found.parameters.get("profile", "").split()


def prefers_page(accept: list[str]) -> bool:
    """Whether a client would rather have a page for people than the document itself.

    Shapes:  accept: the Accept headers, any number of them
    """
    wanted = list(_accepted(accept))
    return _best(wanted, _HTML_TYPES) > _best(wanted, _JSON_TYPES)


def prefers_activity(accept: list[str]) -> bool:
    """Whether a client asks for the document behind a page by its name, and would rather have it."""
    wanted = list(_accepted(accept))
    named = [item.weight for item in wanted if item.name in (ACTIVITY_JSON, LINKED_JSON)]
    return max(named, default=0.0) > _best(wanted, _HTML_TYPES)


def _accepted(headers: list[str]) -> Iterator[MediaType]:
    for header in headers:
        for item in _ITEM.findall(header[:_LONGEST]):
            yield parse(item)


def _best(wanted: list[MediaType], names: tuple[str, ...]) -> float:
    """The weight of the best of some types; what is named counts before what `*` covers."""
    explicit = [item.weight for item in wanted if item.name in names]
    if explicit:
        return max(explicit)
    families = {name.partition("/")[0] + "/*" for name in names}
    covered = [item.weight for item in wanted if item.name in families]
    if covered:
        return max(covered)
    return max((item.weight for item in wanted if item.name == "*/*"), default=0.0)


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
