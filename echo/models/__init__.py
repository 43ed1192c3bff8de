"""Rows: columns only. Queries are in `echo.store`, rules in `echo.policy`, writes in `echo.actions`."""

from echo.models.account import Account, AccountKey, AccountNote, AccountStats, User
from echo.models.auth import App, AuthorizationCode, OneTimeLink, Session, Token
from echo.models.notification import Marker, Notification
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
    Tombstone,
)
from echo.models.relation import AvoidedDomain, Block, DismissedSuggestion, Endorsement, Follow, Mute
from echo.models.tag import FeaturedTag, TagFollow
from echo.models.work import Delivery, Host, InboundActivity, Job, OutboundActivity

__all__ = [
    "Account",
    "AccountKey",
    "AccountNote",
    "AccountStats",
    "App",
    "AuthorizationCode",
    "AvoidedDomain",
    "Block",
    "Bookmark",
    "Delivery",
    "DismissedSuggestion",
    "Endorsement",
    "FeaturedTag",
    "Follow",
    "Hashtag",
    "Host",
    "IdempotencyKey",
    "InboundActivity",
    "Job",
    "Like",
    "Marker",
    "Media",
    "Mention",
    "Mute",
    "Notification",
    "OneTimeLink",
    "OutboundActivity",
    "Post",
    "PostHashtag",
    "PostStats",
    "PostVersion",
    "Session",
    "TagFollow",
    "Token",
    "Tombstone",
    "User",
]
