"""What has happened: ids only, so that whoever reacts reads today's rows and no stale copies.

`local` says whether somebody here did it; only then does it leave for other servers.
"""

from __future__ import annotations

from dataclasses import dataclass

from echo.events.accounts import AccountMoved as AccountMoved
from echo.events.accounts import Blocked as Blocked
from echo.events.accounts import DomainAvoided as DomainAvoided
from echo.events.accounts import DomainWelcomed as DomainWelcomed
from echo.events.accounts import FollowChanged as FollowChanged
from echo.events.accounts import FollowersDiffer as FollowersDiffer
from echo.events.accounts import LinksChanged as LinksChanged
from echo.events.accounts import Muted as Muted
from echo.events.accounts import TagFeatured as TagFeatured
from echo.events.accounts import TagsChosen as TagsChosen
from echo.events.accounts import TagUnfeatured as TagUnfeatured
from echo.events.accounts import Unblocked as Unblocked
from echo.events.accounts import Unmuted as Unmuted
from echo.events.chats import ChatChanged as ChatChanged
from echo.events.chats import ChatMarked as ChatMarked
from echo.events.chats import CopyDoubted as CopyDoubted
from echo.events.chats import GroupMarked as GroupMarked
from echo.events.chats import GroupTold as GroupTold
from echo.events.chats import GroupWished as GroupWished
from echo.events.chats import MessageHidden as MessageHidden
from echo.events.chats import Met as Met
from echo.events.chats import PresenceChosen as PresenceChosen
from echo.events.chats import WishRefused as WishRefused
from echo.events.fences import BlockListAgreed as BlockListAgreed
from echo.events.fences import BlockListDue as BlockListDue
from echo.events.fences import BlockListEnded as BlockListEnded
from echo.events.fences import PersonAdmitted as PersonAdmitted
from echo.events.fences import ServerBlocked as ServerBlocked
from echo.events.happening import Event as Event
from echo.events.house import AnnouncementChanged as AnnouncementChanged
from echo.events.house import AnnouncementReacted as AnnouncementReacted
from echo.events.house import AnnouncementRemoved as AnnouncementRemoved
from echo.events.house import HeldAccepted as HeldAccepted
from echo.events.interactions import Approved as Approved
from echo.events.interactions import InteractionAnswered as InteractionAnswered
from echo.events.interactions import Reacted as Reacted
from echo.events.interactions import Unreacted as Unreacted
from echo.events.letters import DigestDue as DigestDue
from echo.events.letters import LetterDue as LetterDue
from echo.events.letters import MailAsked as MailAsked
from echo.events.moderation import AccountSuspended as AccountSuspended
from echo.events.moderation import AppealDecided as AppealDecided
from echo.events.moderation import AppealMade as AppealMade
from echo.events.moderation import ReportForwarded as ReportForwarded
from echo.events.moderation import StrikeTold as StrikeTold
from echo.events.moving import ArchiveAsked as ArchiveAsked
from echo.events.moving import ImportAsked as ImportAsked
from echo.events.moving import PastBrought as PastBrought
from echo.events.moving import PastPostKept as PastPostKept
from echo.events.own import Acted as Acted
from echo.events.own import OwnChanged as OwnChanged
from echo.events.own import Related as Related
from echo.events.relays import RelayAsked as RelayAsked
from echo.events.relays import RelayFollowed as RelayFollowed
from echo.events.relays import RelayLeft as RelayLeft
from echo.events.rooms import RoomChanged as RoomChanged
from echo.events.rooms import RoomEnded as RoomEnded
from echo.events.rooms import RoomMemberChanged as RoomMemberChanged
from echo.events.rooms import RoomShown as RoomShown
from echo.events.threads import ConversationChanged as ConversationChanged
from echo.events.threads import ParentMissed as ParentMissed
from echo.events.threads import ThreadOpened as ThreadOpened
from echo.events.threads import ThreadsJoined as ThreadsJoined
from echo.events.webhooks import PersonLetIn as PersonLetIn
from echo.events.webhooks import PersonSignedUp as PersonSignedUp
from echo.events.webhooks import ReportChanged as ReportChanged
from echo.events.webhooks import ReportMade as ReportMade
from echo.events.webhooks import WebhookDue as WebhookDue


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPublished(Event):
    """A post exists; from here or from elsewhere."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBoosted(Event):
    """A boost exists, which is a post of its own; from here or from elsewhere."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdited(Event):
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDeleted(Event):
    """A post, or a boost (an undone boost is a deleted one)."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFound(Event):
    """A post without files links to a page, of which a preview can be shown."""

    post_id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPinned(Event):  # the author put a post on top of their profile
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUnpinned(Event):
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """The author said anew who may quote a post."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAsked(Event):
    """A post of somebody here quotes one from elsewhere, whose author has not been asked yet."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAnswered(Event):
    """Somebody elsewhere asked to quote a post of somebody here; the stamp is empty when they may not."""

    quoter_id: int
    quoted_id: int
    instrument_uri: str
    request_uri: str
    stamp_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteChanged(Event):
    """The quote of a post was accepted, refused or taken back; `local`: the quoting post is from here."""

    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRevoked(Event):
    """Somebody here took back that a post (`post_id`) may be quoted, and with it a stamp."""

    post_id: int
    quoter_id: int
    stamp_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Liked(Event):
    like_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unliked(Event):
    """The row is gone, so the event says what it was."""

    account_id: int
    post_id: int
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted(Event):  # somebody here chose in a poll of another server
    poll_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCounted(Event):  # a poll has new counts that others may be told, or is over. `local`: the poll is
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAsked(Event):
    """A follow was written, pending; the followee may be elsewhere."""

    follow_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAccepted(Event):
    """`local`: the one who accepted is here."""

    follow_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowEnded(Event):
    """Unfollowed, by the follower."""

    follower_id: int
    followee_id: int
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRejected(Event):
    """A request refused, or a follower removed, by the followee."""

    follower_id: int
    followee_id: int
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FiltersChanged(Event):
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanged(Event):
    """What a list shows is another; `home_too`: with it what its owner's home shows."""

    list_id: int
    account_id: int
    home_too: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRemoved(Event):
    list_id: int
    account_id: int
    home_too: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUploaded(Event):  # a video, a recording or a moving GIF, stored as it came, is to be made ready
    media_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageUploaded(Event):  # the same of an image that came when many came
    media_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeleted(Event):
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(Event):
    notification_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDue(Event):
    """An app wants to be told of a notification."""

    subscription_id: int
    notification_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesTakenBack(Event):  # what somebody was told of was undone
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsMerged(Event):  # what was kept apart from somebody is among the rest now
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEnded(Event):
    """Tokens of a person or of one token id stopped being valid: sockets that used them close."""

    user_id: int
    token_id: int | None
