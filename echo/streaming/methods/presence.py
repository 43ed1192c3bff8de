"""Whether people are here."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from echo.actions import presence as actions
from echo.policy.access import Access
from echo.render import presence as rendering
from echo.store import presence
from echo.streaming import attendance
from echo.streaming.methods.method import ListedId, Method, listed_ids, session


class SetParams(Struct, frozen=True, kw_only=True):
    """Shapes:  session_id: of `echo:welcome`"""

    session_id: Annotated[str, Meta(max_length=64)]
    state: Literal["online", "idle", "invisible", "visible"]


class GetParams(Struct, frozen=True, kw_only=True):
    account_ids: Annotated[tuple[ListedId, ...], Meta(max_length=100)]


async def set_state(access: Access, asked: SetParams) -> object:
    """Say whether somebody looks, as apps do by themselves, or whether one wants to be seen."""
    account_id = access.user_id or 0
    if asked.state in ("invisible", "visible"):
        await actions.set_invisible(account_id, invisible=asked.state == "invisible")
    else:
        await presence.set_idle(account_id, asked.session_id, idle=asked.state == "idle")
    await attendance.tell([account_id])
    return None


async def get(access: Access, asked: GetParams) -> object:
    """Of these people, those whose presence one may see."""
    numbers = listed_ids(asked.account_ids)
    found = await presence.seen(access.viewer, numbers)
    asking = session.get()
    for one in found:
        if asking is not None:
            asking.learns(one.account_id, one.state)
    return [rendering.one(one) for one in found]


METHODS = {
    "presence.set": Method(SetParams, "write:chats", set_state),
    "presence.get": Method(GetParams, "read:chats", get),
}
