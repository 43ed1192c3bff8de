"""The parent of everything `echoctl up` runs: one thread, one loop, no event loop of its own."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from echo.embedded import succession
from echo.embedded.engine import Engine
from echo.embedded.processes import bound_log, describe_end
from echo.embedded.renewal import Renewal
from echo.embedded.roles import RENEW_SIGNAL, Inheritance, Role, RoleChild, children_of
from echo.embedded.slots import URGENT_SECONDS, Charge, ChildSlot, Estate, Slot, ask, names_of, surplus_child
from echo.embedded.succession import Trial
from echo.errors import EchoError

# A role that has never been ready and dies this often in a row has a fault that no restart heals.
HOPELESS_DEATHS = 5
HOUSEKEEPING_SECONDS = 60.0

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = logging.getLogger(__name__)


class Supervisor:
    """Runs roles beside engines that were started already, until a signal; restarts whatever dies.

    SIGINT, SIGTERM and SIGHUP stop everything in the order of ranks; a second one hurries. When this process
    is killed, the kernel and the lifeline end all the others. RENEW_SIGNAL hands everything to the code that
    is installed now, and that replaces the children one after another.

    Shapes:  on_ready: called once, here, when every announcing role has reported; must not raise
             on_renew: called after RENEW_SIGNAL, when all is well and the installed code can be started;
             returns only when that was not possible, with the reason
             on_renewed: called when children were replaced, with an empty text, or with what failed
             before: what the code before this one left; renews: whether its children are to be replaced
    """

    def __init__(
        self,
        engines: Sequence[Engine],
        roles: Sequence[Role],
        *,
        on_ready: Callable[[], None] | None = None,
        on_renew: Callable[[Estate], str] | None = None,
        on_renewed: Callable[[str], None] | None = None,
        before: Estate | None = None,
        renews: bool = True,
    ) -> None:
        self._roles = tuple(roles)
        self._children = children_of(roles)
        self._slots = [ChildSlot(child, child.role.announces) for child in self._children]
        self._engines = tuple(engines)
        self._engine_slots = [Slot(engine, awaited=False) for engine in engines]
        self._on_ready = on_ready
        self._wake = _pipe()
        self._ready = _pipe()
        self._lifeline = before.lifeline if before else _pipe()
        self._before, self._renews = before, renews
        self._on_renew, self._on_renewed = on_renew, on_renewed
        self._renewal: Renewal | None = None
        self._trial: Trial | None = None
        self._is_to_renew = False
        self._announced = False
        self._stops_asked = 0
        self._failed = False
        self._housekeeping_at = 0.0

    def run(self) -> int:
        """Run until told to stop. Returns the exit status: 0 after a clean stop, else 1."""
        with self._signals():
            self._is_to_renew = succession.was_asked_for()  # before there was anybody to hear it
            self._bequeath()
            # the children's collectors then leave what they share with us alone
            gc.collect()
            gc.freeze()
            if self._before is not None:
                self._take_over(self._before)
            for slot in self._slots:
                if slot.charge.pid is None:
                    self._start(slot)
            self._announce()
            while not self._stops_asked and self._all_hopeful():
                self._start_due()
                self._go_on_renewing()
                self._renew_if_asked()
                self._keep_house()
                self._wait(self._pause())
            self._stop_all()
        return int(self._failed)

    def _bequeath(self) -> None:
        sockets = tuple(dict.fromkeys(kept for role in self._roles for kept in role.keeps))
        foreign = (*self._wake, self._ready[0], self._lifeline[1])
        for mark, child in enumerate(self._children):
            child.mark = mark
            child.inheritance = Inheritance(self._lifeline[0], self._ready[1], foreign, sockets)

    def _take_over(self, before: Estate) -> None:
        """Put the children of the code before into their places, and begin to replace them."""
        left = dict(before.children)
        for slot in self._slots:
            if pid := left.pop(slot.charge.name, 0):
                slot.child.adopt(pid)
                slot.ready = True
        surplus = [surplus_child(name, pid) for name, pid in left.items()]
        places = [slot for slot in self._slots if slot.ready]
        if self._renews:
            self._renewal = Renewal(places, surplus, self._spawn_extra)

    def _spawn_extra(self, child: RoleChild) -> None:
        try:
            child.spawn()
        except OSError:
            log.exception("%s could not be started", child.name)

    def _go_on_renewing(self) -> None:
        if self._renewal is None:
            return
        self._renewal.step()
        if self._renewal.is_over:
            failure, self._renewal = self._renewal.failure, None
            self._tell_renewed(failure)

    def _renew_if_asked(self) -> None:
        """Try the installed code and hand everything on to it; what is just starting or being replaced comes
        first. Everything goes on meanwhile, and can be stopped.
        """
        is_busy = self._renewal is not None or any(
            slot.charge.pid is None or (slot.awaited and not slot.ready) for slot in self._slots
        )
        if is_busy or self._on_renew is None:
            return
        failure: str | None = None
        try:
            if self._trial is None and self._is_to_renew:
                self._is_to_renew, self._trial = False, Trial()
            if self._trial is None or (failure := self._trial.failure()) is None:
                return
        except OSError as error:
            failure = str(error)
        self._trial = None
        with succession.signals_held():
            self._wait(0.0)  # what was said already, the code that comes after would not hear
            if not failure and not self._stops_asked:
                pids = {slot.charge.name: slot.charge.pid for slot in self._slots}
                children = {name: pid for name, pid in pids.items() if pid is not None}
                failure = self._on_renew(Estate(children, self._lifeline))
        if failure:
            log.error("nothing is replaced: %s", failure)
            self._tell_renewed(failure)

    def _tell_renewed(self, failure: str) -> None:
        if self._on_renewed is not None:
            self._on_renewed(failure)

    def _start(self, slot: Slot) -> None:
        slot.spawned_at, slot.due_at = time.monotonic(), None
        try:
            slot.charge.spawn()
        except (EchoError, OSError):
            log.exception("%s could not be started", slot.charge.name)
            slot.due_at = time.monotonic() + slot.restarts.delay_after(lived_seconds=0.0)

    def _all_hopeful(self) -> bool:
        """Notice who has died and decide when to start it again. Returns whether that makes any sense."""
        now = time.monotonic()
        for slot in (*self._slots, *self._engine_slots):
            if not slot.is_down or (isinstance(slot, ChildSlot) and self._is_awaited_elsewhere(slot)):
                continue
            delay = slot.restarts.delay_after(lived_seconds=now - slot.spawned_at)
            slot.due_at = now + delay
            ended = describe_end(slot.charge.exit_status() or 0)
            if slot.awaited and not self._announced and slot.restarts.deaths >= HOPELESS_DEATHS:
                log.error(
                    "%s %s before it was ready, %d times: giving up", slot.charge.name, ended, HOPELESS_DEATHS
                )
                self._failed = True
            else:
                log.warning("%s %s; starting it again in %.1f s", slot.charge.name, ended, delay)
        return not self._failed

    def _is_awaited_elsewhere(self, slot: ChildSlot) -> bool:
        """Whether a child ended because it is being replaced."""
        return self._renewal is not None and self._renewal.is_about(slot)

    def _start_due(self) -> None:
        now = time.monotonic()
        for slot in (*self._engine_slots, *self._slots):
            if slot.due_at is not None and slot.due_at <= now:
                self._start(slot)

    def _keep_house(self) -> None:
        if time.monotonic() >= self._housekeeping_at:
            self._housekeeping_at = time.monotonic() + HOUSEKEEPING_SECONDS
            for engine in self._engines:
                bound_log(engine.log_path)

    def _pause(self) -> float:
        """Seconds until something is to be done without anything happening."""
        due = [slot.due_at for slot in (*self._slots, *self._engine_slots) if slot.due_at is not None]
        if self._renewal is not None and self._renewal.due_at is not None:
            due.append(self._renewal.due_at)
        if self._trial is not None:
            due.append(self._trial.due_at)
        return min([*due, self._housekeeping_at]) - time.monotonic()

    def _wait(self, seconds: float) -> None:
        """Sleep until a signal, a message or the end of the time."""
        readable, _, _ = select.select([self._wake[0], self._ready[0]], [], [], max(0.0, seconds))
        if self._wake[0] in readable:
            heard = os.read(self._wake[0], 4096)
            self._stops_asked += sum(number in _STOP_SIGNALS for number in heard)
            self._is_to_renew |= RENEW_SIGNAL in heard
        if self._ready[0] in readable:
            for mark in os.read(self._ready[0], 4096):
                self._slots[mark].ready = True
            self._announce()

    def _announce(self) -> None:
        if not self._announced and all(slot.ready for slot in self._slots if slot.awaited):
            self._announced = True
            if self._on_ready is not None:
                self._on_ready()

    def _stop_all(self) -> None:
        """Stop everything, rank by rank, each rank when the one before it is gone."""
        if self._trial is not None:
            self._trial.end()
        for role in self._roles:
            for kept in role.keeps:
                kept.close()  # connections nobody will accept are refused at once, not left waiting
        everyone: list[Charge] = [slot.charge for slot in (*self._slots, *self._engine_slots)]
        if self._renewal is not None:
            everyone += self._renewal.extra
        for rank in sorted({charge.stop_rank for charge in everyone}):
            self._stop_group([charge for charge in everyone if charge.stop_rank == rank and charge.pid])
        log.info("everything has stopped")

    def _stop_group(self, group: Sequence[Charge]) -> None:
        """Stop charges politely; urgently when that takes too long or a second signal came; then kill."""
        if not group:
            return
        log.info("stopping %s", names_of(group))
        urgent = self._hurried
        deadline = ask(group, urgent=urgent)
        while alive := [charge for charge in group if charge.pid is not None]:
            late = time.monotonic() >= deadline
            if not urgent and (late or self._hurried):
                urgent = True
                self._failed |= late
                deadline = ask(alive, urgent=True)
            elif late:
                log.error("%s did not stop: killed", names_of(alive))
                for charge in alive:
                    charge.kill()
                deadline = time.monotonic() + URGENT_SECONDS
            else:
                self._wait(deadline - time.monotonic())

    @property
    def _hurried(self) -> bool:
        return self._stops_asked > 1

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Turn signals into bytes on the wake-up pipe for as long as the block lasts."""
        caught = [*_STOP_SIGNALS[:2], signal.SIGCHLD, RENEW_SIGNAL]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup, and stays so
            caught.append(signal.SIGHUP)
        before = {number: signal.signal(number, _noted) for number in caught}
        old_fd = signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_fd)
            for number, handler in before.items():
                signal.signal(number, handler)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """A signal handler must exist for the wake-up pipe to be written."""


def _pipe() -> tuple[int, int]:
    """A pipe that children inherit by fork but no program started by exec, and whose writing never blocks."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    return read_end, write_end
