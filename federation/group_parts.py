"""What events, wishes and marks of groups of several Echos are made of."""

from __future__ import annotations

from collections.abc import Sequence

from activitypub.objects import Attachment
from echo.errors import NotFound
from echo.models import Media
from echo.store import accounts
from federation import resolve
from federation.translate import posts


async def attachments(media_ids: Sequence[int]) -> tuple[Attachment, ...]:
    """Files of a message, in their order, as other servers read them."""
    rows = {row.id: row for row in await Media.filter(id__in=list(media_ids))} if media_ids else {}
    return tuple(posts.attachment(rows[number]) for number in media_ids if number in rows)


async def account(uri: str) -> int:
    """Raises NotFound; FederationError when another server has to be asked and does not help."""
    known = await accounts.find_by_uri(uri)
    if known is not None:
        return int(known.id)
    return int((await resolve.account(uri)).id)


async def uri_of(account_id: int) -> str:
    """The address of an account. Raises NotFound."""
    account = await accounts.find_any(account_id)
    if account is None:
        raise NotFound
    return str(account.uri)
