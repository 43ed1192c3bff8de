"""How a filter of system calls is put up: for our own child (`confine`), for programs of others (`walls`)."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from contextlib import suppress

# An instruction of a classic BPF program over `struct seccomp_data`: code, jump if true, if false, value.
Step = tuple[int, int, int, int]

LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, NOT_PERMITTED = 0x7FFF0000, 0x00050001
_KILL = 0x80000000
_OFFSET_CALL, _OFFSET_MACHINE = 0, 4
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SIGKILL = 9
_SECCOMP_MODE_FILTER = 2
_NOBODY = 65534


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def leave_root() -> None:
    """Become nobody, where this process is root."""
    if os.geteuid() != 0:
        return
    # A container may run as root without the right to become someone else.
    with suppress(PermissionError):
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def end_with_parent(libc: ctypes.CDLL, parent_pid: int) -> None:
    """Be killed when the parent ends, at once when it has; asked again after a change of user."""
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)


def forbid_new_rights(libc: ctypes.CDLL) -> None:
    """Nothing that is started from here has more rights; the kernel wants that before a filter."""
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def only_on(machine: int) -> list[Step]:
    """How a filter begins: calls in the manner of another machine end the process; then loads the call."""
    return [
        (LOAD, 0, 0, _OFFSET_MACHINE),
        (JUMP_IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, _KILL),
        (LOAD, 0, 0, _OFFSET_CALL),
    ]


def install(libc: ctypes.CDLL, steps: Sequence[Step]) -> None:
    """Put a filter up, for good. A kernel without filters says no, and the other walls stand alone."""
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
