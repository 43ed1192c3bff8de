from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from activitypub.errors import SignatureError
from activitypub.signatures.keys import (
    generate_ed25519,
    load_private_key,
    load_public_key,
    same_key_id,
    sign_bytes,
    verify_bytes,
    write_public_key,
)
from activitypub.signatures.multibase import (
    decode_base58btc,
    encode_base58btc,
    read_ed25519_multikey,
    write_ed25519_multikey,
)
from tests.activitypub.signatures.signed import ed25519_key, rsa_key, rsa_pair


def test_a_new_pair_is_rsa_2048_and_its_halves_belong_together() -> None:
    private, public = load_private_key(rsa_pair().private_pem), load_public_key(rsa_pair().public_pem)
    assert isinstance(private, RSAPrivateKey)
    assert private.key_size == 2048
    assert verify_bytes(public, sign_bytes(private, b"x"), b"x")
    assert not verify_bytes(public, sign_bytes(private, b"x"), b"y")
    assert rsa_pair().public_pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert rsa_pair().public_pem.endswith("-----END PUBLIC KEY-----\n")


def test_an_ed25519_pair() -> None:
    pair = generate_ed25519()
    private, public = load_private_key(pair.private_pem), load_public_key(pair.public_pem)
    assert isinstance(public, Ed25519PublicKey)
    assert verify_bytes(public, sign_bytes(private, b"x"), b"x")


def test_public_keys_of_every_costume_are_read() -> None:
    public = rsa_key().public_key()
    assert isinstance(public, RSAPublicKey)
    spki = write_public_key(public)
    pkcs1 = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    for pem in (
        spki,
        pkcs1,
        spki + "\ntrailing garbage\x00",
        "\ufeffSubject: x\r\n" + spki.replace("\n", "\r\n"),
        spki.strip(),
        spki.replace("\n", " "),
        spki.replace("\n", "\n\n"),
        spki + spki,
    ):
        assert load_public_key(pem) == public


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + "A" * 30_000 + "\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_public_key_is_refused(pem: str) -> None:
    with pytest.raises(SignatureError, match="key"):
        load_public_key(pem)


def test_weak_and_foreign_keys_are_refused() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    for key in (weak.public_key(), curve.public_key()):
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        with pytest.raises(SignatureError):
            load_public_key(pem)
    private = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for pem in (private, "nonsense", rsa_pair().public_pem):
        with pytest.raises(SignatureError):
            load_private_key(pem)


def test_key_ids_are_compared_exactly_but_for_bookwyrms_slash() -> None:
    assert same_key_id("https://a.test/u#main-key", "https://a.test/u#main-key")
    assert same_key_id("https://a.test/u#main-key", "https://a.test/u/#main-key")
    assert not same_key_id("https://a.test/u#main-key", "https://a.test/u#main-key2")
    assert not same_key_id("https://a.test/u#main-key", "https://a.test/v#main-key")


@given(st.binary(max_size=40))
def test_base58_is_read_as_it_was_written(data: bytes) -> None:
    assert decode_base58btc(encode_base58btc(data)) == data


@pytest.mark.parametrize("text", ["", "z0", "zO", "zl", "mAAAA", "2g", "z" + "1" * 2_000])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(SignatureError):
        decode_base58btc(text)


def test_a_multikey_is_read_as_it_was_written() -> None:
    public = ed25519_key().public_key()
    assert isinstance(public, Ed25519PublicKey)
    text = write_ed25519_multikey(public)
    assert text.startswith("z6Mk")
    assert read_ed25519_multikey(text) == public
    # The example of the Multikey specification.
    assert read_ed25519_multikey("z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu")
    for wrong in ("z", "z6Mk", encode_base58btc(b"\x12\x05" + bytes(32)), text + "1"):
        with pytest.raises(SignatureError):
            read_ed25519_multikey(wrong)
