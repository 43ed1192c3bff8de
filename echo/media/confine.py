"""Take from this process everything that decoding an image does not need.

Afterwards it can compute, read and write what is already open, and end. It cannot open a file or a socket,
start a process, send a signal or touch a path. Two walls stand for that: a list of allowed system calls
(seccomp), and limits that hold even where the kernel has no seccomp.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource

from echo.media.seccomp import (
    ALLOW,
    JUMP_IF_EQUAL,
    NOT_PERMITTED,
    RETURN,
    end_with_parent,
    forbid_new_rights,
    install,
    leave_root,
    only_on,
)

_PR_SET_DUMPABLE = 4

# read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
# sched_yield mremap madvise nanosleep getpid exit sigaltstack gettid futex sched_getaffinity
# restart_syscall clock_gettime clock_nanosleep exit_group getrandom rseq writev gettimeofday getrusage
_X86_64 = (
    *(0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 35, 39, 60, 131, 186, 202, 204),
    *(219, 228, 230, 231, 318, 334, 20, 96, 98),
)
_AARCH64 = (
    *(63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233, 101, 172, 93, 132, 178, 98, 123),
    *(128, 113, 115, 94, 278, 293, 66, 169, 165),
)
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}


def confine(*, memory_bytes: int, cpu_seconds: int, parent_pid: int) -> None:
    """Give up all rights but computing, for good; end with the parent, at once when it is gone already.

    Modules must be imported and files open before.
    """
    os.environ.clear()
    leave_root()
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    end_with_parent(libc, parent_pid)
    forbid_new_rights(libc)
    _allow_only_computing(libc)


def _allow_only_computing(libc: ctypes.CDLL) -> None:
    """Install the list of system calls; a kernel or machine without it leaves the limits as the only wall."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return
    machine, calls = known
    steps = [
        *only_on(machine),
        *((JUMP_IF_EQUAL, len(calls) - index, 0, call) for index, call in enumerate(calls)),
        (RETURN, 0, 0, NOT_PERMITTED),
        (RETURN, 0, 0, ALLOW),
    ]
    install(libc, steps)
