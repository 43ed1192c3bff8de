"""What doctor says of memory."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from echo.cli.doctor_memory import ROOM_BYTES, judge, room_bytes
from echo.config import Config

ONE = msgspec.structs.replace(Config().server, streaming_processes=0, worker_processes=0)


@pytest.mark.parametrize(
    ("limit", "expected"), [("max\n", 1000 * 1024), ("4096\n", 4096), (None, 1000 * 1024)]
)
def test_a_container_may_have_less_than_the_machine(tmp_path: Path, limit: str | None, expected: int) -> None:
    machine, container = tmp_path / "meminfo", tmp_path / "memory.max"
    machine.write_text("MemTotal:        1000 kB\nMemFree:          10 kB\n")
    if limit is not None:
        container.write_text(limit)
    assert room_bytes(machine, container) == expected
    assert room_bytes(tmp_path / "no", tmp_path / "where") is None


def test_processes_are_too_many_where_memory_is_short() -> None:
    several, one = Config(), Config(server=ONE)
    assert judge(several, ROOM_BYTES - 1).state == "warning"
    assert "docs/admin/small.md" in judge(several, ROOM_BYTES - 1).advice
    assert [judge(one, ROOM_BYTES - 1).state, judge(several, ROOM_BYTES).state] == ["ok", "ok"]
    assert judge(several, None).state == "ok"
