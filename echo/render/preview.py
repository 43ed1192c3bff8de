"""Link previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from echo import addresses
from echo.render import account, times
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
    author_id: int | None
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


Accounts = Mapping[int, bytes]

_decode = msgspec.json.Decoder(Row).decode


async def authors_of(documents: Iterable[str | None]) -> Accounts:
    """The accounts that previews name as authors, by id: one statement, or none."""
    named = {author_id for text in documents if text and (author_id := _decode(text).author_id)}
    return await account.by_id(sorted(named)) if named else {}


def one(document: str, accounts: Accounts) -> PreviewCard:
    """The preview, from the JSON of its row and what `authors_of` found."""
    row = _decode(document)
    authors = []
    known = accounts.get(row.author_id or 0)
    if row.author_name or row.author_url or known is not None:
        shown = None if known is None else msgspec.Raw(known)
        url = row.author_url or ("" if known is None else msgspec.json.decode(known)["url"])
        authors.append(PreviewAuthor(name=row.author_name, url=url, account=shown))
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
