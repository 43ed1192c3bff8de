"""Finds the values of the configuration and says clearly what is wrong with them.

Later wins: defaults, the project's or `--config` file, `config.toml` of the data directory, what `up` was
started with, `ECHO_SECTION__KEY`, `ECHO_SECTION__KEY_FILE` (a file whose content is the value), flags.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from echo.config import Config
from echo.config.checks import problems
from echo.config.section import Section, in_words
from echo.errors import EchoError

DEFAULT_DOMAIN = Config().instance.domain
Tree = dict[str, dict[str, object]]
# Where the value of section.key came from, in words.
Origins = dict[str, str]
ENVIRONMENT_PREFIX = "ECHO_"
# Set by the command line for its own children, or by people for the shell; not keys of the configuration.
_NOT_KEYS = {"ECHO_DATA", "ECHO_CONFIG"}
_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
# How a file of TOML calls what msgspec names as Python does.
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
}


class ConfigError(EchoError):
    """The configuration cannot be used; the message says which key, where it came from and what to do."""

    default_public = "The configuration is not usable"


def load(
    files: list[Path], environment: Mapping[str, str], flags: Mapping[str, Mapping[str, object]] | None = None
) -> Config:
    """The configuration from these files (later wins), the environment and command-line flags.

    Shapes:  flags: section -> key -> value; a value of None counts as not given
    Raises:  ConfigError for an unreadable file, an unknown key or a value of the wrong type
    """
    tree: Tree = {}
    origins: Origins = {}
    for path in files:
        _merge(tree, origins, _read(path), str(path))
    _merge(tree, origins, _from_environment(environment), "the environment")
    given = {s: {k: v for k, v in keys.items() if v is not None} for s, keys in (flags or {}).items()}
    _merge(tree, origins, {s: keys for s, keys in given.items() if keys}, "the command line")
    try:
        config = msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_reason(error, origins)) from error
    if "domain" not in tree.get("instance", {}) or config.instance.domain == DEFAULT_DOMAIN:
        # On a server that is only this machine's, the name follows the port.
        instance = msgspec.structs.replace(config.instance, domain=f"localhost:{config.server.port}")
        config = msgspec.structs.replace(config, instance=instance)
    for key, said in problems(config):
        raise ConfigError(f"{origins.get(key, 'the configuration')}: {key}: {said}")
    return config


def sections() -> Iterator[tuple[str, type[Section]]]:
    """Every section with its class, in the order of the file."""
    hints = get_type_hints(Config)
    for field in msgspec.structs.fields(Config):
        yield field.name, hints[field.name]


def keys_of(section: type[Section]) -> Iterator[tuple[str, object, Any, str]]:
    """Every key of a section: name, default, type, description."""
    hints = get_type_hints(section, include_extras=True)
    for field in msgspec.structs.fields(section):
        hint = hints[field.name]
        type_, meta = get_args(hint)[0], get_args(hint)[1]
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        yield field.name, default, type_, meta.description or ""


def _read(path: Path) -> Tree:
    try:
        # Some editors put a byte order mark before everything.
        tree = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8, from byte {error.start} on") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    for name, value in tree.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            raise ConfigError(f"{path}: write [{name}] in place of [[{name}]]")
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: `{name}` stands outside of a [section]")
    return tree


def _from_environment(environment: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    # Sorted: KEY_FILE comes after KEY, and wins.
    for name, text in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or "__" not in name or name in _NOT_KEYS:
            continue
        section, key = name[len(ENVIRONMENT_PREFIX) :].lower().split("__", 1)
        types = (
            {k: t for k, _, t, _ in keys_of(dict(sections())[section])} if section in dict(sections()) else {}
        )
        if key.endswith("_file") and key not in types:
            key, text = key.removesuffix("_file"), _secret(name, text)
        if not text.isprintable() and any("\ud800" <= char <= "\udfff" for char in text):
            raise ConfigError(f"{name} is no text in UTF-8")
        tree.setdefault(section, {})[key] = _typed(text, types.get(key))
    return tree


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}: cannot read {path or 'nothing'}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: {path} is no text in UTF-8, from byte {error.start} on") from error


def _typed(text: str, type_: object) -> object:
    """A value from the environment: text for text keys, else TOML; a list may also be written a,b,c or a."""
    if type_ is str or type_ is None or type(None) in get_args(type_):
        return text
    if type_ is bool and text.lower() in _YES | _NO:
        return text.lower() in _YES
    try:
        value: object = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    if get_origin(type_) is list and not isinstance(value, list):
        item = get_args(type_)[0]
        return [_typed(part.strip(), item) for part in text.split(",") if part.strip()]
    return value


def _merge(into: Tree, origins: Origins, tree: Mapping[str, Mapping[str, object]], origin: str) -> None:
    known = dict(sections())
    for section, keys in tree.items():
        if section not in known:
            raise ConfigError(f"{origin}: unknown section [{section}]{_nearest(section, known)}")
        names = {name for name, *_ in keys_of(known[section])}
        for key, value in keys.items():
            if key not in names:
                raise ConfigError(f"{origin}: unknown key {section}.{key}{_nearest(key, names, section)}")
            into.setdefault(section, {})[key] = value
            origins[f"{section}.{key}"] = origin


def _reason(error: msgspec.ValidationError, origins: Origins) -> str:
    """Where a value stands, which key it is of, and why it cannot be taken."""
    said, _, where = in_words(error).partition(" - at `$.")
    key = where.rstrip("`")
    bare = key.partition("[")[0]
    section, _, name = bare.partition(".")
    type_ = next((t for k, _, t, _ in keys_of(dict(sections())[section]) if k == name), None)
    if get_origin(type_) is Literal:
        said = f"{said}; known are {', '.join(map(str, get_args(type_)))}"
    said = re.sub(r"`(\w+)`", lambda found: _KINDS.get(found[1], found[1]), said)
    return f"{origins.get(bare, 'the configuration')}: {key}: {said[:1].lower()}{said[1:]}"


def _nearest(word: str, known: Mapping[str, object] | set[str], section: str = "") -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    if close:
        return f"; did you mean {section + '.' if section else ''}{close[0]}?"
    return f"; known are {', '.join(sorted(known))}"


def find_files(data: Path | None, explicit: Path | None) -> list[Path]:
    """The files to read, in order: --config, ECHO_CONFIG or ./config.toml; then the data directory's."""
    first = explicit or (Path(os.environ["ECHO_CONFIG"]) if "ECHO_CONFIG" in os.environ else None)
    found = [first] if first else [p for p in [Path("config.toml")] if p.is_file()]
    if data is not None:
        found += [p for p in (data / "config.toml", data / "run.toml") if p.is_file()]
    unique: dict[Path, Path] = {p.resolve(): p for p in found}
    return list(unique.values())
