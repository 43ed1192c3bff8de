"""Moving to another account: aliases, the move itself, and followers who go along.

Source:  ActivityPub Move as Mastodon has it: the new account names the old one among its aliases
"""

from __future__ import annotations

from datetime import timedelta

from echo import addresses, clock, db, ports
from echo.actions import blocks, follows, owners, staff
from echo.actions.logins import require_password
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import EchoError, Invalid
from echo.events import AccessEnded, AccountChanged, AccountMoved, Muted
from echo.kinds import FollowState
from echo.models import Account, Follow
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, moving, relations
from echo.text import handles

MOST_ALIASES = 20
# How soon an account may move again: followers are not to be driven round in circles.
COOLDOWN = timedelta(days=30)
BATCH = 100


async def add_alias(account_id: int, handle: str) -> None:
    """Name another account as one's own, so that it may move here.

    Raises:  Invalid when it is not found, is this very account, or there are too many
    """
    target = await _look_up(handle)
    async with db.unit_of_work() as unit:
        await _name(unit, account_id, target)


async def _name(unit: UnitOfWork, account_id: int, target: Account) -> None:
    if target.id == account_id:
        raise Invalid("This is the account itself.")
    account = await accounts.get_locked(account_id)
    if target.uri in account.also_known_as:
        return
    if len(account.also_known_as) >= MOST_ALIASES:
        raise Invalid(f"At most {MOST_ALIASES} aliases are kept.")
    account.also_known_as = [*account.also_known_as, target.uri]
    account.version += 1
    await account.save(update_fields=["also_known_as", "version"])
    unit.emit(AccountChanged(local=True, account_id=account_id))


async def remove_alias(account_id: int, uri: str) -> None:
    """Name it no more; nothing happens when it was not named."""
    async with db.unit_of_work() as unit:
        account = await accounts.get_locked(account_id)
        if uri not in account.also_known_as:
            return
        account.also_known_as = [other for other in account.also_known_as if other != uri]
        account.version += 1
        await account.save(update_fields=["also_known_as", "version"])
        unit.emit(AccountChanged(local=True, account_id=account_id))


async def move(account_id: int, password: str, handle: str) -> Account:
    """Go on as another account: followers go along, this one can do nothing any more.

    Returns: the new account
    Raises:  Invalid for a wrong password, for an account that does not name this one among its aliases, and
             for the last owner of this server
    """
    await require_password(account_id, password)
    target = await _target(handle)
    async with db.unit_of_work() as unit:
        await _move(unit, account_id, target)
    return target


async def move_by_staff(by: Staff, account_id: int, handle: str) -> Account:
    """The same for somebody who asked an operator: they cannot log in any more, say.

    Raises:  Invalid as `move`; Forbidden
    """
    target = await _target(handle)
    on = Target("account", account_id, (await accounts.get(account_id)).username)
    async with staff.acting(by, Deed.ACCOUNT_MOVE, on=on, details={"to": target.uri}) as unit:
        await _move(unit, account_id, target)
    return target


async def name_by_staff(by: Staff, account_id: int, other: str, *, is_alias: bool) -> None:
    """Name an account as somebody's own for them, or name it no more.

    Shapes:  other: name@domain; the address of the account when it is named no more
    Raises:  Invalid as `add_alias`; Forbidden, NotFound
    """
    on = Target("account", account_id, (await accounts.get(account_id)).username)
    told: dict[str, object] = {"alias": other, "named": is_alias}
    # Before the unit of work: another server may be asked.
    target = await _look_up(other) if is_alias else None
    async with staff.acting(by, Deed.ACCOUNT_ALIAS, on=on, details=told) as unit:
        if target is not None:
            await _name(unit, account_id, target)
        else:
            await remove_alias(account_id, other)


async def _target(handle: str) -> Account:
    """The new account as it is now. Raises Invalid."""
    target = await _look_up(handle)
    if not target.host:
        return target
    await ports.directory().refresh_account(target.id)
    return await accounts.get(target.id)


async def _move(unit: UnitOfWork, account_id: int, target: Account) -> None:
    account = await accounts.get_locked(account_id)
    _check_target(account, target)
    if account.moved_at is not None and account.moved_at > clock.now() - COOLDOWN:
        raise Invalid(f"You have moved already in the last {COOLDOWN.days} days.")
    await owners.require_another(account_id)
    await _leave(account, target)
    unit.emit(AccountMoved(local=True, account_id=account_id, target_id=target.id))
    unit.emit(AccessEnded(local=True, user_id=account_id, token_id=None))


async def come_back(account_id: int) -> None:
    """Use an account again that was moved away from; followers do not come back."""
    async with db.unit_of_work() as unit:
        account = await accounts.get_locked(account_id)
        if not account.moved_to_uri:
            return
        account.moved_to_uri = ""
        account.version += 1
        await account.save(update_fields=["moved_to_uri", "version"])
        unit.emit(AccountChanged(local=True, account_id=account_id))


async def receive(account: Account, target: Account) -> bool:
    """Somebody elsewhere moves; the caller has seen that both accounts say so.

    Returns: False when they moved a short while ago, or this very move is known
    """
    async with db.unit_of_work() as unit:
        known = await accounts.get_locked(account.id)
        if known.moved_at is not None and known.moved_at > clock.now() - COOLDOWN:
            return False
        await _leave(known, target)
        unit.emit(AccountMoved(local=False, account_id=known.id, target_id=target.id))
    return True


async def take_along(account_id: int, target_id: int) -> bool:
    """Have people here follow the new account in place of the old; notes, mutes and blocks go along.

    Returns: whether everybody was taken along; a batch at a time. Done twice, nothing is left to do
    """
    async with db.unit_of_work() as unit:
        await moving.copy_notes(account_id, target_id)
        for muter_id in await moving.copy_mutes(account_id, target_id):
            unit.emit(Muted(local=True, muter_id=muter_id, muted_id=target_id))
    blockers = await moving.blockers_left(account_id, target_id, BATCH)
    for blocker_id in blockers:
        await blocks.block(blocker_id, target_id)
    followers = await moving.followers_left(account_id, target_id, BATCH)
    for known in followers:
        await _follow_instead(known, target_id)
    return len(blockers) < BATCH and len(followers) < BATCH


async def _follow_instead(known: Follow, target_id: int) -> None:
    """One person: follow the new account as they did the old. Where they may not, only the old one ends."""
    async with db.unit_of_work() as unit:
        if await relations.find_follow(known.follower_id, target_id) is None:
            await _follow_likewise(known, target_id)
        if await relations.find_follow(known.follower_id, target_id) is not None:
            await moving.copy_lists(known.follower_id, known.followee_id, target_id)
        await follows.end(unit, known, local=True)


async def _follow_likewise(known: Follow, target_id: int) -> None:
    try:
        made = await follows.follow(
            known.follower_id,
            target_id,
            boosts=known.boosts,
            notify=known.notify,
            languages=known.languages,
        )
        target = await accounts.get(target_id)
    except EchoError:
        return
    if known.state == FollowState.ACCEPTED and made.state == FollowState.REQUESTED and not target.host:
        # They were let in by the same person before.
        await follows.accept(target_id, known.follower_id)


async def _leave(account: Account, target: Account) -> None:
    account.moved_to_uri = target.uri
    account.moved_at = clock.now()
    account.version += 1
    await account.save(update_fields=["moved_to_uri", "moved_at", "version"])


def _check_target(account: Account, target: Account) -> None:
    if target.id == account.id:
        raise Invalid("This is the account itself.")
    if target.suspended_at is not None or target.deleted_at is not None:
        raise Invalid("This account cannot be moved to.")
    if account.uri not in target.also_known_as:
        raise Invalid("The new account does not name this one as an alias yet.")
    if target.moved_to_uri:
        raise Invalid("The new account has moved itself.")


async def _look_up(handle: str) -> Account:
    """Somebody here or elsewhere, by name@domain. Raises Invalid."""
    name, domain = handles.split(handle)
    if not domain or addresses.here().is_handle_host(domain):
        found = await accounts.find_by_handle(name)
    else:
        account_id = await ports.directory().account_by_handle(name, domain)
        found = None if account_id is None else await accounts.find(account_id)
    if found is None:
        raise Invalid("There is no such account.")
    return found
