"""A small application that says who it is, and two processes that share one port as web and streaming do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from echo.server.door import Door, Sorter, open_listener
from echo.server.handover import Handover, Receiver, Sender
from echo.server.rules import Rules
from echo.server.serving import Serving
from echo.streaming.frames import WRITE_FRAME, WriteFrame, whole

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SmallApp:
    """Answers `/` with its name and process; other paths try the server."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.disconnected = asyncio.Event()
        self.under_way = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.write_frame: WriteFrame | None = None
        self.told = 0
        self._flooding: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._talk(scope, receive, send)
        elif scope["path"] == "/slow":
            self.under_way.set()
            await asyncio.sleep(0.3)
            await self.may_end.wait()
            await self._answer(send, b"late")
        elif scope["path"] == "/endless":
            await self._pour(send)
        elif scope["path"] == "/events":
            await self._tell(send)
        else:
            body = json.dumps({"who": self.name, "pid": os.getpid(), "client": scope["client"]})
            await self._answer(send, body.encode(), status=401 if scope["method"] == "POST" else 200)

    async def _live(self, receive: Receive, send: Send) -> None:
        for phase in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{phase}"
            await send({"type": f"lifespan.{phase}.complete"})

    async def _answer(self, send: Send, body: bytes, status: int = 200) -> None:
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _pour(self, send: Send) -> None:
        """More than any buffer holds."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})

    async def _tell(self, send: Send) -> None:
        """A megabyte of events; `told` is how many were taken."""
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        self.under_way.set()
        while self.told < 64:
            await send({"type": "http.response.body", "body": b"x" * 16384, "more_body": True})
            self.told += 1

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Says who it is, then repeats what it hears; `close` closes, `flood` sends without end, `whole SIZE`
        writes a frame that is whole already, until one is not taken, and then says how many were.
        """
        await receive()
        await send({"type": "websocket.accept", "subprotocol": None})
        await send({"type": "websocket.send", "text": f"{self.name} {os.getpid()}"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["text"] == "close":
                await send({"type": "websocket.close", "code": 1008})
            elif message["text"] == "flood":
                self._flooding = asyncio.create_task(self._flood(send))
            elif message["text"].startswith("whole "):
                self.write_frame = scope["extensions"][WRITE_FRAME]
                frame, taken = whole(b"x" * int(message["text"][6:])), 0
                while taken < 64 and self.write_frame(frame):
                    taken += 1
                await send({"type": "websocket.send", "text": str(taken)})
            else:
                await send({"type": "websocket.send", "text": message["text"]})
        self.disconnected.set()

    async def _flood(self, send: Send) -> None:
        while not self.disconnected.is_set():
            await send({"type": "websocket.send", "text": "x" * 65536})


async def run(name: str, rules: Rules, entrances_of: Callable[[Serving], list[Any]]) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    serving = Serving(SmallApp(name), rules)
    await serving.start()
    entrances = entrances_of(serving)
    for entrance in entrances:
        entrance.open()
    sys.stdout.write(json.dumps({"who": name, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    for entrance in entrances:
        entrance.close()
    await serving.stop()


def main() -> None:
    """A parent that forks `web` and, at each line on standard input, another `streaming`."""
    listener, handover = open_listener("127.0.0.1", 0), Handover.create()
    sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
    sys.stdout.flush()

    def web(serving: Serving) -> list[Any]:
        sender = Sender(handover)
        sorter = Sorter(sender, serving.welcome, first_byte_seconds=5)
        return [Door(listener, sorter.welcome), sorter, sender]

    def streaming(serving: Serving) -> list[Any]:
        return [Receiver(handover, serving.welcome)]

    children = [_fork("web", Rules(), web)]
    for _ in sys.stdin:
        children.append(_fork("streaming", Rules(reuse=False), streaming))
    for pid in children:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def _fork(name: str, rules: Rules, entrances_of: Callable[[Serving], list[Any]]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            uvloop.run(run(name, rules, entrances_of))
        finally:
            os._exit(0)
    return pid


if __name__ == "__main__":
    main()
