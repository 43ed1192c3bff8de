"""Who may call a route, and how often. Every route carries exactly one of these marks; a law test finds those
without.

@public             nobody needs a token
@optional(scope)    a token is optional, but one that is sent must be valid and carry the scope
@needs(scopes...)   a user token with one of the scopes; `may`: and a role with this permission
@app_or_user(scope) any valid token with the scope (the scope may be empty)
@signed             documents for other servers; who asks is looked at first, by what `echo.app` installed
@found              how other servers find us: open to everybody
@delivered          what other servers deliver, by HTTP signature
@page               a browser: session cookie, CSRF token on forms
@stored             files, open to everybody
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from quart import Quart, Request, Websocket, current_app, g, request

from echo import settings
from echo.config.limits import RateLimits
from echo.errors import Forbidden, Invalid, NotFound, Unauthorized
from echo.http.client_address import client_address, limit_subject, networks
from echo.http.limits import Limit, Tally, count
from echo.policy import feeds
from echo.policy.access import Access
from echo.policy.roles import Permission, Staff, require
from echo.policy.scopes import covers
from echo.policy.viewer import NOBODY, Viewer
from echo.store.access import load_token, was_revoked

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, Awaitable[R]]
MARK = "echo_access"
PERMISSION = "echo_permission"
# Where an application keeps what decides who gets documents.
ADMISSION = "echo_admission"
WINDOW_SECONDS = 300
PAGING_SECONDS = 900
# Requests for another page have a limit of their own, as Mastodon's.
_PAGING = frozenset({"max_id", "min_id", "since_id", "page"})


def current() -> Access:
    """The access of a route that needs a token."""
    return cast(Access, g.access)


def account_id() -> int:
    """The account that calls, on routes with @needs."""
    user_id = current().user_id
    if user_id is None:
        raise Invalid("This method requires an authenticated user")
    return user_id


def staff() -> Staff:
    """Who acts with the rights of their role, on routes with @needs."""
    return Staff(account_id=account_id(), seat=current().seat, address=caller_address(), door="api")


def viewer() -> Viewer:
    """Who is looking, on any route."""
    access = cast("Access | None", g.get("access"))
    return NOBODY if access is None else access.viewer


def has_token() -> bool:
    """Whether the caller sent a valid token: some fields are only for those."""
    return g.get("access") is not None


def caller_address() -> str:
    """The address of the caller, as far as the configured proxies can be believed."""
    return address_of(request)


def address_of(asked: Request | Websocket) -> str:
    """The address of whoever asks, as far as the configured proxies can be believed."""
    return address_behind(asked.remote_addr or "", asked.headers.getlist("X-Forwarded-For"))


def address_behind(peer: str, forwarded_for: Sequence[str]) -> str:
    """The same, from the address of the connection and the X-Forwarded-For headers."""
    trusted = networks(tuple(settings.here().server.trusted_proxies))
    return client_address(peer, forwarded_for, trusted)


def public(view: View[P, R]) -> View[P, R]:
    """Open to everybody; a token is not even looked at."""

    @wraps(view)
    async def counted(*args: P.args, **kwargs: P.kwargs) -> R:
        await _count(None)
        return await view(*args, **kwargs)

    setattr(counted, MARK, "public")
    return counted


def page(view: View[P, R]) -> View[P, R]:
    """A page for browsers. There is none whose address has a NUL: nothing that is stored has one."""

    @wraps(view)
    async def named(*args: P.args, **kwargs: P.kwargs) -> R:
        if "\x00" in request.path or b"%00" in request.query_string:
            raise NotFound
        return await view(*args, **kwargs)

    return _counted_here(named, "page", lambda limits: limits.pages_per_address)


def stored(view: View[P, R]) -> View[P, R]:
    """A file. A screen full of posts asks for a hundred, so they do not count as API requests."""
    return _counted_here(view, "stored", lambda limits: limits.files_per_address)


def signed(view: View[P, R]) -> View[P, R]:
    """A document for other servers: in secure mode only for those who prove who they are."""

    @wraps(view)
    async def admitted(*args: P.args, **kwargs: P.kwargs) -> R:
        admit: Callable[..., Awaitable[R]] = current_app.extensions[ADMISSION]
        return await admit(view, *args, **kwargs)

    return _counted_here(admitted, "signed", lambda limits: limits.documents_per_address)


def found(view: View[P, R]) -> View[P, R]:
    """How other servers find us and the people here."""
    return _counted_here(view, "found", lambda limits: limits.documents_per_address)


def delivered(view: View[P, R]) -> View[P, R]:
    """Where other servers deliver; the view checks the signature itself."""
    return _counted_here(view, "delivered", lambda limits: limits.deliveries_per_address)


def tally_of(app: Quart) -> Tally:
    """What an application counts in its process."""
    return cast(Tally, app.extensions.setdefault("echo_tally", Tally()))


def documents_limit(mark: str, address: str) -> Limit | None:
    """What a document of routes with this mark, `signed` or `found`, counts against; None without limits."""
    limits = settings.here().rate_limits
    if not limits.enabled:
        return None
    return Limit(mark, limit_subject(address), limits.documents_per_address, WINDOW_SECONDS)


def _counted_here(view: View[P, R], mark: str, allowed: Callable[[RateLimits], int]) -> View[P, R]:
    @wraps(view)
    async def counted(*args: P.args, **kwargs: P.kwargs) -> R:
        limits = settings.here().rate_limits
        if limits.enabled:
            limit = Limit(mark, limit_subject(caller_address()), allowed(limits), WINDOW_SECONDS)
            tally_of(current_app).count(limit)
        return await view(*args, **kwargs)

    setattr(counted, MARK, mark)
    return counted


def optional(scope: str = "") -> Callable[[View[P, R]], View[P, R]]:
    """A token may be sent; then it must be valid and carry the scope. On a closed server it must be sent."""

    def mark(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        async def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            access = await _read_token()
            if access is not None:
                _require(access, (scope,) if scope else ())
            elif feeds.is_closed():
                await _count(None)
                raise Unauthorized("This method requires an authenticated user")
            g.access = access
            await _count(access)
            return await view(*args, **kwargs)

        setattr(checked, MARK, f"optional {scope}")
        return checked

    return mark


def needs(*scopes: str, may: Permission | None = None) -> Callable[[View[P, R]], View[P, R]]:
    """A user's token with one of the scopes; no scope: any user's. `may`: the role must allow it too."""

    def mark(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        async def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            access = await _read_token()
            if access is None:
                await _count(None)
                raise Unauthorized
            _require(access, scopes)
            if access.user_id is None:
                raise Invalid("This method requires an authenticated user")
            g.access = access
            await _count(access)
            if may is not None:
                require(access.seat, may)
            return await view(*args, **kwargs)

        setattr(checked, MARK, f"needs {' '.join(scopes)}")
        setattr(checked, PERMISSION, may)
        return checked

    return mark


def app_or_user(scope: str = "", *, any_state: bool = False) -> Callable[[View[P, R]], View[P, R]]:
    """Any valid token. `any_state`: also of a person who is not confirmed yet."""

    def mark(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        async def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            access = await _read_token()
            if access is None:
                await _count(None)
                raise Unauthorized
            _require(access, (scope,) if scope else (), any_state=any_state)
            g.access = access
            await _count(access)
            return await view(*args, **kwargs)

        setattr(checked, MARK, f"app or user {scope}")
        return checked

    return mark


def sent_token() -> str | None:
    """The token of the request: Authorization header, or the parameter of RFC 6750."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.args.get("access_token") or request.args.get("bearer_token")


def limits_of(access: Access) -> list[Limit]:
    """What a call with this access is counted against."""
    limits = settings.here().rate_limits
    wanted = [Limit("token", access.token_id, limits.requests_per_token, WINDOW_SECONDS)]
    if access.user_id is not None:
        wanted.append(Limit("user", access.user_id, limits.requests_per_user, WINDOW_SECONDS))
    return wanted


async def count_stranger(asked: Request | Websocket) -> None:
    """Count a call against the general limit of its address and remember what is left, for the headers."""
    limits = settings.here().rate_limits
    if limits.enabled:
        subject = limit_subject(address_of(asked))
        limit = Limit("address", subject, limits.requests_per_address, WINDOW_SECONDS)
        g.allowance = await count([limit])


async def _count(access: Access | None) -> None:
    """Count the call against the general limits and remember what is left, for the headers."""
    limits = settings.here().rate_limits
    if access is None:
        await count_stranger(request)
    elif limits.enabled:
        wanted = limits_of(access)
        if access.user_id is not None and not _PAGING.isdisjoint(request.args):
            wanted.append(Limit("paging", access.user_id, limits.paging_per_user, PAGING_SECONDS))
        g.allowance = await count(wanted)


async def _read_token() -> Access | None:
    secret = sent_token()
    if secret is None:
        return None
    access = await load_token(secret)
    if access is None:
        await _count(None)
        raise Unauthorized("The access token was revoked" if await was_revoked(secret) else None)
    return access


def _require(access: Access, scopes: tuple[str, ...], *, any_state: bool = False) -> None:
    if access.refusal and not any_state:
        raise Forbidden(access.refusal)
    if scopes and not any(covers(access.scopes, scope) for scope in scopes):
        raise Forbidden("This action is outside the authorized scopes")
