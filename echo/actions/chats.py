"""Messages of chats, as Pleroma has them: here they are direct posts, there they go on as what they are."""

from __future__ import annotations

from collections.abc import Sequence

from echo.actions.posting import NewPost
from echo.kinds import Visibility
from echo.models import Mention, Post


async def goes_on(new: NewPost, parent: Post, mentioned_ids: Sequence[int]) -> bool:
    """Whether a post of somebody here is the next message of a chat: a direct one, to the other alone.

    Files beyond the first have no place there, nor has a warning.
    """
    if not parent.chat or new.visibility != Visibility.DIRECT or new.local_only or new.quote is not None:
        return False
    if len(new.media_ids) > 1 or len(mentioned_ids) != 1 or new.silent_ids:
        return False
    if parent.author_id == mentioned_ids[0]:
        return True
    # One's own message, of which the other is the only reader.
    return await Mention.exists(post_id=parent.id, account_id=mentioned_ids[0])
