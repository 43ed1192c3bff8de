"""HTTP Message Signatures, in the narrow form that the fediverse uses: one label, no component parameters.

Source:  RFC 9421; the requirements are Mastodon's
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from activitypub import iri
from activitypub.errors import SignatureError
from activitypub.signatures.accept import Wanted
from activitypub.signatures.claim import Claim, RequestParts, Scheme, check_key_id, host_in
from activitypub.signatures.digest import sha256, write_content_digest
from activitypub.signatures.keys import PrivateKey, sign_bytes
from activitypub.signatures.structured import read_dictionary, write_inner_list

CONTENT_TYPE: Final = "application/activity+json"
LIFETIME_SECONDS: Final = 300
_ALGORITHMS: Final = frozenset({None, "rsa-v1_5-sha256", "ed25519"})
_FIELD_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_QUOTABLE: Final = re.compile(r"[\x20-\x7e]*")
_DERIVED: Final = frozenset(
    {"@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target"}
)


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
    wanted: Wanted | None = None,
) -> dict[str, str]:
    """Sign a request as Mastodon does; made anew for every attempt and every redirect.

    Shapes:  as `cavage.sign_request`; wanted: what is to be covered besides, and how the signature is called
    Returns: the headers to send: Host, Date, Signature-Input, Signature; with a body its digest and type
    Raises:  Malformed when the url is none
    """
    address = iri.parse(url, allow_http=True)
    headers = {"Host": address.authority, "Date": format_datetime(now, usegmt=True)}
    covered = ["@method", "@target-uri"]
    if body is not None or digest is not None:
        headers["Content-Digest"] = write_content_digest(sha256(body or b"") if digest is None else digest)
        headers["Content-Type"] = content_type
        covered.append("content-digest")
    if wanted is not None:
        covered += [name for name in wanted.components if name not in covered]
    created = int(now.timestamp())
    names = " ".join(f'"{name}"' for name in covered)
    parameters = f"({names});created={created};expires={created + LIFETIME_SECONDS};keyid={_quoted(key_id)}"
    if wanted is not None:
        parameters += "".join(f";{name}={_quoted(text)}" for name, text in wanted.texts)
    parts = RequestParts(
        method.upper(), address.target, {name.lower(): text for name, text in headers.items()}
    )
    scheme = address.origin.partition("://")[0]
    lines = [f'"{name}": {_component(parts, name, scheme)}' for name in covered]
    lines.append(f'"@signature-params": {parameters}')
    signature = base64.b64encode(sign_bytes(key, "\n".join(lines).encode())).decode("ascii")
    label = "sig1" if wanted is None else wanted.label
    headers["Signature-Input"] = f"{label}={parameters}"
    headers["Signature"] = f"{label}=:{signature}:"
    return headers


def read_claim(request: RequestParts) -> Claim:
    """Read Signature-Input and Signature and refuse what covers too little.

    Raises:  SignatureError: unsigned, syntax, several, key_id, algorithm, not_covered, missing_header
    """
    inputs, signatures = (_dictionary(request, name) for name in ("signature-input", "signature"))
    if len(inputs) != 1 or list(inputs) != list(signatures):
        raise SignatureError("several", "not exactly one signature")
    label, member = next(iter(inputs.items()))
    covered, parameters = _inner_list(member)
    signature = signatures[label][0] if isinstance(signatures[label], tuple) else signatures[label]
    if not isinstance(signature, bytes):
        raise SignatureError("syntax", "the signature is not a byte sequence")
    algorithm = _text(parameters, "alg")
    claim = Claim(
        scheme=Scheme.RFC9421,
        key_id=check_key_id(_text(parameters, "keyid") or ""),
        algorithm=algorithm,
        covered=covered,
        created=_seconds(parameters, "created"),
        expires=_seconds(parameters, "expires"),
        signature=signature,
        request=request,
        parameters=write_inner_list(covered, parameters),
    )
    _check_coverage(claim)
    return claim


def signed_texts(claim: Claim) -> list[bytes]:
    """The texts that may have been signed: a proxy may hide whether we were reached by https or http.

    Raises:  SignatureError: missing_header, header
    """
    if "@target-uri" in claim.covered or "@scheme" in claim.covered:
        return [_signed_text(claim, scheme) for scheme in ("https", "http")]
    return [_signed_text(claim, "https")]


def _signed_text(claim: Claim, scheme: str) -> bytes:
    lines = [f'"{name}": {_component(claim.request, name, scheme)}' for name in claim.covered]
    lines.append(f'"@signature-params": {claim.parameters}')
    try:
        text = "\n".join(lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise SignatureError("header", "a covered value is not ASCII") from error
    if text.count(b"\n") != len(lines) - 1:
        raise SignatureError("header", "a covered value holds a line break")
    return text


def _component(request: RequestParts, name: str, scheme: str) -> str:
    if name[0] != "@":
        return request.field(name)
    path, question, query = request.target.partition("?")
    values = {
        "@method": request.method,
        "@scheme": scheme,
        "@request-target": request.target,
        "@path": path,
        "@query": f"?{query}",
    }
    if name in values:
        return values[name]
    authority = host_in(request)
    return authority if name == "@authority" else f"{scheme}://{authority}{path}{question}{query}"


def _check_coverage(claim: Claim) -> None:
    covered = set(claim.covered)
    if claim.algorithm not in _ALGORITHMS:
        raise SignatureError("algorithm", repr(claim.algorithm))
    if claim.created is None:
        raise SignatureError("not_covered", "created")
    if claim.expires is not None and claim.expires <= claim.created:
        raise SignatureError("expired", "expires before it was created")
    required = ["@method"] + (["content-digest"] if claim.request.has_body else [])
    for name in required:
        if name not in covered:
            raise SignatureError("not_covered", name)
    whole_path = {"@path", "@query"} if "?" in claim.request.target else {"@path"}
    has_target = "@request-target" in covered or whole_path <= covered
    has_host = "@authority" in covered or "host" in covered
    if "@target-uri" not in covered and not (has_target and has_host):
        raise SignatureError("not_covered", "@target-uri")
    for name in claim.covered:
        if name[0] != "@":
            claim.request.field(name)


def _inner_list(member: object) -> tuple[tuple[str, ...], dict[str, Any]]:
    if not (isinstance(member, tuple) and isinstance(member[0], list)):
        raise SignatureError("syntax", "not an inner list")
    covered: list[str] = []
    for item in member[0]:
        name, parameters = item if isinstance(item, tuple) else (item, {})
        if not isinstance(name, str) or parameters:
            raise SignatureError("syntax", "a component with parameters, or none at all")
        if name in covered or not (name in _DERIVED or _FIELD_NAME.fullmatch(name)):
            raise SignatureError("syntax", f"an unknown or repeated component {name[:100]!r}")
        covered.append(name)
    return tuple(covered), member[1]


def _dictionary(request: RequestParts, name: str) -> dict[str, Any]:
    value = request.fields.get(name)
    if value is None:
        raise SignatureError("unsigned", f"no {name}")
    return read_dictionary(value, reason="syntax")


def _text(parameters: dict[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and type(value) is not str:
        raise SignatureError("syntax", f"{name} is not a string")
    return value


def _seconds(parameters: dict[str, Any], name: str) -> int | None:
    value = parameters.get(name)
    if value is not None and type(value) is not int:
        raise SignatureError("syntax", f"{name} is not whole seconds")
    return value


def _quoted(text: str) -> str:
    if not _QUOTABLE.fullmatch(text):
        raise SignatureError("key_id", "not ASCII")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
