"""The configuration: every key with its type, meaning, unit and default, declared once, here and in
`echo.config.house`.

`config.toml` at the top of the project is written from these declarations (`echoctl config write`) and
checked against them in CI. How values are found is in `echo/config/load.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from echo.config.engines import DatabaseConfig, RedisConfig
from echo.config.files import Backups, Media, ObjectStore
from echo.config.house import Instance, Registrations, Timelines
from echo.config.limits import Limits, RateLimits
from echo.config.openid import OpenId
from echo.config.rooms import Rooms
from echo.config.section import Doc, Section
from echo.config.seeing import Metrics, Tracing
from echo.config.storage import Storage
from echo.config.translation import Translation


class Server(Section, frozen=True):
    """How it is reached."""

    host: Annotated[str, Doc(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Doc(description="Port to listen on.", ge=0, le=65535)] = 3000
    base_url: Annotated[
        str,
        Doc(
            description=(
                "Where people and servers reach this server from outside, without a trailing slash. "
                "Empty: https://<instance.domain>, or http:// for localhost and with dev.enabled."
            )
        ),
    ] = ""
    trusted_proxies: Annotated[
        list[str],
        Doc(description="Networks (CIDR) whose X-Forwarded-For and X-Forwarded-Proto are believed."),
    ] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    web_processes: Annotated[int, Doc(description="Processes that answer requests.", ge=1, le=64)] = 1
    streaming_processes: Annotated[
        int,
        Doc(
            description=(
                "Processes that keep streams open, for `echoctl up`. 0: a web process keeps its own "
                "(docs/admin/small.md)."
            ),
            ge=0,
            le=1,
        ),
    ] = 1
    worker_processes: Annotated[
        int,
        Doc(
            description=(
                "Processes that do background work, for `echoctl up`. 0: the web process does it, of which "
                "there is one then (docs/admin/small.md)."
            ),
            ge=0,
            le=64,
        ),
    ] = 1
    shutdown_seconds: Annotated[
        int, Doc(description="How long running requests may finish after a stop, in seconds.", ge=0, le=300)
    ] = 25
    drain_seconds: Annotated[
        int,
        Doc(
            description=(
                "How long a web process that makes room for another goes on answering before it stops, in "
                "seconds: /health/ready then says 503, and each answer is the last one on its connection."
            ),
            ge=0,
            le=300,
        ),
    ] = 5


class Trends(Section, frozen=True):
    """What many people are busy with, for the Explore screens of apps (docs/trends.md)."""

    enabled: Annotated[bool, Doc(description="Whether hashtags, posts and links can be trending.")] = True
    least: Annotated[
        int,
        Doc(
            description="People who must have used a hashtag or link in a day; likes and boosts of posts.",
            ge=1,
            le=1000,
        ),
    ] = 3
    require_review: Annotated[
        bool, Doc(description="Show only what a moderator has approved; else all but what one rejected.")
    ] = False


class Mail(Section, frozen=True):
    """Outgoing e-mail. Without a server mails are written to the folder `mail` of the data directory."""

    server: Annotated[str, Doc(description="SMTP host. Empty: write to the data directory.")] = ""
    port: Annotated[int, Doc(description="SMTP port.", ge=1, le=65535)] = 587
    username: Annotated[str, Doc(description="SMTP user. Empty: no login.")] = ""
    password: Annotated[str, Doc(description="SMTP password; better from a file or the environment.")] = ""
    security: Annotated[
        Literal["starttls", "tls", "none"], Doc(description="starttls, tls or none (loopback only).")
    ] = "starttls"
    sender: Annotated[str, Doc(description="From address. Empty: echo@<instance.domain>.")] = ""


class Federation(Section, frozen=True):
    """Exchange with other servers."""

    secure_mode: Annotated[
        bool,
        Doc(
            description=(
                "Documents of people and posts only for servers that prove who they are, so that those that "
                "are blocked cannot read them. Pages stay open."
            )
        ),
    ] = False
    only_allowed: Annotated[
        bool,
        Doc(
            description=(
                "Exchange with servers of the list of `echoctl federation allow` alone. Implies secure_mode, "
                "and shows people and posts to those alone who are signed in."
            )
        ),
    ] = False
    enabled: Annotated[bool, Doc(description="Whether anything is sent to or accepted from others.")] = True
    allowed_private_ranges: Annotated[
        list[str],
        Doc(
            description=(
                "Networks (CIDR) that may be dialled although they are not globally routable, "
                "for peers on this machine or in this house. Normally none."
            )
        ),
    ] = []
    allowed_ports: Annotated[
        list[int], Doc(description="Ports that may be dialled. With dev.enabled any port.")
    ] = msgspec.field(default_factory=lambda: [80, 443])
    retry_scale: Annotated[
        float,
        Doc(description="Multiplies every wait before a delivery is tried again; below 1 for tests.", ge=0.0),
    ] = 1.0
    deliveries_at_once: Annotated[
        int, Doc(description="Deliveries under way in one worker process.", ge=1, le=1000)
    ] = 64
    deliveries_per_host: Annotated[int, Doc(description="Deliveries under way to one host.", ge=1, le=50)] = 4
    relayed_per_minute: Annotated[
        int,
        Doc(
            description=(
                "Posts that are taken from relays in a minute. What a relay merely announces, and has to be "
                "fetched, is dropped first: from three quarters of this on."
            ),
            ge=0,
        ),
    ] = 300
    timeout_seconds: Annotated[
        float, Doc(description="Longest time of one outgoing request, in seconds.", gt=0)
    ] = 20.0

    @property
    def is_secure(self) -> bool:
        """Whether documents are only for those who prove who they are."""
        return self.secure_mode or self.only_allowed


class Search(Section, frozen=True):
    """How posts are found by words."""

    engine: Annotated[
        Literal["postgresql", "meilisearch"],
        Doc(
            description=(
                "What keeps the index: postgresql (the database, nothing to install) or meilisearch. "
                "After a change run `echoctl search rebuild`."
            )
        ),
    ] = "postgresql"
    url: Annotated[
        str, Doc(description="Where Meilisearch answers, such as http://127.0.0.1:7700; any address may be.")
    ] = ""
    key: Annotated[str, Doc(description="Its API key; better from a file or the environment.")] = ""
    index: Annotated[
        str, Doc(description="Name of the index in Meilisearch, when several servers share one.")
    ] = "posts"


class Dev(Section, frozen=True):
    """For trying things on one machine. Refused when base_url is a public https address."""

    enabled: Annotated[
        bool,
        Doc(description="Plain http, ports in handles, any port dialled, loopback peers allowed."),
    ] = False


class Log(Section, frozen=True):
    """What is written to standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Doc(description="Least important line written.")
    ] = "info"
    format: Annotated[Literal["text", "json"], Doc(description="text for people, json for collectors.")] = (
        "text"
    )


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. Read once, when the runtime opens, and passed on."""

    instance: Instance = Instance()
    server: Server = Server()
    database: DatabaseConfig = DatabaseConfig()
    redis: RedisConfig = RedisConfig()
    media: Media = Media()
    object_store: ObjectStore = ObjectStore()
    backups: Backups = Backups()
    storage: Storage = Storage()
    limits: Limits = Limits()
    rate_limits: RateLimits = RateLimits()
    registrations: Registrations = Registrations()
    trends: Trends = Trends()
    timelines: Timelines = Timelines()
    mail: Mail = Mail()
    federation: Federation = Federation()
    translation: Translation = Translation()
    search: Search = Search()
    rooms: Rooms = Rooms()
    metrics: Metrics = Metrics()
    tracing: Tracing = Tracing()
    openid: OpenId = OpenId()
    dev: Dev = Dev()
    log: Log = Log()

    @property
    def base_url(self) -> str:
        """The canonical address, scheme and host, without a trailing slash."""
        if self.server.base_url:
            return self.server.base_url.rstrip("/")
        plain = self.dev.enabled or self.is_for_this_machine
        return f"{'http' if plain else 'https'}://{self.instance.domain}"

    @property
    def is_for_this_machine(self) -> bool:
        """Whether the domain is a name that every machine has for itself: then there is no TLS."""
        name = urlsplit(f"//{self.instance.domain}").hostname or ""
        return name in {"localhost", "127.0.0.1", "::1"} or name.endswith(".localhost")

    @property
    def host(self) -> str:
        """The host (and port, when not the default one) of `base_url`: where actors and posts live."""
        return urlsplit(self.base_url).netloc

    @property
    def media_url(self) -> str:
        """Where files are served, without a trailing slash."""
        return self.media.base_url.rstrip("/") or f"{self.base_url}/media"

    @property
    def is_secure(self) -> bool:
        """Whether people reach us over TLS: cookies are then marked Secure."""
        return self.base_url.startswith("https://")
