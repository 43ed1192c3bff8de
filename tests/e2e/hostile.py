"""A server that means harm: hosts of loopback whose documents, answers and deliveries are made to hurt."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import httpx

from activitypub.signatures.cavage import sign_request
from activitypub.signatures.keys import KeyPair, load_private_key
from echo import clock
from tests.federation.peer import ACTIVITY, CONTEXT, Actor, Json, Peer, key_pair

FIRST, SECOND, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
# In development loopback may be dialled; this leads there too, and may not.
FORBIDDEN, BEHIND_IT = "0.0.0.0", "127.0.0.1"
_BOMB = gzip.compress(b" " * (200 * 1024 * 1024), 9)
_DEEP = b"[" * 100_000


@dataclass(frozen=True)
class Host:
    """As much of a peer as an actor needs to know."""

    host: str


class Villain(Actor):
    """Somebody at one of the hosts. They speak plain HTTP: what builds documents thinks of https."""

    def __init__(self, host: str, name: str, *, keys: int = 1) -> None:
        super().__init__(cast(Peer, Host(host)), name, key_pair(keys))

    @property
    def uri(self) -> str:
        """Their id as servers here see it."""
        return plain(self.id)


def plain(document: Any) -> Any:
    """A document, or a text, in which the hosts are reached without TLS."""
    text = json.dumps(document)
    for host in (FIRST, SECOND, THIRD):
        text = text.replace(f"https://{host}:", f"http://{host}:")
    return json.loads(text)


class Hostile:
    """Serves from a thread of its own; `asked` counts what was asked for, by its first part of the path.

    Shapes:  pages: (host, path with query) -> JSON document; forbidden: connections where nobody may dial;
             is_tame: deliveries are taken everywhere from now on; taken: those that were
    """

    def __init__(self, *hosts: str) -> None:
        self.port = 0
        self._hosts = hosts or (FIRST, SECOND)
        self.pages: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()
        self.forbidden = 0
        self.is_tame = False
        self.taken: list[Json] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> Hostile:
        self._thread.start()
        assert self._started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    def villain(self, name: str, *, host: str = FIRST, keys: int = 1, **changed: Any) -> Villain:
        """Somebody whose document is served, with some members changed; found by handle."""
        villain = Villain(f"{host}:{self.port}", name, keys=keys)
        self.serve(villain.uri, {**villain.document, **changed})
        handle = f"acct:{name}@{host}:{self.port}"
        self.claim(handle, villain.uri)
        return villain

    def claim(self, handle: str, uri: str, *, subject: str = "") -> None:
        """Let WebFinger say that a handle is somebody's, whoever that is."""
        host = handle.rpartition("@")[2]
        links = [{"rel": "self", "type": ACTIVITY, "href": uri}]
        self.pages[f"{host}/.well-known/webfinger?resource={handle}"] = {
            "subject": subject or handle,
            "links": links,
        }

    def serve(self, uri: str, document: Any) -> None:
        """Serve a document at an address of one of the hosts."""
        self.pages[plain(uri).partition("://")[2]] = plain(document)

    def address(self, path: str, *, host: str = FIRST) -> str:
        """An address of this server."""
        return f"http://{host}:{self.port}{path}"

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        forbidden = await asyncio.start_server(self._note, BEHIND_IT, 0)
        self.port = forbidden.sockets[0].getsockname()[1]
        talking = [await asyncio.start_server(self._talk, host, self.port) for host in self._hosts]
        self._started.set()
        await self._stop.wait()
        for server in (forbidden, *talking):
            server.close()
        others = asyncio.all_tasks() - {cast(Any, asyncio.current_task())}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _note(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.forbidden += 1
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                continue
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = head.split(" ", 2)
        self.asked[urlsplit(path).path.split("/")[1]] += 1
        is_taken = method == "POST" and self.is_tame
        trap = None if is_taken else self._trap(unquote(path), writer)
        if trap is not None:
            return bool(await trap)
        if method == "POST":
            self.taken.append(json.loads(body))
            return await say(writer, "202 Accepted")
        found = self.pages.get(f"{headers['host']}{unquote(path)}")
        if found is None:
            return await say(writer, "404 Not Found")
        return await say(writer, "200 OK", json.dumps(found).encode(), **{"content-type": ACTIVITY})

    def _trap(self, path: str, writer: asyncio.StreamWriter) -> Any:
        """What is special about an address, for readers and deliveries alike; None for others."""
        traps: dict[str, Callable[[], Any]] = {
            "loop": lambda: say(writer, "302 Found", location=f"/loop/{self.asked['loop']}"),
            "inside": lambda: say(writer, "307 Moved", location=f"http://{FORBIDDEN}:{self.port}/"),
            "local": lambda: say(writer, "302 Found", location="file:///etc/passwd"),
            "over": lambda: say(writer, "302 Found", location=self.address("/users/eve", host=SECOND)),
            "silent": lambda: asyncio.sleep(3600),
            "drip": lambda: _drip(writer),
            "bomb": lambda: say(
                writer, "200 OK", _BOMB, **{"content-type": ACTIVITY, "content-encoding": "gzip"}
            ),
            "deep": lambda: say(writer, "200 OK", _DEEP, **{"content-type": ACTIVITY}),
            "babble": lambda: say(writer, "\x00\xff"),
            "endless": lambda: self._page(path, writer),
        }
        trap = traps.get(path.split("/")[1])
        return None if trap is None else trap()

    async def _page(self, path: str, writer: asyncio.StreamWriter) -> bool:
        """A collection whose pages never end, each with posts that nobody has seen."""
        number = self.asked["endless"]
        page = {
            "@context": CONTEXT,
            "id": self.address(path),
            "type": "OrderedCollectionPage" if "page" in path else "OrderedCollection",
            "totalItems": 10**12,
            "first": self.address(f"/endless/page/{number}"),
            "next": self.address(f"/endless/page/{number}"),
            "orderedItems": [self.address(f"/endless/item/{number}/{n}") for n in range(100)],
        }
        return await say(writer, "200 OK", json.dumps(page).encode(), **{"content-type": ACTIVITY})


async def say(writer: asyncio.StreamWriter, status: str, body: bytes = b"", **headers: str) -> bool:
    """An answer of HTTP; true, since the connection stays."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body)
    await writer.drain()
    return True


async def _drip(writer: asyncio.StreamWriter) -> bool:
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {ACTIVITY}\r\n\r\n".encode())
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.2)
    return False


class Mail:
    """Deliveries to one server, properly signed unless told otherwise; `answers` counts by status."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.inbox = f"{url}/ap/inbox"
        self._client = client
        self.answers: Counter[int] = Counter()

    async def send(
        self,
        villain: Villain,
        activity: Json | bytes,
        *,
        keys: KeyPair | None = None,
        key_id: str = "",
        times: int = 1,
        **changed: str,
    ) -> int:
        """Deliver, the very same some times; `changed` replaces headers after signing. The last status."""
        body = activity if isinstance(activity, bytes) else json.dumps(plain(activity)).encode()
        headers: dict[str, str] = sign_request(
            "POST",
            self.inbox,
            key=load_private_key((keys or villain.keys).private_pem),
            key_id=plain(key_id or villain.key_id),
            now=clock.now(),
            body=body,
        )
        headers |= {name.replace("_", "-").title(): value for name, value in changed.items()}
        for _ in range(times):
            answer = await self._client.post(self.inbox, headers=headers, content=body)
            self.answers[answer.status_code] += 1
        return answer.status_code
