from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.http.paging import Page, link_header, repeatable
from echo.http.params import Pair, merge


def page(**query: str) -> Page:
    return Page.read(merge(query.items(), [], None), default=20, maximum=40)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("5", 5),
        ("40", 40),
        ("41", 40),
        ("9999999", 40),
        ("-5", 5),
        ("-99", 40),
        ("0", 0),
        ("x", 20),
        ("", 20),
    ],
)
def test_limit(limit: str, expected: int) -> None:
    assert page(limit=limit).limit == expected


def test_defaults() -> None:
    assert page() == Page(20)


def test_cursors() -> None:
    assert page(max_id="9", since_id="3") == Page(20, max_id=9, since_id=3)
    assert page(max_id="9", min_id="3", since_id="1") == Page(20, max_id=9, min_id=3)


@pytest.mark.parametrize("cursor", ["x", "", "-1", "1.5", "9" * 25])
def test_unreadable_cursors_count_as_absent(cursor: str) -> None:
    assert page(max_id=cursor, min_id=cursor, since_id="4") == Page(20, since_id=4)


URL = "https://echo.test/api/v1/timelines/home"


def test_link_header() -> None:
    header = link_header(
        URL,
        [("limit", "2"), ("types[]", "a"), ("types[]", "b"), ("max_id", "99"), ("access_token", "secret")],
        next_page={"max_id": 5},
        prev_page={"min_id": "9"},
    )
    assert header == (
        f'<{URL}?limit=2&types%5B%5D=a&types%5B%5D=b&max_id=5>; rel="next", '
        f'<{URL}?limit=2&types%5B%5D=a&types%5B%5D=b&min_id=9>; rel="prev"'
    )


def test_only_one_neighbour() -> None:
    assert link_header(URL, [], next_page={"offset": 20}) == f'<{URL}?offset=20>; rel="next"'
    assert link_header(URL, [], prev_page={"since_id": 1}) == f'<{URL}?since_id=1>; rel="prev"'


def test_no_neighbour_no_header() -> None:
    assert link_header(URL, [("limit", "2")]) is None


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5))
def test_filters_come_back_as_they_were_and_break_nothing(query: list[Pair]) -> None:
    header = link_header(URL, query, next_page={"max_id": 5}) or ""
    assert header.isascii()
    assert header.count("<") == header.count(">") == 1
    assert not set(header) & set("\r\n")
    sent = urlsplit(header[1 : header.index(">")]).query
    assert parse_qsl(sent, keep_blank_values=True) == [*repeatable(query), ("max_id", "5")]
