"""Accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from echo import addresses
from echo.db import Row
from echo.kinds import AccountKind
from echo.policy import collections
from echo.render import entities, role, times
from echo.render.versioned import VersionedCache
from echo.store import status_rows

_encode = msgspec.json.Encoder().encode
# The base address is part of the key: several servers may share a process in tests.
_cores: VersionedCache[tuple[str, int, int]] = VersionedCache(4 * 1024 * 1024)


async def many(account_ids: Sequence[int]) -> list[bytes]:
    """Accounts as JSON, in the order asked; unknown and deleted ones are left out."""
    rendered = await by_id(account_ids)
    return [rendered[account_id] for account_id in account_ids if account_id in rendered]


async def by_id(account_ids: Sequence[int]) -> dict[int, bytes]:
    """The same, by id: one statement for what moves, and one more for those that are not cached."""
    rows = await status_rows.account_counters(account_ids)
    cores = await cores_of((row["id"], row["version"]) for row in rows)
    return {row["id"]: with_counters(cores[row["id"]], row) for row in rows if row["id"] in cores}


async def one(account_id: int) -> bytes:
    """One account as JSON; the caller has made sure that it exists."""
    rendered = await many([account_id])
    return rendered[0]


async def cores_of(wanted: Iterable[tuple[int, int]]) -> dict[int, bytes]:
    """The standing halves of accounts, given as (id, version); rows are read only for those not cached."""
    base = addresses.here().base
    cores: dict[int, bytes] = {}
    missing: list[int] = []
    for account_id, version in set(wanted):
        cached = _cores.get((base, account_id, version))
        if cached is None:
            missing.append(account_id)
        else:
            cores[account_id] = cached
    rows = await status_rows.account_rows(missing)
    moved = await _moved(rows.values())
    for account_id, row in rows.items():
        cores[account_id] = core(row, moved.get(row["moved_to_id"]))
    return cores


def with_counters(standing: bytes, row: Row) -> bytes:
    """The whole account: the standing half and today's counters (columns as in `status_rows`)."""
    day = f'"{row["last_post_on"].isoformat()}"' if row["last_post_on"] else "null"
    return (
        standing[:-1]
        + (
            f',"followers_count":{row["followers"]},"following_count":{row["following"]}'
            f',"statuses_count":{row["posts"]},"last_status_at":{day}}}'
        ).encode()
    )


async def _moved(rows: Iterable[Row]) -> dict[int | None, bytes]:
    """The accounts to which some of these have moved; what these say of a move themselves is left out."""
    wanted = [row["moved_to_id"] for row in rows if row["moved_to_id"] is not None]
    if not wanted:
        return {}
    found = await status_rows.account_rows(wanted)
    return {i: with_counters(_encode(_core(row, None)), row) for i, row in found.items()}


def core(row: Row, moved: bytes | None = None) -> bytes:
    """The standing half of an account, as a JSON object.

    Shapes:  moved: the account it has moved to; then nothing is kept, because the other may change
    """
    if moved is not None:
        return _encode(_core(row, moved))
    key = (addresses.here().base, row["id"], row["version"])
    cached = _cores.get(key)
    if cached is None:
        cached = _encode(_core(row, None))
        if not row["moved_to_uri"]:
            _cores.put(key, cached)
    return cached


def acct(username: str, domain: str) -> str:
    """The handle as clients see it: without a domain for people here."""
    return f"{username}@{domain}" if domain else username


def emojis(rows: Sequence[dict[str, Any]]) -> list[entities.CustomEmoji]:
    """Custom emojis as they are stored with accounts and posts."""
    file = addresses.here().file
    return [
        entities.CustomEmoji(
            shortcode=row["shortcode"],
            url=file(row["url"]),
            static_url=file(row.get("static_url") or row["url"]),
        )
        for row in rows
    ]


def _core(row: Row, moved: bytes | None) -> entities.AccountCore:
    here = addresses.here()
    blanked = row["suspended_at"] is not None
    avatar = here.file(row["avatar"]) if row["avatar"] and not blanked else here.missing_avatar
    header = here.file(row["header"]) if row["header"] and not blanked else here.missing_header
    common: dict[str, Any] = {
        "id": str(row["id"]),
        "username": row["username"],
        "acct": acct(row["username"], row["domain"]),
        "display_name": "" if blanked else row["display_name"],
        "locked": row["locked"],
        "bot": row["kind"] in (AccountKind.SERVICE, AccountKind.APPLICATION),
        "group": row["kind"] == AccountKind.GROUP,
        "discoverable": row["discoverable"],
        "indexable": row["indexable"],
        "created_at": times.midnight(row["created_at"]),
        "note": "" if blanked else row["note"],
        "url": row["url"] or row["uri"],
        "uri": row["uri"],
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "" if blanked else row["avatar_description"],
        "header": header,
        "header_static": header,
        "header_description": "" if blanked else row["header_description"],
        "hide_collections": row["hide_collections"],
        "show_media": row["show_media"],
        "show_media_replies": row["show_media_replies"],
        "show_featured": row["show_featured"],
        "feature_approval": _feature_approval(row),
        "emojis": [] if blanked else emojis(msgspec.json.decode(row["emojis"])),
        "fields": [] if blanked else _fields(row),
    }
    if blanked:
        common["suspended"] = True
    elif row["silenced_at"] is not None:
        common["limited"] = True
    if row["memorial"]:
        common["memorial"] = True
    if moved is not None:
        common["moved"] = msgspec.Raw(moved)
    if not row["domain"]:
        common["noindex"] = not row["indexable"]
        common["roles"] = [] if blanked else role.shown(row)
    return entities.AccountCore(**common)


def _feature_approval(row: Row) -> entities.FeatureApproval:
    """Who may put somebody into a collection. The same for every viewer: nobody can without a log-in."""
    local, wishes = not row["domain"], row["discoverable"]
    allowed = collections.featured_by(is_local=local, discoverable=wishes, locked=row["locked"])
    return entities.FeatureApproval(
        automatic=allowed, manual=[], current_user="automatic" if allowed else "denied"
    )


def _fields(row: Row) -> list[entities.Field]:
    return [
        entities.Field(name=f["name"], value=f["value"], verified_at=f.get("verified_at"))
        for f in msgspec.json.decode(row["fields"])
    ]
