"""WebFinger: what is asked for, what is answered, what others answer.

Source:  RFC 7033; FEP-2c59, FEP-d556
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from activitypub import iri
from activitypub.document import Document, JsonObject
from activitypub.errors import Malformed
from activitypub.vocabulary import ACTIVITY_JSON, AS

PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
AVATAR: Final = "http://webfinger.net/rel/avatar"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
SERVICE: Final = f"{AS}#Service"  # the server's own actor (FEP-d556)
_MAX_RESOURCE_CHARS: Final = 2_048
_MAX_LINKS: Final = 100
_MAX_USER_CHARS: Final = 512


@dataclass(frozen=True, slots=True)
class Handle:
    """A name at a host: the host canonical, the name as it was typed (compare it without case)."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    rel: str
    type: str | None = None
    href: str | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Jrd:
    """What a server says about a name. Its `subject` is only a claim until the actor agrees."""

    subject: Handle | None
    aliases: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def actor(self) -> str | None:
        """The id of the actor: the `self` link of an ActivityPub type; Mitra sends only ld+json."""
        for wanted in (ACTIVITY_JSON, "application/ld+json"):
            for link in self.links:
                if link.rel == "self" and (link.type or "").partition(";")[0].strip().lower() == wanted:
                    return link.href
        return None

    @property
    def subscribe_template(self) -> str | None:
        """Where a visitor from elsewhere is sent to follow; holds `{uri}`."""
        found = (link.template for link in self.links if link.rel == SUBSCRIBE)
        return next((item for item in found if item is not None and "{uri}" in item), None)


def parse_handle(text: str) -> Handle:
    """Read `user@host`, with or without `@`, `!` or `acct:` in front.

    Raises:  Malformed: handle
    """
    handle = find_handle(text)
    if handle is None:
        raise Malformed("handle", repr(text[:200]))
    return handle


def find_handle(text: str) -> Handle | None:
    """Read a handle; None when the text is none."""
    if len(text) > _MAX_RESOURCE_CHARS:
        return None
    bare = text.strip()
    if bare[:5].lower() == "acct:":
        bare = bare[5:]
    user, at, host = bare.removeprefix("@").removeprefix("!").partition("@")
    canonical = iri.canonical_authority(host) if at else None
    if canonical is None or not _is_user(user):
        return None
    return Handle(user, canonical)


def parse_resource(text: str, *, allow_http: bool = False) -> Handle | str:
    """Read the `resource` parameter, percent-encoded once more or not.

    Returns: a Handle, or the address as it was sent
    Raises:  Malformed: resource
    """
    if 0 < len(text) <= _MAX_RESOURCE_CHARS:
        for candidate in dict.fromkeys((text, unquote(text))):
            if (address := iri.find(candidate, allow_http=allow_http)) is not None:
                return address
            if (handle := find_handle(candidate)) is not None:
                return handle
    raise Malformed("resource", repr(text[:200]))


def write_jrd(
    handle: Handle,
    *,
    actor: str,
    profile_page: str | None = None,
    avatar: tuple[str, str | None] | None = None,
    subscribe_template: str | None = None,
    service: str | None = None,
    rels: Collection[str] = (),
) -> JsonObject:
    """Describe an account of ours.

    Shapes:  handle: the canonical one, whichever alias was asked for (fedify#920);
             avatar: address and media type; service: the server's actor, for the server's own names;
             rels: the `rel` parameters asked for, all links when there is none
    """
    links: list[JsonObject] = [{"rel": "self", "type": ACTIVITY_JSON, "href": actor}]
    if profile_page is not None:
        links.append({"rel": PROFILE_PAGE, "type": "text/html", "href": profile_page})
    if avatar is not None:
        url, media_type = avatar
        links.append({"rel": AVATAR, **({"type": media_type} if media_type else {}), "href": url})
    if subscribe_template is not None:
        links.append({"rel": SUBSCRIBE, "template": subscribe_template})
    if service is not None:
        links.append({"rel": SERVICE, "type": ACTIVITY_JSON, "href": service})
    return {
        "subject": f"acct:{handle}",
        "aliases": list(dict.fromkeys(item for item in (actor, profile_page) if item is not None)),
        "links": [link for link in links if not rels or link["rel"] in rels],
    }


def read_jrd(document: Document, *, allow_http: bool = False) -> Jrd:
    """Read what another server says about a name; what is odd is dropped."""
    aliases = document.values("aliases")[:_MAX_LINKS]
    links = (_link(item, allow_http=allow_http) for item in document.documents("links", at_most=_MAX_LINKS))
    return Jrd(
        subject=find_handle(document.text("subject") or ""),
        aliases=_good(aliases, allow_http=allow_http),
        links=tuple(link for link in links if link is not None),
    )


def _good(values: Iterable[object], *, allow_http: bool) -> tuple[str, ...]:
    found = (iri.find(value, allow_http=allow_http) for value in values)
    return tuple(item for item in found if item is not None)


def _link(item: Document, *, allow_http: bool) -> Link | None:
    rel = item.text("rel")
    template = item.text("template")
    href = iri.find(item.text("href"), allow_http=allow_http)
    if template is not None and len(template) > iri.MAX_LENGTH:
        template = None
    if rel is None or (href is None and template is None):
        return None
    return Link(rel=rel, type=item.text("type"), href=href, template=template)


def _is_user(text: str) -> bool:
    """No spaces or controls, nothing that splits an address; which names exist is the server's affair."""
    return 0 < len(text) <= _MAX_USER_CHARS and text.isprintable() and not set(text) & set(" /\\?#:<>\"'@!")
