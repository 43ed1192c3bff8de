from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.document import Document, encode, parse
from activitypub.errors import Malformed
from activitypub.webfinger import (
    SUBSCRIBE,
    Handle,
    find_handle,
    parse_handle,
    parse_resource,
    read_jrd,
    write_jrd,
)

ALICE = Handle("alice", "echo.test")


@pytest.mark.parametrize(
    ("resource", "meant"),
    [
        ("acct:alice@echo.test", ALICE),
        ("ACCT:alice@Echo.test", ALICE),
        ("alice@echo.test", ALICE),
        ("@alice@echo.test", ALICE),
        ("!alice@echo.test", ALICE),
        ("acct:@alice@echo.test", ALICE),
        ("acct%3Aalice%40echo.test", ALICE),
        ("alice%40echo.test", ALICE),
        ("acct:Alice@echo.test", Handle("Alice", "echo.test")),
        ("acct:echo.test@echo.test", Handle("echo.test", "echo.test")),
        ("acct:alice@bücher.test", Handle("alice", "xn--bcher-kva.test")),
        ("acct:alice@localhost:3000", Handle("alice", "localhost:3000")),
        ("acct:ålice@echo.test", Handle("ålice", "echo.test")),
        ("https://echo.test/@alice", "https://echo.test/@alice"),
        ("https%3A%2F%2Fecho.test%2F%40alice", "https://echo.test/@alice"),
        ("https://echo.test/", "https://echo.test/"),
        ("https://echo.test/a%20b", "https://echo.test/a%20b"),
    ],
)
def test_a_resource_is_a_handle_or_an_address(resource: str, meant: Handle | str) -> None:
    assert parse_resource(resource) == meant


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "acct:",
        "acct:alice",
        "acct:@echo.test",
        "acct:alice@",
        "acct:alice@echo.test@evil.test",
        "acct:alice@echo..test",
        "acct:alice@echo.test.",
        "acct:alice@echo.test/x",
        "acct:alice@echo.test:x",
        "acct:a lice@echo.test",
        "acct:alice\n@echo.test",
        "acct:al/ice@echo.test",
        "acct:al\u202eice@echo.test",
        "mailto:alice@echo.test",
        "http://echo.test/@alice",
        "https://user@echo.test/",
        "ftp://echo.test/",
        "['acct:alice@echo.test']",
        "\x00",
        "%00",
        "é" * 10,
        "acct:" + "a" * 10_000 + "@echo.test",
        "x" * 10_000,
    ],
)
def test_S_L07_a_bad_resource_is_malformed(resource: str) -> None:
    with pytest.raises(Malformed):
        parse_resource(resource)


@given(st.text(max_size=60))
def test_S_L07_any_text_is_a_resource_or_malformed(text: str) -> None:
    for candidate in (text, f"acct:{text}", f"{text}@echo.test", f"https://echo.test/{text}"):
        with suppress(Malformed):
            assert parse_resource(candidate)


def test_trials_on_one_machine_ask_for_http_addresses() -> None:
    address = "http://localhost:3000/@alice"
    assert parse_resource(address, allow_http=True) == address


def test_a_handle_is_written_as_it_is_read() -> None:
    assert str(parse_handle("@Alice@ECHO.test")) == "Alice@echo.test"
    assert find_handle("alice") is None
    with pytest.raises(Malformed, match="handle"):
        parse_handle("alice")


def test_what_we_say_is_read_as_it_was_written() -> None:
    written = write_jrd(
        ALICE,
        actor="https://echo.test/ap/actors/1",
        profile_page="https://echo.test/@alice",
        avatar=("https://media.echo.test/a.png", "image/png"),
        subscribe_template="https://echo.test/authorize_interaction?uri={uri}",
        service="https://echo.test/ap/server",
    )
    assert written["subject"] == "acct:alice@echo.test"
    assert written["links"][0] == {
        "rel": "self",
        "type": "application/activity+json",
        "href": "https://echo.test/ap/actors/1",
    }
    jrd = read_jrd(parse(encode(written)))
    assert (jrd.subject, jrd.actor) == (ALICE, "https://echo.test/ap/actors/1")
    assert jrd.aliases == ("https://echo.test/ap/actors/1", "https://echo.test/@alice")
    assert jrd.subscribe_template == "https://echo.test/authorize_interaction?uri={uri}"
    assert len(jrd.links) == 5


def test_only_the_links_asked_for_are_sent() -> None:
    written = write_jrd(
        ALICE, actor="https://echo.test/a", profile_page="https://echo.test/@a", rels=["self"]
    )
    assert [link["rel"] for link in written["links"]] == ["self"]
    assert len(written["aliases"]) == 2


@pytest.mark.parametrize(
    ("media_type", "found"),
    [
        ("application/activity+json", True),
        ("Application/Activity+JSON; charset=utf-8", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/json", False),
        ("text/html", False),
        (None, False),
    ],
)
def test_the_actor_is_the_self_link_of_an_activitypub_type(media_type: str | None, found: bool) -> None:
    link = {"rel": "self", "type": media_type, "href": "https://peer.test/a"}
    jrd = read_jrd(Document({"subject": "acct:a@peer.test", "links": [{"rel": "x"}, link]}))
    assert (jrd.actor == "https://peer.test/a") is found


def test_an_odd_answer_is_read_without_its_oddities() -> None:
    jrd = read_jrd(
        Document(
            {
                "subject": ["acct:a@peer.test"],
                "aliases": ["https://peer.test/a", 7, "nothing", None],
                "links": [
                    None,
                    "x",
                    {"rel": 7, "href": "https://peer.test/a"},
                    {"rel": "self", "type": "application/activity+json", "href": "javascript:alert(1)"},
                    {"rel": SUBSCRIBE, "template": "https://peer.test/no-place-for-it"},
                    {"rel": "x", "template": "t" * 3_000},
                ],
            }
        )
    )
    assert (jrd.subject, jrd.actor, jrd.subscribe_template) == (None, None, None)
    assert jrd.aliases == ("https://peer.test/a",)
    assert [link.rel for link in jrd.links] == [SUBSCRIBE]
