"""Accounts, as moderators see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from echo.db import Row
from echo.render import account, times
from echo.render.entities import Entity, Role
from echo.store import staff_accounts

_encode = msgspec.json.Encoder().encode


class AdminIp(Entity, frozen=True, kw_only=True):
    ip: str
    used_at: str


class AdminAccountCore(Entity, frozen=True, kw_only=True):
    """What moderators see besides the account itself. Of people elsewhere no login is known."""

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    ips: list[AdminIp]
    locale: str | None
    invite_request: str | None
    role: Role | None
    confirmed: bool | None
    approved: bool | None
    disabled: bool | None
    silenced: bool
    suspended: bool
    sensitized: bool
    created_by_application_id: str | UnsetType = UNSET
    invited_by_account_id: str | UnsetType = UNSET


async def many(account_ids: Sequence[int], *, with_login: bool) -> list[bytes]:
    """Accounts as JSON, in the order asked; deleted ones are left out.

    Shapes:  with_login: tell e-mail and IP addresses, which are for those alone who manage users
    """
    found = await by_id(account_ids, with_login=with_login)
    return [found[account_id] for account_id in account_ids if account_id in found]


async def by_id(account_ids: Collection[int], *, with_login: bool) -> dict[int, bytes]:
    """The same, by id."""
    wanted = sorted(set(account_ids))
    rows, people = await staff_accounts.rows(wanted), await account.by_id(wanted)
    return {
        number: _encode(_core(row, with_login=with_login))[:-1] + b',"account":' + people[number] + b"}"
        for number, row in rows.items()
        if number in people
    }


def _core(row: Row, *, with_login: bool) -> AdminAccountCore:
    addresses = _addresses(row) if with_login else []
    return AdminAccountCore(
        id=str(row["id"]),
        username=row["username"],
        domain=row["domain"] or None,
        created_at=times.iso(row["created_at"]),
        email=row["email"] if with_login else None,
        ip=addresses[0].ip if addresses else None,
        ips=addresses,
        locale=row["locale"],
        invite_request=row["reason"] or None,
        role=_role(row),
        confirmed=_of_login(row, "confirmed_at"),
        approved=_of_login(row, "approved_at"),
        disabled=_of_login(row, "disabled_at"),
        silenced=row["silenced_at"] is not None,
        suspended=row["suspended_at"] is not None,
        sensitized=row["sensitized_at"] is not None,
        created_by_application_id=_text(row["created_by_app_id"]),
        invited_by_account_id=_text(row["invited_by_id"]),
    )


def _of_login(row: Row, moment: str) -> bool | None:
    """Whether that has happened to the login; None where there is none: of people elsewhere, as Mastodon."""
    return row[moment] is not None if row["is_here"] else None


_ips = msgspec.json.Decoder(list[AdminIp] | None)


def _addresses(row: Row) -> list[AdminIp]:
    return _ips.decode(row["addresses"] or "null") or []


def _role(row: Row) -> Role | None:
    if not row["is_here"]:
        return None
    return Role(
        id=str(row["role_id"]),
        name=row["role_name"],
        permissions=str(row["permissions"]),
        color=row["role_color"],
        highlighted=row["role_highlighted"],
    )


def _text(number: int | None) -> str | UnsetType:
    return UNSET if number is None else str(number)
