"""The account of the caller, with what only they may see."""

from __future__ import annotations

import msgspec

from echo.kinds import Role
from echo.models import Account, User
from echo.policy import preferences
from echo.render import account, entities
from echo.render.status_core import WIRE_VISIBILITY
from echo.store import users

_encode = msgspec.json.Encoder().encode
# Permission bits as Mastodon numbers them: everybody may invite; a moderator sees reports, users and blocks.
_EVERYBODY = 65536
_MODERATOR = _EVERYBODY | 8 | 16 | 4 | 256 | 512 | 1024 | 1048576
_ADMINISTRATOR = 1
ROLES = {
    Role.USER: entities.Role(id="-99", name="", permissions=str(_EVERYBODY), color="", highlighted=False),
    Role.MODERATOR: entities.Role(
        id="1", name="Moderator", permissions=str(_MODERATOR), color="", highlighted=True
    ),
    Role.ADMIN: entities.Role(
        id="2", name="Admin", permissions=str(_ADMINISTRATOR), color="", highlighted=True
    ),
    Role.OWNER: entities.Role(
        id="3", name="Owner", permissions=str(_ADMINISTRATOR), color="", highlighted=True
    ),
}


async def one(owner: Account, user: User) -> bytes:
    """CredentialAccount: the account with `source` and `role`."""
    rendered = await account.one(owner.id)
    chosen = preferences.read(user.settings)
    source = entities.Source(
        privacy=WIRE_VISIBILITY[chosen.visibility],
        sensitive=chosen.sensitive,
        language=chosen.language,
        note=owner.note_source,
        fields=[
            entities.Field(name=f["name"], value=f.get("source") or "", verified_at=f.get("verified_at"))
            for f in owner.fields_
        ],
        follow_requests_count=await users.count_follow_requests(owner.id),
        hide_collections=owner.hide_collections,
        discoverable=owner.discoverable,
        indexable=owner.indexable,
        attribution_domains=[],
        quote_policy="public",
    )
    role = ROLES[Role(user.role)]
    return rendered[:-1] + b',"source":' + _encode(source) + b',"role":' + _encode(role) + b"}"
