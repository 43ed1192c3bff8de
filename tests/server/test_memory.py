from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import echo

_PROGRAM = """
import asyncio, sys
from pathlib import Path
from echo.policy.passwords import hash_password
from echo.memory import give_large_memory_back

def resident_kilobytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

async def main():
    await hash_password("x" * 10)
    before = resident_kilobytes()
    await asyncio.gather(*(hash_password("x" * 10) for _ in range(12)))
    print(resident_kilobytes() - before)

if sys.argv[1] == "gives":
    give_large_memory_back()
asyncio.run(main())
"""


def _left_behind(how: str) -> int:
    """Kilobytes that passwords of many people leave behind."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how],
        env={"PYTHONPATH": str(Path(echo.__file__).resolve().parent.parent), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return int(done.stdout)


def test_what_passwords_take_is_given_back() -> None:
    assert _left_behind("gives") < 10_000
