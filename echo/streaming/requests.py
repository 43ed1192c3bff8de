"""THE table of what can be asked on a socket, `echo:req`, and the answering of it."""

from __future__ import annotations

import logging

import msgspec
from msgspec import Raw

from echo import settings
from echo.cache import OUTAGES
from echo.errors import BadRequest, Conflict, EchoError, Forbidden, NotFound, TooMany, Unavailable
from echo.http.access import limits_of
from echo.http.errors import classify
from echo.http.limits import count
from echo.policy.access import Access
from echo.policy.scopes import covers
from echo.streaming import repeats
from echo.streaming.methods import chat, posts, presence, rooms, timeline
from echo.streaming.methods.method import Method as Method
from echo.streaming.methods.method import idempotency_key
from echo.streaming.protocol import Failure, Reply, Request, encode

log = logging.getLogger(__name__)
METHODS: dict[str, Method] = {
    **posts.METHODS,
    **timeline.METHODS,
    **chat.METHODS,
    **rooms.METHODS,
    **presence.METHODS,
}

# What a program reads of an error, by its HTTP status.
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "gone",
    413: "too_large",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}


async def answer(access: Access, asked: Request) -> bytes:
    """The frame that answers a request. Asked again with the same key it is not done again."""
    try:
        result = await _once(access, asked)
    except OUTAGES:
        return _refusal(asked, Unavailable())
    except EchoError as error:
        return _refusal(asked, error)
    except Exception as error:
        known = classify(error)
        if known.status >= 500:
            log.exception("request %s failed", asked.method)
        return _refusal(asked, known)
    return encode(Reply(id=asked.id, ok=True, result=Raw(result)))


def failure(error: EchoError) -> Failure:
    """An error as clients are told."""
    after = error.retry_after_seconds if isinstance(error, TooMany | Unavailable) else None
    code = _CODES.get(error.status, "internal" if error.status >= 500 else "bad_request")
    return Failure(code=code, text=error.public, retry_after=1 if isinstance(error, Conflict) else after)


async def _once(access: Access, asked: Request) -> bytes:
    method = METHODS.get(asked.method)
    if method is None:
        raise NotFound("There is no such method")
    if not covers(access.scopes, method.scope):
        raise Forbidden("This action is outside the authorized scopes")
    try:
        params = msgspec.json.decode(asked.params, type=method.params)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadRequest(str(error)) from error
    if settings.here().rate_limits.enabled:
        await count(limits_of(access))
    if not asked.key:
        return encode(await method.run(access, params))
    return await _keyed(method, access, asked, params)


async def _keyed(method: Method, access: Access, asked: Request, params: msgspec.Struct) -> bytes:
    repeat = repeats.Repeat(access.user_id or 0, asked.key, repeats.mark_of(asked.method, asked.params))
    known = await repeat.begin()
    if known is not None:
        return known
    held = idempotency_key.set(asked.key)
    try:
        result = encode(await method.run(access, params))
    except Exception:
        await repeat.give_up()
        raise
    finally:
        idempotency_key.reset(held)
    await repeat.keep(result)
    return result


def _refusal(asked: Request, error: EchoError) -> bytes:
    return encode(Reply(id=asked.id, ok=False, error=failure(error)))
