"""Who listens to what, in this process, and how many may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from echo.errors import TooMany, Unavailable
from echo.store.live import Held
from echo.streaming.outlet import Outlet
from echo.streaming.topics import Subscription, Topic

_NOBODY: dict[Outlet, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most connections of this process: of one person, from one address, in all; and topics of one."""

    per_user: int = 50
    per_address: int = 500
    total: int = 10_000
    subscriptions: int = 100


class Registry:
    """Outlets by topic, by person and by token."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._by_topic: dict[Topic, dict[Outlet, tuple[str, ...]]] = {}
        self._by_user: dict[int, set[Outlet]] = {}
        self._addresses: Counter[str] = Counter()
        self.outlets: set[Outlet] = set()

    def require_room(self, user_id: int, address: str, *, limited: bool) -> None:
        """Raises:  Unavailable when the process is full; TooMany, if `limited`, for too many of one caller"""
        if len(self.outlets) >= self._caps.total:
            raise Unavailable("Too many connections", retry_after_seconds=30)
        if limited and (
            len(self._by_user.get(user_id, ())) >= self._caps.per_user
            or self._addresses[address] >= self._caps.per_address
        ):
            raise TooMany("Too many connections", retry_after_seconds=30)

    def enter(self, outlet: Outlet) -> None:
        """Count a connection."""
        self.outlets.add(outlet)
        self._by_user.setdefault(_user_id(outlet), set()).add(outlet)
        self._addresses[outlet.address] += 1

    def leave(self, outlet: Outlet) -> list[Topic]:
        """Forget a connection. Returns what it listened to."""
        if outlet not in self.outlets:
            return []
        self.outlets.discard(outlet)
        topics = list(outlet.topics)
        for topic in topics:
            self.remove(outlet, topic)
        user_id = _user_id(outlet)
        self._by_user[user_id].discard(outlet)
        if not self._by_user[user_id]:
            del self._by_user[user_id]
        self._addresses[outlet.address] -= 1
        if not self._addresses[outlet.address]:
            del self._addresses[outlet.address]
        return topics

    def add(self, outlet: Outlet, subscription: Subscription) -> bool:
        """Whether it is new to this connection. Raises TooMany when the connection listens to too much."""
        if subscription.topic in outlet.topics or outlet not in self.outlets:
            return False
        if len(outlet.topics) >= self._caps.subscriptions:
            raise TooMany("Too many subscriptions")
        outlet.topics[subscription.topic] = subscription.label
        self._by_topic.setdefault(subscription.topic, {})[outlet] = subscription.label
        return True

    def remove(self, outlet: Outlet, topic: Topic) -> bool:
        """Whether the connection listened to it."""
        if outlet.topics.pop(topic, None) is None:
            return False
        listeners = self._by_topic[topic]
        del listeners[outlet]
        if not listeners:
            del self._by_topic[topic]
        return True

    def listeners(self, topic: Topic) -> Mapping[Outlet, tuple[str, ...]]:
        """Who listens to a topic, each with the label of their subscription."""
        return self._by_topic.get(topic, _NOBODY)

    def of_stream(self, stream: str) -> list[tuple[Outlet, tuple[str, ...]]]:
        """Who listens to a stream of their own, whosever it is, each with their label."""
        return [
            (outlet, label)
            for topic, listeners in self._by_topic.items()
            if topic.stream == stream
            for outlet, label in listeners.items()
        ]

    def accounts_of(self, stream: str) -> list[int]:
        """Whose topics of this stream have listeners."""
        return [topic.account_id for topic in self._by_topic if topic.stream == stream]

    def has_user(self, user_id: int) -> bool:
        """Whether a person has a connection."""
        return user_id in self._by_user

    def of_user(self, user_id: int) -> list[Outlet]:
        """The connections of a person."""
        return list(self._by_user.get(user_id, ()))

    def of_tokens(self, held: Collection[Held]) -> list[Outlet]:
        """The connections that were opened with one of these tokens, by somebody who had this role."""
        return [outlet for outlet in self.outlets if _held(outlet) in held]

    def held_tokens(self) -> set[Held]:
        """The tokens of all connections, with the role of who opened them."""
        return {_held(outlet) for outlet in self.outlets}


def _held(outlet: Outlet) -> Held:
    seat = outlet.access.seat
    return outlet.access.token_id, seat.role_id, int(seat.permissions)


def user_ids(outlets: Iterable[Outlet]) -> set[int]:
    """The people behind connections."""
    return {_user_id(outlet) for outlet in outlets}


def _user_id(outlet: Outlet) -> int:
    assert outlet.access.user_id is not None, "only people listen"
    return outlet.access.user_id
