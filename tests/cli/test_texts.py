"""What is no text is refused in one line, in arguments and in files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from echo import db
from echo.cli import main
from echo.cli.main import app
from tests.cli.commands import Command, every, taking
from tests.cli.conftest import Echoctl

WRONG = {"no\udcfftext": "is no text in UTF-8", "no\0text": "has a character in it that ends texts (NUL)"}
TEXTS = taking(lambda kind: issubclass(kind, str | Path))


def _named(one: object) -> str:
    return " ".join(one.words) if isinstance(one, Command) else str(one)


@pytest.mark.parametrize(("command", "option"), TEXTS, ids=_named)
def test_what_is_no_text_begins_nothing(
    command: Command, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong, said in WRONG.items():
        typed = command.typed(option, wrong)
        place = next(at for at, word in enumerate(typed, start=1) if wrong in word)
        monkeypatch.setattr(sys, "argv", ["echoctl", *typed])
        with pytest.raises(SystemExit) as ended:
            main.main()
        assert ended.value.code == 2
        assert capsys.readouterr() == ("", f"echoctl: Argument {place} {said}\n")


def test_bytes_of_a_shell_that_are_no_text() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "echo.cli.main", "accounts", "show", b"\xff\xfe"], capture_output=True
    )
    assert done.returncode == 2
    assert done.stderr == b"echoctl: Argument 3 is no text in UTF-8\n"


async def test_what_cannot_be_stored_or_read_is_said_in_words(echoctl: Echoctl) -> None:
    for command in ("remove", "hide", "feature"):
        with pytest.raises(db.BEYOND) as failed:
            await echoctl("emojis", command, "a" * 5000)
        assert main._in_words(failed.value) == "A value is longer than any that can be stored"
    assert main._in_words(OSError(5, "Input/output error")) == "Input/output error"


@pytest.mark.parametrize(
    "words",
    [
        ("federation", "deliveries", "--state"),
        ("federation", "hosts", "--health"),
        ("federation", "inbound", "--state"),
        ("held", "list", "--state"),
        ("invites", "list", "--state"),
        ("strikes", "appeals", "--state"),
    ],
)
def test_one_of_a_few_is_one_of_those(words: tuple[str, ...]) -> None:
    with pytest.raises(CycloptsError):
        app.parse_args([*words, "alice"], exit_on_error=False, print_error=False)


def test_every_state_is_one_of_a_few() -> None:
    """So that a new one cannot answer "none" to a wrong word."""
    for command in every():
        for option in command.options:
            if option.name in ("state", "health", "severity", "style"):
                assert "str" not in str(option.annotation), command.words
