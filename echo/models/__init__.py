"""Rows: columns only. Queries are in `echo.store`, rules in `echo.policy`, writes in `echo.actions`."""

from echo.models.account import (
    Account,
    AccountKey,
    AccountNote,
    AccountStats,
    FormerName,
    User,
)
from echo.models.activity import ActiveDay, ActiveWeek
from echo.models.announcement import (
    Announcement,
    AnnouncementDismissal,
    AnnouncementReaction,
)
from echo.models.auth import (
    App,
    AuthorizationCode,
    OneTimeLink,
    Session,
    Token,
)
from echo.models.block_list import BlockList, BlockListChange
from echo.models.card import Card
from echo.models.chat import (
    Chat,
    ChatEvent,
    ChatHiding,
    ChatMember,
    ChatMessage,
    ChatPreference,
    ChatReaction,
    ChatWish,
)
from echo.models.collection import (
    Collection,
    CollectionItem,
)
from echo.models.conversation import (
    Conversation,
    ConversationPost,
)
from echo.models.emoji import CustomEmoji
from echo.models.fence import (
    CanonicalEmailBlock,
    EmailDomainBlock,
    EmailDomainTry,
    IpBlock,
)
from echo.models.filter import (
    Filter,
    FilterKeyword,
    FilterPost,
)
from echo.models.house_rule import HouseRule
from echo.models.invite import Invite
from echo.models.letter import Digest
from echo.models.list import (
    List,
    ListMember,
)
from echo.models.lookups import forget_others
from echo.models.moving import (
    Archive,
    Import,
    ImportRow,
    PastPost,
)
from echo.models.notification import (
    Marker,
    Notification,
    NotificationPermission,
    NotificationPolicy,
    NotificationRequest,
    Severance,
    SeveredFollow,
)
from echo.models.permission import Permission
from echo.models.policy import (
    BannedFile,
    HeldThing,
    Policy,
)
from echo.models.poll import (
    Poll,
    PollOption,
    PollVote,
)
from echo.models.post import (
    Bookmark,
    Hashtag,
    IdempotencyKey,
    Like,
    Media,
    Mention,
    Post,
    PostHashtag,
    PostStats,
    PostVersion,
    ThreadMute,
    Tombstone,
)
from echo.models.proof import (
    BackupCode,
    Identity,
    Passkey,
    SecondFactor,
)
from echo.models.push import (
    PushSubscription,
    ServerSecret,
)
from echo.models.reaction import Reaction
from echo.models.relation import (
    AvoidedDomain,
    Block,
    DismissedSuggestion,
    Endorsement,
    Follow,
    Mute,
)
from echo.models.relay import Relay
from echo.models.remote_file import RemoteFile
from echo.models.report import Report
from echo.models.role import (
    AuditRow,
    RoleRow,
)
from echo.models.room import (
    Room,
    RoomMember,
)
from echo.models.schedule import ScheduledPost
from echo.models.search import (
    SearchAccount,
    SearchFill,
    SearchMessage,
    SearchPost,
)
from echo.models.server_block import (
    AllowedServer,
    ServerBlock,
)
from echo.models.setting import ChosenSetting
from echo.models.storage import Pruning
from echo.models.strike import (
    Appeal,
    Erasure,
    StaffNote,
    Strike,
    WarningPreset,
)
from echo.models.tag import (
    FeaturedTag,
    TagFollow,
)
from echo.models.thread import ThreadFetch
from echo.models.trend import (
    Publisher,
    Trend,
    TrendReview,
)
from echo.models.webhook import Webhook
from echo.models.work import (
    Delivery,
    Host,
    InboundActivity,
    Job,
    OutboundActivity,
)

__all__ = [
    "Account",
    "AccountKey",
    "AccountNote",
    "AccountStats",
    "ActiveDay",
    "ActiveWeek",
    "AllowedServer",
    "Announcement",
    "AnnouncementDismissal",
    "AnnouncementReaction",
    "App",
    "Appeal",
    "Archive",
    "AuditRow",
    "AuthorizationCode",
    "AvoidedDomain",
    "BackupCode",
    "BannedFile",
    "Block",
    "BlockList",
    "BlockListChange",
    "Bookmark",
    "CanonicalEmailBlock",
    "Card",
    "Chat",
    "ChatEvent",
    "ChatHiding",
    "ChatMember",
    "ChatMessage",
    "ChatPreference",
    "ChatReaction",
    "ChatWish",
    "ChosenSetting",
    "Collection",
    "CollectionItem",
    "Conversation",
    "ConversationPost",
    "CustomEmoji",
    "Delivery",
    "Digest",
    "DismissedSuggestion",
    "EmailDomainBlock",
    "EmailDomainTry",
    "Endorsement",
    "Erasure",
    "FeaturedTag",
    "Filter",
    "FilterKeyword",
    "FilterPost",
    "Follow",
    "FormerName",
    "Hashtag",
    "HeldThing",
    "Host",
    "HouseRule",
    "IdempotencyKey",
    "Identity",
    "Import",
    "ImportRow",
    "InboundActivity",
    "Invite",
    "IpBlock",
    "Job",
    "Like",
    "List",
    "ListMember",
    "Marker",
    "Media",
    "Mention",
    "Mute",
    "Notification",
    "NotificationPermission",
    "NotificationPolicy",
    "NotificationRequest",
    "OneTimeLink",
    "OutboundActivity",
    "Passkey",
    "PastPost",
    "Permission",
    "Policy",
    "Poll",
    "PollOption",
    "PollVote",
    "Post",
    "PostHashtag",
    "PostStats",
    "PostVersion",
    "Pruning",
    "Publisher",
    "PushSubscription",
    "Reaction",
    "Relay",
    "RemoteFile",
    "Report",
    "RoleRow",
    "Room",
    "RoomMember",
    "ScheduledPost",
    "SearchAccount",
    "SearchFill",
    "SearchMessage",
    "SearchPost",
    "SecondFactor",
    "ServerBlock",
    "ServerSecret",
    "Session",
    "Severance",
    "SeveredFollow",
    "StaffNote",
    "Strike",
    "TagFollow",
    "ThreadFetch",
    "ThreadMute",
    "Token",
    "Tombstone",
    "Trend",
    "TrendReview",
    "User",
    "WarningPreset",
    "Webhook",
]

forget_others(globals()[name] for name in __all__)
