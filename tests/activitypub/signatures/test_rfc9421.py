from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import http_message_signatures as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import signatures
from activitypub.errors import Malformed, SignatureError
from activitypub.signatures import Scheme, rfc9421
from activitypub.signatures.digest import sha256, write_content_digest
from activitypub.signatures.keys import PrivateKey, PublicKeyObject
from tests.activitypub.signatures import signed
from tests.activitypub.signatures.signed import (
    BODY,
    KEY_ID,
    NOW,
    URL,
    Headers,
    cavage_by_hand,
    ed25519_key,
    judge,
    lowered,
    other_rsa_key,
    replaced,
    rfc9421_by_hand,
    rsa_key,
    standard_fields,
    without,
)

COVERED = ["@method", "@target-uri", "content-digest"]
CREATED = int(NOW.timestamp())


def refused(headers: Headers, **how: object) -> str:
    with pytest.raises(SignatureError) as caught:
        judge(headers, **how)  # type: ignore[arg-type]
    return caught.value.reason


def signed_post(key: PrivateKey | None = None) -> Headers:
    return lowered(rfc9421.sign_request("POST", URL, key=key or rsa_key(), key_id=KEY_ID, now=NOW, body=BODY))


@dataclass
class Message:
    """What the other implementation signs and verifies."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Keys(oracle.HTTPSignatureKeyResolver):
    key: PrivateKey

    def resolve_private_key(self, key_id: str) -> PrivateKey:
        return self.key

    def resolve_public_key(self, key_id: str) -> PublicKeyObject:
        return self.key.public_key()


def test_what_we_sign_is_what_mastodon_sends() -> None:
    headers = dict(signed_post())
    assert headers["signature-input"] == (
        'sig1=("@method" "@target-uri" "content-digest");'
        f'created={CREATED};expires={CREATED + 300};keyid="{KEY_ID}"'
    )
    assert headers["content-digest"] == write_content_digest(sha256(BODY))
    assert headers["host"] == "echo.test"


def test_what_we_sign_we_verify() -> None:
    judge(signed_post())
    judge(signed_post(ed25519_key()), key=ed25519_key().public_key())
    assert refused(signed_post(other_rsa_key())) == "bad_signature"
    assert refused(signed_post(), key=ed25519_key().public_key()) == "bad_signature"
    get = rfc9421.sign_request("GET", "https://echo.test/a?page=1#x", key=rsa_key(), key_id=KEY_ID, now=NOW)
    assert set(get) == {"Host", "Date", "Signature-Input", "Signature"}
    judge(lowered(get), method="GET", target="/a?page=1", body=b"")
    assert refused(lowered(get), method="GET", target="/a?page=2", body=b"") == "bad_signature"
    assert refused(lowered(get), method="GET", target="/a", body=b"") == "bad_signature"
    made = rfc9421.sign_request("POST", URL, key=rsa_key(), key_id=KEY_ID, now=NOW, digest=sha256(BODY))
    judge(lowered(made))


def test_what_cannot_be_signed_is_refused() -> None:
    with pytest.raises(Malformed):
        rfc9421.sign_request("GET", "nothing", key=rsa_key(), key_id=KEY_ID, now=NOW)
    with pytest.raises(SignatureError):
        rfc9421.sign_request("GET", URL, key=rsa_key(), key_id="https://bücher.test/", now=NOW)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key, oracle.algorithms.RSA_V1_5_SHA256), (ed25519_key, oracle.algorithms.ED25519)],
)
def test_another_implementation_verifies_what_we_sign(key: object, algorithm: type) -> None:
    private = key()  # type: ignore[operator]
    now = signed.datetime.now(signed.UTC)
    headers = rfc9421.sign_request("POST", URL, key=private, key_id=KEY_ID, now=now, body=BODY)
    verifier = oracle.HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=Keys(private))
    results = verifier.verify(Message("POST", URL, headers))
    assert results[0].parameters["keyid"] == KEY_ID
    assert {'"@method"', '"@target-uri"', '"content-digest"'} <= set(results[0].covered_components)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key, oracle.algorithms.RSA_V1_5_SHA256), (ed25519_key, oracle.algorithms.ED25519)],
)
@pytest.mark.parametrize(
    "covered",
    [
        ("@method", "@target-uri", "content-digest"),
        ("@method", "@target-uri", "@authority", "host", "date", "content-digest"),
        ("@method", "@authority", "@path", "@query", "@scheme", "content-digest"),
        ("@method", "@authority", "@request-target", "content-digest"),
    ],
)
def test_we_verify_what_another_implementation_signs(
    key: object, algorithm: type, covered: tuple[str, ...]
) -> None:
    private = key()  # type: ignore[operator]
    url = f"{URL}?a=b%20c&d"
    message = Message("POST", url, {"Host": "echo.test", "Date": standard_fields()["date"]})
    oracle.HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(private)).sign(
        message, key_id=KEY_ID, created=NOW, covered_component_ids=covered, body=BODY
    )
    judge(lowered(message.headers), target="/inbox?a=b%20c&d", key=private.public_key())
    assert refused(lowered(message.headers), target="/inbox", key=private.public_key()) == "bad_signature"


def test_a_claim_tells_whose_key_is_needed() -> None:
    claim = signatures.claimed("POST", "/inbox", signed_post())
    assert (claim.scheme, claim.key_id, claim.algorithm) == (Scheme.RFC9421, KEY_ID, None)
    assert (claim.created, claim.expires) == (CREATED, CREATED + 300)


@pytest.mark.parametrize("missing", COVERED)
def test_S_A18_each_component_is_required(missing: str) -> None:
    covered = [name for name in COVERED if name != missing]
    assert refused(rfc9421_by_hand(covered)) == "not_covered"


@pytest.mark.parametrize(
    "covered",
    [
        ["@target-uri"],
        ["@authority", "@path"],
        ["@authority", "@request-target"],
        ["host", "@path"],
    ],
)
def test_S_A18_the_target_may_be_covered_whole_or_in_parts(covered: list[str]) -> None:
    judge(rfc9421_by_hand(["@method", "content-digest", *covered]))
    if len(covered) > 1:
        for missing in covered:
            rest = [name for name in covered if name != missing]
            assert refused(rfc9421_by_hand(["@method", "content-digest", *rest])) == "not_covered"


def test_S_A18_a_query_must_be_covered_too() -> None:
    parts = {"@target-uri": f"{URL}?a", "@query": "?a", "@request-target": "/inbox?a"}
    path_only = rfc9421_by_hand(["@method", "@authority", "@path", "content-digest"], components=parts)
    whole = rfc9421_by_hand(["@method", "@authority", "@path", "@query", "content-digest"], components=parts)
    assert refused(path_only, target="/inbox?a") == "not_covered"
    judge(whole, target="/inbox?a")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (f';keyid="{KEY_ID}"', "not_covered"),
        (f";created={CREATED}", "key_id"),
        (f';created={CREATED};keyid="acct:a@peer.test"', "key_id"),
        (f";created={CREATED};keyid=token", "syntax"),
        (f';created="{CREATED}";keyid="{KEY_ID}"', "syntax"),
        (f';created={CREATED}.0;keyid="{KEY_ID}"', "syntax"),
        (f';created={CREATED};expires="x";keyid="{KEY_ID}"', "syntax"),
        (f';created={CREATED};expires={CREATED};keyid="{KEY_ID}"', "expired"),
        (f';created={CREATED - 9000};expires={CREATED - 7300};keyid="{KEY_ID}"', "expired"),
        (f';created={CREATED - 13 * 3600};keyid="{KEY_ID}"', "too_old"),
        (f';created={CREATED + 2 * 3600};keyid="{KEY_ID}"', "in_future"),
        (f';created=999999999999999;keyid="{KEY_ID}"', "date"),
        (f';created={CREATED};keyid="{KEY_ID}";alg="hmac-sha256"', "algorithm"),
        (f';created={CREATED};keyid="{KEY_ID}";alg="rsa-pss-sha512"', "algorithm"),
        (f';created={CREATED};keyid="{KEY_ID}";alg="ed25519"', "algorithm"),
        (f';created={CREATED};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"', None),
        (f';created={CREATED};keyid="{KEY_ID}";nonce="abc";tag="x"', None),
        (f';created={CREATED - 3000};expires={CREATED - 2900};keyid="{KEY_ID}"', None),
        (f';created={CREATED + 3000};keyid="{KEY_ID}"', None),
    ],
)
def test_S_A18_parameters_are_checked(parameters: str, reason: str | None) -> None:
    headers = rfc9421_by_hand(COVERED, parameters=parameters)
    if reason is None:
        judge(headers)
    else:
        assert refused(headers) == reason


def test_S_A18_only_one_signature_is_taken() -> None:
    headers = dict(signed_post())
    first, second = headers["signature-input"], headers["signature"]
    two = {**headers, "signature-input": f"{first}, {first.replace('sig1', 'b', 1)}"}
    assert refused(list(two.items())) == "several"
    two["signature"] = f"{second}, {second.replace('sig1', 'b', 1)}"
    assert refused(list(two.items())) == "several"
    other = {**headers, "signature": second.replace("sig1", "b", 1)}
    assert refused(list(other.items())) == "several"
    same = {**headers, "signature-input": f"{first}, {first}"}
    assert refused(list(same.items())) == "syntax"
    assert refused([*headers.items(), ("signature-input", first)]) == "duplicate_header"


def test_S_A18_a_broken_new_signature_is_not_read_as_an_old_one() -> None:
    headers = cavage_by_hand(["(request-target)", "host", "date", "digest"])
    judge(headers)
    assert refused([*headers, ("signature-input", "x")]) in ("syntax", "several")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("content-digest", write_content_digest(sha256(b"another")), "digest"),
        ("content-digest", "sha-256=abc", "digest"),
        ("content-digest", "md5=:AAAA:", "digest"),
        ("content-digest", "", "digest"),
        ("host", "evil.test", "host"),
    ],
)
def test_S_A18_a_changed_request_is_refused(name: str, value: str, reason: str) -> None:
    assert refused(replaced(signed_post(), name, value)) == reason


def test_S_A18_a_missing_part_is_refused() -> None:
    assert refused(without(signed_post(), "signature")) == "unsigned"
    assert refused(without(signed_post(), "signature-input")) == "syntax"
    assert refused(without(signed_post(), "content-digest")) == "missing_header"
    assert refused(without(signed_post(), "host")) == "missing_header"
    assert refused(signed_post(), body=b"another") == "digest"
    assert refused(signed_post(), method="PUT") == "bad_signature"
    assert refused(signed_post(), now=NOW + timedelta(hours=2)) == "expired"


@pytest.mark.parametrize(
    "components",
    [
        '"@method";req "@target-uri" "content-digest"',
        '"@method" "@target-uri" "content-digest";sf',
        '"@method" "@target-uri" "content-digest" "@method"',
        '"@method" "@target-uri" "content-digest" "@status"',
        '"@method" "@target-uri" "content-digest" "@signature-params"',
        '"@method" "@target-uri" "content-digest" "Date"',
        '"@method" "@target-uri" "content-digest" ""',
        "1 2",
        "method",
    ],
)
def test_components_we_do_not_know_are_refused(components: str) -> None:
    headers = replaced(
        signed_post(), "signature-input", f'sig1=({components});created={CREATED};keyid="{KEY_ID}"'
    )
    assert refused(headers) == "syntax"


@pytest.mark.parametrize(
    "value", ['sig1="x"', "sig1=1", "sig1", "", "sig1=()", "((", "sig1=:AA:", "s\u00efg=()"]
)
def test_a_malformed_signature_input_is_refused(value: str) -> None:
    assert refused(replaced(signed_post(), "signature-input", value)) in (
        "syntax",
        "several",
        "key_id",
        "unsigned",
    )
    assert refused(replaced(signed_post(), "signature", value)) in ("syntax", "several", "bad_signature")


def test_we_are_reached_by_http_behind_a_proxy() -> None:
    judge(rfc9421_by_hand(COVERED, components={"@target-uri": "http://echo.test/inbox"}))
    judge(rfc9421_by_hand([*COVERED, "@scheme"]))
    other = rfc9421_by_hand(COVERED, components={"@target-uri": "https://evil.test/inbox"})
    assert refused(other) == "bad_signature"


def test_covered_headers_are_ascii_in_one_line() -> None:
    for value in ("b\u00fccher", "a\nb"):
        headers = rfc9421_by_hand([*COVERED, "x-a"], fields={**standard_fields(), "x-a": value})
        assert refused(headers) == "header"


@given(st.text('sig1=("@methodrgu-); :,ck\\', max_size=60) | st.text(max_size=30))
def test_any_header_is_a_claim_or_refused(value: str) -> None:
    with pytest.raises(SignatureError):
        judge(replaced(signed_post(), "signature-input", value))
    with pytest.raises(SignatureError):
        judge(replaced(signed_post(), "signature", value))
