"""Sockets that said hello follow the event log of their person: a message on the bus says only that there is
more to read. So what they hear live is what they would hear at replay, in the same order, each once, and
nothing is missed when a message is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Raw

from echo import cache, event_log
from echo.errors import EchoError
from echo.event_log import Entry, Pointer, State, order
from echo.policy.access import Access
from echo.policy.scopes import covers
from echo.streaming import protocol, topics
from echo.streaming.kinds import KINDS, Kind, Overflow
from echo.streaming.outlet import Outlet
from echo.streaming.protocol import CaughtUp, Event, Gap
from echo.streaming.registry import Registry

log = logging.getLogger(__name__)
# Entries that are read of one log at once, and logs that are read at once.
BATCH, LOGS = 50, 500
# So often every log is read even though nothing was heard, in case a message was lost.
SWEEP_SECONDS = 30.0
# So often a log is told that somebody still follows it; it lives for a day.
RENEW_SECONDS = 3600.0
Documents = Mapping[Pointer, Mapping[int, bytes]]
# What a gap names: everything that a log holds.
STREAMS = tuple(dict.fromkeys(kind.stream for kind in KINDS.values()))


class Following:
    """Reads logs for the sockets of a process."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._behind: set[int] = set()
        self._swept_at = 0.0

    def followed(self, account_ids: Iterable[int]) -> set[int]:
        """Those of these people who have a socket that follows."""
        return {i for i in account_ids if self._registry.listeners(topics.own_topic(i))}

    async def pull(self, account_ids: Iterable[int]) -> None:
        """Say what is new in these logs. What cannot be said now is said at the next `tend`."""
        wanted = list(account_ids)
        for start in range(0, len(wanted), LOGS):
            some = wanted[start : start + LOGS]
            self._behind.update(some)
            try:
                await self._pull(some)
            except (EchoError, *cache.OUTAGES) as error:
                log.warning("event logs cannot be read now: %s", error)
                return
            self._behind.difference_update(some)

    async def tend(self, *, is_new_line: bool) -> None:
        """Every few seconds: what is overdue.

        Shapes:  is_new_line: whether Redis was away since the last time; it may have lost something
        """
        now = asyncio.get_running_loop().time()
        accounts = self._registry.accounts_of(topics.OWN)
        if is_new_line or now - self._swept_at > SWEEP_SECONDS:
            self._swept_at = now
            for start in range(0, len(accounts), LOGS):
                await self._look_after(accounts[start : start + LOGS], now, is_new_line=is_new_line)
            await self.pull(accounts)
        elif self._behind:
            await self.pull(self.followed(self._behind))

    async def replay(self, outlet: Outlet, account_id: int, *, is_resume: bool) -> None:
        """Say what a socket has missed, as fast as it takes it, and let it follow from there."""
        session = outlet.session
        assert session is not None
        while entries := await event_log.read(account_id, session.position, BATCH):
            documents = await _render({account_id: entries})
            for entry in _latest(entries):
                _say(outlet, account_id, entry, documents, is_live=False)
            session.position = entries[-1].cursor
            await outlet.wait_for_room()
        session.is_live = True
        if is_resume:
            outlet.put(protocol.encode(CaughtUp(cursor=session.position)).decode())
        await self.pull([account_id])

    def leave_for_later(self, outlet: Outlet, account_id: int) -> None:
        """Go on with a replay that was interrupted as if everything were new."""
        if outlet.session is not None:
            outlet.session.is_live = True
            self._behind.add(account_id)

    async def _pull(self, account_ids: Sequence[int]) -> None:
        after = {account_id: position for account_id in account_ids if (position := self._oldest(account_id))}
        while after:
            found = await event_log.read_many(after, BATCH)
            documents = await _render(found)
            for account_id, entries in found.items():
                for outlet in list(self._registry.listeners(topics.own_topic(account_id))):
                    _say_all(outlet, account_id, entries, documents)
            after = {id_: entries[-1].cursor for id_, entries in found.items() if len(entries) == BATCH}

    def _oldest(self, account_id: int) -> str:
        """From where on the sockets of somebody that are live must be told; empty where there are none."""
        positions = [
            outlet.session.position
            for outlet in self._registry.listeners(topics.own_topic(account_id))
            if outlet.session is not None and outlet.session.is_live
        ]
        return min(positions, key=order, default="")

    async def _look_after(self, account_ids: Sequence[int], now: float, *, is_new_line: bool) -> None:
        """Whether these logs are still those that are followed; where not, a gap is said."""
        try:
            epochs = await event_log.epochs(account_ids)
            for account_id in account_ids:
                for outlet in list(self._registry.listeners(topics.own_topic(account_id))):
                    session = outlet.session
                    if session is None:
                        continue
                    is_other = epochs.get(account_id) != session.epoch
                    if is_new_line or is_other or now - session.renewed_at > RENEW_SECONDS:
                        session.renewed_at = now
                        begin_again(outlet, await event_log.open_log(account_id))
        except cache.OUTAGES as error:
            log.warning("event logs cannot be looked after: %s", error)


def begin_again(outlet: Outlet, state: State) -> None:
    """Let a socket follow a log that has lost what it had; nothing when it is the one that it follows."""
    session = outlet.session
    if session is None or session.epoch == state.epoch:
        return
    last_safe, session.position, session.epoch = session.position, state.newest, state.epoch
    outlet.put(gap(state, last_safe))


def gap(state: State, last_safe: str) -> str:
    """The frame that says that something was missed."""
    said = Gap(streams=STREAMS, last_safe=last_safe, epoch=state.epoch, cursor=state.newest)
    return protocol.encode(said).decode()


async def events_after(access: Access, entries: Sequence[Entry]) -> list[Event]:
    """What these entries say to somebody today."""
    account_id = access.user_id or 0
    documents = await _render({account_id: list(entries)})
    found = (_event(access, account_id, entry, documents, is_live=False) for entry in _latest(entries))
    return [event for event in found if event is not None]


def _say_all(outlet: Outlet, account_id: int, entries: Sequence[Entry], documents: Documents) -> None:
    session = outlet.session
    if session is None or not session.is_live:
        return
    position = order(session.position)
    for entry in _latest(entries):
        if order(entry.cursor) > position:
            _say(outlet, account_id, entry, documents, is_live=True)
    session.position = max(session.position, entries[-1].cursor, key=order)


def _say(outlet: Outlet, account_id: int, entry: Entry, documents: Documents, *, is_live: bool) -> None:
    event = _event(outlet.access, account_id, entry, documents, is_live=is_live)
    if event is not None:
        overflow = KINDS[entry.pointer.what].overflow
        outlet.put(protocol.encode(event).decode(), overflow, key=str(entry.pointer))


def _event(
    access: Access, account_id: int, entry: Entry, documents: Documents, *, is_live: bool
) -> Event | None:
    kind = KINDS.get(entry.pointer.what)
    document = documents.get(entry.pointer, {}).get(account_id)
    if kind is None or document is None or not covers(access.scopes, kind.scope):
        return None
    return Event(
        stream=(kind.stream,),
        event=kind.event,
        data=Raw(document),
        cursor=entry.cursor,
        ts=entry.at_ms,
        origin="live" if is_live else "replay",
    )


def _latest(entries: Sequence[Entry]) -> list[Entry]:
    """Entries in order; of those that say the same of the same, where that is enough, the last one."""
    last = {entry.pointer: entry.cursor for entry in entries if _coalesces(KINDS.get(entry.pointer.what))}
    return [entry for entry in entries if last.get(entry.pointer, entry.cursor) == entry.cursor]


def _coalesces(kind: Kind | None) -> bool:
    return kind is not None and kind.overflow is Overflow.COALESCING


async def _render(found: Mapping[int, Sequence[Entry]]) -> Documents:
    """What there is to say, rendered once for all who hear of it. A kind that fails keeps no other back."""
    wanted: dict[Pointer, list[int]] = {}
    for account_id, entries in found.items():
        for pointer in dict.fromkeys(entry.pointer for entry in entries):
            wanted.setdefault(pointer, []).append(account_id)
    documents: dict[Pointer, Mapping[int, bytes]] = {}
    if len(found) == 1:
        (account_id,) = found
        await _render_pages(account_id, wanted, documents)
    for pointer, account_ids in wanted.items():
        kind = KINDS.get(pointer.what)
        if kind is None or pointer in documents:
            continue
        try:
            documents[pointer] = await kind.render(account_ids, pointer.ids)
        except (EchoError, *cache.OUTAGES):
            raise
        except Exception:
            log.exception("an event cannot be rendered: %s", pointer)
    return documents


async def _render_pages(
    account_id: int, pointers: Iterable[Pointer], documents: dict[Pointer, Mapping[int, bytes]]
) -> None:
    """What one person reads at once, where a kind can do that: a resume then costs what a page costs."""
    by_kind: dict[str, list[Pointer]] = {}
    for pointer in pointers:
        by_kind.setdefault(pointer.what, []).append(pointer)
    for what, some in by_kind.items():
        kind = KINDS.get(what)
        if kind is None or kind.page is None or len(some) == 1:
            continue
        found = await kind.page(account_id, [pointer.ids for pointer in some])
        for pointer in some:
            documents[pointer] = {account_id: found[pointer.ids]} if pointer.ids in found else {}
