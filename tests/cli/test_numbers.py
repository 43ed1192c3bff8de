"""Numbers in commands are taken as they are, or refused."""

from __future__ import annotations

import pytest
from cyclopts import CycloptsError

from echo.cli.main import app

BEYOND = str(2**63)


@pytest.mark.parametrize("number", ["1.5", "0", "1e3", "１", "x", BEYOND])
@pytest.mark.parametrize(
    "words",
    [
        ("announcements", "delete"),
        ("announcements", "edit"),
        ("banned-files", "remove"),
        ("block-lists", "apply"),
        ("block-lists", "apply", "1", "--changes"),
        ("block-lists", "dismiss", "1"),
        ("held", "accept", "1"),
        ("invites", "end"),
        ("policies", "delete"),
        ("queues", "drop"),
        ("reports", "show"),
        ("strikes", "approve"),
        ("webhooks", "delete"),
    ],
)
def test_an_id_is_a_whole_number(words: tuple[str, ...], number: str) -> None:
    with pytest.raises(CycloptsError):
        app.parse_args([*words, number], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("hours", ["-5", "1.5", "99999999999"])
@pytest.mark.parametrize(
    "words",
    [
        ("email-domains", "block", "example.org"),
        ("networks", "block", "10.0.0.0/8"),
        ("invites", "create", "--owner", "ada"),
    ],
)
def test_hours_are_never_less_than_none(words: tuple[str, ...], hours: str) -> None:
    with pytest.raises(CycloptsError):
        app.parse_args([*words, f"--hours={hours}"], exit_on_error=False, print_error=False)


def test_what_fits_is_taken() -> None:
    _, bound, _ = app.parse_args(["held", "accept", "7", str(2**63 - 1)], exit_on_error=False)
    assert bound.args == (7, 2**63 - 1)
    _, bound, _ = app.parse_args(["block-lists", "apply", "3", "--changes", "4", "--changes", "5"])
    assert (bound.args, bound.kwargs["changes"]) == ((3,), (4, 5))
    _, bound, _ = app.parse_args(["networks", "block", "10.0.0.0/8", "--hours", "5"], exit_on_error=False)
    assert bound.kwargs["hours"] == 5
