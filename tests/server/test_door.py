"""Accepting, and the silence before the first byte."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from echo.server import door
from echo.server.door import Door, Sorter, open_listener
from echo.server.handover import Handover, Sender
from tests.waiting import eventually


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with open_listener("127.0.0.1", 0) as opened:
        yield opened


class Host:
    """Counts who comes in."""

    def __init__(self) -> None:
        self.served: list[socket.socket] = []

    def serve(self, connection: socket.socket) -> None:
        self.served.append(connection)

    async def has(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.served) < count:
                await asyncio.sleep(0.01)


async def test_the_longest_silent_gives_way(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_MOST_SILENT", 2)
    host, handover = Host(), Handover.create()
    sorter = Sorter(Sender(handover), host.serve, first_byte_seconds=60)
    entrance = Door(listener, sorter.welcome)
    entrance.open()
    callers = [socket.create_connection(listener.getsockname()) for _ in range(3)]
    callers[0].settimeout(60)
    assert await asyncio.to_thread(callers[0].recv, 1) == b""
    for caller in callers[1:]:
        caller.send(b"GET / ")
    await host.has(2)

    entrance.close()
    sorter.close()
    handover.close()
    for each in (*callers, *host.served):
        each.close()


async def test_when_nothing_can_be_opened_callers_wait_and_are_served_later(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "_PAUSE_SECONDS", 0.1)
    host, refusals = Host(), [errno.EMFILE, errno.ECONNABORTED]

    class Exhausted:
        """The listener, of a process that has no files left at first."""

        def fileno(self) -> int:
            return listener.fileno()

        def setblocking(self, flag: bool) -> None:
            listener.setblocking(flag)

        def accept(self) -> tuple[socket.socket, object]:
            if refusals:
                raise OSError(refusals.pop(0), "not now")
            return listener.accept()

    entrance = Door(Exhausted(), host.serve)  # type: ignore[arg-type]
    entrance.open()
    with socket.create_connection(listener.getsockname()):
        await host.has(1)
    entrance.close()
    host.served[0].close()
    assert "connections cannot be accepted" in caplog.text


async def test_a_caller_that_hangs_up_at_once_is_forgotten(listener: socket.socket) -> None:
    host, handover = Host(), Handover.create()
    sorter = Sorter(Sender(handover), host.serve, first_byte_seconds=60)
    entrance = Door(listener, sorter.welcome)
    entrance.open()
    gone = socket.create_connection(listener.getsockname())
    await eventually(lambda: sorter._silent)
    gone.close()
    await eventually(lambda: not sorter._silent)
    assert host.served == []
    entrance.close()
    handover.close()


async def test_who_has_said_nothing_when_the_door_closes_is_served(listener: socket.socket) -> None:
    host, handover = Host(), Handover.create()
    sorter = Sorter(Sender(handover), host.serve, first_byte_seconds=60)
    entrance = Door(listener, sorter.welcome)
    entrance.open()
    with socket.create_connection(listener.getsockname()) as client:
        await eventually(lambda: len(sorter._silent) == 1)
        assert host.served == []
        entrance.close()
        sorter.close()
        client.sendall(b"GET / HTTP/1.1\r\n")
        [served] = host.served
        served.settimeout(60)
        assert await asyncio.to_thread(served.recv, 100) == b"GET / HTTP/1.1\r\n"
    served.close()
    handover.close()


def test_listeners_of_both_families() -> None:
    for host in ("127.0.0.1", "::1", "::", "0.0.0.0"):
        with open_listener(host, 0) as opened:
            assert opened.getsockname()[1] > 0
            assert not opened.getblocking()
