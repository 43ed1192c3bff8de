"""What can be listened to. `open` is the only way to a topic: it knows the names, and who may.

Source:  mastodon-api.md 4.2, 4.3
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from echo import bus
from echo.bus import Live
from echo.errors import BadRequest, Unauthorized
from echo.ids import parse_id
from echo.policy import feeds, streams
from echo.policy.access import Access
from echo.policy.feeds import Feed, Sides
from echo.store import lists
from echo.text.hashtags import normalise

# How a subscription is called in the frames that it causes: the stream, and what was typed beside it.
Label = tuple[str, ...]
# What a socket hears after hello: everything that concerns its person. No stream that a client can name.
OWN = "echo"
PLEROMA_CHAT = "user:pleroma_chat"
# Streams that it covers: subscribing to them as well changes nothing.
PERSONAL = frozenset({"user", "user:notification", "direct"})


@dataclass(frozen=True, slots=True)
class Topic:
    """Those who listen to equal topics hear the same. `account_id` is set where a topic is one person's."""

    stream: str
    account_id: int = 0
    tag: str = ""
    with_notifications: bool = False
    list_id: int = 0

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the bus that feed it."""
        if self.stream in ("user", "user:notification", "direct", "list", PLEROMA_CHAT, OWN):
            return bus.user_channel(self.account_id), bus.crowd_channel(self.account_id)
        return (bus.public_channel(),)


@dataclass(frozen=True, slots=True)
class Subscription:
    topic: Topic
    label: Label


async def open(stream: str, access: Access, *, tag: str = "", list_id: str = "") -> Subscription:  # noqa: A001
    """The subscription that a stream's name and its parameters stand for.

    Shapes:  access: of a user; stream, tag, list_id: as the client sent them
    Raises:  BadRequest when there is no such stream or a parameter is missing; Unauthorized when it is not
             for this token
    """
    if stream not in streams.SCOPES:
        raise BadRequest("Unknown stream type")
    if access.user_id is None or not streams.may_hear(access.scopes, stream):
        raise Unauthorized("Access token does not have the required scopes")
    if stream == "user":
        hears_all = streams.may_hear_notifications(access.scopes)
        return Subscription(Topic("user", access.user_id, with_notifications=hears_all), ("user",))
    if stream in ("user:notification", "direct", PLEROMA_CHAT):
        return Subscription(Topic(stream, access.user_id), (stream,))
    if stream == "list":
        if not list_id:
            raise BadRequest("Missing list name parameter")
        return await _open_list(access.user_id, list_id)
    if stream in ("hashtag", "hashtag:local"):
        if not tag:
            raise BadRequest("Missing tag name parameter")
        part = _readable_part(stream, access)
        return Subscription(Topic(part, tag=normalise(tag) or tag.casefold()), (stream, tag))
    return Subscription(Topic(_readable_part(stream, access)), (stream,))


def own(access: Access) -> Subscription:
    """What a socket hears after hello. `access` must be of a user."""
    return Subscription(own_topic(access.user_id or 0), ("user",))


def own_topic(account_id: int) -> Topic:
    """The topic of the sockets of this person that said hello."""
    return Topic(OWN, account_id)


def _readable_part(stream: str, access: Access) -> str:
    """A public or hashtag stream, or what is left where one side of it is closed. Raises Unauthorized."""
    media = ":media" if stream.endswith(":media") else ""
    base, _, side = stream.removesuffix(":media").partition(":")
    asked = Sides(local=side != "remote", remote=side != "local")
    feed = Feed.HASHTAG if base == "hashtag" else Feed.LIVE
    left = feeds.readable(feed, asked, is_signed_in=True, seat=access.seat)
    if left.is_none:
        raise Unauthorized("Not authorized to stream this channel")
    part = "" if left.local and left.remote else ":local" if left.local else ":remote"
    return base + part + media


async def _open_list(user_id: int, list_id: str) -> Subscription:
    number = parse_id(list_id.strip())
    if number is None or not await lists.is_owner(user_id, number):
        raise list_refusal()
    return Subscription(list_topic(user_id, number), ("list", list_id))


def list_refusal() -> Unauthorized:
    """What somebody is told who listens to a list that is not theirs, or not any more."""
    return Unauthorized("Not authorized to stream this list")


def list_topic(account_id: int, list_id: int) -> Topic:
    """The topic of a list of this person."""
    return Topic("list", account_id, list_id=list_id)


def personal(account_id: int, *, about_notification: bool = False, list_id: int = 0) -> Iterator[Topic]:
    """The topics that a message to this person concerns: those of one list, if it is about a list."""
    if list_id:
        yield list_topic(account_id, list_id)
        return
    yield Topic("user", account_id, with_notifications=True)
    if about_notification:
        yield Topic("user:notification", account_id)
    else:
        yield Topic("user", account_id)


def public(message: Live) -> Iterator[Topic]:
    """The topics that a message about a public post concerns."""
    origin = "public:local" if message.local else "public:remote"
    for stream in ("public", origin):
        yield Topic(stream)
        if message.media:
            yield Topic(f"{stream}:media")
    for tag in message.tags:
        yield Topic("hashtag", tag=tag)
        if message.local:
            yield Topic("hashtag:local", tag=tag)
