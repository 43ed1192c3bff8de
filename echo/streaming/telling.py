"""From a message of the bus to the connections that hear it: rendered once for each pair of eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.json import Decoder, encode

from echo.bus import Live
from echo.policy.presence import Presence
from echo.policy.scopes import covers
from echo.policy.viewer import Viewer
from echo.render import announcement, pleroma_chat, status
from echo.render import presence as rendering
from echo.store import announcements, list_timelines, live, presence
from echo.store.live import Audience
from echo.store.presence import Seen
from echo.streaming import topics
from echo.streaming.frames import Told
from echo.streaming.kinds import KINDS
from echo.streaming.outlet import Ending, Outlet
from echo.streaming.registry import Registry, user_ids
from echo.streaming.signals import HEARD
from echo.streaming.topics import Label, Topic

# What is said of public posts, in the words of clients.
_POSTS = {"update": "update", "edit": "status.update"}
# What Mastodon says where there is nothing to say.
_BARE = {"merged": b"1", "filters": None}


class _Told(Struct, frozen=True):
    """What a signal says of somebody."""

    account_id: str
    state: Presence


_read_presence = Decoder(_Told).decode


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


# Whom an event is told, and in which words.
Telling = list[tuple[Outlet, Label, Told]]


def side_by_side(happenings: Sequence[Happening], at_most: int) -> Iterable[list[Happening]]:
    """Public posts in a row together, to be looked up at the same time; everything else alone."""
    some: list[Happening] = []
    for happening in happenings:
        if some and (len(some) == at_most or not (is_public_post(happening) and is_public_post(some[0]))):
            yield some
            some = []
        some.append(happening)
    if some:
        yield some


def is_public_post(happening: Happening) -> bool:
    """Whether it is a post, new or edited, that everybody may read."""
    return not happening.account_ids and happening.message.event in _POSTS


def _is_news(outlet: Outlet, told: _Told) -> bool:
    """Whether a client may not know it. That somebody is away is said again: it may have asked over HTTP."""
    is_new = outlet.session is not None and outlet.session.learns(int(told.account_id), told.state)
    return is_new or told.state is Presence.OFFLINE


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
        elif message.event == "signal":
            for account_id in happening.account_ids:
                self._signal(account_id, message)
        elif message.event == "met":
            for account_id in happening.account_ids:
                await self._introduce(account_id, message)
        elif message.event == "replaced":
            for account_id in happening.account_ids:
                self._end_replaced(account_id, message.session)
        elif message.event == "chat":
            await self._tell_pleroma_chat(happening.account_ids, message)
        elif message.event in KINDS and KINDS[message.event].is_mastodon:
            await self._tell_people(happening.account_ids, message)

    def _signal(self, account_id: int, message: Live) -> None:
        """Signals reach only sockets that said hello, and whose token may hear them."""
        scope = HEARD.get(message.text)
        for outlet in self._registry.listeners(topics.own_topic(account_id)):
            if scope is not None and not covers(outlet.access.scopes, scope):
                continue
            if message.text != "presence" or _is_news(outlet, _read_presence(message.body)):
                outlet.signal(message)

    async def _introduce(self, account_id: int, message: Live) -> None:
        """Tell somebody of others whom they may see now, and that those are gone whom they may not see.

        Of who was not told to be here nothing is taken away: a stranger would learn that they are.
        """
        listening = [
            outlet
            for outlet in self._registry.listeners(topics.own_topic(account_id))
            if outlet.session is not None and covers(outlet.access.scopes, HEARD["presence"])
        ]
        if not listening:
            return
        seen = {one.account_id: one for one in await presence.seen(Viewer(account_id), message.others)}
        for outlet in listening:
            for other_id in message.others:
                one = seen.get(other_id) or Seen(other_id, Presence.OFFLINE, None)
                if outlet.session is not None and outlet.session.learns(other_id, one.state):
                    outlet.signal(Live(event="signal", text="presence", body=encode(rendering.one(one))))

    def _end_replaced(self, account_id: int, session_id: str) -> None:
        for outlet in list(self._registry.listeners(topics.own_topic(account_id))):
            if outlet.session is not None and outlet.session.id == session_id:
                outlet.end(Ending.REPLACED)

    async def _tell_pleroma_chat(self, account_ids: Iterable[int], message: Live) -> None:
        """Apps of Pleroma's family hear of a chat between two as it is now."""
        for account_id in account_ids:
            listening = list(self._registry.listeners(Topic(topics.PLEROMA_CHAT, account_id)).items())
            for document in await pleroma_chat.updated(account_id, message.chat) if listening else []:
                _tell(listening, Told("pleroma:chat_update", document))

    async def _tell_people(self, account_ids: Iterable[int], message: Live) -> None:
        """Tell those who listen to Mastodon's streams; who said hello reads it in their log."""
        listening = {i: found for i in account_ids if (found := list(self._concerned(i, message)))}
        if not listening:
            return
        kind = KINDS[message.event]
        documents: Mapping[int, bytes | None]
        if message.event == "delete":
            documents = dict.fromkeys(listening, b"%d" % message.post)
        elif message.event in _BARE:
            documents = dict.fromkeys(listening, _BARE[message.event])
        elif message.list_id and not await list_timelines.holds(message.list_id, message.post):
            return
        else:
            documents = await kind.render(list(listening), message.rows)
        same: dict[bytes | None, Told] = {}
        for account_id, document in documents.items():
            told = same.get(document) or same.setdefault(document, Told(kind.event, document))
            _tell(listening[account_id], told)

    def _concerned(self, account_id: int, message: Live) -> Iterable[tuple[Outlet, Label]]:
        if message.event == "conversation":
            yield from self._registry.listeners(Topic("direct", account_id)).items()
            return
        is_notice = message.event in ("notification", "merged")
        found = topics.personal(account_id, about_notification=is_notice, list_id=message.list_id)
        for topic in found:
            yield from self._registry.listeners(topic).items()

    async def _tell_announcement(self, message: Live) -> None:
        """Everybody hears the same; what somebody did with it themselves, their apps know or ask for."""
        listening = [*self._registry.of_stream("user"), *self._registry.of_stream(topics.OWN)]
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
        for telling in await self.look([message]):
            tell(telling)

    async def look(self, messages: Sequence[Live]) -> list[Telling]:
        """What is to be told of each of these messages, which are public, to those who listen now."""
        concerned = [self._listening(message) for message in messages]
        shown = [
            message.post
            for message, listening in zip(messages, concerned, strict=True)
            if listening and message.event in _POSTS
        ]
        audiences: Mapping[int, Audience] = {}
        if shown:
            everybody = {outlet for listening in concerned for outlet, _, _ in listening}
            audiences = await live.audiences(shown, user_ids(everybody))
        versions = next((audience.filters_versions for audience in audiences.values()), {})
        rendered = await status.in_public(list(audiences), versions)
        return [
            _telling(message, listening, audiences.get(message.post), rendered.get(message.post))
            for message, listening in zip(messages, concerned, strict=True)
        ]

    def _listening(self, message: Live) -> list[tuple[Outlet, Label, Topic]]:
        return [
            (outlet, label, topic)
            for topic in topics.public(message)
            for outlet, label in self._registry.listeners(topic).items()
        ]


def _telling(
    message: Live,
    listening: Sequence[tuple[Outlet, Label, Topic]],
    audience: Audience | None,
    rendered: status.InPublic | None,
) -> Telling:
    """What is told of a public message, without those who do not want to hear of its author."""
    if message.event == "delete":
        told = Told("delete", b"%d" % message.post)
        return [(outlet, label, told) for outlet, label, _ in listening]
    if message.event not in _POSTS or audience is None or rendered is None:
        return []
    name = _POSTS[message.event]
    common = Told(name, rendered.with_filtered(0))
    own = {user_id: Told(name, rendered.with_filtered(user_id)) for user_id in rendered.filtered}
    return [
        (outlet, label, own.get(outlet.access.user_id or 0, common))
        for outlet, label, topic in listening
        if outlet.access.user_id not in audience.unwilling
        and not (audience.is_silenced and topic.stream.startswith("public"))
    ]


def tell(telling: Telling) -> None:
    """Tell those whom it is for."""
    for outlet, label, told in telling:
        outlet.tell(told, label)


def _tell(listening: Iterable[tuple[Outlet, Label]], told: Told) -> None:
    for outlet, label in listening:
        outlet.tell(told, label)
