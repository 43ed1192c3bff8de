"""What is said live of what happened, and to whom: from events to messages of the bus."""

from __future__ import annotations

from echo import bus
from echo.bus import Live
from echo.events import (
    AccessEnded,
    Acted,
    AnnouncementChanged,
    AnnouncementReacted,
    AnnouncementRemoved,
    ChatChanged,
    ChatMarked,
    ConversationChanged,
    Event,
    FiltersChanged,
    ListRemoved,
    MessageHidden,
    Met,
    NoticesTakenBack,
    NotificationsMerged,
    Notified,
    OwnChanged,
    Related,
    RoomChanged,
    WishRefused,
)


def messages_of(event: Event) -> list[tuple[str, Live]]:
    """The messages, each with its channel; none for what has no word in `echo.effects`."""
    match event:
        case Notified():
            return _to(Live(event="notification", notification=event.notification_id), event.account_id)
        case RoomChanged():
            return _to(Live(event="room", room=event.room_id), *event.account_ids)
        case ListRemoved():
            return _to(Live(event="list_gone", list_id=event.list_id), event.account_id)
        case NoticesTakenBack():
            return _to(Live(event="notices"), event.account_id)
        case NotificationsMerged():
            return _to(Live(event="merged"), event.account_id)
        case ConversationChanged():
            return _to(Live(event="conversation", conversation=event.conversation_id), event.account_id)
        case ChatChanged():
            return _to(Live(event="chat", chat=event.chat_id, seq=event.seq), *event.account_ids)
        case ChatMarked():
            marks = Live(event="chat.marks", chat=event.chat_id, account=event.member_id)
            return _to(marks, *event.account_ids)
        case MessageHidden():
            return _to(Live(event="chat.hidden", chat=event.chat_id, seq=event.seq), event.account_id)
        case WishRefused():
            return _to(Live(event="chat.refused", wish=event.wish_id), event.account_id)
        case Acted():
            return _to(Live(event="acted", post=event.post_id), event.account_id)
        case Related():
            return _related(event)
        case OwnChanged():
            return _to(Live(event=event.what), event.account_id)
        case Met():
            met = Live(event="met", others=event.other_ids)
            return [
                *_to(met, event.account_id),
                *_to(Live(event="met", others=(event.account_id,)), *event.other_ids),
            ]
        case AnnouncementChanged():
            return _to_everybody("announcement", event.announcement_id)
        case AnnouncementReacted():
            return _to_everybody("announcement.reaction", event.announcement_id, event.name)
        case AnnouncementRemoved():
            return _to_everybody("announcement.delete", event.announcement_id)
        case FiltersChanged():
            return _to(Live(event="filters"), event.account_id)
        case AccessEnded():
            ended = Live(event="access", user=event.user_id, token=event.token_id)
            return [(bus.access_channel(), ended)]
        case _:
            return []


def _related(event: Related) -> list[tuple[str, Live]]:
    told = _to(Live(event="relation", account=event.other_id), event.account_id)
    if event.is_mutual:
        told += _to(Live(event="relation", account=event.account_id), event.other_id)
        told += messages_of(Met(local=True, account_id=event.account_id, other_ids=(event.other_id,)))
    return told


def _to(message: Live, *account_ids: int) -> list[tuple[str, Live]]:
    return [(bus.user_channel(account_id), message) for account_id in account_ids]


def _to_everybody(event: str, announcement_id: int, text: str = "") -> list[tuple[str, Live]]:
    return [(bus.everybody_channel(), Live(event=event, announcement=announcement_id, text=text))]
