"""The ONE outgoing HTTP client: every request to another server leaves through here.

It connects only to addresses that `federation.reach` allows, checked once more on the address that is
dialled; it follows at most three redirects of a GET, each checked and signed anew; it has a deadline by the
clock on the wall and a lid on decoded bytes; it keeps no cookies and knows no proxies of the environment.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin

import httpx
import yarl

from activitypub import iri
from activitypub.errors import Malformed
from activitypub.iri import Iri
from federation.causes import take_fetch
from federation.errors import FederationError, Refused, Resting, Unreachable, Unwelcome
from federation.gate import Gate
from federation.knocking import Exchange, Knock, Knocker, Sign
from federation.memory import Memory
from federation.pace import Pace
from federation.reach import Reach
from federation.replies import DAY_SECONDS, Answer
from federation.transport import FAILURES, Dropped, meaning_of, take_body

MAX_HOPS = 3
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
ANSWER_BYTES = 1_048_576
# What is kept of the answer to a delivery: enough to tell an operator what the peer said.
RECEIPT_BYTES = 2_048
# A path that no library spells in another way.
_PLAIN = re.compile(r"[A-Za-z0-9/_~-]*")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client:
    """Shapes:  transport: `open_transport` or a router of tests; deadline_seconds: of a whole call"""

    def __init__(
        self,
        *,
        transport: httpx.AsyncBaseTransport,
        reach: Reach,
        user_agent: str,
        deadline_seconds: float,
        per_host: int = 4,
        in_all: int = 128,
        is_blocked: Callable[[str], Awaitable[bool]] | None = None,
        is_barred: Callable[[str], Awaitable[bool]] | None = None,
        knocker: Knocker | None = None,
    ) -> None:
        self._transport, self._reach = transport, reach
        self._is_blocked, self._is_barred = is_blocked, is_barred
        self._knocker = knocker
        self._user_agent = user_agent
        self._deadline_seconds = deadline_seconds
        self._gate = Gate(per_host=per_host, in_all=in_all)
        self._pace = Pace()
        self._resting: Memory[str, float] = Memory(size=10_000, seconds=DAY_SECONDS)
        self._timeout = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "pool": deadline_seconds}

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        sign: Sign | None = None,
        limit_bytes: int = ANSWER_BYTES,
        cut: bool = False,
        of_peer: bool = False,
    ) -> Answer:
        """Ask for a document.

        Shapes:  cut: of a longer answer the beginning is enough; of_peer: in allow-list mode only from those
                 that were allowed, as everything that is signed
        Returns: an answer with a status of success
        Raises:  Refused, Unreachable, Resting, Unwelcome (any other status), Unbelievable (too big)
        """
        asking = self._follow(url, accept, sign, limit_bytes, cut=cut, of_peer=of_peer or sign is not None)
        return await self._succeeding(url, asking, self._deadline_seconds)

    async def download(
        self, url: str, path: Path, *, accept: str, limit_bytes: int, deadline_seconds: float
    ) -> None:
        """Write what is at an address into a file, unsigned, with a deadline of its own.

        Raises:  as `get`; `federation.transport.Oversize` for more than the limit
        """
        asking = self._follow(url, accept, None, limit_bytes, cut=False, into=path)
        await self._succeeding(url, asking, deadline_seconds)

    async def _succeeding(self, url: str, asking: Awaitable[Answer], seconds: float) -> Answer:
        answer = await _in_time(url, asking, seconds)
        if not answer.is_success:
            raise Unwelcome(f"{url}: {answer.status}", answer_status=answer.status)
        return answer

    async def post(self, url: str, body: bytes, *, sign: Sign | Mapping[str, str]) -> Answer:
        """Deliver a body, with a second knock where the signature is refused. Redirects are not followed.

        Shapes:  sign: or headers that are sent as they are, once
        Returns: the answer, whatever its status, with the beginning of its body
        Raises:  Refused, Unreachable
        """
        target = await self._allowed(url, of_peer=not isinstance(sign, Mapping))

        async def exchange(signed: Mapping[str, str]) -> Answer:
            return await self._insist("POST", target, signed, body, RECEIPT_BYTES, cut=True)

        if isinstance(sign, Mapping):
            asking: Awaitable[Answer] = exchange(sign)
        else:
            asking = self._signed("POST", target, sign, exchange)
        answer = await _in_time(target.text, asking, self._deadline_seconds)
        self._note_pause(answer, target.authority)
        return answer

    async def call(
        self, method: str, url: str, body: bytes, *, headers: Mapping[str, str], limit_bytes: int
    ) -> Answer:
        """One request that may be sent twice, to a service that speaks with us. Redirects are not followed.

        Returns: the answer, whatever its status
        Raises:  Refused, Unreachable, Unbelievable (too big)
        """
        asking = self._insist(method, self._checked(url), headers, body, limit_bytes, cut=False)
        return await _in_time(url, asking, self._deadline_seconds)

    async def _insist(
        self,
        method: str,
        target: Iri,
        headers: Mapping[str, str],
        body: bytes,
        limit_bytes: int,
        *,
        cut: bool,
    ) -> Answer:
        """One request; a second one where a kept connection was closed at the moment we used it, which is no
        failure of theirs."""
        sent = {"Host": target.authority, "User-Agent": self._user_agent, **headers}
        try:
            return await self._exchange(method, target, sent, body, limit_bytes, cut=cut)
        except Dropped:
            return await self._exchange(method, target, sent, body, limit_bytes, cut=cut)

    async def _follow(
        self,
        url: str,
        accept: str,
        sign: Sign | None,
        limit_bytes: int,
        *,
        cut: bool,
        into: Path | None = None,
        of_peer: bool = False,
    ) -> Answer:
        """Go where redirects point, with every check and a signature of its own at each hop."""
        left: set[str] = set()
        seen: set[str] = set()
        for _ in range(MAX_HOPS + 1):
            target = await self._allowed(url, of_peer=of_peer)
            if target.text in seen or target.authority in left:
                raise Refused(f"redirected in a circle: {url}")
            seen.add(target.text)
            answer = await self._ask(target, accept, sign, limit_bytes, into, cut=cut)
            place = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not place:
                return answer
            url = urljoin(target.text, place)
            if iri.host_of(url, allow_http=True) != target.authority:
                left.add(target.authority)
        raise Refused(f"more than {MAX_HOPS} redirects: {url}")

    async def _ask(
        self, target: Iri, accept: str, sign: Sign | None, limit_bytes: int, into: Path | None, *, cut: bool
    ) -> Answer:
        if (rest := self._resting.get(target.authority)) is not None:
            raise Resting(f"{target.authority} asked for a pause", retry_after_seconds=rest)
        take_fetch(target.text)
        if into is None:
            await self._pace.wait(target.authority)
        headers = {
            "Host": target.authority,
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
        }

        async def exchange(signed: Mapping[str, str]) -> Answer:
            return await self._exchange(
                "GET", target, headers | dict(signed), b"", limit_bytes, cut=cut, into=into
            )

        answer = await (exchange({}) if sign is None else self._signed("GET", target, sign, exchange))
        self._note_pause(answer, target.authority)
        return answer

    def _note_pause(self, answer: Answer, authority: str) -> None:
        """Ask a host nothing for as long as it says. Deliveries are held back by its row."""
        if answer.status in (429, 503) and (pause := answer.retry_after_seconds):
            self._resting.put(authority, pause, seconds=pause)

    async def _signed(self, method: str, target: Iri, sign: Sign, exchange: Exchange) -> Answer:
        """One request as it is signed first, or as the host wants it."""
        url = _on_wire(target)
        if self._knocker is None:
            return await exchange(sign(Knock(method, url)))
        return await self._knocker.knock(method, url, target.authority, sign, exchange)

    async def _exchange(
        self,
        method: str,
        target: Iri,
        headers: Mapping[str, str],
        body: bytes,
        limit_bytes: int,
        *,
        cut: bool,
        into: Path | None = None,
    ) -> Answer:
        """One request and its answer. `cut`: the rest of a long answer is dropped, not an error; `into`:
        where the body of a success is written."""
        request = httpx.Request(
            method,
            _parsed(_on_wire(target)),
            headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            content=body,
            extensions={"timeout": self._timeout},
        )
        async with self._gate.enter(target.authority):
            try:
                response = await self._transport.handle_async_request(request)
                try:
                    content = await take_body(response, limit_bytes, into, cut=cut)
                finally:
                    await response.stream.aclose()  # type: ignore[union-attr]
            except FederationError:
                raise
            except FAILURES as error:
                raise meaning_of(error, target) from error
        headers_of_answer = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw
        }
        return Answer(response.status_code, target.text, headers_of_answer, content)

    async def _allowed(self, url: str, *, of_peer: bool) -> Iri:
        target = self._checked(url)
        is_shut = self._is_barred if of_peer else self._is_blocked
        if is_shut is not None and await is_shut(target.text):
            raise Refused(f"{target.authority} is blocked here, or not allowed")
        return target

    def _checked(self, url: str) -> Iri:
        try:
            target = iri.parse(url, allow_http=True)
        except Malformed as error:
            raise Refused(f"{error}: {url!r}") from error
        self._reach.check(target)
        return target


async def _in_time(url: str, asking: Awaitable[Answer], seconds: float) -> Answer:
    """An answer within a time by the clock on the wall. Raises Unreachable."""
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except TimeoutError as error:
        raise Unreachable(f"{url}: longer than {seconds} s") from error


@lru_cache(maxsize=8192)
def _parsed(address: str) -> httpx.URL:
    """An address as the library wants it; inboxes come again and again."""
    return httpx.URL(address)


def _on_wire(target: Iri) -> str:
    """An address spelled as the libraries below will send it: a signature covers exactly that."""
    address = target.origin + target.target
    if _PLAIN.fullmatch(target.target):
        return address
    return target.origin + yarl.URL(str(httpx.URL(address))).raw_path_qs
