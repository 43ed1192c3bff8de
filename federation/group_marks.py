"""How far members of a group of several Echos are: from their server to the group's, and on to the others."""

from __future__ import annotations

from activitypub import group_chats as wire
from activitypub.activities import Create
from activitypub.write.activity import embedded
from echo import addresses
from echo.store import accounts, chat_reads, chat_servers, chats
from federation import outbox, recipients
from federation.sending import hand_over
from federation.server_actor import ensure_server_actor


async def send_chat_marks(chat_id: int, member_id: int) -> None:
    """Tell how far somebody is now; said before, it is not said again."""
    chat, member = await chats.find_for_worker(chat_id), await accounts.find_any(member_id)
    found = [mark for mark in await chat_reads.marks([chat_id]) if mark.account_id == member_id]
    if chat is None or member is None or not found:
        return
    if chat.local:
        sender_id = await ensure_server_actor()
        inboxes = await chat_servers.other_inboxes(chat_id, member.host)
    else:
        sender_id, inboxes = member_id, [await chat_servers.inbox_at_home(chat_id)]
    if not any(inboxes):
        return
    actor, (mark,) = addresses.here().actor(sender_id), found
    thing = wire.GroupMarks(
        id=f"{actor}#marks/{chat_id}-{member_id}-{mark.delivered_seq}-{mark.read_seq}",
        chat=chat.uri,
        actor=member.uri,
        delivered_seq=mark.delivered_seq,
        read_seq=mark.read_seq,
    )
    activity = Create(
        id=f"{thing.id}/activity", actor=actor, object=embedded(wire.write_marks(thing)), to=(chat.uri,)
    )
    key = f"{chat.uri}#marks/{member_id}"
    await hand_over(outbox.outgoing(activity, sender_id, key=key), recipients.places(inboxes))
