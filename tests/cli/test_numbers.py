"""Numbers and moments in commands are taken as they are, or refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cyclopts import CycloptsError

from echo.cli.main import app
from tests.cli.commands import Command, every, taking

BEYOND = str(2**63)
WHOLE = taking(lambda kind: kind is int)
SECONDS = taking(lambda kind: kind is float)
MOMENTS = taking(lambda kind: kind is datetime)


def _named(one: object) -> str:
    return " ".join(one.words) if isinstance(one, Command) else str(one)


def test_every_command_can_be_called() -> None:
    assert len(WHOLE) > 40
    assert (len(SECONDS), len(MOMENTS)) == (3, 6)
    for command in every():
        app.parse_args(command.typed(), exit_on_error=False, print_error=False)


@pytest.mark.parametrize(("command", "option"), WHOLE, ids=_named)
def test_whole_numbers_are_refused_that_are_none_or_beyond_all(command: Command, option: str) -> None:
    app.parse_args(command.typed(option, "1"), exit_on_error=False, print_error=False)
    for wrong in ("-1", "1.5", "1e3", "１", "x", "", BEYOND, "9" * 40):
        with pytest.raises(CycloptsError):
            app.parse_args(command.typed(option, wrong), exit_on_error=False, print_error=False)


@pytest.mark.parametrize(("command", "option"), SECONDS, ids=_named)
def test_seconds_end(command: Command, option: str) -> None:
    app.parse_args(command.typed(option, "0.5"), exit_on_error=False, print_error=False)
    for wrong in ("-1", "nan", "inf", "1e308", "x", ""):
        with pytest.raises(CycloptsError):
            app.parse_args(command.typed(option, wrong), exit_on_error=False, print_error=False)


@pytest.mark.parametrize(("command", "option"), MOMENTS, ids=_named)
def test_moments_are_in_the_calendar_of_every_place(command: Command, option: str) -> None:
    for right, meant in (
        ("2026-05-01T18:00+02:00", datetime(2026, 5, 1, 16, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ):
        _, bound, _ = app.parse_args(command.typed(option, right), exit_on_error=False, print_error=False)
        assert bound.kwargs[option] == meant
    for wrong in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01", "now", ""):
        with pytest.raises(CycloptsError):
            app.parse_args(command.typed(option, wrong), exit_on_error=False, print_error=False)


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
