from __future__ import annotations

import base64
import hashlib

import pytest

from activitypub.errors import SignatureError
from activitypub.signatures.digest import (
    check_content_digest,
    check_digest,
    sha256,
    write_content_digest,
    write_digest,
)

BODY = b'{"hello": "world"}'
SHA256 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
SHA512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
WRONG = base64.b64encode(bytes(32)).decode()


def test_the_labels_have_opposite_cases() -> None:
    assert write_digest(sha256(BODY)) == f"SHA-256={SHA256}"
    assert write_content_digest(sha256(BODY)) == f"sha-256=:{SHA256}:"


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (f"SHA-256={SHA256}", True),
        (f"sha-256={SHA256}", True),
        (f" Sha-256 ={SHA256} ", True),
        (f"SHA-512={SHA512}", True),
        (f"unixsum=30637,SHA-256={SHA256}", True),
        (f"SHA-256={SHA256}, sha-512={SHA512}", True),
        (f"SHA-256={WRONG}", False),
        (f"SHA-256={SHA256},SHA-512={WRONG}", False),
        (f"SHA-256={SHA256},sha-256={SHA256}", False),
        (f"SHA-256={SHA256[:-1]}", False),
        (f"SHA-256=:{SHA256}:", False),
        ("SHA-256", False),
        ("SHA-256=", False),
        ("MD5=abcd", False),
        ("SHA-256=\u00e9", False),
        ("", False),
    ],
)
def test_a_digest_is_read_in_every_case(value: str, good: bool) -> None:
    if good:
        check_digest(value, BODY)
    else:
        with pytest.raises(SignatureError, match="digest"):
            check_digest(value, BODY)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (f"sha-256=:{SHA256}:", True),
        (f"sha-512=:{SHA512}:", True),
        (f"sha-256=:{SHA256}:, sha-512=:{SHA512}:", True),
        (f"md5=:AAAA:, sha-256=:{SHA256}:;x=1", True),
        (f"sha-256=:{WRONG}:", False),
        (f"sha-256=:{SHA256}:, sha-512=:{WRONG}:", False),
        (f"sha-256=:{SHA256}:, sha-256=:{SHA256}:", False),
        (f"sha-256={SHA256}", False),
        (f'sha-256="{SHA256}"', False),
        ("sha-256=()", False),
        ("md5=:AAAA:", False),
        ("\u00e9", False),
        ("", False),
    ],
)
def test_a_content_digest_is_a_structured_field(value: str, good: bool) -> None:
    if good:
        check_content_digest(value, BODY)
    else:
        with pytest.raises(SignatureError, match="digest"):
            check_content_digest(value, BODY)


def test_the_body_is_compared_byte_by_byte() -> None:
    for check, value in (
        (check_digest, write_digest(sha256(BODY))),
        (check_content_digest, write_content_digest(sha256(BODY))),
    ):
        check(value, BODY)
        with pytest.raises(SignatureError):
            check(value, BODY + b"\n")
