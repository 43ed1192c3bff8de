"""The account of the caller, with what only they may see."""

from __future__ import annotations

import msgspec

from echo.models import Account, User
from echo.policy import preferences
from echo.render import account, entities
from echo.render.status_core import WIRE_VISIBILITY
from echo.store import roles, users

_encode = msgspec.json.Encoder().encode


async def one(owner: Account, user: User) -> bytes:
    """CredentialAccount: the account with `source` and `role`."""
    rendered = await account.one(owner.id)
    chosen = preferences.read(user.settings)
    source = entities.Source(
        privacy=WIRE_VISIBILITY[chosen.visibility],
        sensitive=chosen.sensitive,
        language=chosen.language,
        note=owner.note_source,
        fields=typed_fields(owner),
        follow_requests_count=await users.count_follow_requests(owner.id),
        hide_collections=owner.hide_collections,
        discoverable=owner.discoverable,
        indexable=owner.indexable,
        attribution_domains=owner.attribution_domains,
        quote_policy=chosen.quote_policy,
    )
    found = await roles.get(user.role_id)
    seat = await roles.seat(user.id)
    role = entities.Role(
        id=str(found.id),
        name=found.name,
        permissions=str(int(seat.permissions)),
        color=found.color,
        highlighted=found.highlighted,
    )
    return rendered[:-1] + b',"source":' + _encode(source) + b',"role":' + _encode(role) + b"}"


def typed_fields(owner: Account) -> list[entities.Field]:
    """The rows of a profile as they were typed."""
    return [
        entities.Field(name=f["name"], value=f.get("source") or "", verified_at=f.get("verified_at"))
        for f in owner.fields_
    ]
