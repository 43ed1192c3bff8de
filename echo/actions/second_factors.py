"""The second factor: an authenticator app and codes on paper, set up, shown, and switched off.

Wrong tries are counted in the database, so that nobody gets more of them by emptying a cache.
"""

from __future__ import annotations

from datetime import datetime

from echo import clock, db
from echo.actions import logins
from echo.db import UnitOfWork
from echo.errors import Invalid
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.policy import second_factor as policy
from echo.policy.secret_texts import digest
from echo.store import second_factors as store

WRONG = "That code is not right, or was used before"
LOCKED = "Too many wrong codes: try again in an hour"


async def begin(user_id: int, password: str) -> None:
    """Make the secret that an authenticator app shall read. Nothing is asked for until it has shown a code.

    Raises:  Invalid for a wrong password, or when there is an app already
    """
    await logins.require_password(user_id, password)
    async with db.unit_of_work():
        factor = await store.lock(user_id, clock.now())
        if factor.is_confirmed:
            raise Invalid("There is an authenticator app already: remove it first")
        await store.keep_secret(user_id, policy.new_secret())


async def confirm(user_id: int, code: str) -> list[str]:
    """The app shows its first code: from now on a log-in asks for one.

    Returns: new codes for paper, told this once; none where there are some already
    Raises:  Invalid for a wrong code
    """
    now = clock.now()
    async with db.unit_of_work() as unit:
        factor = await store.lock(user_id, now)
        if factor.is_confirmed or not factor.secret:
            raise Invalid("Begin again: there is no app that waits for its first code")
        step = policy.step_of(factor.secret, code, now, after=factor.last_step)
        if step is None:
            raise Invalid(WRONG)
        await store.confirm(user_id, now)
        await store.note_success(user_id, step)
        codes = await first_codes(user_id)
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.APP_ADDED))
    return codes


async def remove_app(user_id: int, password: str) -> None:
    """Ask for codes of the app no more.

    Raises:  Invalid for a wrong password
    """
    await logins.require_password(user_id, password)
    async with db.unit_of_work() as unit:
        factor = await store.lock(user_id, clock.now())
        await store.forget_app(user_id)
        await forget_codes_if_off(user_id)
        if factor.is_confirmed:
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.APP_REMOVED))


async def renew_codes(user_id: int, password: str) -> list[str]:
    """Other codes for paper; the old ones end. They are told this once.

    Raises:  Invalid for a wrong password, or without a second factor
    """
    await logins.require_password(user_id, password)
    async with db.unit_of_work() as unit:
        await store.lock(user_id, clock.now())
        if not (await store.of_person(user_id)).is_on:
            raise Invalid("There is no second factor")
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.CODES_RENEWED))
        return await _new_codes(user_id)


async def check(user_id: int, code: str) -> None:
    """Somebody shows a code of their app or of paper. Each one counts once.

    Raises:  Invalid for a wrong one, one that was used, and after too many wrong ones for any
    """
    now = clock.now()
    # No exception in there: a wrong try must be committed.
    async with db.unit_of_work() as unit:
        problem = await _judge(unit, user_id, code, now)
    if problem:
        raise Invalid(problem)


async def first_codes(user_id: int) -> list[str]:
    """Codes for paper for who has none; inside the caller's unit of work."""
    return [] if (await store.of_person(user_id)).codes_left else await _new_codes(user_id)


async def forget_codes_if_off(user_id: int) -> None:
    """Codes for paper go with the last thing that they stand in for."""
    if not (await store.of_person(user_id)).is_on:
        await store.replace_codes(user_id, [])


async def _new_codes(user_id: int) -> list[str]:
    codes = policy.new_backup_codes()
    await store.replace_codes(user_id, [digest(policy.plain(code)) for code in codes])
    return codes


async def _judge(unit: UnitOfWork, user_id: int, code: str, now: datetime) -> str:
    factor = await store.lock(user_id, now)
    if factor.locked_until is not None and factor.locked_until > now:
        return LOCKED
    step = None
    if factor.is_confirmed:
        step = policy.step_of(factor.secret, code, now, after=factor.last_step)
    if step is not None:
        await store.note_success(user_id, step)
        return ""
    if await store.use_code(user_id, digest(policy.plain(code)), now):
        await store.note_success(user_id, 0)
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.CODE_USED))
        return ""
    failures = factor.failures + 1
    await store.note_failure(user_id, failures, policy.locked_until(failures, now))
    if failures == policy.MOST_FAILURES:
        unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.LOCKED))
    return WRONG
