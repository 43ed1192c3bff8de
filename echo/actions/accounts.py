"""Accounts: those of other servers as they describe themselves, and the profiles of people here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from echo import addresses, clock, db, ids
from echo.actions import owners, profile_texts, remote_media
from echo.actions import profile_links as links
from echo.actions.drafts import ProfileDraft, RemoteAccount
from echo.actions.logins import require_password
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid
from echo.events import AccessEnded, AccountChanged, AccountDeleted, LinksChanged, OwnChanged
from echo.kinds import AccountKind
from echo.models import Account, AccountStats, User
from echo.policy.standing import Standing, standing_of
from echo.store import accounts, remote_files, search_accounts, server_blocks, users


async def store_remote(draft: RemoteAccount) -> Account:
    """Store somebody of another server, or what has changed about them.

    The id is the truth: uri and host never change, and a handle that another account holds stays with it,
    unless that one has been gone for good.

    Returns: the stored account
    Raises:  Invalid when the draft claims an address of this server
    Source:  federation of handles as FEP-2c59 and Mastodon 4.6 have it
    """
    if addresses.here().is_ours(draft.uri):
        raise Invalid("A remote account cannot live here", detail=draft.uri)
    draft = await remote_media.only_taken(draft)
    async with db.unit_of_work() as unit:
        # Two tasks that meet the same stranger at once must not both insert.
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", draft.uri)
        known = await Account.get_or_none(uri=draft.uri)
        username, domain = await _free_handle(draft, known)
        values = _remote_values(draft)
        if known is None:
            account = await Account.create(
                id=ids.new_id(),
                uri=draft.uri,
                host=urlsplit(draft.uri).netloc.lower(),
                username=username,
                username_key=username.lower(),
                domain=domain,
                created_at=draft.created_at or clock.now(),
                **(values | _suspension(draft, None) | await _marks(draft.uri)),
            )
        else:
            account = known
            account.update_from_dict(
                values
                | _suspension(draft, known)
                | {
                    "username": username,
                    "username_key": username.lower(),
                    "domain": domain,
                    "version": known.version + 1,
                }
            )
            await account.save()
        await search_accounts.keep(account)
        await AccountStats.bulk_create([AccountStats(account_id=account.id)], ignore_conflicts=True)
        await remote_files.know([draft.avatar, draft.header])
        await remote_files.know((emoji.url for emoji in draft.emojis), are_emojis=True)
        unit.emit(AccountChanged(local=False, account_id=account.id))
    return account


async def receive_deletion(account: Account) -> None:
    """Somebody elsewhere is gone for good: nothing of them is shown from now on, a job erases the rows."""
    async with db.unit_of_work() as unit:
        await _mark_deleted(unit, account)


async def forget_inbox(account: Account) -> None:
    """Deliver nothing to somebody elsewhere until they name an inbox again: this one is gone for good."""
    async with db.unit_of_work():
        await Account.filter(id=account.id, inbox=account.inbox).update(inbox="")


async def release_handle(account_id: int) -> None:
    """Somebody elsewhere is not called any more as we call them: the handle is free for who has it now."""
    async with db.unit_of_work():
        account = await accounts.get_locked(account_id)
        if account.domain:
            await _release(account)


async def change_profile(account_id: int, draft: ProfileDraft) -> Account:
    """Change the profile of somebody here.

    Raises:  Invalid with `details` for texts that are too long
    """
    profile_texts.check(draft)
    note = await profile_texts.bio(draft.note) if draft.note is not None else None
    async with db.unit_of_work() as unit:
        account = await accounts.get_locked(account_id)
        changes: dict[str, object] = {
            name: value
            for name, value in {
                "display_name": draft.display_name,
                "note": note,
                "note_source": draft.note,
                "locked": draft.locked,
                "discoverable": draft.discoverable,
                "indexable": draft.indexable,
                "hide_collections": draft.hide_collections,
                "show_media": draft.show_media,
                "show_media_replies": draft.show_media_replies,
                "show_featured": draft.show_featured,
                "avatar": draft.avatar_key,
                "avatar_description": draft.avatar_description,
                "header": draft.header_key,
                "header_description": draft.header_description,
            }.items()
            if value is not None
        }
        if draft.bot is not None:
            changes["kind"] = (AccountKind.SERVICE if draft.bot else AccountKind.PERSON).value
        if draft.attribution_domains is not None:
            changes["attribution_domains"] = profile_texts.attribution_domains(draft.attribution_domains)
        if draft.fields is not None:
            changes["fields_"] = links.kept(account.fields_, profile_texts.fields(draft.fields))
        if changes.keys() & {"display_name", "note_source", "fields_"}:
            changes["emojis"] = await profile_texts.emojis(account, changes)
        changes = {name: value for name, value in changes.items() if getattr(account, name) != value}
        if changes:
            account.update_from_dict(changes | {"version": account.version + 1})
            await account.save()
            await search_accounts.keep(account)
            unit.emit(AccountChanged(local=True, account_id=account.id))
        if draft.fields is not None and links.waiting(account.fields_):
            # Also when they are as before: whoever saves again wants to have them looked at again.
            unit.emit(LinksChanged(local=True, account_id=account.id))
        if await _prefer(account_id, draft.settings) or changes:
            unit.emit(OwnChanged(local=True, account_id=account.id, what="profile"))
    return account


async def _prefer(account_id: int, chosen: Mapping[str, object]) -> bool:
    """Keep what somebody prefers; False when that is as before."""
    if not chosen:
        return False
    user = await accounts.user(account_id)
    settings = {**user.settings, **chosen}
    if settings == user.settings:
        return False
    user.settings = settings
    await user.save(update_fields=["settings"])
    return True


async def delete_oneself(user_id: int, password: str) -> None:
    """Somebody deletes their account for good.

    Raises:  Invalid for a wrong password, and for the last owner of the server; Forbidden while suspended
    """
    await require_password(user_id, password)
    standing = standing_of(await users.standing_row(user_id))
    if standing in (Standing.SUSPENDED, Standing.DISABLED):
        raise Forbidden
    async with db.unit_of_work():
        await owners.require_another(user_id)
        await delete_local(user_id)


async def delete_local(account_id: int) -> None:
    """Delete an account of this server for good. Its name stays taken, so that nobody can pose as it."""
    async with db.unit_of_work() as unit:
        account = await accounts.get_locked(account_id)
        await _mark_deleted(unit, account)
        await User.filter(id=account_id).update(disabled_at=clock.now())
        unit.emit(AccessEnded(local=True, user_id=account_id, token_id=None))


async def _mark_deleted(unit: UnitOfWork, account: Account) -> None:
    account.deleted_at = clock.now()
    account.version += 1
    await account.save(update_fields=["deleted_at", "version"])
    unit.emit(AccountDeleted(local=not account.domain, account_id=account.id))


async def _free_handle(draft: RemoteAccount, known: Account | None) -> tuple[str, str]:
    """The handle, if it is free or already theirs; else the one they had. Raises Invalid for a stranger."""
    domain = draft.domain.lower()
    holder = await Account.get_or_none(username_key=draft.username.lower(), domain=domain)
    if holder is None or holder.uri == draft.uri:
        return draft.username, domain
    if holder.deleted_at is not None:
        await _release(holder)
        return draft.username, domain
    if known is not None:
        return known.username, known.domain
    raise Invalid(
        "This handle belongs to another account", detail=f"{draft.uri} claims {draft.username}@{domain}"
    )


async def _release(holder: Account) -> None:
    """No name has a tilde in it, so this key is nobody's."""
    holder.username_key = f"{holder.username_key[:200]}~{holder.id}"
    await holder.save(update_fields=["username_key"])


async def _marks(uri: str) -> dict[str, Any]:
    """What blocks of its server make of a new account."""
    marks = await server_blocks.marks_for(urlsplit(uri).netloc)
    return {name: at for name, at in marks.items() if at is not None}


def _suspension(draft: RemoteAccount, known: Account | None) -> dict[str, Any]:
    """Its own server suspends an account, and lifts that. What moderators here did is their affair."""
    if draft.suspended and (known is None or known.suspended_at is None):
        return {"suspended_at": clock.now(), "suspended_elsewhere": True}
    if not draft.suspended and known is not None and known.suspended_elsewhere:
        return {"suspended_at": None, "suspended_elsewhere": False}
    return {}


def _remote_values(draft: RemoteAccount) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "url": draft.url,
        "display_name": draft.display_name,
        "note": draft.note,
        "fields_": [{"name": f.name, "value": f.value, "verified_at": None} for f in draft.fields],
        "emojis": [asdict(emoji) for emoji in draft.emojis],
        "locked": draft.locked,
        "discoverable": draft.discoverable,
        "indexable": draft.indexable,
        "hide_collections": draft.hide_collections,
        "attribution_domains": list(draft.attribution_domains),
        "memorial": draft.memorial,
        "accepts_chat": draft.accepts_chat,
        "accepts_groups": draft.accepts_groups,
        "avatar": draft.avatar,
        "avatar_description": draft.avatar_description,
        "header": draft.header,
        "header_description": draft.header_description,
        "inbox": draft.inbox,
        "shared_inbox": draft.shared_inbox,
        "outbox": draft.outbox,
        "followers_uri": draft.followers_uri,
        "following_uri": draft.following_uri,
        "featured_uri": draft.featured_uri,
        "moderators_uri": draft.moderators_uri,
        **({} if draft.moderators is None else {"moderators": list(draft.moderators)}),
        "also_known_as": list(draft.also_known_as),
        "moved_to_uri": draft.moved_to_uri,
        # A server that could not check who asked may leave them out (mastodon#39756): the known ones stay.
        **({"public_keys": [asdict(key) for key in draft.keys]} if draft.keys else {}),
        "fetched_at": clock.now(),
        "deleted_at": None,
    }
