"""What those who are in a live room are told of it."""

from __future__ import annotations

from collections.abc import Sequence

from echo.render import room


async def render(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    """The room for each of these people; who was sent out is told that alone, strangers nothing."""
    return await room.for_each(account_ids, ids[0])
