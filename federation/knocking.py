"""The second knock: a request that is refused as badly signed is signed in another way, once.

Most servers verify draft-cavage signatures, some RFC 9421 as well, a few nothing else. Their 400 or 401 tells
them apart; `federation.schemes` remembers it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from activitypub.signatures import Scheme
from activitypub.signatures.accept import Wanted, read_accept_signature
from federation.memory import Memory
from federation.replies import Answer
from federation.schemes import Schemes

# Some say 400 to a scheme that they do not know (tags.pub#22).
_REFUSALS = frozenset({400, 401})
# Who refused every knock with 401 gets one for a while, not three: it is not the scheme that displeases them.
SHUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Knock:
    """A request that is to be signed now.

    Shapes:  url: as it will stand on the wire; wanted: as the server asks, for RFC 9421; with_query: whether
             the query belongs to the target that is signed (draft-cavage)
    """

    method: str
    url: str
    scheme: Scheme = Scheme.CAVAGE
    wanted: tuple[Wanted, ...] = ()
    with_query: bool = True


# Headers that prove who asks, made for one request at one moment.
Sign = Callable[[Knock], Mapping[str, str]]
Exchange = Callable[[Mapping[str, str]], Awaitable[Answer]]


class Knocker:
    """Knocks at other servers."""

    def __init__(self, schemes: Schemes) -> None:
        self._schemes = schemes
        self._shut: Memory[tuple[str, str], bool] = Memory(size=10_000, seconds=SHUT_SECONDS)

    async def knock(self, method: str, url: str, host: str, sign: Sign, exchange: Exchange) -> Answer:
        """Send a request, signed as the host wants it; where that is refused, signed in the other way.

        Shapes:  exchange: sends the request with these headers beside its own
        Returns: what was said in the end; where every knock was refused, the refusal that leaves more hope
        """
        first = Knock(method, url, await self._schemes.first_for(host))
        answer = await exchange(sign(first))
        wanted = await self._wanted(host, answer)
        if answer.status not in _REFUSALS:
            return answer
        is_shut = answer.status == 401 and self._shut.get((host, method)) is not None
        left = [] if is_shut else _further(first, wanted, is_unauthorized=answer.status == 401)
        refusal = answer
        while left:
            knock = left.pop(0)
            answer = await exchange(sign(knock))
            if not _is_refused(answer, knock):
                await self._learn(host, first, knock, answer)
                return answer
            refusal = min(refusal, answer, key=_hope)
            if not wanted and (wanted := await self._wanted(host, answer)):
                # They say how only to those who speak the newer language.
                left.insert(0, replace(first, scheme=Scheme.RFC9421, wanted=wanted))
        if refusal.status == 401:
            self._shut.put((host, method), True)
        return refusal

    async def _learn(self, host: str, first: Knock, knock: Knock, answer: Answer) -> None:
        if answer.is_success and knock.scheme is not first.scheme:
            await self._schemes.learn(host, knock.scheme)

    async def _wanted(self, host: str, answer: Answer) -> tuple[Wanted, ...]:
        """How a server asks to be signed to; whoever asks verifies it."""
        asked = answer.headers.get("accept-signature")
        wanted = () if asked is None else read_accept_signature(asked)
        if wanted:
            await self._schemes.learn(host, Scheme.RFC9421)
        return wanted if answer.status == 401 else ()


def _further(first: Knock, wanted: tuple[Wanted, ...], *, is_unauthorized: bool) -> list[Knock]:
    """What else to try, in order."""
    modern = replace(first, scheme=Scheme.RFC9421, wanted=wanted)
    cavage = replace(first, scheme=Scheme.CAVAGE)
    further = [modern] if wanted or first.scheme is Scheme.CAVAGE else []
    if first.scheme is Scheme.RFC9421:
        further.append(cavage)
    if is_unauthorized and first.method == "GET" and "?" in first.url:
        # Older servers leave the query out of what they verify (mastodon#18638, misskey#17941).
        further.append(replace(cavage, with_query=False))
    return further


def _is_refused(answer: Answer, knock: Knock) -> bool:
    """Whether this way of signing is not taken; one that is not known may upset a server (fedify#907)."""
    return answer.status in _REFUSALS or (knock.scheme is Scheme.RFC9421 and answer.status >= 500)


def _hope(answer: Answer) -> int:
    """401 is worth another try some day, 400 is not; a 500 to what they do not know says nothing."""
    return {401: 0, 400: 1}.get(answer.status, 2)
