"""Live messages between processes, through Redis publish and subscribe. They may be lost, never wrong:
a message names what changed, and whoever shows it reads the rows with the eyes of its viewer.

    channel                payload (MessagePack)
    live:user:<account>    {event, post | notification | conversation | room, list_id}   what concerns them
    live:user:<account>    {event: acted, post | relation, account | ..}      what they did on another device
    live:user:<account>    {event: chat, chat, seq}              the log of a chat has one more
    live:user:<account>    {event: chat.marks, chat, account}    somebody got or read it up to somewhere
    live:user:<account>    {event: signal, text, body, session}                   a signal for that person
    live:user:<account>    {event: met, others}                  whose presence they may see, or no more
    live:user:<account>    {event: replaced, session}            a session that another one took the place of
    live:crowd:<part>      {.., to}                              the same for many people of that part
    live:public            {event, post, local, tags, reply}     posts that everyone may read
    live:everybody         {event, announcement, text}           announcements, for all people here
    live:access            {user, token}                         access that ended

What is in `LOGGED` is written in the event log of the person as well, in the same round trip: that is what a
client that was away reads (`echo.event_log`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Literal

import msgspec

from echo import cache, clock, event_log
from echo.event_log import Pointer

log = logging.getLogger(__name__)

LiveEvent = Literal[
    "update",
    "edit",
    "delete",
    "notification",
    "merged",
    "conversation",
    "chat",
    "chat.marks",
    "chat.hidden",
    "chat.refused",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
    "access",
    "filters",
    "list_gone",
    "room",
    "signal",
    "replaced",
    "met",
    "acted",
    "relation",
    "lists",
    "markers",
    "profile",
    "home",
    "notices",
]
# Events whose pointer is kept, each with the fields that name its rows. Each has a line in
# `echo.streaming.kinds.KINDS`.
LOGGED: dict[str, tuple[str, ...]] = {
    "update": ("post",),
    "edit": ("post",),
    "delete": ("post",),
    "notification": ("notification",),
    "conversation": ("conversation",),
    "chat": ("chat", "seq"),
    "chat.marks": ("chat", "account"),
    "chat.hidden": ("chat", "seq"),
    "chat.refused": ("wish",),
    "merged": (),
    "filters": (),
    "home": (),
    "room": ("room",),
    "notices": (),
    "acted": ("post",),
    "relation": ("account",),
    "lists": (),
    "markers": (),
    "profile": (),
}
# Said by those who made the row, and by `workers.missed` when they did not; who comes second says nothing.
SAID_BY_TWO = frozenset({"notification", "chat"})
_MEANWHILE_MS = 120_000
# People are divided into so many parts; what concerns more than a few of a part is said to it at once.
PARTS = 16
_FEW = 4
_KEYS_AT_ONCE = 500
# Set while a job runs that may have said before what it says now: since when (ms since 1970).
may_be_said_since: ContextVar[int | None] = ContextVar("echo_may_be_said_since", default=None)


class Live(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. Only the fields that its event needs are set."""

    event: str
    post: int = 0
    notification: int = 0
    conversation: int = 0
    chat: int = 0
    seq: int = 0
    wish: int = 0
    announcement: int = 0
    text: str = ""
    account: int = 0
    user: int = 0
    token: int | None = None
    local: bool = False
    tags: tuple[str, ...] = ()
    media: bool = False
    list_id: int = 0
    room: int = 0
    body: bytes = b""
    session: str = ""
    others: tuple[int, ...] = ()
    to: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """The ids of what it is about, if it is logged."""
        return tuple(getattr(self, field) for field in LOGGED[self.event])

    @property
    def pointer(self) -> Pointer | None:
        """What the event log of its receivers keeps of it; None for what is only said live."""
        is_kept = self.event in LOGGED and not self.list_id
        return Pointer(self.event, self.rows) if is_kept else None


# A command of Redis, as it is sent.
Command = tuple[object, ...]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Live)


def user_channel(account_id: int) -> str:
    """What concerns one person: home, notifications, conversations."""
    return cache.key("live", "user", account_id)


def crowd_channel(account_id: int) -> str:
    """What concerns many people, this one among them, perhaps."""
    return cache.key("live", "crowd", _part_of(account_id))


def public_channel() -> str:
    """What everybody may read: public posts."""
    return cache.key("live", "public")


def everybody_channel() -> str:
    """What all people here hear on their own stream."""
    return cache.key("live", "everybody")


def access_channel() -> str:
    """Tokens that end."""
    return cache.key("live", "access")


def account_of(channel: str) -> int:
    """Whose channel it is; 0 for those that are nobody's."""
    kind, _, owner = channel.rpartition(":")
    return int(owner) if owner.isdecimal() and kind.endswith(":user") else 0


def decode(payload: bytes) -> Live | None:
    """A message, or None where it is not one of ours."""
    try:
        return _decoder.decode(payload)
    except msgspec.MsgspecError:
        return None


async def publish(
    messages: Iterable[tuple[str, Live]], *, first: Sequence[Command] = (), must: bool = False
) -> None:
    """Send messages to their channels, and keep the pointers of those that are logged, in one round trip.

    Shapes:  first: what has to be done before anybody hears of it; must: raise what Redis raises when it is
             away, for jobs, which are done again then; otherwise this never fails: live may be lost
    """
    to_people: dict[Live, list[int]] = {}
    kept: list[Command] = []
    said: list[Command] = []
    word = cache.words().publish
    for channel, message in messages:
        account_id = account_of(channel)
        if account_id:
            to_people.setdefault(message, []).append(account_id)
        else:
            said.append((word, channel, _encoder.encode(message)))
    for message, account_ids in to_people.items():
        kept += _kept(message, account_ids)
        said += [(word, channel, _encoder.encode(one)) for channel, one in _addressed(message, account_ids)]
    try:
        await _send([*first, *kept], said)
    except cache.OUTAGES as error:
        if must:
            raise
        log.warning("live messages lost: %s", error)


async def say_missed(messages: Sequence[tuple[int, Live, int]]) -> None:
    """Say to people what their event logs should have and have not; who has no log is told nothing.

    Shapes:  messages: (account id, message, when its rows were made in ms), of events that are logged
    Raises:  what Redis raises when it is away
    """
    writing: list[Command] = []
    for account_id, message, made_ms in messages:
        pointer = message.pointer
        assert pointer is not None, message
        arguments = event_log.append_arguments(pointer, [account_id], 0, made_ms)
        writing.append(("EVAL", event_log.APPEND, *arguments))
    added = await cache.send(writing)
    missed = [message for message, was_added in zip(messages, added, strict=True) if was_added]
    word = cache.words().publish
    await cache.send([(word, user_channel(id_), _encoder.encode(message)) for id_, message, _ in missed])


async def _send(kept: Sequence[Command], said: Sequence[Command]) -> None:
    """Write in logs, then say so. The servers of a cluster do not wait for each other, but we do: whoever
    hears a message looks in the log at once. One that is away keeps what the others have from nobody.
    """
    if not cache.on_cluster():
        await cache.send([*kept, *said])
        return
    answers = await cache.send(kept, must=False)
    answers += await cache.send(said, must=False)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer


def _kept(message: Live, account_ids: Sequence[int]) -> Iterator[Command]:
    """What writes a message in the logs of these people."""
    pointer = message.pointer
    if pointer is None:
        return
    for part in cache.parts(account_ids, event_log.stream_key):
        for start in range(0, len(part), _KEYS_AT_ONCE):
            some = part[start : start + _KEYS_AT_ONCE]
            # Whoever began a log looked at rows; but home is read from Redis, and may have lacked this then.
            made_ms = None if message.event == "update" else may_be_said_since.get()
            arguments = event_log.append_arguments(pointer, some, _since_ms(message), made_ms)
            yield ("EVAL", event_log.APPEND, *arguments)


async def signal(account_ids: Iterable[int], kind: str, body: bytes, *, session: str = "") -> None:
    """Say something that is worth something only now to the sockets of these people that said hello.

    Shapes:  body: a JSON document, sent as it is; session: to this one alone, if it is one of theirs
    """
    message = Live(event="signal", text=kind, body=body, session=session)
    await publish((user_channel(account_id), message) for account_id in account_ids)


def _addressed(message: Live, account_ids: Sequence[int]) -> Iterator[tuple[str, Live]]:
    """A message as it travels: to each of a few, to a part at once where there are many."""
    parts: dict[int, list[int]] = {}
    for account_id in account_ids:
        parts.setdefault(_part_of(account_id), []).append(account_id)
    for some in parts.values():
        if len(some) > _FEW:
            yield crowd_channel(some[0]), msgspec.structs.replace(message, to=tuple(some))
        else:
            yield from ((user_channel(account_id), message) for account_id in some)


def _since_ms(message: Live) -> int | None:
    """Since when (ms) this may have been said already; None: it was not."""
    since = may_be_said_since.get()
    if since is None and message.event in SAID_BY_TWO:
        return int(clock.now().timestamp() * 1000) - _MEANWHILE_MS
    return since


def _part_of(account_id: int) -> int:
    # Ids differ in their time first; their lowest bits count within a millisecond.
    return (account_id ^ account_id >> 16 ^ account_id >> 24) % PARTS
