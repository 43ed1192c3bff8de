"""How a process handles memory that it needs for a moment."""

from __future__ import annotations

import ctypes

LARGE_BYTES = 128 * 1024
# As malloc.h of glibc numbers its options.
_M_MMAP_THRESHOLD = -3


def give_large_memory_back() -> None:
    """Have the C library return large blocks to the system as soon as they are freed.

    By itself it keeps what was once asked for, in a heap for each thread: a few dozen passwords, each 19 MB
    while it is hashed, left 117 MB behind for good; uploaded pictures of 200 kB left a heap with 29 MB of
    holes. Answers are smaller, and stay in the heap. Other libraries than glibc have nothing to set.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, LARGE_BYTES)
