"""Which scope covers which: S-H06 of the security rows, for the covering itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.policy import scopes

any_scope = st.sampled_from(scopes.ALL)


def test_s_h06_wide_scopes_cover_their_children_and_nothing_else() -> None:
    for wide, children in scopes.CHILDREN.items():
        covered = {scope for scope in scopes.ALL if scopes.covers((wide,), scope)}
        # `follow` is written out of parts of two others.
        assert covered == {wide, *children}


@settings(deadline=None)
@given(st.lists(any_scope), any_scope)
def test_s_h06_children_never_cover_what_is_wider(held: list[str], needed: str) -> None:
    narrow = [scope for scope in held if scope not in scopes.CHILDREN]
    if needed in scopes.CHILDREN and needed != "follow":
        assert not scopes.covers(narrow, needed)


@settings(deadline=None)
@given(st.lists(any_scope), st.lists(any_scope), any_scope)
def test_more_scopes_never_allow_less(held: list[str], more: list[str], needed: str) -> None:
    if scopes.covers(held, needed):
        assert scopes.covers(held + more, needed)


@pytest.mark.parametrize(
    ("held", "needed", "allowed"),
    [
        ("read", "read:accounts", True),
        ("read", "write:accounts", False),
        ("read", "admin:read:accounts", False),
        ("read", "profile", False),
        ("profile", "read:accounts", False),
        ("follow", "write:follows", True),
        ("follow", "read:statuses", False),
        ("read write", "follow", True),
        ("read", "follow", False),
        ("read:follows", "follow", False),
        ("admin:write", "admin:write:reports", True),
        ("admin:write", "write:reports", False),
        ("write:statuses", "write", False),
        ("read", "read:", False),
        ("read", "", False),
        ("everything", "everything", False),
    ],
)
def test_s_h06_covers(held: str, needed: str, allowed: bool) -> None:
    assert scopes.covers(scopes.parse(held), needed) is allowed


def test_parse_keeps_order_and_unknown_ones_and_drops_doubles() -> None:
    assert scopes.parse("  write read\twrite  nonsense ") == ("write", "read", "nonsense")
    assert not scopes.is_known("nonsense")
    assert scopes.is_known("admin:read:email_domain_blocks")


def test_covers_takes_any_iterable() -> None:
    assert scopes.covers(iter(["read", "write"]), "follow")
    assert scopes.covers_all(iter(["read", "push"]), iter(["read:lists", "push"]))
