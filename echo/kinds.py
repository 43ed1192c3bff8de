"""The closed sets of words that Echo stores. Wire names and client names are translated at the borders."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Visibility(StrEnum):
    """Who may read a post."""

    PUBLIC = "public"  # everyone, and shown in public timelines
    UNLISTED = "unlisted"  # everyone, but not in public timelines
    FOLLOWERS = "followers"  # followers and the people mentioned
    DIRECT = "direct"  # the people mentioned


class AccountKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"  # a bot
    GROUP = "group"
    ORGANIZATION = "organization"
    APPLICATION = "application"  # the server's own actor, and those of other servers


class FollowState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"


class RelayStyle(StrEnum):
    """How a relay is spoken to."""

    MASTODON = "mastodon"  # by its inbox: activities are posted to it
    LITEPUB = "litepub"  # by its actor: it is followed, and posts are announced to it


class RelayState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class NotificationKind(StrEnum):
    MENTION = "mention"
    BOOST = "boost"
    LIKE = "like"
    REACTION = "reaction"  # an emoji under a post of mine
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    POST = "post"  # someone I asked to be told about has posted
    EDIT = "edit"  # a post I boosted was edited
    SIGN_UP = "sign_up"  # for moderators
    REPORT = "report"  # for moderators
    POLL = "poll"  # a poll I made or voted in has ended
    QUOTE = "quote"  # a post of mine was quoted
    QUOTED_EDIT = "quoted_edit"  # a post I quoted was edited
    SEVERED = "severed"  # follows ended because a server was blocked
    WARNING = "warning"  # from the moderators
    ANNUAL_REPORT = "annual_report"
    COLLECTED = "collected"  # I was put into a collection
    CHAT_MENTION = "chat_mention"  # a message of a chat between two, or one of a group that names me
    COLLECTION_EDIT = "collection_edit"  # a collection I am in was changed


class SeveranceKind(StrEnum):
    """Why many follows ended at once."""

    OWN_BLOCK = "own_block"  # the person blocked a server
    SERVER_BLOCK = "server_block"  # this server did
    SUSPENSION = "suspension"  # an account was suspended


class PushPolicy(StrEnum):
    """Whose notifications are pushed."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


class Handling(IntEnum):
    """What is done with notifications of some people; the greater is the stricter."""

    ACCEPT = 0
    FILTER = 1  # kept apart, until the person says that they want them
    DROP = 2


class RepliesPolicy(StrEnum):
    """Whose answers to others a list shows."""

    FOLLOWED = "followed"  # answers to anybody its owner follows
    LIST = "list"  # answers to members of the list
    NONE = "none"  # no answers to others


class QuoteState(StrEnum):
    """What became of a quote. What a viewer may not see is decided when it is rendered."""

    PENDING = "pending"  # the quoted author has not answered
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"  # accepted once, then taken back


class Held(StrEnum):
    """Whether a post waits for the word of somebody; its author alone reads it until then."""

    NOT = ""
    WAITING = "waiting"  # an answer or a boost, for that of the author elsewhere
    REFUSED = "refused"
    REVIEW = "review"  # any post, for that of a moderator here


class HeldKind(StrEnum):
    """What a moderator is asked about."""

    REMOTE_POST = "remote_post"
    REMOTE_EDIT = "remote_edit"
    POST = "post"  # of somebody here: it is stored, and held
    EDIT = "edit"  # of a post of somebody here, which stays as it is meanwhile
    MESSAGE = "message"  # in a chat


class Quoter(StrEnum):
    """Who may quote a post, as seen from its author."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    OTHERS = "unsupported_policy"  # people whom only the author's server can name


class LetterKind(StrEnum):
    CONFIRM = "confirm"  # an address; names a one-time link
    RESET = "reset"  # a forgotten password; the same
    PROOF = "proof"  # a code in place of a password
    APPROVED = "approved"  # to somebody new: a moderator said yes
    WAITING = "waiting"  # to moderators: somebody waits for a yes
    ARCHIVE = "archive"  # all that somebody has here can be fetched
    APP_ADDED = "app_added"  # an authenticator app is asked for codes from now on
    APP_REMOVED = "app_removed"
    CODES_RENEWED = "codes_renewed"  # codes for paper
    CODE_USED = "code_used"  # one of them
    LOCKED = "locked"  # too many wrong codes were tried
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TWO_FACTOR_RESET = "two_factor_reset"  # by staff
    EMAIL_ASKED = "email_asked"  # to the old address: somebody wants another one
    IDENTITY_ADDED = "identity_added"  # a log-in with another service
    IDENTITY_REMOVED = "identity_removed"


class FilterAction(StrEnum):
    """What apps do with a post that a filter is about."""

    WARN = "warn"  # show it after a click
    HIDE = "hide"  # do not show it
    BLUR = "blur"  # hide its files behind a warning


class FilterContext(StrEnum):
    """Where a filter holds."""

    HOME = "home"  # and lists
    NOTIFICATIONS = "notifications"
    PUBLIC = "public"
    THREAD = "thread"
    ACCOUNT = "account"  # profiles


class MediaKind(StrEnum):
    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class MediaState(StrEnum):
    WAITING = "waiting"  # a worker has yet to make it ready
    READY = "ready"
    FAILED = "failed"  # it could not be read
    REFUSED = "refused"  # no files are taken from its server


class TrendKind(StrEnum):
    HASHTAG = "hashtag"
    LINK = "link"
    POST = "post"
    AUTHOR = "author"  # of posts; as publishers are of links
    PUBLISHER = "publisher"  # of links; moderators say yes or no to it, it does not trend itself


class Lane(StrEnum):
    """Where a job waits for its turn, so that what takes long holds nothing up."""

    QUICK = "jobs"  # milliseconds: many at a time
    SLOW = "slow_jobs"  # minutes of computing: one at a time
    OUTSIDE = "outside_jobs"  # waits for servers of others: many at a time, each for itself


class Role(IntEnum):
    """The roles that every server has, by id; others can be made beside them."""

    USER = -99  # everybody
    MODERATOR = 1
    ADMIN = 2
    OWNER = 3


class BlockSeverity(StrEnum):
    """How far a server is blocked."""

    SILENCE = "silence"
    SUSPEND = "suspend"
    NOOP = "noop"  # only what else the block says: no files, no reports


class ItemState(StrEnum):
    """How somebody stands to a collection that they were put into."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"  # they have withdrawn


class ReportCategory(StrEnum):
    SPAM = "spam"
    LEGAL = "legal"
    VIOLATION = "violation"  # of house rules
    OTHER = "other"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"  # given up; kept for the operator


class InboundState(StrEnum):
    PENDING = "pending"
    DONE = "done"  # had an effect
    IGNORED = "ignored"  # had none; `reason` says why
    DEAD = "dead"  # failed too often


class HostHealth(StrEnum):
    CLOSED = "closed"  # the circuit is closed: deliveries flow
    OPEN = "open"  # failing: deliveries wait for the next probe
    DEAD = "dead"  # failing for a week: nothing is queued but what ends things
    GONE = "gone"  # its shared inbox says that it is gone for good: nothing is queued


class Corpus(StrEnum):
    """Where a search for posts looks: what one has to do with, what everybody may find, or both."""

    LIBRARY = "library"
    PUBLIC = "public"
    ALL = "all"


class RoomAccess(StrEnum):
    """Who may join a live room, beside its host."""

    FOLLOWERS = "followers"  # who follows the host
    MUTUALS = "mutuals"  # those of them whom the host follows as well
    CHAT = "chat"  # who is in a chat with the host
    LINK = "link"  # anybody with an account here who knows the link


class RoomRole(StrEnum):
    SPEAKER = "speaker"
    LISTENER = "listener"


class Consent(StrEnum):
    """What somebody answered who was asked whether they may be recorded."""

    NOT_YET = ""
    YES = "yes"
    NO = "no"
