"""The frames of the protocol that begins with `echo:hello`. A client that says no hello never meets them.

Source:  ecosystem.md 3.2; docs/api/live.md explains it to authors of clients
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

VERSION = 1
HEARTBEAT_SECONDS = 30
# The longest frame that a client may send, of either protocol; a longer one ends the socket with 1009.
FRAME_BYTES = 64 * 1024
_Short = Annotated[str, Meta(max_length=128)]
RequestId = Annotated[str, Meta(max_length=64)] | int


class FromClient(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What a client sends."""


class Resume(Struct, frozen=True, kw_only=True):
    """Where a client was when it last heard from us."""

    epoch: _Short
    cursor: _Short


class Hello(FromClient, frozen=True, kw_only=True, tag="echo:hello"):
    """Begins the protocol; said again it is ignored. `replaces`: the session of an earlier socket of this
    client, which may not know yet that it is broken; it is closed.
    """

    version: int = VERSION
    capabilities: tuple[str, ...] = ()
    resume: Resume | None = None
    replaces: _Short = ""


class Request(FromClient, frozen=True, kw_only=True, tag="echo:req"):
    """Asks for something; `key` makes sure that it is done once, however often it is asked."""

    id: RequestId
    method: _Short
    params: Raw = field(default_factory=lambda: Raw(b"{}"))
    key: _Short = ""


class SignalFromClient(FromClient, frozen=True, kw_only=True, tag="echo:sig"):
    """Something for others that is worth something only now; never kept, never answered."""

    kind: _Short
    data: Raw = field(default_factory=lambda: Raw(b"{}"))


class Ack(FromClient, frozen=True, kw_only=True, tag="echo:ack"):
    """Everything up to this cursor has been taken in; at most one a second."""

    cursor: _Short


class Ping(FromClient, frozen=True, kw_only=True, tag="echo:ping"):
    """Asks whether we are there."""


Said = Hello | Request | SignalFromClient | Ack | Ping


class ToClient(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What we send."""


class Limits(Struct, frozen=True, kw_only=True):
    """What one socket may do, and what waits for it at most."""

    frame_bytes: int
    frames_a_second: float
    frames_at_once: float
    subscriptions: int
    sockets: int
    queue_frames: int
    queue_bytes: int
    ack_seconds: float


class Welcome(ToClient, frozen=True, kw_only=True, tag="echo:welcome"):
    """The answer to hello. `missed`: how many events follow before `echo:caught_up`."""

    version: int = VERSION
    session: str
    epoch: str
    cursor: str
    resumed: bool
    missed: int
    heartbeat_seconds: int
    limits: Limits
    features: tuple[str, ...]


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request failed: `code` for programs, `text` for people, `retry_after` in seconds."""

    code: str
    text: str
    retry_after: int | None = None


class Reply(ToClient, frozen=True, kw_only=True, tag="echo:reply", omit_defaults=True):
    """The answer to one request: either `result` or `error`."""

    id: RequestId
    ok: bool
    result: Raw | UnsetType = UNSET
    error: Failure | None = None


class SignalToClient(ToClient, frozen=True, kw_only=True, tag="echo:sig"):
    """What somebody else signals."""

    kind: str
    data: Raw


class Event(ToClient, frozen=True, kw_only=True, tag="echo:event", omit_defaults=True):
    """Something happened. `data` is an object, never a text. Without `cursor` it cannot be replayed; `ts` is
    in milliseconds since 1970.
    """

    stream: tuple[str, ...]
    event: str
    data: Raw
    cursor: str = ""
    ts: int
    origin: Literal["live", "replay"]


class CaughtUp(ToClient, frozen=True, kw_only=True, tag="echo:caught_up"):
    """All that was missed has been said; what follows is live."""

    cursor: str


class Gap(ToClient, frozen=True, kw_only=True, tag="echo:gap"):
    """Something on these streams was missed and cannot be said any more: read them anew. Nothing is missing
    up to `last_safe`; go on from `epoch` and `cursor`, which are empty where the streams have no cursors.
    """

    streams: tuple[str, ...]
    last_safe: str
    epoch: str
    cursor: str


class Pong(ToClient, frozen=True, kw_only=True, tag="echo:pong"):
    """The answer to `echo:ping`."""


class Refusal(ToClient, frozen=True, kw_only=True, tag="echo:error"):
    """A frame could not be read, or was one too many."""

    error: Failure


class Bye(ToClient, frozen=True, kw_only=True, tag="echo:bye"):
    """The last frame before we close; when to come back, spread so that not all do at once. Null: not with
    this token, or not at all, because another socket took the place of this one.
    """

    code: int
    reconnect_after_seconds: float | None


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Said).decode
