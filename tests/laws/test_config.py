"""The configuration: its file is written from its declarations, and every key says what it means."""

from __future__ import annotations

import ast
import re
import tomllib

from echo.config import Config
from echo.config import write as config_write
from echo.config.load import keys_of, sections
from tests.laws.tree import ROOT, parsed, sources

FILE = ROOT / "config.toml"


def test_the_file_is_what_the_declarations_say() -> None:
    assert FILE.read_text(encoding="utf-8") == config_write.render(), "run `echoctl config write`"


def test_the_file_holds_the_defaults() -> None:
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert read == {
        name: {key: default for key, default, _, _ in keys_of(section)} for name, section in sections()
    }


def test_every_key_is_documented_with_its_unit() -> None:
    for name, section in sections():
        assert (section.__doc__ or "").strip(), name
        for key, _, type_, description in keys_of(section):
            assert re.fullmatch(r"\S.{6,}\.", description), f"{name}.{key}: {description!r}"
            for unit, word in (
                ("_seconds", "second"),
                ("_bytes", "byte"),
                ("_days", "day"),
                ("_minutes", "minute"),
            ):
                if key.endswith(unit):
                    assert type_ in (int, float), f"{name}.{key}"
                    assert word in description.lower(), f"{name}.{key} does not tell its unit: {description}"


def test_every_key_is_used() -> None:
    """A key that nothing reads would be a promise that nobody keeps."""
    read = {
        node.attr
        for path in sources("echo", "federation", "workers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
    }
    for name, section in sections():
        for key, _, _, _ in keys_of(section):
            assert key in read, f"nothing reads {name}.{key}"


def test_the_switches_of_tests_are_ordinary_keys() -> None:
    config = Config()
    assert config.rate_limits.enabled is True
    assert config.registrations.mode == "closed"
    assert config.registrations.confirm_email is True
    assert config.federation.allowed_private_ranges == []
    assert config.federation.retry_scale == 1.0
    assert config.dev.enabled is False
    assert config.instance.domain
    assert config.server.base_url == ""
