"""What a signed request claims, and the checks that need no key: host, time, digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from activitypub import iri
from activitypub.errors import Malformed, SignatureError
from activitypub.signatures import digest

#: Mastodon's window. Requests are signed anew for each try, so an honest one is as old as clocks differ;
#: whoever is refused here is refused by Mastodon and Fedify too. Longer ones let captures be played again.
LIFETIME: Final = timedelta(minutes=5)
MAX_LIFETIME: Final = timedelta(hours=12)
MAX_SKEW: Final = timedelta(hours=1)
_MAX_HEADER_CHARS: Final = 8_192
_ONLY_ONCE: Final = ("host", "date", "digest", "content-digest", "signature", "signature-input")


class Scheme(StrEnum):
    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


@dataclass(frozen=True, slots=True)
class RequestParts:
    """The parts of a request that a signature can cover.

    Shapes:  method upper case; target: path and query as they came; fields: lower-case name -> value,
             lines of one name joined with ", "
    """

    method: str
    target: str
    fields: Mapping[str, str]

    @property
    def has_body(self) -> bool:
        """Tell whether the method carries a body, which must then be covered."""
        return self.method not in ("GET", "HEAD")

    def field(self, name: str) -> str:
        """The value of a header.

        Raises:  SignatureError: missing_header
        """
        value = self.fields.get(name)
        if value is None:
            raise SignatureError("missing_header", name)
        return value


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says that they signed which parts of which request; nothing of it is proven yet.

    Shapes:  algorithm: as sent, lower case, None when absent; covered: names in their order;
             created, expires: Unix seconds; parameters: the text of @signature-params (RFC 9421 only)
    """

    scheme: Scheme
    key_id: str
    algorithm: str | None
    covered: tuple[str, ...]
    created: int | None
    expires: int | None
    signature: bytes
    request: RequestParts
    parameters: str = ""


def request_parts(method: str, target: str, headers: Iterable[tuple[str, str]]) -> RequestParts:
    """Collect the parts of a request.

    Raises:  SignatureError: duplicate_header, header
    """
    fields: dict[str, str] = {}
    for name, sent in headers:
        value = sent.strip(" \t")
        if name not in fields:
            fields[name] = value
        elif name in _ONLY_ONCE:
            raise SignatureError("duplicate_header", name)
        else:
            fields[name] = f"{fields[name]}, {value}"
    for name in ("signature", "signature-input"):
        if len(fields.get(name, "")) > _MAX_HEADER_CHARS:
            raise SignatureError("header", f"{name} is too long")
    return RequestParts(method.upper(), target, fields)


def check_key_id(key_id: str) -> str:
    """Keep a key id that is an address; `acct:` and other names are refused.

    Raises:  SignatureError: key_id
    """
    try:
        iri.parse(key_id, allow_http=True)
    except Malformed as error:
        raise SignatureError("key_id", repr(key_id[:200])) from error
    return key_id


def check_host(claim: Claim, our_hosts: Collection[str]) -> None:
    """Check that the request was meant for us.

    Shapes:  our_hosts: lower case, with the port where it is not the default
    Raises:  SignatureError: missing_header, host
    """
    if host_in(claim.request) not in our_hosts:
        raise SignatureError("host", f"{claim.request.field('host')[:200]} is not us")


def host_in(request: RequestParts) -> str:
    """The Host header in lower case, without a default port.

    Raises:  SignatureError: missing_header
    """
    host = request.field("host").lower()
    return host.removesuffix(":443").removesuffix(":80")


def check_time(claim: Claim, now: datetime) -> None:
    """Check that what was signed is not more than an hour ahead, and has not expired more than an hour ago.

    It expires when it says so under its signature, after twelve hours at most, and else after five minutes.

    Raises:  SignatureError: date, too_old, in_future, expired
    """
    if claim.expires is not None and _moment(claim.expires) < now - MAX_SKEW:
        raise SignatureError("expired")
    if claim.created is not None and ("(created)" in claim.covered or claim.scheme is Scheme.RFC9421):
        _check_moment(_moment(claim.created), _signed_end(claim), now)
    if "date" in claim.covered:
        _check_moment(_http_date(claim.request.field("date")), _signed_end(claim), now)


def check_body(claim: Claim, body: bytes) -> None:
    """Check that the covered digest is the digest of the raw body; for a GET only if one was covered.

    Raises:  SignatureError: missing_header, digest
    """
    if "digest" in claim.covered:
        digest.check_digest(claim.request.field("digest"), body)
    if "content-digest" in claim.covered:
        digest.check_content_digest(claim.request.field("content-digest"), body)


def _signed_end(claim: Claim) -> datetime | None:
    """When a claim expires, if that is signed: anybody may write more next to the signature."""
    is_signed = claim.scheme is Scheme.RFC9421 or "(expires)" in claim.covered
    return _moment(claim.expires) if claim.expires is not None and is_signed else None


def _check_moment(moment: datetime, end: datetime | None, now: datetime) -> None:
    if moment > now + MAX_SKEW:
        raise SignatureError("in_future", moment.isoformat())
    if min(end or moment + LIFETIME, moment + MAX_LIFETIME) < now - MAX_SKEW:
        raise SignatureError("too_old", moment.isoformat())


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureError("date", str(seconds)) from error


def _http_date(text: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise SignatureError("date", repr(text[:100])) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
