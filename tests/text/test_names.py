"""Mentions, hashtags and links as they are found in text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.text.hashtags import find_hashtags, normalise
from echo.text.links import find_links, shown
from echo.text.mentions import ascii_host, find_mentions


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@alice", [("alice", None)]),
        ("@Alice_1 and (@bob@far.test).", [("alice_1", None), ("bob", "far.test")]),
        ("@al.ice@far.test", [("al.ice", "far.test")]),
        ("@alice. @alice-", [("alice", None), ("alice", None)]),
        ("@alice@far.test.", [("alice", "far.test")]),
        ("@alice@Far-Away.co.uk/", [("alice", "far-away.co.uk")]),
        ("@alice@münchen.de", [("alice", "xn--mnchen-3ya.de")]),
        ("@alice@例え.jp、次", [("alice", "xn--r8jz45g.jp")]),
        ("alice@far.test", []),
        ("x@alice", []),
        ("é@alice", []),
        ("日本@alice", []),
        ("https://far.test/@alice", []),
        ("?user=@alice", []),
        ("@@alice", [("alice", None)]),
        ("@ alice @", []),
        ("@a@b@c", [("a", "b")]),
        ("@bob@two:3000", [("bob", "two")]),
        ("@" + "a" * 65, []),
        ("@a@" + "b" * 260, []),
        ("«@alice»\n@bob", [("alice", None), ("bob", None)]),
    ],
)
def test_mentions(text: str, handles: list[tuple[str, str | None]]) -> None:
    assert [mention.handle for mention in find_mentions(text)] == handles


@pytest.mark.parametrize(
    ("text", "domain", "rest"),
    [
        ("@bob@two:3000!", "two:3000", "!"),
        ("@bob@two: hi", "two", ": hi"),
        ("@bob@two:123456", "two", ":123456"),
        ("@bob@127.0.0.1:8080", "127.0.0.1:8080", ""),
    ],
)
def test_ports_where_they_are_allowed(text: str, domain: str, rest: str) -> None:
    (mention,) = find_mentions(text, allow_ports=True)
    assert mention.handle == ("bob", domain)
    assert text[mention.end :] == rest


def test_a_host_that_is_none_is_no_mention() -> None:
    assert ascii_host("\u0300\u0300.test") is None
    assert find_mentions("@a@\u0300\u0300.test") == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#Echo", ["echo"]),
        ("#日本語", ["日本語"]),
        ("＃全角", ["全角"]),
        ("#ＡＢＣ", ["abc"]),
        ("#Straße", ["strasse"]),
        ("#می\u200cخواهم", ["می\u200cخواهم"]),
        ("#हिन्दी", ["हिन्दी"]),
        ("#ไทยแลนด์", ["ไทยแลนด์"]),
        ("#한국어", ["한국어"]),
        ("#кириллица", ["кириллица"]),
        ("#Cafe\u0301", ["café"]),
        ("#col·legi #ラ・ラ・ランド", ["col·legi", "ラ・ラ・ランド"]),
        ("#ラ・", ["ラ"]),
        ("#1 #2024 #٣", []),
        ("#1st #2024年", ["1st", "2024年"]),
        ("#_ #__", []),
        ("#_a", ["_a"]),
        ("a#b 1#b é#b", []),
        ("/#b =#b )#b", []),
        ("(#b) #c.", ["b", "c"]),
        ("##d", ["d"]),
        ("#foo-bar #c++ #it's", ["foo", "c", "it"]),
        ("#a#b", ["a"]),
        ("#", []),
        ("#\ufe0f\u20e3x", []),
        ("#" + "a" * 256, []),
    ],
)
def test_hashtags(text: str, names: list[str]) -> None:
    assert [tag.name for tag in find_hashtags(text)] == names


def test_a_hashtag_keeps_its_spelling() -> None:
    (tag,) = find_hashtags("see #EchoServer!")
    assert tag.typed_name == "EchoServer"
    assert (tag.start, tag.end) == (4, 15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("#Echo", "echo"),
        (" ＃Echo ", "echo"),
        ("ﬁsh", "fish"),
        ("12", None),
        ("", None),
        ("a b", None),
        ("a-b", None),
    ],
)
def test_normalise(name: str, expected: str | None) -> None:
    assert normalise(name) == expected


@given(st.text(max_size=20))
def test_normalised_names_stay_as_they_are(name: str) -> None:
    once = normalise(name)
    if once is not None and len(once) <= 255:
        assert normalise(once) in (once, None)
        assert unicodedata.is_normalized("NFKC", once)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://a.test/x. Next", ["https://a.test/x"]),
        ("(https://a.test/b_(c)) [http://d.test]", ["https://a.test/b_(c)", "http://d.test"]),
        ("HTTPS://A.test", ["HTTPS://A.test"]),
        ("https://a.test/?x=1&y=2#z!", ["https://a.test/?x=1&y=2#z"]),
        ("見てhttps://例え.jp/パス。次", ["https://例え.jp/パス"]),
        ("「https://a.test」", ["https://a.test"]),
        ('"https://a.test/x" <https://b.test>', ["https://a.test/x", "https://b.test"]),
        ("http://localhost:3000/@a http://127.0.0.1/", ["http://localhost:3000/@a", "http://127.0.0.1/"]),
        ("a.test www.a.test ftp://a.test mailto:a@b.test //a.test", []),
        ("javascript:alert(1) data:text/html,x", []),
        ("xhttps://a.test @https://a.test", []),
        ("https:// https://. https:///x https://``` https://___", []),
        ("https://bank.test@evil.test/", []),
        ("https://user:word@evil.test/", []),
        ("https://a.test/@user", ["https://a.test/@user"]),
        ("https://a.test/\u202egpj.exe", ["https://a.test/"]),
        ("https://a.test/" + "x" * 3000, []),
        ("https://a.test\nhttps://b.test", ["https://a.test", "https://b.test"]),
    ],
)
def test_links(text: str, urls: list[str]) -> None:
    links = find_links(text)
    assert [link.url for link in links] == urls
    assert all(text[link.start : link.end] == link.url for link in links)


def test_s_e07_the_host_of_a_link_is_always_visible() -> None:
    host = "bank.test." + "a" * 60 + ".evil.test"
    parts = shown(f"https://{host}/path")
    assert parts.middle == host
    assert parts.rest == "/path"


@given(st.text(max_size=60).map(lambda tail: "https://a.test/" + tail))
def test_the_parts_of_a_link_are_the_link(url: str) -> None:
    parts = shown(url)
    assert parts.prefix + parts.middle + parts.rest == url
