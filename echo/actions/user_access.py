"""What staff does about how somebody logs in: the second factor off, browsers and apps out."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock
from echo.actions import auth, sessions
from echo.actions.staff import Target, acting
from echo.errors import NotFound
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, passkeys, second_factors, users


async def switch_two_factor_off(by: Staff, account_id: int) -> None:
    """Forget app, codes and passkeys of somebody here who cannot show them any more. They get a letter.

    Raises:  NotFound for who has no login here; Forbidden
    """
    target = await _target(account_id)
    async with acting(by, Deed.USER_TWO_FACTOR_OFF, on=target) as unit:
        await second_factors.lock(account_id, clock.now())
        await second_factors.forget_app(account_id)
        await second_factors.note_success(account_id, 0)
        await second_factors.replace_codes(account_id, [])
        await passkeys.delete_all_of(account_id)
        unit.emit(MailAsked(local=True, user_id=account_id, template=LetterKind.TWO_FACTOR_RESET))


async def make_token(by: Staff, account_id: int, scopes: Sequence[str]) -> auth.IssuedToken:
    """Access to somebody's account, for a script. Raises NotFound for who has no login here; Forbidden."""
    target = await _target(account_id)
    async with acting(by, Deed.USER_TOKEN, on=target, details={"scopes": list(scopes)}):
        return await auth.create_token_for(account_id, scopes)


async def end_session(by: Staff, account_id: int, session_id: int) -> None:
    """Log one browser of somebody out. Raises NotFound, Forbidden."""
    target = await _target(account_id)
    async with acting(by, Deed.USER_SESSION_END, on=target, details={"session": session_id}):
        await sessions.end(account_id, session_id)


async def end_app(by: Staff, account_id: int, app_id: int) -> None:
    """End the access that an app has to somebody's account. Raises NotFound, Forbidden."""
    target = await _target(account_id)
    async with acting(by, Deed.USER_APP_END, on=target, details={"app": app_id}):
        await auth.disconnect(account_id, app_id)


async def end_everything(by: Staff, account_id: int) -> None:
    """Log every browser of somebody out, and end the access of every app. Raises NotFound, Forbidden."""
    target = await _target(account_id)
    async with acting(by, Deed.USER_LOG_OUT, on=target):
        await auth.end_all_access(account_id)


async def _target(account_id: int) -> Target:
    account = await accounts.get(account_id)
    if await users.find(account_id) is None:
        raise NotFound
    return Target("account", account_id, account.username)
