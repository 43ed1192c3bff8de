"""Who may write to somebody, and what others see of them in chats."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import chat_marks
from echo.http.access import page
from echo.kinds_of_chats import ChatWriters
from echo.store import chats
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_chat", __name__)
PATH = "/settings/chat"
WRITERS = {
    ChatWriters.EVERYONE: "Everybody",
    ChatWriters.FOLLOWED: "People whom I follow",
    ChatWriters.FOLLOWERS: "People who follow me",
    ChatWriters.MUTUALS: "People who do both",
    ChatWriters.NOBODY: "Nobody",
}
# Columns of `ChatPreference`, in the words of the page.
SHARED = {
    "share_read": "How far I have read",
    "share_typing": "That I am typing",
    "share_presence": "That I am here",
    "share_last_seen": "When I was here last",
}


@blueprint.get(PATH)
@page
@member()
async def show_chat() -> Response:
    """The choices."""
    known = await chats.preference(me().user_id)
    return await show_page(
        "settings/chat.html",
        "Chat",
        known=known,
        writers=WRITERS,
        shared=[(name, title, getattr(known, name)) for name, title in SHARED.items()],
    )


@blueprint.post(PATH)
@page
@member()
async def choose() -> Response:
    """Keep them."""
    form = given()
    wanted = form.text("who_may_write", "")
    choices = {name: form.boolean(name, default=False) for name in (*SHARED, "ask_first", "invisible")}
    writers = ChatWriters(wanted) if wanted in set(ChatWriters) else None
    await chat_marks.prefer(me().user_id, who_may_write=writers, **choices)
    return done(PATH, "kept")
