"""Link previews."""

from __future__ import annotations

from datetime import datetime

import msgspec

from echo import addresses
from echo.render import times
from echo.render.entities import PreviewAuthor, PreviewCard


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `cards`, as JSON."""

    url: str
    kind: str
    title: str
    description: str
    language: str | None
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    embed_url: str
    html: str
    width: int
    height: int
    image_key: str
    image_description: str
    blurhash: str | None
    published_at: datetime | None


_decode = msgspec.json.Decoder(Row).decode


def one(document: str) -> PreviewCard:
    """The preview, from the JSON of its row."""
    row = _decode(document)
    authors = []
    if row.author_name or row.author_url:
        authors.append(PreviewAuthor(name=row.author_name, url=row.author_url, account=None))
    return PreviewCard(
        url=row.url,
        title=row.title,
        description=row.description,
        language=row.language,
        type=row.kind,
        author_name=row.author_name,
        author_url=row.author_url,
        provider_name=row.provider_name,
        provider_url=row.provider_url,
        html=row.html,
        width=row.width,
        height=row.height,
        image=addresses.here().file(row.image_key) if row.image_key else None,
        image_description=row.image_description,
        embed_url=row.embed_url,
        blurhash=row.blurhash,
        published_at=times.iso_or_none(row.published_at),
        authors=authors,
    )
