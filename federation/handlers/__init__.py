"""What each activity does here: one file for each, one table. What is not in it has no effect.

A handler gets an activity that `federation.judge` found nothing against, and the stored actor who signed it.
It calls `echo.actions` and returns why there was no effect, or `Reason.EFFECT`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from echo.models import Account
from federation.handlers import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    dislike,
    flag,
    follow,
    interactionrequest,
    like,
    move,
    quoterequest,
    reject,
    remove,
    undo,
    update,
)
from federation.reasons import Reason

Handler = Callable[[Any, Account], Awaitable[Reason]]

HANDLERS: Mapping[str, Handler] = {
    "Accept": accept.handle,
    "Add": add.handle,
    "Announce": announce.handle,
    "AnnounceRequest": interactionrequest.handle,
    "Block": block.handle,
    "Create": create.handle,
    "Delete": delete.handle,
    "Dislike": dislike.handle,
    "EmojiReact": like.handle,
    "Flag": flag.handle,
    "Follow": follow.handle,
    "Like": like.handle,
    "LikeRequest": interactionrequest.handle,
    "Move": move.handle,
    "QuoteRequest": quoterequest.handle,
    "Reject": reject.handle,
    "Remove": remove.handle,
    "ReplyRequest": interactionrequest.handle,
    "Undo": undo.handle,
    "Update": update.handle,
}
