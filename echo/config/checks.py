"""What is wrong with values of the right type: addresses, names, networks, and keys that need others."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from echo.config import Config
from echo.config.engines import RedisConfig

# A key as section.key, and what is wrong with its value.
Problem = tuple[str, str]

_NAME = re.compile(r"([a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
# Beyond this neither TOML nor the database has numbers.
_LARGEST = 2**63 - 1


def problems(config: Config) -> Iterator[Problem]:
    """Everything that no type can say, one after the other."""
    yield from _numbers(config)
    if said := _wrong_domain(config.instance.domain):
        yield "instance.domain", said
    if said := _wrong_base_url(config.server.base_url):
        yield "server.base_url", said
    yield from _engines(config)
    yield from _redis(config.redis)
    yield from _addresses(config)
    for key, networks in (
        ("server.trusted_proxies", config.server.trusted_proxies),
        ("federation.allowed_private_ranges", config.federation.allowed_private_ranges),
        ("translation.allowed_private_ranges", config.translation.allowed_private_ranges),
        ("openid.allowed_private_ranges", config.openid.allowed_private_ranges),
    ):
        yield from _networks(key, networks)
    yield from _together(config)


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


def _numbers(config: Config) -> Iterator[Problem]:
    for section in msgspec.structs.fields(config):
        values = getattr(config, section.name)
        for field in msgspec.structs.fields(values):
            value = getattr(values, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                yield f"{section.name}.{field.name}", f"{value} is not a number that can be used"
            elif isinstance(value, int) and abs(value) > _LARGEST:
                yield f"{section.name}.{field.name}", f"at most {_LARGEST}"


def _wrong_domain(domain: str) -> str:
    """It is in the address of everybody here, so that no mistake in it can be taken back."""
    if _NAME.fullmatch(domain):
        return ""
    said = f"{domain!r} is not the name of a server, such as social.example.org"
    bare = (urlsplit(domain).netloc if "://" in domain else domain).strip("/").lower()
    try:
        name = bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:
        return said
    return f"{said}; did you mean {name}?" if name != domain and _NAME.fullmatch(name) else said


def _wrong_base_url(address: str) -> str:
    if not address:
        return ""
    if said := _wrong_address(address):
        return said
    parts = urlsplit(address)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        return f"{address!r} has more than scheme and host, such as https://social.example.org"
    return ""


def _wrong_address(address: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Why something is not an address of one of these schemes; nothing for one that is."""
    begins = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return f"must be an address with {begins}, a host and a port that is a number"
    if parts.scheme not in schemes:
        return f"must begin with {begins}"
    if not has_host or any(char.isspace() for char in address):
        return f"must name a host after {begins}"
    return ""


def _engines(config: Config) -> Iterator[Problem]:
    # None of these is shown: a password may stand in it.
    for name in ("url", "pool_url", "replica_url"):
        address = getattr(config.database, name)
        try:
            is_fine = not address or urlsplit(address).scheme in {"postgresql", "postgres"}
            has_port = not address or urlsplit(address).port != 0
        except ValueError:
            is_fine, has_port = True, False
        if not is_fine:
            yield f"database.{name}", "must be postgresql://user:password@host:port/name"
        elif not has_port:
            yield f"database.{name}", "the port in it is not a number that a port can have"
    if config.redis.url and not config.redis.url.startswith(("redis://", "rediss://", "unix://")):
        yield "redis.url", "must be redis://host:port/0, rediss:// or unix:///path"


def _redis(redis: RedisConfig) -> Iterator[Problem]:
    if redis.cluster_hosts and not redis.cluster:
        yield "redis.cluster_hosts", "names servers of a cluster: set redis.cluster = true as well"
    if not redis.cluster:
        return
    parts = urlsplit(redis.url)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        yield "redis.cluster", "is true: redis.url must name one of its servers, redis://host:port"
    if parts.path.strip("/") not in {"", "0"}:
        yield "redis.url", "a cluster has no other database than 0"
    for host in redis.cluster_hosts:
        if not re.fullmatch(r".+:\d{1,5}", host):
            yield "redis.cluster_hosts", f"{host!r} is not host:port"


def _addresses(config: Config) -> Iterator[Problem]:
    for key, address in (
        ("media.base_url", config.media.base_url),
        ("object_store.endpoint", config.object_store.endpoint),
        ("translation.url", config.translation.url),
        ("openid.issuer", config.openid.issuer),
        ("tracing.endpoint", config.tracing.endpoint),
    ):
        if address and (said := _wrong_address(address)):
            yield key, said


def _networks(key: str, values: list[str]) -> Iterator[Problem]:
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            yield key, f"{value!r} is not a network such as 10.0.0.0/8"


def _together(config: Config) -> Iterator[Problem]:
    """What is wrong only beside something else."""
    if not config.server.worker_processes and config.server.web_processes > 1:
        yield "server.worker_processes", "is 0, so that web does their work: server.web_processes must be 1"
    if config.translation.provider == "deepl" and not config.translation.key:
        yield "translation.provider", "is deepl, which needs translation.key"
    if config.search.engine == "meilisearch" and _wrong_address(config.search.url):
        yield "search.url", "must say where Meilisearch answers: http://host:7700"
    if config.openid.issuer and not config.openid.client_id:
        yield "openid.issuer", "is set, which needs openid.client_id"
    if config.dev.enabled and config.is_secure and not is_local_host(config.host):
        yield (
            "dev.enabled",
            f"cannot be used with the public address {config.base_url}; "
            "switch it off, or use an http or loopback base_url",
        )
