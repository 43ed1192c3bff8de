"""From a message of the bus to the connections that hear it: rendered once for each pair of eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from echo.bus import Live
from echo.policy.viewer import Viewer
from echo.render import announcement, conversation, notification, status
from echo.store import announcements, conversations, list_timelines, live, notifications
from echo.streaming import topics
from echo.streaming.frames import Told
from echo.streaming.outlet import Outlet
from echo.streaming.registry import Registry, user_ids
from echo.streaming.topics import Label, Topic

# The words of the bus in those of clients.
_NAMES = {"update": "update", "edit": "status.update", "delete": "delete"}


@dataclass(slots=True)
class Happening:
    """A message, with all the people to whom it came at the same time; with nobody if it is public."""

    message: Live
    account_ids: list[int] = field(default_factory=list)


def gather(messages: Sequence[tuple[int, Live]]) -> list[Happening]:
    """Messages that say the same to many people become one, at the place of the first: a post to a thousand
    followers is then rendered in one go.

    Shapes:  messages: (account id, or 0 when public; message), oldest first
    """
    gathered: dict[tuple[bool, Live], Happening] = {}
    for account_id, message in messages:
        happening = gathered.setdefault((account_id == 0, message), Happening(message))
        if account_id:
            happening.account_ids.append(account_id)
    return list(gathered.values())


class Teller:
    """Renders what happened for those who listen, and tells them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def tell(self, happening: Happening) -> None:
        """Tell everyone concerned. What has vanished meanwhile is told to nobody."""
        message = happening.message
        if message.event.startswith("announcement"):
            await self._tell_announcement(message)
        elif not happening.account_ids:
            await self._tell_public(message)
        elif message.event == "notification":
            for account_id in happening.account_ids:
                await self._tell_notification(account_id, message.notification)
        elif message.event == "signal":
            for account_id in happening.account_ids:
                self._signal(account_id, message)
        elif message.event == "merged":
            for account_id in happening.account_ids:
                _tell(
                    list(self._personal(account_id, about_notification=True)),
                    Told("notifications_merged", b"1"),
                )
        elif message.event == "conversation":
            for account_id in happening.account_ids:
                await self._tell_conversation(account_id, message.conversation)
        elif message.event == "filters":
            self._tell_each(happening.account_ids, Told("filters_changed"))
        elif message.event == "delete":
            told = Told("delete", b"%d" % message.post)
            self._tell_each(happening.account_ids, told, list_id=message.list_id)
        elif message.event in _NAMES:
            await self._tell_post(happening.account_ids, message)

    def _signal(self, account_id: int, message: Live) -> None:
        """Signals reach only sockets that said hello."""
        for outlet in self._registry.listeners(topics.own_topic(account_id)):
            outlet.signal(message)

    async def _tell_post(self, account_ids: Iterable[int], message: Live) -> None:
        list_id = message.list_id
        listening = [i for i in account_ids if any(True for _ in self._personal(i, list_id=list_id))]
        if not listening or (list_id and not await list_timelines.holds(list_id, message.post)):
            return
        for account_id, post in (await status.for_each(listening, message.post)).items():
            self._tell_each((account_id,), Told(_NAMES[message.event], post), list_id=list_id)

    async def _tell_notification(self, account_id: int, notification_id: int) -> None:
        listening = list(self._personal(account_id, about_notification=True))
        if not listening:
            return
        row = await notifications.find(account_id, notification_id)
        rendered = await notification.many(Viewer(account_id), [row]) if row is not None else []
        for document in rendered:
            _tell(listening, Told("notification", document))

    async def _tell_conversation(self, account_id: int, conversation_id: int) -> None:
        listening = list(self._registry.listeners(Topic("direct", account_id)).items())
        if not listening:
            return
        row = await conversations.find(account_id, conversation_id)
        rendered = await conversation.many(Viewer(account_id), [row]) if row is not None else []
        for document in rendered:
            _tell(listening, Told("conversation", document))

    async def _tell_announcement(self, message: Live) -> None:
        """Everybody hears the same; what somebody did with it themselves, their apps know or ask for."""
        listening = self._registry.of_stream("user")
        if not listening:
            return
        number = message.announcement
        if message.event == "announcement.delete":
            _tell(listening, Told(message.event, b"%d" % number))
        elif message.event == "announcement.reaction":
            counted = await announcements.reaction(number, message.text)
            if counted is not None:
                _tell(listening, Told(message.event, announcement.reaction(number, counted)))
        else:
            row = await announcements.find_published(None, number)
            if row is not None:
                _tell(listening, Told(message.event, announcement.many([row], signed_in=False)[0]))

    async def _tell_public(self, message: Live) -> None:
        concerned = [
            (outlet, label, topic)
            for topic in topics.public(message)
            for outlet, label in self._registry.listeners(topic).items()
        ]
        if not concerned or message.event not in _NAMES:
            return
        if message.event == "delete":
            _tell(_without_topic(concerned), Told("delete", b"%d" % message.post))
            return
        audience = await live.audience(message.post, user_ids(outlet for outlet, _, _ in concerned))
        if audience is None:
            return
        rendered = await status.in_public(message.post, audience.filters_versions)
        if rendered is None:
            return
        name = _NAMES[message.event]
        common = Told(name, rendered.with_filtered(0))
        own = {user_id: Told(name, rendered.with_filtered(user_id)) for user_id in rendered.filtered}
        for outlet, label, topic in concerned:
            user_id = outlet.access.user_id
            is_kept_out = audience.is_silenced and topic.stream.startswith("public")
            if user_id not in audience.unwilling and not is_kept_out:
                outlet.tell(own.get(user_id or 0, common), label)

    def _tell_each(self, account_ids: Iterable[int], told: Told, *, list_id: int = 0) -> None:
        for account_id in account_ids:
            _tell(list(self._personal(account_id, list_id=list_id)), told)

    def _personal(
        self, account_id: int, *, about_notification: bool = False, list_id: int = 0
    ) -> Iterable[tuple[Outlet, Label]]:
        for topic in topics.personal(account_id, about_notification=about_notification, list_id=list_id):
            yield from self._registry.listeners(topic).items()


def _without_topic(concerned: Iterable[tuple[Outlet, Label, Topic]]) -> list[tuple[Outlet, Label]]:
    return [(outlet, label) for outlet, label, _ in concerned]


def _tell(listening: Iterable[tuple[Outlet, Label]], told: Told) -> None:
    for outlet, label in listening:
        outlet.tell(told, label)
