"""name@host <-> actor, believed only when both say so.

handle -> WebFinger of its host -> actor -> what the actor calls itself -> WebFinger of that host -> the actor
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from activitypub import document as documents
from activitypub import iri, webfinger
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Actor
from activitypub.vocabulary import JRD_JSON
from activitypub.webfinger import Handle, Jrd
from echo import addresses
from echo.http import media_types
from echo.models import Account
from federation.errors import FederationError, Refused, Unbelievable, Unreachable, Unwelcome
from federation.fetch import once
from federation.network import allow_http, is_ours, network
from federation.replies import Answer

LIMIT_BYTES = 65_536
# How long a search may take, whatever other servers do.
LOOK_UP_SECONDS = 10.0
# Longer names do not fit the index that keeps them unique.
NAME_CHARACTERS = 255
ACCEPT = f"{JRD_JSON}, application/json"
_JSON_TYPES = frozenset({JRD_JSON, "application/json", "application/activity+json"})


@dataclass(frozen=True, slots=True)
class Answered:
    """What a host says of a name: the actor, and the handle that it calls right."""

    actor: str
    handle: Handle


def parse(acct: str) -> Handle | None:
    """A handle of another server; None when it is none."""
    found = webfinger.find_handle(acct)
    if found is None or len(found.user) > NAME_CHARACTERS:
        return None
    return found


async def ask(handle: Handle) -> Answered:
    """Ask the host of a handle who that is.

    Raises:  FederationError; Unbelievable when it names no actor
    """
    jrd = await once(f"acct:{handle.user.lower()}@{handle.host}#webfinger", _ask)
    if jrd.actor is None:
        raise Unbelievable(f"{handle} is no actor")
    return Answered(jrd.actor, jrd.subject or handle)


async def interaction_template(username: str, domain: str) -> str | None:
    """Where a server takes its people who want to follow or like something elsewhere.

    Shapes:  username: may be empty; then it is Mastodon's address, which most servers know
    Returns: an address with `{uri}` in it; None when the server does not answer, or knows no such name
    Source:  WebFinger's link `subscribe`
    """
    host = iri.canonical_authority(domain)
    if host is None:
        return None
    usual = f"{_schemes(host)[0]}://{host}/authorize_interaction?uri={{uri}}"
    if not username:
        return usual
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            jrd = await once(f"acct:{username.lower()}@{host}#webfinger", _ask)
    except (FederationError, Malformed, TimeoutError):
        return None
    template = jrd.subscribe_template
    scheme = urlsplit(template or "").scheme
    return template if scheme == "https" or (scheme == "http" and allow_http()) else usual


async def verified(actor: Actor, *, proven: Answered | None = None, needs_proof: bool = False) -> Handle:
    """The handle of an actor, that its host and the actor agree on.

    An actor whose host knows nothing of WebFinger is called as it calls itself, at the host of its id.

    Shapes:  proven: what a host said of this very actor a moment ago;
             needs_proof: a host that does not answer is no reason to call the actor anything
    Raises:  Unbelievable when the host names somebody else; FederationError for want of proof
    Source:  Mastodon 4.6; FEP-2c59; security-reliability S-L01, S-L02
    """
    claims = _claims(actor)
    if not claims:
        raise Unbelievable(f"{actor.id} has no name")
    for claim in claims:
        if proven is not None and proven.actor == actor.id and _is_same(proven.handle, claim):
            return _spelled(claim, proven.handle)
        try:
            return await _confirmed(claim, actor.id)
        except (Unwelcome, Unreachable, Refused) as error:
            if claim is not claims[-1]:
                continue
            if needs_proof:
                raise
            return _own_name(actor, error)
    raise AssertionError


def claims_other(actor: Actor, known: Handle) -> bool:
    """Whether an actor calls itself otherwise than it is known.

    Where its names are another host's, only the name is compared: the host says itself which it is.
    """
    claimed = parse(actor.webfinger) if actor.webfinger else None
    if claimed is not None and not _is_here(claimed):
        return not _is_same(claimed, known)
    own = _at_own_host(actor)
    return own is not None and own.user.lower() != known.user.lower()


def is_named(account: Account, handle: Handle) -> bool:
    """Whether an account is known under this handle."""
    return _is_same(Handle(account.username, account.domain), handle)


def claims(actor: Actor, handle: Handle) -> bool:
    """Whether an actor calls itself this."""
    return any(_is_same(claim, handle) for claim in _claims(actor))


async def _confirmed(claim: Handle, actor_id: str) -> Handle:
    """The handle that the claim's host calls right, if that one leads to the actor. At most one more hop."""
    answered = await ask(claim)
    if not _is_same(answered.handle, claim):
        claim = answered.handle
        answered = await ask(claim)
        if not _is_same(answered.handle, claim):
            raise Unbelievable(f"{claim} is called {answered.handle} by its own host")
    if answered.actor != actor_id:
        raise Unbelievable(f"{claim} is {answered.actor}, not {actor_id}")
    return _spelled(claim, answered.handle)


def _claims(actor: Actor) -> list[Handle]:
    """What an actor calls itself: FEP-2c59 first, then its name at the host of its id."""
    own = _at_own_host(actor)
    claimed = parse(actor.webfinger) if actor.webfinger else None
    found = [claim for claim in (claimed, own) if claim is not None and not _is_here(claim)]
    return found[:1] if len(found) == 2 and _is_same(*found) else found


def _own_name(actor: Actor, error: FederationError) -> Handle:
    own = _at_own_host(actor)
    if own is None:
        raise Unbelievable(f"{actor.id} has no name") from error
    return own


def _at_own_host(actor: Actor) -> Handle | None:
    host = iri.host_of(actor.id, allow_http=allow_http())
    return parse(f"{actor.preferred_username or ''}@{host or ''}")


def _is_here(handle: Handle) -> bool:
    """Whether a handle is of this server: at the host of its handles, or of its addresses."""
    return handle.host == addresses.here().domain.lower() or is_ours(f"https://{handle.host}/")


def _is_same(first: Handle, second: Handle) -> bool:
    return first.user.lower() == second.user.lower() and first.host == second.host


def _spelled(claim: Handle, answered: Handle) -> Handle:
    """The actor's own spelling of its name, at the host as it was agreed on."""
    return Handle(claim.user, answered.host)


async def _ask(acct: str) -> Jrd:
    handle = webfinger.parse_handle(acct)
    if _is_here(handle):
        raise Refused(f"our own: {handle}")
    *others, last = _schemes(handle.host)
    for scheme in others:
        try:
            return await _ask_at(f"{scheme}://{handle.host}", handle)
        except (Unreachable, Refused):
            continue
    return await _ask_at(f"{last}://{handle.host}", handle)


def _schemes(host: str) -> tuple[str, ...]:
    """How a host may be reached: https; in trials on one machine plain http too."""
    if not allow_http():
        return ("https",)
    return ("http", "https") if ":" in host else ("https", "http")


async def _ask_at(base: str, handle: Handle) -> Jrd:
    resource = quote(f"acct:{handle}", safe="@:")
    try:
        return await _get(f"{base}/.well-known/webfinger?resource={resource}")
    except Unwelcome as error:
        if error.answer_status != 404:
            raise
        template = await _template(base)
        if template is None:
            raise
        return await _get(template.replace("{uri}", resource))


async def _get(address: str) -> Jrd:
    answer = await network().client.get(
        address, accept=f"{JRD_JSON}, application/json", limit_bytes=LIMIT_BYTES, of_peer=True
    )
    if media_types.parse(answer.headers.get("content-type", "")).name not in _JSON_TYPES:
        raise Unbelievable(f"{answer.url}: no WebFinger")
    return webfinger.read_jrd(_document(answer), allow_http=allow_http())


def _document(answer: Answer) -> Document:
    try:
        return documents.parse(answer.body, max_bytes=LIMIT_BYTES)
    except Malformed as error:
        raise Unbelievable(f"{answer.url}: {error}") from error


async def _template(base: str) -> str | None:
    """Where a host wants to be asked, if it says so in host-meta; that may be anywhere."""
    try:
        answer = await network().client.get(
            f"{base}/.well-known/host-meta",
            accept="application/xrd+xml",
            limit_bytes=LIMIT_BYTES,
            of_peer=True,
        )
    except FederationError:
        return None
    template = read_host_meta(answer.body)
    if template is None or iri.find(template.replace("{uri}", "x"), allow_http=allow_http()) is None:
        return None
    return template


def read_host_meta(body: bytes) -> str | None:
    """The template of the lrdd link of a host-meta document; None when there is none.

    A document type is refused: entities could unfold without end, or name files.

    Source:  RFC 6415; security-reliability S-L03
    """
    if b"<!" in body.replace(b"<!--", b""):
        return None
    try:
        root = ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "Link" and element.get("rel") == "lrdd":
            template = element.get("template", "")
            if "{uri}" in template:
                return template
    return None
