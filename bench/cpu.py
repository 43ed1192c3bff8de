"""What processes use, read from /proc: CPU time and memory, by what the processes do."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")
# The kind of clock that counts all threads of a process, as the kernel numbers clocks.
_CPU_CLOCK = 2
# The first letters of process names, and what such a process and its children are called here.
NAMES = {
    "echo-web": "web",
    "echo-streaming": "streaming",
    "echo-worker": "worker",
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
}
GROUPS = ("web", "streaming", "worker", "PostgreSQL", "Valkey", "supervisor")


@dataclass(frozen=True, slots=True)
class Process:
    """`ended_ms` is the CPU time of children that have ended: nothing is lost when a process goes."""

    pid: int
    parent: int
    name: str
    ended_ms: float

    @property
    def cpu_ms(self) -> float:
        """CPU time so far; the kernel's clock of the process is finer than the ticks in its `stat`."""
        try:
            return time.clock_gettime_ns(~self.pid << 3 | _CPU_CLOCK) / 1e6 + self.ended_ms
        except OSError:
            return self.ended_ms


def cpu_ms(root: int, *, without: Collection[int] = ()) -> Counter[str]:
    """CPU time that a process and its descendants have used so far, by group, in milliseconds.

    Shapes:  without: descendants that are not counted, such as the one that serves our own questions
    """
    used: Counter[str] = Counter()
    for process, group in tree(root):
        if process.pid not in without:
            used[group] += process.cpu_ms
    return used


def memory_bytes(root: int, *, without: Collection[int] = ()) -> Counter[str]:
    """Memory of a process and its descendants by group; what several share counts once in all (PSS).

    Shapes:  without: descendants that are not counted, such as the one that serves our own questions
    """
    used: Counter[str] = Counter()
    for process, group in tree(root):
        if process.pid not in without:
            used[group] += pss_bytes(process.pid)
    return used


def pss_bytes(pid: int) -> int:
    """The proportional set size of one process; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def members(root: int, group: str) -> list[int]:
    """The processes of a group."""
    return [process.pid for process, its_group in tree(root) if its_group == group]


def tree(root: int) -> Iterator[tuple[Process, str]]:
    """A process and its descendants, each with its group."""
    everybody = {process.pid: process for process in _processes()}
    children: dict[int, list[Process]] = {}
    for process in everybody.values():
        children.setdefault(process.parent, []).append(process)
    waiting = [(everybody[root], "supervisor")] if root in everybody else []
    while waiting:
        process, inherited = waiting.pop()
        named = (group for start, group in NAMES.items() if process.name.startswith(start))
        group = next(named, inherited)
        yield process, group
        waiting += [(child, group) for child in children.get(process.pid, ())]


def _processes() -> Iterator[Process]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "stat").read_text(errors="replace")
        except OSError:
            continue
        before, _, after = text.rpartition(")")
        fields = after.split()
        name = before.partition("(")[2]
        yield Process(int(entry.name), int(fields[1]), name, sum(map(int, fields[13:15])) * MS_PER_TICK)
