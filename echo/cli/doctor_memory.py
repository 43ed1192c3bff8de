"""What `echoctl doctor` looks at about memory: whether so many processes fit."""

from __future__ import annotations

from pathlib import Path

from echo.cli.common import Common
from echo.cli.findings import Finding
from echo.config import Config

# With less than this, three processes and the engines leave little for anything else (docs/admin/small.md).
ROOM_BYTES = 1 << 30
_OF_THE_MACHINE = Path("/proc/meminfo")
_OF_THE_CONTAINER = Path("/sys/fs/cgroup/memory.max")


async def memory(config: Config, _: Common) -> Finding:
    """There is room for the processes that the configuration asks for."""
    return judge(config, room_bytes(_OF_THE_MACHINE, _OF_THE_CONTAINER))


def judge(config: Config, room: int | None) -> Finding:
    """What is to be said of so much memory; None where nobody knows."""
    if room is None:
        return Finding("memory", "ok", "this system does not say how much there is")
    found = f"{room / 1024**2:.0f} MiB"
    if room < ROOM_BYTES and config.server.streaming_processes + config.server.worker_processes:
        advice = "Set server.streaming_processes and server.worker_processes to 0 (docs/admin/small.md)."
        return Finding("memory", "warning", found, advice)
    return Finding("memory", "ok", found)


def room_bytes(machine: Path, container: Path) -> int | None:
    """Memory of this machine, or of the container if it may have less.

    Shapes:  machine: as /proc/meminfo; container: as memory.max of a cgroup, or missing
    """
    limits = []
    for line in _text_of(machine).splitlines():
        name, _, value = line.partition(":")
        if name == "MemTotal":
            limits.append(int(value.split()[0]) * 1024)
    limit = _text_of(container).strip()
    if limit.isdigit():
        limits.append(int(limit))
    return min(limits, default=None)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
