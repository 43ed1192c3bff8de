"""The header of FEP-8fcf: written and read back, odd ones read as nothing."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.synchronisation import Synchronisation, digest_of, read_header, write_header

VALUE = Synchronisation(
    collection="https://one.test/ap/actors/1/followers",
    url="https://one.test/ap/actors/1/followers_synchronization",
    digest="c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f",
)


def test_it_is_read_as_it_was_written() -> None:
    assert read_header(write_header(VALUE)) == VALUE


def test_the_digest_of_the_proposal() -> None:
    """The example of FEP-8fcf."""
    followers = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"]
    first, second = (int.from_bytes(sha256(uri.encode()).digest()) for uri in followers)
    assert digest_of(followers) == digest_of([*reversed(followers), followers[0]]) == f"{first ^ second:064x}"
    assert digest_of([]) == "0" * 64
    assert digest_of(followers) == VALUE.digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        'collectionId="https://one.test/f"',
        write_header(VALUE).replace("c33f", "xyz0"),
        write_header(VALUE).replace("https", "ftp"),
        write_header(VALUE) + ', url="https://evil.test/"',
        write_header(VALUE) + " " * 9_000,
    ],
)
def test_odd_ones_say_nothing(text: str) -> None:
    assert read_header(text) is None


@given(st.text(max_size=200))
def test_anything_is_read(text: str) -> None:
    read_header(text)
    assert read_header(write_header(VALUE) + text) in (None, VALUE)


def test_order_spaces_and_case_do_not_matter() -> None:
    text = f'url="{VALUE.url}" ,  digest="{VALUE.digest.upper()}",collectionId="{VALUE.collection}"'
    assert read_header(text) == VALUE
