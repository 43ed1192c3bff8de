"""Finds the values of the configuration and says clearly what is wrong with them.

Later wins: defaults, the project's or `--config` file, `config.toml` of the data directory, what `up` was
started with, `ECHO_SECTION__KEY`, `ECHO_SECTION__KEY_FILE` (a file whose content is the value), flags.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec

from echo.config import Config
from echo.config.engines import RedisConfig
from echo.config.section import Section, in_words
from echo.errors import EchoError

DEFAULT_DOMAIN = Config().instance.domain
Tree = dict[str, dict[str, object]]
ENVIRONMENT_PREFIX = "ECHO_"
# Set by the command line for its own children, or by people for the shell; not keys of the configuration.
_NOT_KEYS = {"ECHO_DATA", "ECHO_CONFIG"}


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
    for path in files:
        _merge(tree, _read(path), str(path))
    _merge(tree, _from_environment(environment), "the environment")
    given = {s: {k: v for k, v in keys.items() if v is not None} for s, keys in (flags or {}).items()}
    _merge(tree, {s: keys for s, keys in given.items() if keys}, "the command line")
    try:
        config = msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"Configuration: {in_words(error)}") from error
    if "domain" not in tree.get("instance", {}) or config.instance.domain == DEFAULT_DOMAIN:
        # On a server that is only this machine's, the name follows the port.
        instance = msgspec.structs.replace(config.instance, domain=f"localhost:{config.server.port}")
        config = msgspec.structs.replace(config, instance=instance)
    _check(config)
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
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    for name, value in tree.items():
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: `{name}` stands outside of a [section]")
    return tree


def _from_environment(environment: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    for name, text in environment.items():
        if not name.startswith(ENVIRONMENT_PREFIX) or "__" not in name or name in _NOT_KEYS:
            continue
        section, key = name[len(ENVIRONMENT_PREFIX) :].lower().split("__", 1)
        types = (
            {k: t for k, _, t, _ in keys_of(dict(sections())[section])} if section in dict(sections()) else {}
        )
        if key.endswith("_file") and key not in types:
            key, text = key.removesuffix("_file"), _secret(name, text)
        tree.setdefault(section, {})[key] = _typed(text, types.get(key))
    return tree


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}: cannot read {path}: {error.strerror}") from error


def _typed(text: str, type_: object) -> object:
    """A value from the environment: text for text keys, else TOML; a list may also be written a,b,c."""
    if type_ is str or type_ is None or type(None) in get_args(type_):
        return text
    if type_ is bool and text.lower() in {"1", "yes", "on", "0", "no", "off"}:
        return text.lower() in {"1", "yes", "on"}
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if getattr(type_, "__origin__", None) is list:
            return [part.strip() for part in text.split(",") if part.strip()]
        return text.lower() if text.lower() in {"true", "false"} else text


def _merge(into: Tree, tree: Mapping[str, Mapping[str, object]], origin: str) -> None:
    known = dict(sections())
    for section, keys in tree.items():
        if section not in known:
            raise ConfigError(f"{origin}: unknown section [{section}]{_nearest(section, known)}")
        names = {name for name, *_ in keys_of(known[section])}
        for key, value in keys.items():
            if key not in names:
                raise ConfigError(f"{origin}: unknown key {section}.{key}{_nearest(key, names, section)}")
            into.setdefault(section, {})[key] = value


def _nearest(word: str, known: Mapping[str, object] | set[str], section: str = "") -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    if close:
        return f"; did you mean {section + '.' if section else ''}{close[0]}?"
    return f"; known are {', '.join(sorted(known))}"


def _check(config: Config) -> None:
    """What no single key can say."""
    if config.server.base_url and not config.server.base_url.startswith(("http://", "https://")):
        raise ConfigError("server.base_url must begin with http:// or https://")
    for key in ("trusted_proxies",):
        _networks(f"server.{key}", getattr(config.server, key))
    _networks("federation.allowed_private_ranges", config.federation.allowed_private_ranges)
    _networks("translation.allowed_private_ranges", config.translation.allowed_private_ranges)
    if config.translation.provider == "deepl" and not config.translation.key:
        raise ConfigError("translation.provider is deepl, which needs translation.key")
    if config.search.engine == "meilisearch" and not config.search.url.startswith(("http://", "https://")):
        raise ConfigError("search.url must say where Meilisearch answers: http://host:7700")
    _check_redis(config.redis)
    if config.dev.enabled and config.is_secure and not is_local_host(config.host):
        raise ConfigError(
            f"dev.enabled cannot be used with the public address {config.base_url}; "
            "switch it off, or use an http or loopback base_url"
        )


def _check_redis(redis: RedisConfig) -> None:
    if redis.cluster_hosts and not redis.cluster:
        raise ConfigError("redis.cluster_hosts names servers of a cluster: set redis.cluster = true as well")
    if not redis.cluster:
        return
    parts = urlsplit(redis.url)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ConfigError("redis.cluster is true: redis.url must name one of its servers, redis://host:port")
    if parts.path.strip("/") not in {"", "0"}:
        raise ConfigError("redis.url: a cluster has no other database than 0")
    for host in redis.cluster_hosts:
        if not re.fullmatch(r".+:\d{1,5}", host):
            raise ConfigError(f"redis.cluster_hosts: {host!r} is not host:port")


def _networks(key: str, values: list[str]) -> None:
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError as error:
            raise ConfigError(f"{key}: {value!r} is not a network such as 10.0.0.0/8") from error


def is_local_host(host: str) -> bool:
    """Whether a host (with or without port) can only be this machine or a test network."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    if name in {"localhost"} or name.endswith((".localhost", ".test", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False


def find_files(data: Path | None, explicit: Path | None) -> list[Path]:
    """The files to read, in order: --config, ECHO_CONFIG or ./config.toml; then the data directory's."""
    first = explicit or (Path(os.environ["ECHO_CONFIG"]) if "ECHO_CONFIG" in os.environ else None)
    found = [first] if first else [p for p in [Path("config.toml")] if p.is_file()]
    if data is not None:
        found += [p for p in (data / "config.toml", data / "run.toml") if p.is_file()]
    unique: dict[Path, Path] = {p.resolve(): p for p in found}
    return list(unique.values())
