"""What systemd wants to hear, and the sockets it hands to those it starts; nothing without it.

Source:  sd_notify(3), sd_listen_fds(3)
"""

from __future__ import annotations

import os
import socket

_FIRST_SOCKET = 3


def tell_systemd(message: str) -> None:
    """Send a message such as `READY=1` to whoever started this process as a service of the kind `notify`."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        notify.sendall(message.encode())


def inherited_listener() -> socket.socket | None:
    """The listening socket of a socket unit; None when this process was not started with one.

    Connections wait in it while nobody accepts, so that a process may be restarted without a refusal.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS", "0") == "0":
        return None
    listener = socket.socket(fileno=_FIRST_SOCKET)
    os.set_inheritable(listener.fileno(), False)
    return listener
