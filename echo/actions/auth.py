"""Codes and tokens: what an app is given when somebody says yes, and how it ends.

Source:  RFC 6749, 7009, 7636, 9700
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echo import clock, db
from echo.actions.links import LinkKind
from echo.errors import Forbidden
from echo.events import AccessEnded
from echo.policy import authorization
from echo.policy.authorization import AuthorizationRequest, Client, OAuthError
from echo.policy.secret_texts import new_secret
from echo.policy.standing import require_active, standing_of
from echo.store import auth, sessions, users


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token, and its text, which is told this once."""

    token_id: int
    text: str
    scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a client shows for its token."""

    code: str
    redirect_uri: str
    verifier: str


async def authorise(user_id: int, session_id: int, request: AuthorizationRequest) -> str:
    """Somebody said yes: a code for the app, good once and for ten minutes.

    Shapes:  session_id: of the browser that they said it with
    Raises:  Forbidden when they may not use their account, or were logged out meanwhile
    """
    code = new_secret()
    now = clock.now()
    async with db.unit_of_work():
        await _hold_session(user_id, session_id)
        await _require_active(user_id)
        await auth.insert_code(
            code,
            app_id=request.client.app_id,
            user_id=user_id,
            redirect_uri=request.redirect_uri,
            scopes=request.scopes,
            challenge=request.challenge,
            at=now,
            expires_at=now + timedelta(seconds=authorization.CODE_SECONDS),
        )
    return code


async def exchange_code(client: Client, shown: Exchange) -> IssuedToken:
    """A token for a code. A code that comes twice was stolen from somebody: its token ends.

    Returns: the token; of many exchanges at once exactly one gets it
    Raises:  OAuthError invalid_grant
    """
    async with db.unit_of_work() as unit:
        code = await auth.lock_code(shown.code)
        if code is None or code.app_id != client.app_id:
            raise OAuthError("invalid_grant")
        now = clock.now()
        if not code.is_used:
            _check_exchange(code, shown, now)
            await _require_active(code.user_id)
            token = await _issue(code.scopes, app_id=client.app_id, user_id=code.user_id)
            await auth.use_code(code.id, token.token_id, now)
            return token
        # No exception in here: what is revoked must be committed.
        if code.token_id is not None and await auth.revoke_token(code.token_id, now):
            unit.emit(AccessEnded(local=True, user_id=code.user_id, token_id=code.token_id))
    raise OAuthError("invalid_grant")


async def client_credentials(client: Client, asked: str) -> IssuedToken:
    """A token that speaks for the app alone.

    Raises:  OAuthError invalid_scope
    """
    scopes = authorization.granted_scopes(client.scopes, asked)
    async with db.unit_of_work():
        return await _issue(scopes, app_id=client.app_id, user_id=None)


async def create_token_for(
    user_id: int,
    scopes: Sequence[str],
    *,
    app_id: int | None = None,
    text: str = "",
    session_id: int | None = None,
) -> IssuedToken:
    """A token for a person without asking: after sign-up through an app, for a page, for scripts and tests.

    Shapes:  text: empty for a random one; set by `echoctl seed` only; session_id: of the browser whose page
             gets it; the token ends with that session
    Raises:  Forbidden when that session has ended
    """
    async with db.unit_of_work():
        if session_id is not None:
            await _hold_session(user_id, session_id)
        return await _issue(scopes, app_id=app_id, user_id=user_id, text=text, session_id=session_id)


async def revoke(client: Client | None, text: str) -> None:
    """End a token of this app; one that is unknown or ended already is fine.

    Shapes:  client: None where an app could not show who it is
    Raises:  OAuthError unauthorized_client for a token of somebody else
    """
    async with db.unit_of_work() as unit:
        token = await auth.find_token(text)
        if token is None:
            return
        if client is None or token.app_id != client.app_id:
            raise OAuthError("unauthorized_client", status=403)
        if await auth.revoke_token(token.id, clock.now()):
            unit.emit(AccessEnded(local=True, user_id=token.user_id or 0, token_id=token.id))


async def disconnect(user_id: int, app_id: int) -> None:
    """End every token that an app has of somebody: they do not want it any more."""
    async with db.unit_of_work() as unit:
        for token_id in await auth.revoke_tokens_of(user_id, clock.now(), app_id=app_id):
            unit.emit(AccessEnded(local=True, user_id=user_id, token_id=token_id))


async def end_all_access(user_id: int) -> None:
    """End every token, code and browser session of somebody, at once."""
    async with db.unit_of_work() as unit:
        # Sessions first: what a browser is being given this very moment is there to be ended then.
        await sessions.delete_all_of(user_id)
        await auth.revoke_tokens_of(user_id, clock.now())
        # Whoever is half-way through a log-in began it with what was good until now.
        for kind in (LinkKind.HALF, LinkKind.PROOF):
            await auth.delete_links(kind, user_id)
        unit.emit(AccessEnded(local=True, user_id=user_id, token_id=None))


async def forget_stale() -> int:
    """Forget what can never be used again, and apps that nobody used for two days; how many rows."""
    now = clock.now()
    async with db.unit_of_work():
        return await auth.delete_stale(
            now, codes_before=now - timedelta(days=1), apps_before=now - timedelta(days=2)
        )


def _check_exchange(code: auth.Code, shown: Exchange, now: datetime) -> None:
    if (
        code.expires_at <= now
        or code.redirect_uri != shown.redirect_uri
        or not authorization.proves(code.challenge, shown.verifier)
    ):
        raise OAuthError("invalid_grant")


async def _hold_session(user_id: int, session_id: int) -> None:
    """What a session gives may not outlive the moment that ends the session, and so waits for it."""
    if not await sessions.hold(user_id, session_id):
        raise Forbidden("You were logged out meanwhile: log in again")


async def _require_active(user_id: int) -> None:
    row = await users.standing_row(user_id)
    require_active(standing_of(row))


async def _issue(
    scopes: Sequence[str],
    *,
    app_id: int | None,
    user_id: int | None,
    text: str = "",
    session_id: int | None = None,
) -> IssuedToken:
    text = text or new_secret()
    now = clock.now()
    token_id = await auth.insert_token(
        text, app_id=app_id, user_id=user_id, scopes=scopes, at=now, session_id=session_id
    )
    return IssuedToken(token_id=token_id, text=text, scopes=tuple(scopes), created_at=now)
