from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.document import (
    Document,
    encode,
    id_of,
    one_or_many,
    parse,
    text_of,
    type_of,
    types_of,
)
from activitypub.errors import Malformed
from activitypub.strict_json import MAX_BYTES

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


def refused(body: bytes) -> str:
    with pytest.raises(Malformed) as caught:
        parse(body)
    return caught.value.reason


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=6))
def test_any_json_object_is_read_as_it_was_written(value: dict[str, object]) -> None:
    assert parse(json.dumps(value).encode()).data == value
    assert parse(encode(value)).data == value


@given(st.binary(max_size=200) | st.text('[]{},:"\\u0123d8etrunl -.', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    with suppress(Malformed):
        assert isinstance(parse(body).data, dict)


def test_S_D01_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    assert refused(b" " * (MAX_BYTES + 1)) == "too_big"
    assert parse(b'{"a":1}' + b" " * (MAX_BYTES - 7)).data == {"a": 1}
    with pytest.raises(Malformed, match="too_big"):
        parse(b'{"a":1}', max_bytes=6)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"' + b"\\" * 30 + b'":' + b"[" * 100,
        b'"' + b"[" * 100 + b'"' + b"[" * 100_000,
    ],
)
def test_S_D02_deep_nesting_is_refused_and_never_recurses(body: bytes) -> None:
    assert refused(body) == "too_deep"


def test_S_D02_sixty_four_levels_are_read_and_brackets_in_text_do_not_count() -> None:
    assert parse(b'{"a":' + b"[" * 63 + b"]" * 63 + b"}").has("a")
    assert parse(json.dumps({"content": '\\"[{' * 500}).encode()).text("content") == '\\"[{' * 500
    assert parse(json.dumps({"content": "a, " * 20_000}).encode()).has("content")


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000, "18446744073709551616", "1" * 21],
)
def test_S_D07_numbers_that_are_not_i_json_are_refused(number: str) -> None:
    assert refused(f'{{"a":[{number}]}}'.encode()) == "number"


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**64 - 1, -(2**63), 1.5, 1e300])
def test_S_D07_honest_numbers_are_kept(number: float) -> None:
    assert parse(json.dumps({"a": number}).encode()).value("a") == number


def test_S_D08_a_document_with_too_many_values_is_refused() -> None:
    assert refused(json.dumps({"to": ["https://a.test/1"] * 20_000}).encode()) == "too_wide"
    assert refused(b'{"a":[' + b"{}," * 15_000 + b"{}]}") == "too_wide"
    assert (
        len(parse(json.dumps({"to": ["a"] * 9_998}).encode()).values("to")) == 9_998
    )  # and the two around them
    assert refused(json.dumps({"to": ["a"] * 9_999}).encode()) == "too_wide"
    assert refused(json.dumps({"to": [{"id": "a, b"}] * 5_000}).encode()) == "too_wide"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"x":{"a":1,"\\u0061":2}}', "duplicate_key"),
        (b'{"a":"\xff"}', "encoding"),
        (b'{"a":"\xed\xa0\x80"}', "encoding"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udc00":"x"}', "surrogate"),
        (b'{"a":"\\ude00\\ud83d"}', "surrogate"),
        (b"[]", "not_object"),
        (b'"x"', "not_object"),
        (b"null", "not_object"),
        (b"", "json"),
        (b"{", "json"),
        (b'{"a":1}x', "json"),
        (b'{"a":"\n"}', "json"),
        (b"{'a':1}", "json"),
        (b'{"a":01}', "json"),
        (b'{"a":1,}', "json"),
        (b'\xef\xbb\xbf{"a":1}', "json"),
        (b'{"a":"\\', "json"),
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes, reason: str) -> None:
    assert refused(body) == reason


def test_surrogate_pairs_are_characters() -> None:
    assert parse(b'{"a":"\\ud83d\\ude00"}').text("a") == "\N{GRINNING FACE}"


def test_prefixed_terms_and_full_iris_read_like_plain_terms() -> None:
    space = "https://www.w3.org/ns/activitystreams#"
    document = Document(
        {
            "@id": "https://a.test/1",
            "@type": f"{space}Note",
            "as:content": "hi",
            f"{space}name": "n",
            "toot:votersCount": 3,
            "toot:content": "not a term of toot",
            "sensitive": True,
            "as:sensitive": False,
        }
    )
    assert (document.id, document.type, document.text("content"), document.text("name")) == (
        "https://a.test/1",
        "Note",
        "hi",
        "n",
    )
    assert document.count("votersCount") == 3
    assert document.boolean("sensitive") is True


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ({"type": "as:Note"}, ("Note",)),
        ({"type": ["toot:Emoji", None, 3, "Object"]}, ("Emoji", "Object")),
        ({"@type": ["Person"]}, ("Person",)),
        ({"type": {"x": 1}}, ()),
        ({"type": "evil:Note"}, ("evil:Note",)),
        ({}, ()),
        ("Note", ()),
        (None, ()),
    ],
)
def test_types_are_read_from_any_shape(value: object, types: tuple[str, ...]) -> None:
    assert types_of(value) == types
    assert type_of(value) == (types[0] if types else None)


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        ("https://a.test/1", "https://a.test/1"),
        ({"id": "https://a.test/1"}, "https://a.test/1"),
        ({"@id": "https://a.test/1"}, "https://a.test/1"),
        ({"type": "Link", "href": "https://a.test/1"}, "https://a.test/1"),
        ({"type": "Note", "href": "https://a.test/1"}, None),
        ({"id": None}, None),
        ({"id": ["https://a.test/1"]}, None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_a_reference_is_an_iri_or_an_object_with_an_id(value: object, identifier: str | None) -> None:
    assert id_of(value) == identifier


def test_one_or_many() -> None:
    assert one_or_many(None) == ()
    assert one_or_many("a") == ("a",)
    assert one_or_many(["a", None, 1]) == ("a", 1)
    assert one_or_many({"@list": [1, 2]}) == (1, 2)
    assert one_or_many({"@set": 1}) == (1,)
    assert one_or_many({"a": 1}) == ({"a": 1},)


def test_getters_read_a_wrong_type_as_absent() -> None:
    for wrong in (None, [], {}, [[]], {"a": [1]}):
        document = Document({"x": wrong, "id": wrong})
        assert document.id is None
        assert document.text("x") is None
        assert document.boolean("x") is None
        assert document.number("x") is None
        assert document.count("x") is None
        assert document.moment("x") is None
        assert document.reference("x") is None
        assert document.language_map("x") == {}


def test_getters_read_the_quirks() -> None:
    document = Document(
        {
            "nul": "a\x00b",
            "typed": {"@value": "2026-08-01T10:00:00", "@type": "xsd:dateTime"},
            "yes": "true",
            "no": "False",
            "maybe": "perhaps",
            "flag": True,
            "whole": 3.0,
            "minus": -1,
            "huge": 2**63,
            "one": {"id": "https://a.test/1"},
            "many": [
                "https://a.test/1",
                {"id": "https://a.test/1"},
                5,
                "https://a.test/2",
                "https://a.test/3",
            ],
            "map": {"en": "x", "de": None, "fr": 3},
        }
    )
    assert document.text("nul") == "ab"
    assert document.moment("typed") == datetime(2026, 8, 1, 10, tzinfo=UTC)
    assert (document.boolean("yes"), document.boolean("no"), document.boolean("maybe")) == (True, False, None)
    assert (document.number("flag"), document.count("flag")) == (None, None)
    assert (document.count("whole"), document.count("minus"), document.count("huge")) == (3, None, None)
    assert document.reference("one") == "https://a.test/1"
    assert document.references("many", at_most=2) == ("https://a.test/1", "https://a.test/2")
    assert len(document.documents("many", at_most=5)) == 1
    assert document.documents("many", at_most=0) == ()
    assert document.language_map("map") == {"en": "x"}
    assert text_of({"@value": "x"}) == "x"
