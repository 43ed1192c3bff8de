"""Who may like, answer and boost a post of another server: what its author says, as far as it is known here.

    what the author says of it          those who are named at once   named for later   others
    nothing, or it is one's own         yes                           yes               yes
    a list                              yes                           has to wait       no

Who is mentioned may always answer. Lists that only the author's server can read make everybody wait.

Source:  GoToSocial's interaction policies; federation.md 3.5
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from echo.kinds import Quoter


class Interaction(StrEnum):
    LIKE = "like"
    REPLY = "reply"
    BOOST = "boost"


class Leave(StrEnum):
    """Whether somebody may."""

    YES = "yes"
    ASKED = "asked"  # the author decides
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """What somebody is to the author of a post, and to the post. `uri`: their id."""

    uri: str
    is_mentioned: bool = False
    is_follower: bool = False
    is_followed: bool = False


def leave_to(interaction: Interaction, policy: Any, who: Closeness) -> Leave:
    """The table.

    Shapes:  policy: {interaction: {automatic, manual: [`echo.kinds.Quoter` or an id of ours]}}, or None
    """
    rule = (policy or {}).get(interaction.value)
    if rule is None or (interaction == Interaction.REPLY and who.is_mentioned):
        return Leave.YES
    automatic, manual = rule.get("automatic", ()), rule.get("manual", ())
    if _names(automatic, who):
        return Leave.YES
    is_unclear = Quoter.OTHERS in automatic or Quoter.OTHERS in manual
    return Leave.ASKED if is_unclear or _names(manual, who) else Leave.NO


def _names(words: Collection[str], who: Closeness) -> bool:
    return (
        Quoter.PUBLIC in words
        or who.uri in words
        or (Quoter.FOLLOWERS in words and who.is_follower)
        or (Quoter.FOLLOWING in words and who.is_followed)
    )
