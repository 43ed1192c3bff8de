"""The program that puts up walls and becomes another: `python -m echo.media.launch`, started by `ffmpeg.run`.

The first argument holds the limits, the others are the program and what it is told. Nothing is ever read by
a shell.
"""

from __future__ import annotations

import json
import os
import sys

from echo.media.walls import Allowance, put_up


def main() -> None:
    """Become the program."""
    told = json.loads(sys.argv[1])
    program, arguments = sys.argv[2], sys.argv[2:]
    # Opened first: the folder above it may be closed to whom we become.
    opened = os.open(program, os.O_RDONLY)
    put_up(Allowance(**told["allowance"]), told["folder"], program)
    environment = {"LANG": "C.UTF-8", "HOME": told["folder"], "TMPDIR": told["folder"]}
    os.execve(opened, arguments, environment)  # noqa: S606 that there is no shell is the point


if __name__ == "__main__":
    main()
