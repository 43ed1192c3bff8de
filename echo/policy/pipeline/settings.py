"""What every kind of policy can be set to, and how settings describe themselves: the form in the admin pages,
the answer of the API and the page of the documentation are all made from these declarations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.verdicts import Action, Change

Doc = msgspec.Meta


def choice(title: str, description: str, **options: str) -> msgspec.Meta:
    """What a setting with options says of itself.

    Shapes:  options: for each, in the order in which people expect them, what it does, in words for people
    """
    return Doc(title=title, description=description, extra={"options": options})


LIST_ENTRIES = 20_000


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with what a policy finds."""

    action: Annotated[
        Literal["rewrite", "hold", "reject"],
        choice(
            "What is done",
            "With what this policy finds.",
            rewrite="Change it as chosen below, then take it",
            hold="Keep it until a moderator decides",
            reject="Do not take it, and tell people here the reason",
        ),
    ] = "hold"
    private: Annotated[
        bool,
        Doc(
            title="Private posts too",
            description="Whether posts for followers and direct ones are looked at. What is held of them is"
            " read by moderators.",
        ),
    ] = True
    changes: Annotated[
        list[Change],
        choice(
            "How it is changed",
            "Also done to what is held, when it is let through.",
            warn="Give it a content warning, unless it has one",
            sensitive="Hide its files until somebody looks at them",
            unlist="Keep it off public timelines",
            untell="Do not tell the people it names",
            drop_files="Take its files away",
        ),
    ] = []
    warning: Annotated[
        str, Doc(title="Content warning", description="What it says, where one is given.", max_length=500)
    ] = "Marked by the moderators"
    reason: Annotated[
        str,
        Doc(title="Reason", description="What people here are told when it is rejected.", max_length=500),
    ] = "This is not allowed on this server"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a policy saw.

    Shapes:  text: for moderators, short; action, reason: where they are not those of the settings
    """

    text: str
    action: Action | None = None
    reason: str = ""


Finder = Callable[[Said, Facts], Awaitable[Finding | None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of policy.

    Shapes:  prepare: its settings -> what looks at a post; raises ValueError for settings that make no sense;
             needs_hosts: it has to be limited to servers
    """

    name: str
    title: str
    about: str
    settings: type[Settings]
    prepare: Callable[[Any], Finder]
    needs_hosts: bool = False


def action_of(settings: Settings) -> Action:
    """What the settings say is done."""
    return Action[settings.action.upper()]
