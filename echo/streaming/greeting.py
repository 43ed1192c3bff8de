"""What a socket says in our own protocol, from `echo:hello` on, and what is done about it."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import msgspec

from echo import bus, cache, event_log
from echo.bus import Live
from echo.errors import BadRequest, EchoError, Unavailable
from echo.streaming import lifecycle, protocol, requests, signals, topics
from echo.streaming.following import gap
from echo.streaming.hub import Hub
from echo.streaming.kinds import KINDS
from echo.streaming.methods.method import session as asking
from echo.streaming.outlet import MOST_BYTES, MOST_ENTRIES, Outlet
from echo.streaming.protocol import Ack, Hello, Limits, Ping, Pong, Refusal, Request, Said, SignalFromClient
from echo.streaming.session import Session

log = logging.getLogger(__name__)
# Frames that a client may send: so many a second, and so many at once.
FRAMES_A_SECOND, FRAMES_AT_ONCE = 20.0, 100.0
ACK_SECONDS = 1.0
# Requests that are being answered: a client that leaves does not stop them half-way.
_under_way: set[asyncio.Task[bytes]] = set()


class Greeted(Outlet, Protocol):
    """A connection that can say hello."""

    def begin(self, session: Session) -> None:
        """From now on it hears our own protocol."""
        ...


def read(data: str) -> Said:
    """A frame of this protocol. Raises BadRequest for what is none."""
    try:
        said: Said = protocol.decode(data)
        return said
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadRequest(str(error)) from error


def refusal(error: EchoError) -> str:
    """What a socket is told whose frame could not be taken."""
    return protocol.encode(Refusal(error=requests.failure(error))).decode()


async def greet(hub: Hub, outlet: Greeted, hello: Hello) -> None:
    """Let a socket follow the event log of its person, from where it was or from now on.

    Raises:  Unavailable without Redis: a client then goes on with Mastodon's protocol, or comes back
    """
    account_id = outlet.access.user_id or 0
    await hub.subscribe(outlet, topics.own(outlet.access))
    try:
        async with hub.turns:
            state = await event_log.open_log(account_id)
            resume = hello.resume
            resumed = resume is not None and state.reaches(resume.epoch, resume.cursor)
            position = resume.cursor if resume is not None and resumed else state.newest
            missed = await event_log.count(account_id, position) if resumed else 0
    except cache.OUTAGES as error:
        raise Unavailable(retry_after_seconds=5, detail=f"Redis: {error}") from error
    session = Session(epoch=state.epoch, position=position, acked=position)
    session.renewed_at = asyncio.get_running_loop().time()
    outlet.begin(session)
    if hello.replaces:
        await bus.publish([(bus.user_channel(account_id), Live(event="replaced", session=hello.replaces))])
    welcome = protocol.Welcome(
        session=session.id,
        epoch=state.epoch,
        cursor=state.newest,
        resumed=resumed,
        missed=missed,
        heartbeat_seconds=protocol.HEARTBEAT_SECONDS,
        limits=_limits(hub),
        features=(*requests.METHODS, *(f"signal:{kind}" for kind in signals.SIGNALS)),
    )
    outlet.put(protocol.encode(welcome).decode())
    if resume is not None and not resumed:
        outlet.put(gap(state, state.last_safe(resume.epoch, resume.cursor)))
    await lifecycle.begun(outlet.access, session.id)
    await _replay(hub, outlet, account_id, is_resume=resume is not None)


async def obey(outlet: Outlet, session: Session, said: Said) -> None:
    """Do what was said after hello. Raises BadRequest for what cannot be done."""
    match said:
        case Request():
            asking.set(session)
            task = asyncio.create_task(requests.answer(outlet.access, said))
            _under_way.add(task)
            task.add_done_callback(_under_way.discard)
            outlet.put((await asyncio.shield(task)).decode())
        case SignalFromClient():
            await signals.pass_on(outlet.access, session.id, said)
        case Ack():
            await _take_ack(outlet.access.user_id or 0, session, said)
        case Ping():
            outlet.put(protocol.encode(Pong()).decode())


async def _replay(hub: Hub, outlet: Outlet, account_id: int, *, is_resume: bool) -> None:
    """What was missed; when an engine is away meanwhile it is told later, by `Following.tend`."""
    try:
        await hub.following.replay(outlet, account_id, is_resume=is_resume)
    except (EchoError, *cache.OUTAGES) as error:
        log.warning("a replay is interrupted: %s", error)
        hub.following.leave_for_later(outlet, account_id)


async def _take_ack(account_id: int, session: Session, ack: Ack) -> None:
    """Tell those kinds of events that want to know that they have arrived."""
    now = asyncio.get_running_loop().time()
    if not event_log.is_cursor(ack.cursor):
        raise BadRequest("echo:ack: this is no cursor")
    if event_log.order(ack.cursor) > event_log.order(session.position):
        raise BadRequest("echo:ack: this cursor was not given out yet")
    if now - session.acked_at < ACK_SECONDS:
        return
    session.acked_at = now
    try:
        entries = await event_log.between(account_id, session.acked, ack.cursor)
        arrived: dict[str, list[tuple[int, ...]]] = {}
        for entry in entries:
            arrived.setdefault(entry.pointer.what, []).append(entry.pointer.ids)
        for what, rows in arrived.items():
            kind = KINDS.get(what)
            if kind is not None and kind.acked is not None:
                await kind.acked(account_id, rows)
    except (EchoError, *cache.OUTAGES) as error:
        log.info("an acknowledgement counts for nothing: %s", error)
        return
    session.acked = ack.cursor


def _limits(hub: Hub) -> Limits:
    return Limits(
        frame_bytes=protocol.FRAME_BYTES,
        frames_a_second=FRAMES_A_SECOND,
        frames_at_once=FRAMES_AT_ONCE,
        subscriptions=hub.caps.subscriptions,
        sockets=hub.caps.per_user,
        queue_frames=MOST_ENTRIES,
        queue_bytes=MOST_BYTES,
        ack_seconds=ACK_SECONDS,
    )
