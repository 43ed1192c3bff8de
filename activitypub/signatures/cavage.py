"""Draft-cavage signatures: what nearly every server sends and all of them verify.

Source:  draft-cavage-http-signatures-12, with the customs of the fediverse
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from activitypub import iri
from activitypub.errors import SignatureError
from activitypub.signatures.claim import Claim, RequestParts, Scheme, check_key_id
from activitypub.signatures.digest import sha256, write_digest
from activitypub.signatures.keys import PrivateKey, sign_bytes

CONTENT_TYPE: Final = "application/activity+json"
_ALGORITHMS: Final = frozenset({None, "hs2019", "rsa-sha256", "rsa-sha512", "ed25519"})
_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([0-9]{1,12}))\s*(?:,|\Z)')


def sign_request(
    method: str,
    url: str,
    *,
    key: PrivateKey,
    key_id: str,
    now: datetime,
    body: bytes | None = None,
    digest: bytes | None = None,
    content_type: str = CONTENT_TYPE,
    with_query: bool = True,
) -> dict[str, str]:
    """Sign a request; made anew for every attempt and every redirect.

    Shapes:  url: where it is sent, http(s); key: loaded once, not per request; now: UTC;
             digest: SHA-256 of the body when it was hashed already; with_query: False for old servers, which
             leave the query out of what they verify
    Returns: the headers to send: Host, Date, Signature, and with a body Digest and Content-Type
    Raises:  Malformed when the url is none
    """
    address = iri.parse(url, allow_http=True)
    headers = {"Host": address.authority, "Date": format_datetime(now, usegmt=True)}
    if body is not None or digest is not None:
        headers["Digest"] = write_digest(sha256(body or b"") if digest is None else digest)
        headers["Content-Type"] = content_type
    target = address.target if with_query else address.target.partition("?")[0]
    lines = [f"(request-target): {method.lower()} {target}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers.items()]
    signature = base64.b64encode(sign_bytes(key, "\n".join(lines).encode())).decode("ascii")
    covered = " ".join(("(request-target)", *(name.lower() for name in headers)))
    # hs2019 is unknown to old node libraries (guppe#90), a missing algorithm to Takahe.
    algorithm = "rsa-sha256" if isinstance(key, RSAPrivateKey) else "hs2019"
    headers["Signature"] = (
        f'keyId="{key_id}",algorithm="{algorithm}",headers="{covered}",signature="{signature}"'
    )
    return headers


def read_claim(request: RequestParts) -> Claim:
    """Read the Signature header and refuse what covers too little.

    Raises:  SignatureError: unsigned, syntax, key_id, algorithm, not_covered, missing_header
    """
    value = request.fields.get("signature")
    if value is None:
        raise SignatureError("unsigned")
    parameters = _parameters(value)
    covered = tuple(parameters.get("headers", "").lower().split())
    algorithm = parameters.get("algorithm")
    claim = Claim(
        scheme=Scheme.CAVAGE,
        key_id=check_key_id(_required(parameters, "keyId")),
        algorithm=None if algorithm is None else algorithm.lower(),
        covered=covered,
        created=_seconds(parameters, "created"),
        expires=_seconds(parameters, "expires"),
        signature=_signature(_required(parameters, "signature")),
        request=request,
    )
    _check_coverage(claim)
    return claim


def signed_texts(claim: Claim) -> list[bytes]:
    """The texts that may have been signed: the target with its query, then without (misskey#17941).

    Raises:  SignatureError: missing_header, header
    """
    target = claim.request.target
    candidates = dict.fromkeys((target, target.partition("?")[0]))
    return [_signed_text(claim, candidate) for candidate in candidates]


def _signed_text(claim: Claim, target: str) -> bytes:
    lines: list[str] = []
    for name in claim.covered:
        if name == "(request-target)":
            value = f"{claim.request.method.lower()} {target}"
        elif name == "(created)":
            value = str(claim.created)
        elif name == "(expires)":
            value = str(claim.expires)
        else:
            value = claim.request.field(name)
        lines.append(f"{name}: {value}")
    try:
        text = "\n".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise SignatureError("header", "a covered header is not Latin-1") from error
    if text.count(b"\n") != len(lines) - 1:
        raise SignatureError("header", "a covered header holds a line break")
    return text


def _check_coverage(claim: Claim) -> None:
    covered = claim.covered
    if len(set(covered)) != len(covered):
        raise SignatureError("syntax", "a header is covered twice")
    if claim.algorithm not in _ALGORITHMS:
        raise SignatureError("algorithm", repr(claim.algorithm))
    if "(created)" in covered and (claim.created is None or claim.algorithm not in (None, "hs2019")):
        raise SignatureError("algorithm", "(created) goes with hs2019 only")
    if "(expires)" in covered and claim.expires is None:
        raise SignatureError("syntax", "(expires) is covered but not given")
    required = ["(request-target)", "host"] + (["digest"] if claim.request.has_body else [])
    for name in required:
        if name not in covered:
            raise SignatureError("not_covered", name)
    if "date" not in covered and "(created)" not in covered:
        raise SignatureError("not_covered", "date")
    for name in covered:
        if name[0] != "(":
            claim.request.field(name)
        elif name not in ("(request-target)", "(created)", "(expires)"):
            raise SignatureError("syntax", f"nothing is named {name}")


def _parameters(value: str) -> dict[str, str]:
    """name="quoted" or name=digits, comma separated; commas and escapes within quotes belong to the value."""
    value = value.removeprefix("Signature ").strip()  # old node libraries (misskey#1530)
    found: dict[str, str] = {}
    position = 0
    while position < len(value):
        match = _PARAMETER.match(value, position)
        if match is None or match[1] in found:
            raise SignatureError("syntax", "a malformed or repeated parameter")
        found[match[1]] = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        position = match.end()
    return found


def _required(parameters: dict[str, str], name: str) -> str:
    if not (value := parameters.get(name)):
        raise SignatureError("syntax", f"no {name}")
    return value


def _seconds(parameters: dict[str, str], name: str) -> int | None:
    value = parameters.get(name)
    if value is not None and not re.fullmatch(r"[0-9]{1,12}", value):
        raise SignatureError("syntax", f"{name} is not whole seconds")
    return None if value is None else int(value)


def _signature(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("syntax", "the signature is not base64") from error
