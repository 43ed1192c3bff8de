"""Telling other servers, and asking them: each job names what happened, `federation` says it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from echo.runtime import Runtime
from federation import (
    followers,
    group_chats,
    group_marks,
    group_wishes,
    links_back,
    permission_sending,
    profile_sending,
    quote_sending,
    reaction_sending,
    relaying,
    sending,
)

Job = Callable[..., Awaitable[None]]


def _job(send: Job) -> Job:
    @wraps(send)
    async def run(_: Runtime, **arguments: object) -> None:
        await send(**arguments)

    return run


JOBS: dict[str, Job] = {
    f"federation.{send.__name__}": _job(send)
    for send in (
        sending.send_post,
        sending.send_edit,
        sending.send_counts,
        sending.send_votes,
        sending.send_delete,
        sending.send_like,
        sending.send_unlike,
        reaction_sending.send_reaction,
        reaction_sending.send_unreaction,
        permission_sending.send_interaction_answer,
        profile_sending.send_featured_tag,
        profile_sending.send_unfeatured_tag,
        group_chats.send_chat_event,
        group_chats.compare_chat,
        group_marks.send_chat_marks,
        group_wishes.send_chat_wish,
        sending.send_follow,
        sending.send_unfollow,
        sending.send_accept,
        sending.send_reject,
        sending.send_block,
        sending.send_unblock,
        sending.send_profile,
        sending.send_goodbye,
        sending.send_move,
        links_back.verify_links,
        followers.mend_followers,
        quote_sending.send_pin,
        quote_sending.send_unpin,
        quote_sending.send_quote_request,
        quote_sending.send_quote_answer,
        quote_sending.send_quote_end,
        sending.send_report,
        relaying.send_relay_follow,
        relaying.send_relay_accept,
        relaying.send_relay_undo,
    )
}
