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
# Of what they are for, most processes do nothing, and decoding pictures is not for servers.
_RARELY_USED = ("PIL", "authlib", "dns", "joserfc", "segno", "webauthn")
_IMPORTED = """
import sys
import echo.cli.up
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def _said(program: str, *arguments: str) -> str:
    """What a program prints that is run by itself."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONPATH": str(Path(echo.__file__).resolve().parent.parent), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_what_passwords_take_is_given_back() -> None:
    left_behind_kilobytes = int(_said(_PROGRAM, "gives"))
    assert left_behind_kilobytes < 10_000


def test_what_is_rarely_used_is_imported_when_it_is_used() -> None:
    assert _said(_IMPORTED, *_RARELY_USED).split() == []
