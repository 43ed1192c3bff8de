"""Writes `config.toml` from the declarations: every key with meaning, type and default."""

from __future__ import annotations

import json
import textwrap
from typing import Any, get_args

from echo.config import Config
from echo.config_load import keys_of, sections

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
_SECRET_KEYS = {("database", "url"), ("redis", "url"), ("mail", "password")}


def render_changes(config: Config) -> str:
    """Only what differs from the defaults, without secrets: so `up` tells later commands how it runs."""
    parts = ["# What `echoctl up` was last started with; written anew each time.\n"]
    for name, section in sections():
        values = getattr(config, name)
        lines = [
            f"{key} = {_toml(getattr(values, key))}\n"
            for key, default, _, _ in keys_of(section)
            if getattr(values, key) != default and (name, key) not in _SECRET_KEYS
        ]
        if lines:
            parts.append(f"\n[{name}]\n" + "".join(lines))
    return "".join(parts)
