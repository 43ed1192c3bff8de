"""Profile: what somebody edits of themselves."""

from __future__ import annotations

import msgspec

from echo import addresses
from echo.kinds import AccountKind
from echo.models import Account
from echo.render import entities, featured_tag
from echo.render.own_account import typed_fields
from echo.store import hashtags

_encode = msgspec.json.Encoder().encode


async def one(owner: Account) -> bytes:
    """Texts as they were typed, beside how they are shown; pictures are null where none was chosen."""
    here = addresses.here()
    avatar = here.file(owner.avatar) if owner.avatar else None
    header = here.file(owner.header) if owner.header else None
    return _encode(
        entities.Profile(
            id=str(owner.id),
            display_name=owner.display_name,
            note=owner.note_source,
            fields=typed_fields(owner),
            formatted_note=owner.note,
            formatted_fields=[
                entities.Field(name=f["name"], value=f["value"], verified_at=f.get("verified_at"))
                for f in owner.fields_
            ],
            avatar=avatar,
            avatar_static=avatar,
            avatar_description=owner.avatar_description,
            header=header,
            header_static=header,
            header_description=owner.header_description,
            locked=owner.locked,
            bot=owner.kind == AccountKind.SERVICE,
            hide_collections=owner.hide_collections,
            discoverable=owner.discoverable,
            indexable=owner.indexable,
            show_media=owner.show_media,
            show_media_replies=owner.show_media_replies,
            show_featured=owner.show_featured,
            attribution_domains=owner.attribution_domains,
            featured_tags=featured_tag.many(await hashtags.featured(owner.id)),
        )
    )
