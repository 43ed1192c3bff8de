from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import signatures
from activitypub.errors import Malformed, SignatureError
from activitypub.signatures import Scheme, cavage
from activitypub.signatures.digest import sha256, write_digest
from activitypub.signatures.keys import PrivateKey, verify_bytes
from tests.activitypub.signatures.signed import (
    BODY,
    HOSTS,
    KEY_ID,
    NOW,
    URL,
    Headers,
    cavage_by_hand,
    ed25519_key,
    field,
    judge,
    lowered,
    other_rsa_key,
    replaced,
    rsa_key,
    standard_fields,
    without,
)

COVERED = ["(request-target)", "host", "date", "digest", "content-type"]


def refused(headers: Headers, **how: object) -> str:
    with pytest.raises(SignatureError) as caught:
        judge(headers, **how)  # type: ignore[arg-type]
    return caught.value.reason


def signed_post(key: PrivateKey | None = None) -> Headers:
    return lowered(cavage.sign_request("POST", URL, key=key or rsa_key(), key_id=KEY_ID, now=NOW, body=BODY))


def test_a_post_is_signed_in_the_form_that_everyone_reads() -> None:
    headers = cavage.sign_request("POST", URL, key=rsa_key(), key_id=KEY_ID, now=NOW, body=BODY)
    signature = headers.pop("Signature")
    assert headers == {
        "Host": "echo.test",
        "Date": "Sat, 01 Aug 2026 10:00:00 GMT",
        "Digest": "SHA-256=GYwYnH3BiO6aICFt0ThC5bUIJ4byvqdpWtR8m5fNkww=",
        "Content-Type": "application/activity+json",
    }
    assert signature.startswith(
        f'keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",'
    )


def test_our_signature_holds_over_the_text_of_the_draft() -> None:
    headers = dict(signed_post())
    text = "\n".join(
        [
            "(request-target): post /inbox",
            "host: echo.test",
            "date: Sat, 01 Aug 2026 10:00:00 GMT",
            f"digest: {headers['digest']}",
            "content-type: application/activity+json",
        ]
    )
    claim = signatures.claimed("POST", "/inbox", list(headers.items()))
    assert verify_bytes(rsa_key().public_key(), claim.signature, text.encode())


def test_a_get_covers_target_host_and_date() -> None:
    headers = lowered(
        cavage.sign_request("GET", "https://echo.test/a?page=1#x", key=rsa_key(), key_id=KEY_ID, now=NOW)
    )
    assert [name for name, _ in headers] == ["host", "date", "signature"]
    assert 'headers="(request-target) host date"' in field(headers, "signature")
    judge(headers, method="GET", target="/a?page=1", body=b"")


def test_a_digest_made_before_is_not_made_again() -> None:
    headers = cavage.sign_request("POST", URL, key=rsa_key(), key_id=KEY_ID, now=NOW, digest=sha256(BODY))
    judge(lowered(headers))


def test_a_url_that_is_none_is_not_signed() -> None:
    with pytest.raises(Malformed):
        cavage.sign_request("GET", "ftp://echo.test/", key=rsa_key(), key_id=KEY_ID, now=NOW)


def test_what_we_sign_we_verify() -> None:
    judge(signed_post())
    judge(signed_post(ed25519_key()), key=ed25519_key().public_key())
    assert refused(signed_post(other_rsa_key())) == "bad_signature"
    assert refused(signed_post(), key=ed25519_key().public_key()) == "bad_signature"
    assert refused(signed_post(ed25519_key())) == "bad_signature"


def test_a_claim_tells_whose_key_is_needed() -> None:
    claim = signatures.claimed("post", "/inbox", signed_post())
    assert (claim.scheme, claim.key_id, claim.algorithm) == (Scheme.CAVAGE, KEY_ID, "rsa-sha256")
    assert claim.covered == tuple(COVERED)


@pytest.mark.parametrize("missing", ["(request-target)", "host", "date", "digest"])
def test_S_A05_each_component_is_required(missing: str) -> None:
    covered = [name for name in COVERED if name != missing]
    assert refused(cavage_by_hand(covered)) == "not_covered"


def test_S_A05_a_get_needs_target_host_and_date() -> None:
    judge(cavage_by_hand(COVERED[:3], method="GET", target="/a"), method="GET", target="/a", body=b"")
    for missing in COVERED[:3]:
        covered = [name for name in COVERED[:3] if name != missing]
        headers = cavage_by_hand(covered, method="GET", target="/a")
        assert refused(headers, method="GET", target="/a", body=b"") == "not_covered"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda h: without(h, "signature"), "unsigned"),
        (lambda h: without(h, "digest"), "missing_header"),
        (lambda h: without(h, "host"), "missing_header"),
        (lambda h: without(h, "date"), "missing_header"),
        (lambda h: replaced(h, "digest", write_digest(sha256(b"another"))), "digest"),
        (lambda h: replaced(h, "digest", "MD5=abcd"), "digest"),
        (lambda h: replaced(h, "digest", ""), "digest"),
        (lambda h: replaced(h, "host", "evil.test"), "host"),
        (lambda h: replaced(h, "content-type", "text/plain"), "bad_signature"),
        (lambda h: [*h, ("host", "echo.test")], "duplicate_header"),
        (lambda h: [*h, ("signature", "x")], "duplicate_header"),
        (lambda h: [*h, ("digest", "x")], "duplicate_header"),
        (lambda h: [*h, ("date", "x")], "duplicate_header"),
    ],
)
def test_S_A05_a_changed_request_is_refused(spoil: Callable[[Headers], Headers], reason: str) -> None:
    assert refused(spoil(signed_post())) == reason


def test_S_A05_another_body_method_path_or_signature_is_refused() -> None:
    headers = signed_post()
    assert refused(headers, body=BODY + b" ") == "digest"
    assert refused(headers, method="PUT") == "bad_signature"
    assert refused(headers, target="/other") == "bad_signature"
    tampered = field(headers, "signature").replace('signature="', 'signature="AAAA')
    assert refused(replaced(headers, "signature", tampered)) == "bad_signature"


def test_S_A05_a_lower_case_label_with_the_right_hash_is_accepted() -> None:
    fields = standard_fields()
    for label in ("sha-256=", "Sha-256=", "unknown=x,SHA-256=", "SHA-256="):
        fields["digest"] = label + write_digest(sha256(BODY)).partition("=")[2]
        judge(cavage_by_hand(COVERED, fields=fields))


@pytest.mark.parametrize(
    ("shift", "reason"),
    [
        (timedelta(hours=-13), "too_old"),
        (timedelta(hours=2), "in_future"),
        (timedelta(minutes=-50), None),
        (timedelta(minutes=50), None),
        (timedelta(minutes=-64), None),
        (timedelta(minutes=-66), "too_old"),
        (timedelta(minutes=61), "in_future"),
    ],
)
def test_S_A07_only_a_recent_date_is_accepted(shift: timedelta, reason: str | None) -> None:
    by_date = cavage_by_hand(COVERED, fields=standard_fields(at=NOW + shift))
    created = int((NOW + shift).timestamp())
    by_created = cavage_by_hand(
        ["(request-target)", "(created)", "host", "digest"], parameters='algorithm="hs2019"', created=created
    )
    for headers in (by_date, by_created):
        if reason is None:
            judge(headers)
        else:
            assert refused(headers) == reason


@pytest.mark.parametrize(
    "date", ["yesterday", "", "2026-08-01T10:00:00Z", "Sat, 99 Aug 2026 10:00:00 GMT", "0"]
)
def test_S_A07_a_malformed_date_is_refused(date: str) -> None:
    assert refused(cavage_by_hand(COVERED, fields={**standard_fields(), "date": date})) == "date"


def test_S_A07_both_times_must_be_recent_when_both_are_covered() -> None:
    old = int((NOW - timedelta(hours=13)).timestamp())
    headers = cavage_by_hand([*COVERED, "(created)"], parameters='algorithm="hs2019"', created=old)
    assert refused(headers) == "too_old"


def test_S_A07_a_longer_life_must_be_signed_and_ends_after_twelve_hours() -> None:
    def made(hours: int, *covered: str) -> Headers:
        return cavage_by_hand(
            ["(request-target)", "(created)", "host", "digest", *covered],
            parameters='algorithm="hs2019"',
            created=int((NOW - timedelta(hours=hours)).timestamp()),
            expires=int((NOW + timedelta(hours=1)).timestamp()),
        )

    judge(made(11, "(expires)"))
    assert refused(made(14, "(expires)")) == "too_old"
    assert refused(made(2)) == "too_old"


def test_S_A07_expires_is_honoured_with_the_skew() -> None:
    def with_expiry(shift: timedelta) -> Headers:
        return cavage_by_hand(
            [*COVERED, "(created)", "(expires)"],
            parameters='algorithm="hs2019"',
            created=int((NOW - timedelta(hours=3)).timestamp()),
            expires=int((NOW + shift).timestamp()),
        )

    judge(with_expiry(timedelta(hours=1)))
    judge(with_expiry(timedelta(minutes=-50)))
    assert refused(with_expiry(timedelta(hours=-2))) == "expired"


def test_a_time_that_is_no_time_is_refused() -> None:
    headers = cavage_by_hand([*COVERED, "(created)"], parameters='algorithm="hs2019"', created=10**12 - 1)
    assert refused(headers) == "date"
    last = 253_402_300_799  # the last second of the year 9999
    headers = cavage_by_hand([*COVERED, "(expires)"], parameters='algorithm="hs2019"', expires=last)
    judge(headers)


@pytest.mark.parametrize(
    ("parameters", "created", "reason"),
    [
        ('algorithm="hs2019"', None, None),
        ('algorithm="HS2019"', None, None),
        ('algorithm="rsa-sha512"', None, None),
        ('x="y"', None, None),
        ('algorithm="hmac-sha256"', None, "algorithm"),
        ('algorithm="none"', None, "algorithm"),
        ('algorithm="rsa-sha256"', 1785578400, "algorithm"),
        ('x="y"', 1785578400, None),
    ],
)
def test_the_key_decides_whatever_the_algorithm_says(
    parameters: str, created: int | None, reason: str | None
) -> None:
    covered = COVERED if created is None else [*COVERED, "(created)"]
    headers = cavage_by_hand(covered, parameters=parameters, created=created)
    if reason is None:
        judge(headers)
    else:
        assert refused(headers) == reason


def test_the_target_may_be_signed_with_or_without_its_query() -> None:
    for signed in ("/a?page=1", "/a"):
        headers = cavage_by_hand(COVERED[:3], method="GET", target=signed)
        judge(headers, method="GET", target="/a?page=1", body=b"")
    headers = cavage_by_hand(COVERED[:3], method="GET", target="/a?page=2")
    assert refused(headers, method="GET", target="/a?page=1", body=b"") == "bad_signature"


def test_quirks_of_the_header_are_read() -> None:
    headers = cavage_by_hand([*COVERED, "x-list"], fields={**standard_fields(), "x-list": "a, b"})
    value = field(headers, "signature")
    judge(replaced(headers, "signature", f"Signature {value}"))
    judge(replaced(headers, "signature", value.replace(",", " , ")))
    judge(replaced(headers, "signature", f'{value},opaque="a,b=\\"c\\""'))
    judge([*without(headers, "x-list"), ("x-list", "a"), ("x-list", "b")])
    judge(replaced(headers, "host", "echo.test"))


def test_the_host_is_compared_without_case_and_default_port() -> None:
    for host in ("ECHO.test", "echo.test:443"):
        judge(cavage_by_hand(COVERED, fields={**standard_fields(), "host": host}))
    for host in ("echo.test:8080", "echo.test.", "a.echo.test", ""):
        assert refused(cavage_by_hand(COVERED, fields={**standard_fields(), "host": host})) == "host"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f'keyId="{KEY_ID}",', "", "syntax"),
        (f'keyId="{KEY_ID}",', 'keyId="",', "syntax"),
        (KEY_ID, "acct:a@peer.test", "key_id"),
        (KEY_ID, "main-key", "key_id"),
        (KEY_ID, f"{KEY_ID}\n", "key_id"),
        ('signature="', 'signature="!', "syntax"),
        ('signature="', 'ignored="', "syntax"),
        ('keyId="', 'keyId="x",keyId="', "syntax"),
        ('headers="', 'headers="host ', "syntax"),
        ('headers="', 'headers="(nothing) ', "syntax"),
        ('headers="', 'headers="x-absent ', "missing_header"),
        ('headers="', 'headers="(created) ', "algorithm"),
        ('headers="', 'headers="(expires) ', "syntax"),
        ('algorithm="', 'created="soon",algorithm="', "syntax"),
        ('algorithm="', 'created=-1,algorithm="', "syntax"),
        ('algorithm="', 'expires=1.5,algorithm="', "syntax"),
        ('headers="', "headers=", "syntax"),
        ('algorithm="', ';algorithm="', "syntax"),
    ],
)
def test_a_malformed_signature_header_is_refused(old: str, new: str, reason: str) -> None:
    headers = signed_post()
    value = field(headers, "signature").replace(old, new, 1)
    assert refused(replaced(headers, "signature", value)) == reason


def test_oversized_and_strange_headers_are_refused() -> None:
    headers = signed_post()
    assert (
        refused(replaced(headers, "signature", field(headers, "signature") + " " * 5 + "," * 9000))
        == "header"
    )
    assert refused(replaced(headers, "content-type", "a\u2028b")) == "header"
    assert refused(replaced(headers, "content-type", "a\nhost: evil.test")) == "header"


@given(st.text('keyIdheadrsgntuxclo"=,\\ ()0123456789', max_size=80) | st.text(max_size=30))
def test_any_header_is_a_claim_or_refused(value: str) -> None:
    with pytest.raises(SignatureError):
        judge([*standard_fields().items(), ("signature", value)])


def test_nothing_passes_the_check_before_the_key_that_the_key_would_not() -> None:
    claim = signatures.claimed("POST", "/inbox", signed_post())
    signatures.check(claim, body=BODY, our_hosts=HOSTS, now=NOW)
    with pytest.raises(SignatureError, match="host"):
        signatures.check(claim, body=BODY, our_hosts=frozenset(), now=NOW)
    with pytest.raises(SignatureError, match="bad_signature"):
        signatures.verify_key(claim, other_rsa_key().public_key())
