from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import iri
from activitypub.errors import Malformed


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://Example.TEST", "https://example.test/"),
        ("HTTPS://example.test:443/a?b=c#d", "https://example.test/a?b=c#d"),
        ("https://bücher.test/ü?ö#ä", "https://xn--bcher-kva.test/%C3%BC?%C3%B6#%C3%A4"),
        ("https://example.test?x", "https://example.test/?x"),
        ("https://example.test/a%2Fb/../c", "https://example.test/a%2Fb/../c"),
        ("https://192.0.2.1/a", "https://192.0.2.1/a"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.test/@user", "https://example.test/@user"),
    ],
)
def test_an_address_has_one_form(text: str, canonical: str) -> None:
    assert iri.parse(text).text == canonical
    assert iri.parse(canonical).text == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.test/a",
        "//example.test/a",
        "ftp://example.test/",
        "acct:a@example.test",
        "javascript://example.test/%0a",
        "http://example.test/",
        "https:///a",
        "https://user@example.test/",
        "https://user:word@example.test/",
        "https://@example.test/",
        "https://example.test@evil.test/",
        "https://example.test\\@evil.test/",
        "https://exa mple.test/",
        "https://example.test/a b",
        "https://example.test/a\r\nHost: evil.test",
        "https://example.test/\x00",
        "https://example.test/\u2028",
        "https://example.test/\u202e",
        "https://example.test/\ud800",
        " https://example.test/",
        "https://example.test:/",
        "https://example.test:8443/",
        "https://example.test:0/",
        "https://example.test:99999/",
        "https://example..test/",
        "https://.example.test/",
        "https://example.test./",
        "https://localhost/",
        "https://[::1/",
        "https://::1/",
        "https://example.test/" + "a" * 2048,
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        iri.parse(text)
    assert iri.find(text) is None
    assert iri.host_of(text) is None
    assert not iri.same_origin(text, text)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3.4.5",
        "127.0.0.0x1",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "localhost",
        "localhost.",
        "x.localhost",
        "LOCALHOST",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[v1.x]",
        "",
        ":6379",
        "example.test:6379",
        "ｅxample.test",
        "exa\u00admple.test",
        "-a.test",
        "a-.test",
        "a_b.test",
        "xn--.test",
        "xn--a.test",
        "a" * 64 + ".test",
    ],
)
def test_S_B07_odd_spellings_of_a_host_are_refused(host: str) -> None:
    with pytest.raises(Malformed):
        iri.parse(f"https://{host}/")


def test_trials_on_one_machine_may_use_http_ports_and_localhost() -> None:
    assert iri.parse("http://localhost:3000/a", allow_http=True).origin == "http://localhost:3000"
    assert iri.parse("http://127.0.0.1:80/", allow_http=True).text == "http://127.0.0.1/"
    assert iri.parse("https://one.localhost:8443/", allow_http=True).authority == "one.localhost:8443"
    assert iri.find("http://a.test/", allow_http=True) == "http://a.test/"
    for text in ("http://a.test:0/", "http://a.test:65536/", "http://2130706433/", "http://u@a.test/"):
        with pytest.raises(Malformed):
            iri.parse(text, allow_http=True)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert iri.origin("https://Example.test:443/a") == "https://example.test"
    assert iri.same_origin("https://example.test/a", "https://EXAMPLE.test:443/b#c")
    assert not iri.same_origin("https://example.test/a", "https://a.example.test/a")
    assert not iri.same_origin("https://a.test/", "http://a.test/", allow_http=True)
    assert not iri.same_origin("http://a.test:1/", "http://a.test:2/", allow_http=True)
    assert iri.host_of("https://Example.test/a") == "example.test"


def test_the_parts_of_a_request_line() -> None:
    parsed = iri.parse("https://example.test/inbox?page=1#x")
    assert (parsed.target, parsed.fragment) == ("/inbox?page=1", "#x")
    assert iri.parse("https://example.test").target == "/"


def test_an_address_is_kept_as_it_was_sent() -> None:
    assert iri.find("https://Example.TEST/A") == "https://Example.TEST/A"
    assert iri.find(["https://example.test/"]) is None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Example.TEST", "example.test"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("r3---sn-x.example", "r3---sn-x.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("localhost", "localhost"),
        ("example.test/", None),
        ("/example.test", None),
        ("example.test/..", None),
        ("example .test", None),
        (" example.test", None),
        ("example.test\n", None),
        ("a@example.test", None),
        ("@example.test", None),
        ("example.test.", None),
        ("example.test:443", None),
        ("example..test", None),
        (".example.test", None),
        ("", None),
        (".", None),
        ("a." * 150 + "test", None),
        ("ü." * 60 + "test", None),
        ("example.test\u200b", None),
        ("example。test", None),
    ],
)
def test_S_L04_two_spellings_of_a_domain_are_one_or_refused(text: str, host: str | None) -> None:
    assert iri.canonical_host(text) == host


def test_S_L04_a_handle_host_may_have_a_port() -> None:
    assert iri.canonical_authority("Example.test:3000") == "example.test:3000"
    assert iri.canonical_authority("example.test") == "example.test"
    for text in ("example.test:", "example.test:0", "example.test:70000", "a:b", "a:1:2", "", ":1"):
        assert iri.canonical_authority(text) is None


@given(st.text(max_size=40))
def test_S_L04_a_canonical_host_is_its_own_canonical_host(text: str) -> None:
    host = iri.canonical_host(text)
    if host is not None:
        assert iri.canonical_host(host) == host
        assert host.isascii()


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_an_address_or_malformed(text: str, allow_http: bool) -> None:
    for candidate in (text, f"https://{text}", f"https://a.test/{text}", f"http://[{text}]"):
        try:
            parsed = iri.parse(candidate, allow_http=allow_http)
        except Malformed:
            continue
        assert iri.parse(parsed.text, allow_http=allow_http) == parsed
        assert parsed.text.isascii()
