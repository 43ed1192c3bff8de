"""Signed requests for the tests of both schemes, and ways to spoil them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from activitypub import signatures
from activitypub.signatures.digest import sha256, write_content_digest, write_digest
from activitypub.signatures.keys import (
    KeyPair,
    PrivateKey,
    PublicKeyObject,
    generate_ed25519,
    generate_rsa,
    load_private_key,
    sign_bytes,
)

NOW = datetime(2026, 8, 1, 10, 0, 0, tzinfo=UTC)
BODY = b'{"type":"Follow"}'
URL = "https://echo.test/inbox"
KEY_ID = "https://peer.test/users/a#main-key"
HOSTS = frozenset({"echo.test"})

Headers = list[tuple[str, str]]


@cache
def rsa_pair() -> KeyPair:
    return generate_rsa()


@cache
def rsa_key() -> PrivateKey:
    return load_private_key(rsa_pair().private_pem)


@cache
def other_rsa_key() -> PrivateKey:
    return load_private_key(generate_rsa().private_pem)


@cache
def ed25519_key() -> PrivateKey:
    return load_private_key(generate_ed25519().private_pem)


def lowered(headers: dict[str, str]) -> Headers:
    return [(name.lower(), value) for name, value in headers.items()]


def judge(
    headers: Headers,
    *,
    method: str = "POST",
    target: str = "/inbox",
    body: bytes = BODY,
    key: PublicKeyObject | None = None,
    now: datetime = NOW,
) -> None:
    """Do what an inbox does: raises SignatureError unless the request is good."""
    claim = signatures.claimed(method, target, headers)
    signatures.verify(claim, body=body, public_key=key or rsa_key().public_key(), our_hosts=HOSTS, now=now)


def standard_fields(body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    return {
        "host": "echo.test",
        "date": format_datetime(at, usegmt=True),
        "digest": write_digest(sha256(body)),
        "content-digest": write_content_digest(sha256(body)),
        "content-type": "application/activity+json",
    }


def cavage_by_hand(
    covered: list[str],
    *,
    fields: dict[str, str] | None = None,
    method: str = "POST",
    target: str = "/inbox",
    parameters: str = 'algorithm="rsa-sha256"',
    created: int | None = None,
    expires: int | None = None,
    key: PrivateKey | None = None,
) -> Headers:
    """A cavage signature written out step by step, independent of the code under test."""
    fields = standard_fields() if fields is None else fields
    special = {"(request-target)": f"{method.lower()} {target}", "(created)": created, "(expires)": expires}
    text = "\n".join(f"{name}: {special.get(name, fields.get(name))}" for name in covered)
    signature = base64.b64encode(sign_bytes(key or rsa_key(), text.encode())).decode()
    header = f'keyId="{KEY_ID}",{parameters},headers="{" ".join(covered)}",signature="{signature}"'
    header += "" if created is None else f",created={created}"
    header += "" if expires is None else f",expires={expires}"
    return [*fields.items(), ("signature", header)]


def rfc9421_by_hand(
    covered: list[str],
    *,
    fields: dict[str, str] | None = None,
    parameters: str | None = None,
    components: dict[str, str] | None = None,
    label: str = "sig1",
    key: PrivateKey | None = None,
) -> Headers:
    """An RFC 9421 signature written out step by step, independent of the code under test."""
    fields = standard_fields() if fields is None else fields
    if parameters is None:
        parameters = f';created={int(NOW.timestamp())};keyid="{KEY_ID}"'
    values = {
        "@method": "POST",
        "@target-uri": URL,
        "@authority": "echo.test",
        "@path": "/inbox",
        "@query": "?",
        "@scheme": "https",
        "@request-target": "/inbox",
        **fields,
        **(components or {}),
    }
    names = " ".join(f'"{name}"' for name in covered)
    lines = [f'"{name}": {values[name]}' for name in covered]
    lines.append(f'"@signature-params": ({names}){parameters}')
    signature = base64.b64encode(sign_bytes(key or rsa_key(), "\n".join(lines).encode())).decode()
    return [
        *fields.items(),
        ("signature-input", f"{label}=({names}){parameters}"),
        ("signature", f"{label}=:{signature}:"),
    ]


def without(headers: Headers, name: str) -> Headers:
    return [(key, value) for key, value in headers if key != name]


def replaced(headers: Headers, name: str, value: str) -> Headers:
    return [(key, value if key == name else old) for key, old in headers]


def field(headers: Headers, name: str) -> str:
    return dict(headers)[name]
