"""Walls around a program of others, put up just before this process becomes it.

A decoder needs threads and files, so it cannot be confined as tightly as our own child
(`echo.media.confine`). It gets no network, no process of its own, no way to watch or signal others (seccomp);
it reads system libraries and one folder, and writes that folder only (Landlock); and its memory, time and
files have limits. Where the kernel lacks one wall, the others stand.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from echo.media.seccomp import (
    ALLOW,
    JUMP_IF_EQUAL,
    LOAD,
    NOT_PERMITTED,
    RETURN,
    Step,
    forbid_new_rights,
    install,
    leave_root,
    only_on,
)

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9

_JUMP_IF_AT_LEAST, _JUMP_IF_SET = 0x35, 0x45
_OFFSET_FIRST_ARGUMENT = 16
_NOT_KNOWN = 0x00050026
_FOREIGN_CALLS = 0x40000000  # the numbers of x32, another way to the same calls
_CLONE_THREAD = 0x00010000

# The same on every machine: pidfd_send_signal io_uring_setup io_uring_enter io_uring_register pidfd_open
# pidfd_getfd
_NEWER = (424, 425, 426, 427, 434, 438)
# socket connect accept sendto recvfrom sendmsg recvmsg bind listen socketpair accept4 recvmmsg sendmmsg
# fork vfork kill tkill ptrace process_vm_readv process_vm_writev mount umount2 chroot pivot_root unshare
# setns bpf perf_event_open userfaultfd add_key request_key keyctl kexec_load init_module finit_module
# delete_module name_to_handle_at open_by_handle_at reboot swapon swapoff shmget shmat shmctl semget msgget
# link symlink mknod linkat symlinkat mknodat
_X86_64 = (
    *(41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 288, 299, 307, 57, 58, 62, 200, 101, 310, 311, 165, 166, 161),
    *(155, 272, 308, 321, 298, 323, 248, 249, 250, 246, 175, 313, 176, 303, 304, 169, 167, 168, 29, 30, 31),
    *(64, 68, 86, 88, 133, 265, 266, 259),
)
_AARCH64 = (
    *(198, 203, 202, 206, 207, 211, 212, 200, 201, 199, 242, 243, 269, 129, 130, 117, 270, 271, 40, 39, 51),
    *(41, 97, 268, 280, 241, 282, 217, 218, 219, 104, 105, 273, 106, 264, 265, 142, 224, 225, 194, 196, 195),
    *(190, 186, 37, 36, 33),
)
_CLONE3 = 435
# machine: its name for the kernel, what is forbidden, clone
_MACHINES = {"x86_64": (0xC000003E, _X86_64, 56), "aarch64": (0xC00000B7, _AARCH64, 220)}

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READING = 0b1101  # execute, read a file, read a folder
_FILE_READING = 0b101
_EVERY_FILE_RIGHT = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF}
_TCP = 0b11  # bind and connect
_SYSTEM_FOLDERS = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/nix/store",
    "/gnu/store",
)
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a program may use."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int


def put_up(allowance: Allowance, folder: str, program: str) -> None:
    """Give up all rights but computing in `folder` and becoming `program`, for good."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    for kind, most in (
        (resource.RLIMIT_AS, allowance.memory_bytes),
        (resource.RLIMIT_CPU, allowance.cpu_seconds),
        (resource.RLIMIT_FSIZE, allowance.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (most, most))
    leave_root()
    forbid_new_rights(libc)
    _see_only(libc, folder, program)
    _forbid_calls(libc)


def _forbid_calls(libc: ctypes.CDLL) -> None:
    known = _MACHINES.get(platform.machine())
    if known is None:
        return
    machine, calls, clone = known
    steps = [
        *only_on(machine),
        *_refusals((*calls, *_NEWER), NOT_PERMITTED),
        # Its flags cannot be looked at; without it the C library takes clone.
        *_refusals((_CLONE3,), _NOT_KNOWN),
        (_JUMP_IF_AT_LEAST, 0, 1, _FOREIGN_CALLS),
        (RETURN, 0, 0, NOT_PERMITTED),
        (JUMP_IF_EQUAL, 1, 0, clone),
        (RETURN, 0, 0, ALLOW),
        (LOAD, 0, 0, _OFFSET_FIRST_ARGUMENT),
        (_JUMP_IF_SET, 1, 0, _CLONE_THREAD),
        (RETURN, 0, 0, NOT_PERMITTED),
        (RETURN, 0, 0, ALLOW),
    ]
    install(libc, steps)


def _refusals(calls: Sequence[int], answer: int) -> list[Step]:
    last = len(calls) - 1
    tests = [
        (JUMP_IF_EQUAL, last - index, 1 if index == last else 0, call) for index, call in enumerate(calls)
    ]
    return [*tests, (RETURN, 0, 0, answer)]


def _see_only(libc: ctypes.CDLL, folder: str, program: str) -> None:
    """Landlock: what is not named here cannot be opened. No connections over TCP either, where it knows."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    every = _EVERY_FILE_RIGHT[min(version, 3)]
    attributes = struct.pack("QQ", every, _TCP) if version >= 4 else struct.pack("Q", every)
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return
    for place in _SYSTEM_FOLDERS:
        _allow(libc, rules, place, _READING)
    _allow(libc, rules, program, _FILE_READING)
    for place in _DEVICES:
        _allow(libc, rules, place, 0b110)
    _allow(libc, rules, folder, every & ~0b1)
    libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, place: str, rights: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(place):
        rights &= 0b111 | 0b100000000000000  # a file is executed, written, read and cut
    libc.syscall(_LANDLOCK_ADD, rules, 1, struct.pack("=Qi", rights, opened), 0)
    os.close(opened)
