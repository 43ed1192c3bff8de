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


class Profile(entities.Entity, frozen=True, kw_only=True):
    """Oneself, for a form: texts as they were typed, and as others see them."""

    id: str
    display_name: str
    note: str
    fields: list[entities.Field]
    formatted_note: str
    formatted_fields: list[entities.Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[featured_tag.FeaturedTag]


async def one(owner: Account) -> bytes:
    """Texts as they were typed, beside how they are shown; pictures are null where none was chosen."""
    here = addresses.here()
    avatar = here.file(owner.avatar) if owner.avatar else None
    header = here.file(owner.header) if owner.header else None
    return _encode(
        Profile(
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
