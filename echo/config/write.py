"""Writes `config.toml` from the declarations: every key with meaning, type and default."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from typing import Any, get_args

from echo.config import Config
from echo.config.load import keys_of, sections

_HEAD = """\
# The configuration of Echo. Written by `echoctl config write`; the values here are the defaults.
# Each key can also come from the environment as ECHO_SECTION__KEY (ECHO_SERVER__PORT=4000), or from a file
# whose name is in ECHO_SECTION__KEY_FILE (for secrets). Unknown keys are errors.
"""


def render() -> str:
    """The whole file, ending with a newline."""
    parts = [_HEAD]
    for name, section in sections():
        parts.append(f"\n# {(section.__doc__ or '').strip()}\n[{name}]\n")
        for key, default, type_, description in keys_of(section):
            comment = f"{description} ({_type_name(type_)}, default {_toml(default)})"
            parts.append("\n".join(f"# {line}" for line in textwrap.wrap(comment, 106)) + "\n")
            parts.append(f"{key} = {_toml(default)}\n")
    return "".join(parts)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)


def _type_name(type_: Any) -> str:
    names = {str: "text", int: "number", float: "number", bool: "true or false"}
    if type_ in names:
        return names[type_]
    if getattr(type_, "__origin__", None) is list:
        return f"list of {names[get_args(type_)[0]]}"
    return "one of " + ", ".join(str(option) for option in get_args(type_))


# Addresses that may hold passwords stay where they were given.
_STAY = {("database", "url"), ("redis", "url"), ("mail", "password"), ("openid", "client_secret")}
_SECRET = re.compile(r"(password|secret|(?<!per_)token|(^|_)keys?)$")


def is_secret(section: str, key: str) -> bool:
    """Whether the value of a key must not be shown: passwords, keys, addresses that may hold one."""
    return (section, key) in _STAY or _SECRET.search(key) is not None


def render_changes(config: Config) -> str:
    """Only what differs from the defaults, without secrets: so `up` tells later commands how it runs."""
    head = "# What `echoctl up` was last started with; written anew each time.\n"
    return head + _changes(config, lambda section, key: (section, key) not in _STAY)


def render_for_backup(config: Config, *, secrets: bool) -> str:
    """What differs from the defaults, with or without every value that must not be shown."""
    head = "# The configuration of a server that was saved; secrets are "
    head += "included.\n" if secrets else "left out: give them again.\n"
    return head + _changes(config, lambda section, key: secrets or not is_secret(section, key))


def _changes(config: Config, is_shown: Callable[[str, str], bool]) -> str:
    parts = []
    for name, section in sections():
        values = getattr(config, name)
        lines = [
            f"{key} = {_toml(getattr(values, key))}\n"
            for key, default, _, _ in keys_of(section)
            if getattr(values, key) != default and is_shown(name, key)
        ]
        if lines:
            parts.append(f"\n[{name}]\n" + "".join(lines))
    return "".join(parts)
