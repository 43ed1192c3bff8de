"""Handles as people paste them."""

from __future__ import annotations

import pytest

from echo.text.handles import split


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("alice", ("alice", "")),
        ("@Alice ", ("Alice", "")),
        ("alice@peer.test", ("alice", "peer.test")),
        ("@alice@Peer.TEST", ("alice", "peer.test")),
        ("!soup@peer.test", ("soup", "peer.test")),
        ("acct:alice@peer.test", ("alice", "peer.test")),
        ("ACCT:@alice@peer.test", ("alice", "peer.test")),
        ("alice@bücher.example", ("alice", "xn--bcher-kva.example")),
        ("alice@xn--bcher-kva.example", ("alice", "xn--bcher-kva.example")),
        ("alice@localhost:3000", ("alice", "localhost:3000")),
        ("alice@", ("", "")),
        ("alice@peer.test:x", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_handle_is_taken_apart(typed: str, expected: tuple[str, str]) -> None:
    assert split(typed) == expected
