"""Reports, as moderators see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from echo.db import Row
from echo.policy.viewer import Viewer
from echo.render import admin_accounts, status, times
from echo.render.entities import Entity
from echo.store import reports

_encode = msgspec.json.Encoder().encode
_numbers = msgspec.json.Decoder(list[int])
_PEOPLE = {
    "account": "reporter_id",
    "target_account": "target_id",
    "assigned_account": "assigned_to_id",
    "action_taken_by_account": "resolved_by_id",
}


class AdminReportCore(Entity, frozen=True, kw_only=True):
    """A report without the accounts, posts and rules that it names."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str


async def many(
    viewer: Viewer, report_ids: Sequence[int], rules: Mapping[str, Any], *, with_login: bool
) -> list[bytes]:
    """Reports as JSON, in the order asked; those that name a deleted account are left out.

    Shapes:  rules: house rules by id, as clients see them; with_login: as of `admin_accounts.many`
    """
    rows = await reports.rows(report_ids)
    wanted = {row[column] for row in rows.values() for column in _PEOPLE.values()} - {None}
    people = await admin_accounts.by_id(wanted, with_login=with_login)
    posts = await status.reported(
        viewer, [i for row in rows.values() for i in _numbers.decode(row["post_ids"])]
    )
    found = [rows[report_id] for report_id in report_ids if report_id in rows]
    return [
        _one(row, people, posts, rules)
        for row in found
        if row["reporter_id"] in people and row["target_id"] in people
    ]


def _one(
    row: Row, people: Mapping[int, bytes], posts: Mapping[int, bytes], rules: Mapping[str, Any]
) -> bytes:
    core = AdminReportCore(
        id=str(row["id"]),
        action_taken=row["resolved_at"] is not None,
        action_taken_at=times.iso_or_none(row["resolved_at"]),
        category=row["category"],
        comment=row["comment"],
        forwarded=row["forwarded"],
        created_at=times.iso(row["created_at"]),
        updated_at=times.iso(row["updated_at"]),
    )
    named = [rules[one] for one in msgspec.json.decode(row["rule_ids"]) if one in rules]
    shown = [posts[number] for number in _numbers.decode(row["post_ids"]) if number in posts]
    parts = [_encode(core)[:-1]]
    parts += [
        b',"%b":%b' % (name.encode(), people.get(row[column] or 0, b"null"))
        for name, column in _PEOPLE.items()
    ]
    parts += [b',"statuses":[', b",".join(shown), b'],"rules":', _encode(named), b"}"]
    return b"".join(parts)
