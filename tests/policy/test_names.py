"""User names and e-mail addresses: row S-H18."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.policy import emails, usernames


@pytest.mark.parametrize("text", ["alice", "Alice", " @alice ", "a", "under_score9", "x" * 30])
def test_good_user_names(text: str) -> None:
    name = usernames.normal(text)
    assert usernames.problem(name) is None
    assert name == name.lower()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ERR_BLANK"),
        ("a b", "ERR_INVALID"),
        ("a.b", "ERR_INVALID"),
        ("a-b", "ERR_INVALID"),
        ("ålice", "ERR_INVALID"),
        ("\u212aelvin", "ERR_INVALID"),  # lower() would make it a plain k
        ("alice@echo.test", "ERR_INVALID"),
        ("x" * 31, "ERR_TOO_LONG"),
        ("Admin", "ERR_RESERVED"),
    ],
)
def test_bad_user_names(text: str, code: str) -> None:
    problem = usernames.problem(usernames.normal(text))
    assert problem is not None
    assert problem.code == code


def test_the_operator_may_use_reserved_names() -> None:
    assert usernames.problem("admin", allow_reserved=True) is None


@pytest.mark.parametrize(
    "text",
    ["a@b.test", "a.b+tag@sub.host.test", "O'Brien@Example.TEST", "a@localhost"],
)
def test_good_addresses(text: str) -> None:
    assert emails.problem(emails.normal(text)) is None


def test_addresses_are_compared_without_case_and_with_ascii_hosts() -> None:
    assert emails.key(emails.normal(" Alice@Bücher.Example ")) == "alice@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "@host.test",
        "alice@",
        "a%b@host.test",
        "alice%evil.test@host.test",
        "a,b@host.test",
        "alice@host.test,bob@host.test",
        '"a b"@host.test',
        'a"b@host.test',
        "a b@host.test",
        "alice\n@host.test",
        "alice\x00@host.test",
        "alice@host.test\r\nBcc: x@y.test",
        "@relay.test:alice@host.test",
        "evil.test!alice@host.test",
        "Alice <alice@host.test>",
        "alice@host.test (comment)",
        "a@b@host.test",
        ".a@host.test",
        "a..b@host.test",
        "a.@host.test",
        "a@-host.test",
        "a@host..test",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@host.test.",
        "x" * 65 + "@host.test",
        "a@" + "h" * 64 + ".test",
        "a" * 60 + "@" + ".".join(["h" * 60] * 5),
        "älice@host.test",
    ],
)
def test_s_h18_odd_addresses_are_refused(text: str) -> None:
    assert emails.problem(emails.normal(text)) is not None


@settings(deadline=None)
@given(st.text(max_size=80))
def test_s_h18_nothing_that_mail_programs_read_otherwise_passes(text: str) -> None:
    email = emails.normal(text)
    if emails.problem(email) is None:
        assert email.count("@") == 1
        assert email.isascii()
        assert not set(email) & set('%,"!:;<>()[]\\ \t\r\n\x00')
