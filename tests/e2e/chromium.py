"""A headless Chromium with a made-up camera and microphone, told what to do over its debugging protocol.

Source:  Chrome DevTools Protocol 1.3
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import websockets

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # Browsers hide their addresses behind names that only a local network resolves.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--remote-debugging-port=0",
)
ANSWER_SECONDS = 45.0
# What pages complain of.
_SAID = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


def program() -> str | None:
    """The browser that is installed, if one is."""
    return next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@dataclass(slots=True)
class Wire:
    """The connection to the browser."""

    socket: websockets.ClientConnection
    waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    last: int = 0

    async def listen(self) -> None:
        async for text in self.socket:
            message = msgspec.json.decode(text)
            future = self.waiting.pop(message.get("id", 0), None)
            if future is not None and not future.done():
                future.set_result(message)
            elif message.get("method") in _SAID:
                self.said.append(str(message["params"])[:600])

    async def ask(self, method: str, session: str = "", **params: object) -> Any:
        self.last += 1
        number = self.last
        future = self.waiting[number] = asyncio.get_running_loop().create_future()
        frame = {"id": number, "method": method, "params": params}
        if session:
            frame["sessionId"] = session
        await self.socket.send(msgspec.json.encode(frame).decode())
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await future
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page, with cookies of its own."""

    wire: Wire
    session: str

    async def open(self, url: str) -> None:
        """Go there, and wait until it is there."""
        await self.wire.ask("Page.navigate", self.session, url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def run(self, expression: str) -> Any:
        """The value of an expression, once it is there."""
        answer = await self.wire.ask(
            "Runtime.evaluate", self.session, expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, expression: str, *, seconds: float = 60.0) -> Any:
        """The first true value of an expression; a failure when it stays false."""
        ends_at = time.monotonic() + seconds
        while True:
            try:
                value = await self.run(expression)
            except AssertionError:  # the page is being left
                value = None
            if value:
                return value
            told = await self.run("document.body.innerText") if time.monotonic() > ends_at else ""
            assert time.monotonic() <= ends_at, f"never: {expression}\n{told}\n{self.wire.said[-8:]}"
            await asyncio.sleep(0.1)

    async def click(self, selector: str) -> None:
        """Click on what a selector finds."""
        await self.run(f"document.querySelector({selector!r}).click()")

    async def log_in(self, url: str, name: str, password: str) -> None:
        """Through the form, as far as the second factor where one is wanted."""
        await self.open(f"{url}/login")
        await self.run(
            f"(() => {{ const form = document.querySelector('form[action=\"/login\"]');"
            f" form.elements.name.value = {name!r}; form.elements.password.value = {password!r};"
            " form.requestSubmit(); })()"
        )
        await self.until("location.pathname !== '/login' && document.readyState === 'complete'")

    async def picture(self, path: Path) -> None:
        """What the page looks like."""
        shot = await self.wire.ask("Page.captureScreenshot", self.session, format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@dataclass(frozen=True, slots=True)
class Chromium:
    """The browser."""

    wire: Wire

    async def tab(self, *, width: int = 1100, height: int = 800) -> Tab:
        """A new page with cookies of its own."""
        context = (await self.wire.ask("Target.createBrowserContext"))["browserContextId"]
        target = await self.wire.ask(
            "Target.createTarget", url="about:blank", browserContextId=context, width=width, height=height
        )
        attached = await self.wire.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = Tab(self.wire, attached["sessionId"])
        for part in ("Page.enable", "Runtime.enable", "Log.enable"):
            await self.wire.ask(part, tab.session)
        return tab


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Chromium]:
    """A browser until the end of the block.

    Shapes:  folder: new, for its profile
    """
    found = program()
    assert found is not None
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            [found, *_SWITCHES, f"--user-data-dir={folder / 'profile'}"], stdout=log, stderr=log
        )
    try:
        address = await _address(folder / "profile", process)
        async with websockets.connect(address, proxy=None, max_size=None, ping_interval=None) as socket:
            wire = Wire(socket)
            listening = asyncio.create_task(wire.listen())
            yield Chromium(wire)
            listening.cancel()
    finally:
        process.terminate()
        process.wait(20)


async def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    told = profile / "DevToolsActivePort"
    for _ in range(300):
        assert process.poll() is None, "Chromium did not start"
        if told.is_file() and len(lines := told.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.1)
    raise AssertionError("Chromium does not answer")
