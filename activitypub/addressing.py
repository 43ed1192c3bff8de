"""to and cc <-> audience: one table, read both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from activitypub.vocabulary import PUBLIC, PUBLIC_SPELLINGS


class Visibility(StrEnum):
    PUBLIC = "public"  # everyone, and shown in public timelines
    UNLISTED = "unlisted"  # everyone, but not in public timelines
    FOLLOWERS = "followers"  # followers and the people addressed
    DIRECT = "direct"  # the people addressed


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a post is for.

    Shapes:  addressed: ids of the actors (and groups) named in to and cc, without Public and the followers
    """

    visibility: Visibility
    addressed: tuple[str, ...] = ()


#: visibility -> what stands in to, what stands in cc; most open first, the first that fits is read.
_EVERYONE, _FOLLOWERS, _ADDRESSED = "everyone", "followers", "addressed"
_TABLE: Final = {
    Visibility.PUBLIC: ((_EVERYONE,), (_FOLLOWERS, _ADDRESSED)),
    Visibility.UNLISTED: ((_FOLLOWERS,), (_EVERYONE, _ADDRESSED)),
    Visibility.FOLLOWERS: ((_FOLLOWERS,), (_ADDRESSED,)),
    Visibility.DIRECT: ((_ADDRESSED,), ()),
}


def read_audience(to: Iterable[str], cc: Iterable[str], *, followers: str | None) -> Audience:
    """Tell who a post is for; when unsure, the most private reading.

    Shapes:  to, cc: ids as sent, any spelling of Public; bto, bcc and audience never widen anything and are
             not asked for. followers: the author's own collection; another's makes nothing followers-only
    Source:  ActivityPub 5.6; Mastodon's rules, with the followers in cc counted too (misskey#13001)
    """
    sent_to, sent_cc = _spelled_once(to), _spelled_once(cc)
    special = {PUBLIC} if followers is None else {PUBLIC, followers}
    addressed = tuple(dict.fromkeys(item for item in (*sent_to, *sent_cc) if item not in special))
    if PUBLIC in sent_to:
        visibility = Visibility.PUBLIC
    elif PUBLIC in sent_cc:
        visibility = Visibility.UNLISTED
    elif followers is not None and (followers in sent_to or followers in sent_cc):
        visibility = Visibility.FOLLOWERS
    else:
        visibility = Visibility.DIRECT
    return Audience(visibility, addressed)


def write_audience(audience: Audience, *, followers: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say who a post is for, as (to, cc), for the activity and its object alike.

    Source:  ActivityPub 5.6; cc is written even when empty (nodebb#13202)
    """
    names = {
        _EVERYONE: (PUBLIC,),
        _FOLLOWERS: () if followers is None else (followers,),
        _ADDRESSED: audience.addressed,
    }
    to, cc = _TABLE[audience.visibility]
    return (
        tuple(item for column in to for item in names[column]),
        tuple(item for column in cc for item in names[column]),
    )


def spelled_once(recipient: str) -> str:
    """Give Public its one spelling; leave everything else alone."""
    return PUBLIC if recipient in PUBLIC_SPELLINGS else recipient


def _spelled_once(recipients: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(map(spelled_once, recipients))
