"""The ONE outgoing HTTP client: every request to another server leaves through here.

It connects only to addresses that `federation.reach` allows, checked once more on the address that is
dialled; it follows at most three redirects of a GET, each checked and signed anew; it has a deadline by the
clock on the wall and a lid on decoded bytes; it keeps no cookies and knows no proxies of the environment.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urljoin

import httpx
import yarl

from activitypub import iri
from activitypub.errors import Malformed
from activitypub.iri import Iri
from federation.errors import FederationError, Refused, Resting, Unreachable, Unwelcome
from federation.gate import Gate
from federation.memory import Memory
from federation.reach import Reach
from federation.transport import FAILURES, Dropped, meaning_of, read_body

# Headers that prove who asks, made for one method and address (as it will stand on the wire).
Sign = Callable[[str, str], Mapping[str, str]]

MAX_HOPS = 3
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
DAY_SECONDS = 86_400.0
ANSWER_BYTES = 1_048_576
# What is kept of the answer to a delivery: enough to tell an operator what the peer said.
RECEIPT_BYTES = 2_048
# A path that no library spells in another way.
_PLAIN = re.compile(r"[A-Za-z0-9/_~-]*")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said. `url` is the address that answered in the end, `headers` have lower-case names."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the peer asks to be left alone, at most a day."""
        return _retry_after(self.headers.get("retry-after"))


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
    ) -> None:
        self._transport = transport
        self._reach = reach
        self._is_blocked = is_blocked
        self._user_agent = user_agent
        self._deadline_seconds = deadline_seconds
        self._gate = Gate(per_host=per_host, in_all=in_all)
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
    ) -> Answer:
        """Ask for a document.

        Shapes:  cut: of a longer answer the beginning is enough
        Returns: an answer with a status of success
        Raises:  Refused, Unreachable, Resting, Unwelcome (any other status), Unbelievable (too big)
        """
        try:
            async with asyncio.timeout(self._deadline_seconds):
                answer = await self._follow(url, accept, sign, limit_bytes, cut=cut)
        except TimeoutError as error:
            raise Unreachable(f"{url}: longer than {self._deadline_seconds} s") from error
        if not answer.is_success:
            raise Unwelcome(f"{url}: {answer.status}", answer_status=answer.status)
        return answer

    async def post(self, url: str, body: bytes, *, sign: Sign) -> Answer:
        """Deliver a body. Redirects are not followed.

        Returns: the answer, whatever its status, with the beginning of its body
        Raises:  Refused, Unreachable
        """
        target = await self._allowed(url)
        signed = sign("POST", _on_wire(target))
        return await self._insist("POST", target, signed, body, RECEIPT_BYTES, cut=True)

    async def call(
        self, method: str, url: str, body: bytes, *, headers: Mapping[str, str], limit_bytes: int
    ) -> Answer:
        """One request that may be sent twice, to a service that speaks with us. Redirects are not followed.

        Returns: the answer, whatever its status
        Raises:  Refused, Unreachable, Unbelievable (too big)
        """
        return await self._insist(method, self._checked(url), headers, body, limit_bytes, cut=False)

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
            async with asyncio.timeout(self._deadline_seconds):
                for last in (False, True):
                    try:
                        return await self._exchange(method, target, sent, body, limit_bytes, cut=cut)
                    except Dropped:
                        if last:
                            raise
        except TimeoutError as error:
            raise Unreachable(f"{target.text}: longer than {self._deadline_seconds} s") from error
        raise AssertionError

    async def _follow(
        self, url: str, accept: str, sign: Sign | None, limit_bytes: int, *, cut: bool
    ) -> Answer:
        """Go where redirects point, with every check and a signature of its own at each hop."""
        left: set[str] = set()
        seen: set[str] = set()
        for _ in range(MAX_HOPS + 1):
            target = await self._allowed(url)
            if target.text in seen or target.authority in left:
                raise Refused(f"redirected in a circle: {url}")
            seen.add(target.text)
            answer = await self._ask(target, accept, sign, limit_bytes, cut=cut)
            place = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not place:
                return answer
            url = urljoin(target.text, place)
            if iri.host_of(url, allow_http=True) != target.authority:
                left.add(target.authority)
        raise Refused(f"more than {MAX_HOPS} redirects: {url}")

    async def _ask(
        self, target: Iri, accept: str, sign: Sign | None, limit_bytes: int, *, cut: bool
    ) -> Answer:
        if (rest := self._resting.get(target.authority)) is not None:
            raise Resting(f"{target.authority} asked for a pause", retry_after_seconds=rest)
        headers = {
            "Host": target.authority,
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
        }
        if sign is not None:
            headers.update(sign("GET", _on_wire(target)))
        answer = await self._exchange("GET", target, headers, b"", limit_bytes, cut=cut)
        if answer.status in (429, 503) and (pause := answer.retry_after_seconds):
            self._resting.put(target.authority, pause, seconds=pause)
        return answer

    async def _exchange(
        self,
        method: str,
        target: Iri,
        headers: Mapping[str, str],
        body: bytes,
        limit_bytes: int,
        *,
        cut: bool,
    ) -> Answer:
        """One request and its answer. `cut`: the rest of a long answer is dropped, not an error."""
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
                    content = await read_body(response, limit_bytes, cut=cut)
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

    async def _allowed(self, url: str) -> Iri:
        target = self._checked(url)
        if self._is_blocked is not None and await self._is_blocked(target.text):
            raise Refused(f"{target.authority} is blocked here")
        return target

    def _checked(self, url: str) -> Iri:
        try:
            target = iri.parse(url, allow_http=True)
        except Malformed as error:
            raise Refused(f"{error}: {url!r}") from error
        self._reach.check(target)
        return target


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


def _retry_after(text: str | None) -> float | None:
    """Seconds or an HTTP date, as seconds from now; clamped to a day. None where there is none."""
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), DAY_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), DAY_SECONDS)
