from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.errors import BadRequest, EchoError, TooLarge
from echo.http.params import MAX_DEPTH, MAX_VALUES, Pair, Params, merge


def form(*pairs: Pair) -> Params:
    return merge([], pairs, None)


def json(document: object) -> Params:
    return merge([], [], document)


@pytest.mark.parametrize(
    "params",
    [
        form(("a[]", "1"), ("a[]", "2")),
        form(("a[0]", "1"), ("a[1]", "2")),
        form(("a[1]", "2"), ("a[0]", "1")),
        form(("a[][]", "1"), ("a[][]", "2")),
        json({"a": ["1", "2"]}),
        json({"a": [1, 2]}),
        json({"a[]": ["1", "2"]}),
        json({"a": {"1": "2", "0": "1"}}),
        merge([("a[]", "1"), ("a[]", "2")], [], None),
        merge([("a[]", "9")], [("a[]", "1"), ("a[]", "2")], None),
        merge([("a", "9")], [("a", "8")], {"a": [1, 2]}),
    ],
)
def test_every_spelling_of_a_list(params: Params) -> None:
    assert params.list("a") == ("1", "2")
    assert params.ids("a") == (1, 2)


@pytest.mark.parametrize("params", [form(("a", "1")), json({"a": "1"}), json({"a": 1}), json({"a[]": 1})])
def test_a_single_value_is_a_list_of_one(params: Params) -> None:
    assert params.list("a") == ("1",)


@pytest.mark.parametrize(
    "params",
    [
        form(("poll[options][]", "x"), ("poll[options][]", "y"), ("poll[expires_in]", "300")),
        form(("poll[options][0]", "x"), ("poll[options][1]", "y"), ("poll[expires_in]", "300")),
        json({"poll": {"options": ["x", "y"], "expires_in": 300}}),
        json({"poll": {"options": {"0": "x", "1": "y"}, "expires_in": "300"}}),
        json({"poll[options][]": ["x", "y"], "poll[expires_in]": 300}),
    ],
)
def test_every_spelling_of_a_nested_list(params: Params) -> None:
    poll = params.sub("poll")
    assert poll.list("options") == ("x", "y")
    assert poll.integer("expires_in") == 300


@pytest.mark.parametrize(
    "params",
    [
        form(("f[0][name]", "a"), ("f[0][value]", "1"), ("f[1][name]", "b"), ("f[1][value]", "2")),
        form(("f[][name]", "a"), ("f[][value]", "1"), ("f[][name]", "b"), ("f[][value]", "2")),
        json({"f": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}),
        json({"f": {"1": {"name": "b", "value": 2}, "0": {"name": "a", "value": 1}}}),
        json({"f[]": [{"name": "a", "value": 1}, {"name": "b", "value": 2}]}),
    ],
)
def test_every_spelling_of_a_list_of_objects(params: Params) -> None:
    assert [(item.text("name"), item.text("value")) for item in params.objects("f")] == [
        ("a", "1"),
        ("b", "2"),
    ]


def test_an_object_in_a_list_may_hold_a_list() -> None:
    params = form(("f[][n]", "a"), ("f[][l][]", "1"), ("f[][l][]", "2"), ("f[][n]", "b"), ("f[][l][]", "3"))
    assert [(item.text("n"), item.list("l")) for item in params.objects("f")] == [
        ("a", ("1", "2")),
        ("b", ("3",)),
    ]


def test_ten_numbered_objects_keep_their_order() -> None:
    params = form(*((f"f[{number}][n]", str(number)) for number in reversed(range(12))))
    assert [item.integer("n") for item in params.objects("f")] == list(range(12))


def test_deep_nesting() -> None:
    params = form(("data[alerts][follow]", "true"), ("source[privacy]", ""))
    assert params.sub("data").sub("alerts").boolean("follow") is True
    assert params.sub("source").has("privacy")
    assert params.sub("source").text("privacy") == ""
    assert not params.sub("nothing").sub("at").has("all")


@pytest.mark.parametrize("value", ["false", "FALSE", "f", "F", "0", "off", "OFF", False, 0, 0.0])
def test_false(value: object) -> None:
    assert json({"a": value}).boolean("a") is False
    assert json({"a": value}).boolean("a", default=True) is False


@pytest.mark.parametrize("value", ["true", "1", "t", "on", "False", "no", "null", "x", True, 1, 2.5])
def test_true(value: object) -> None:
    assert json({"a": value}).boolean("a") is True


@pytest.mark.parametrize("value", ["", None, [], {}, ["1"]])
def test_not_given(value: object) -> None:
    assert json({"a": value}).boolean("a") is None
    assert json({"a": value}).boolean("a", default=True) is True
    assert json({}).boolean("a", default=True) is True


def test_absent_empty_and_null() -> None:
    params = json({"empty": "", "null": None, "list": [], "zero": 0, "no": False})
    assert params.has("empty")
    assert params.text("empty") == ""
    assert params.text("empty", "x") == ""
    assert not params.has("null")
    assert params.text("null") is None
    assert params.text("null", "x") == "x"
    assert not params.has("absent")
    assert params.has("list")
    assert params.list("list") == ()
    assert params.has("zero")
    assert params.has("no")
    assert form(("a[]", "")).has("a")
    assert form(("a[]", "")).list("a") == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", 5),
        (" 5 ", 5),
        (5, 5),
        (5.0, 5),
        ("-7", -7),
        ("+7", 7),
        ("99999", 100),
        ("-99999", -10),
        ("5x", 1),
        ("", 1),
        ("٣", 1),
        (5.5, 1),
        ([5], 1),
        (True, 1),
        ("9" * 30, 1),
    ],
)
def test_integer(value: object, expected: int) -> None:
    assert json({"a": value}).integer("a", 1, minimum=-10, maximum=100) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.5", 0.5), (-1, -1.0), ("x", None), ("nan", None), ("inf", None), ("1e999", None), ({}, None)],
)
def test_number(value: object, expected: float | None) -> None:
    assert json({"a": value}).number("a") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("12", 12), (12, 12), ("x", None), ("-1", None), (str(2**63), None), (None, None)]
)
def test_id(value: object, expected: int | None) -> None:
    assert json({"id": value}).id("id") == expected


def test_ids_drop_what_is_none_and_doubles() -> None:
    assert form(("id[]", "3"), ("id[]", "x"), ("id[]", "1"), ("id[]", "3")).ids("id") == (3, 1)


def test_body_wins_over_query_and_json_over_both() -> None:
    params = merge([("a", "q"), ("b", "q"), ("c", "q")], [("b", "f"), ("c", "f")], {"c": "j"})
    assert [params.text(name) for name in "abc"] == ["q", "f", "j"]


def test_later_spelling_holds() -> None:
    assert form(("a", "1"), ("a", "2")).text("a") == "2"
    assert form(("a[b]", "1"), ("a", "2")).text("a") == "2"
    assert form(("a", "1"), ("a[]", "2")).list("a") == ("2",)
    assert form(("a", "1"), ("a[b]", "2")).sub("a").text("b") == "2"


@pytest.mark.parametrize("key", ["a[", "a]", "[a]", "a[b", "a]b[", "a[b]c", "", "[]", "a[[b]]"])
def test_brackets_out_of_order_stand_for_themselves(key: str) -> None:
    assert form((key, "x")).text(key) == "x"


def test_text_is_fit_for_storing() -> None:
    assert form(("a", "x\x00y\r\n")).text("a") == "xy\r\n"
    assert json({"a": ["\ud800x"]}).list("a") == ("x",)


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (5, "5"), (1.5, "1.5"), (2.0, "2")]
)
def test_json_values_as_text(value: object, text: str) -> None:
    assert json({"a": value}).text("a") == text


def test_required() -> None:
    assert form(("q", "x")).require_text("q") == "x"
    with pytest.raises(BadRequest, match="param is missing or the value is empty: q"):
        form(("q", " ")).require_text("q")


@pytest.mark.parametrize("document", [None, [], [1], "x", 1, True])
def test_json_that_is_no_object_has_no_parameters(document: object) -> None:
    assert json(document).values == {}


def test_caps() -> None:
    with pytest.raises(TooLarge):
        form(*[("a[]", "x")] * (MAX_VALUES + 1))
    with pytest.raises(TooLarge):
        json({"a": list(range(MAX_VALUES + 1))})
    with pytest.raises(TooLarge):
        merge([("a", "x")] * 600, [("b", "x")] * 600, None)
    with pytest.raises(BadRequest):
        form(("a" + "[b]" * MAX_DEPTH, "x"))
    deep: object = "x"
    for _ in range(MAX_DEPTH + 1):
        deep = {"a": deep}
    with pytest.raises(BadRequest):
        json(deep)


_KEYS = st.one_of(st.text(max_size=6), st.from_regex(r"[ab](\[[ab01]?\]){0,4}", fullmatch=True))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(
    st.lists(st.tuples(_KEYS, st.text(max_size=4)), max_size=12),
    st.lists(st.tuples(_KEYS, st.text(max_size=4)), max_size=12),
    _JSON,
)
def test_reading_is_total(query: list[Pair], body: list[Pair], document: object) -> None:
    try:
        params = merge(query, body, document)
    except EchoError:
        return
    for name in [*params.values, "missing"]:
        for reader in (params, params.sub(name), *params.objects(name)):
            reader.text(name)
            reader.boolean(name)
            reader.integer(name, 1, minimum=0, maximum=5)
            reader.number(name)
            reader.id(name)
            reader.ids(name)
            assert all(reader.list(name))
            reader.has(name)
