"""Accept-Signature: what is read of it, what is made of it."""

from __future__ import annotations

import http_message_signatures as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.signatures import rfc9421
from activitypub.signatures.accept import ASKED, ASKED_WITH_BODY, Wanted, read_accept_signature
from tests.activitypub.signatures import signed
from tests.activitypub.signatures.signed import BODY, KEY_ID, URL, ed25519_key, rsa_key
from tests.activitypub.signatures.test_rfc9421 import Keys, Message


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (ASKED_WITH_BODY, [Wanted("sig1", ("@method", "@target-uri", "content-digest"))]),
        (ASKED, [Wanted("sig1", ("@method", "@target-uri"))]),
        (
            'a=("@authority");created;keyid="k";alg="ed25519";nonce="n";tag="t"',
            [Wanted("a", ("@authority",), "ed25519", "k", "n", "t")],
        ),
        ('a=("@method";req), b=("date")', [Wanted("b", ("date",))]),
        ('a=("@method" "@method")', []),
        ("a=(date)", []),
        ('a="x"', []),
        ('a=("date");nonce=12', []),
        ('a=("date");nonce="' + "n" * 600 + '"', []),
        ('a=("date"), a=("host")', []),
        ("nonsense(", []),
        ("ü", []),
        ("", []),
        ("x" * 5000, []),
    ],
)
def test_what_is_asked_is_read_and_nonsense_is_left(value: str, found: list[Wanted]) -> None:
    assert list(read_accept_signature(value)) == found


@given(st.text())
def test_any_header_is_read(value: str) -> None:
    read_accept_signature(value)


def test_only_what_we_can_make_suits() -> None:
    def suits(wanted: Wanted, *, has_body: bool = True) -> bool:
        return wanted.suits(rsa_key(), KEY_ID, has_body=has_body)

    assert suits(Wanted("a", ("@authority", "content-digest", "date")))
    assert not suits(Wanted("a", ("content-digest",)), has_body=False)
    assert not suits(Wanted("a", ("x-else",)))
    assert not suits(Wanted("a", (), algorithm="ed25519"))
    assert suits(Wanted("a", (), algorithm="rsa-v1_5-sha256", key_id=KEY_ID))
    assert not suits(Wanted("a", (), key_id="https://other.test/key"))
    assert Wanted("a", (), algorithm="ed25519").suits(ed25519_key(), KEY_ID, has_body=True)


def test_another_implementation_verifies_what_it_has_asked_for() -> None:
    (wanted,) = read_accept_signature(
        'theirs=("@authority" "@path" "date" "content-type");nonce="a\\"b";tag="t"'
    )
    now = signed.datetime.now(signed.UTC)
    headers = rfc9421.sign_request(
        "POST", URL, key=rsa_key(), key_id=KEY_ID, now=now, body=BODY, wanted=wanted
    )
    verifier = oracle.HTTPMessageVerifier(
        signature_algorithm=oracle.algorithms.RSA_V1_5_SHA256, key_resolver=Keys(rsa_key())
    )
    (result,) = verifier.verify(Message("POST", URL, headers))
    assert headers["Signature"].startswith("theirs=:")
    covered = {"@method", "@target-uri", "content-digest", "@authority", "@path", "date", "content-type"}
    assert {f'"{name}"' for name in covered} <= set(result.covered_components)
    assert (result.parameters["nonce"], result.parameters["tag"]) == ('a"b', "t")
