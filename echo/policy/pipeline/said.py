"""What policies look at: the same for a post of elsewhere, a post of somebody here and a chat message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from echo.kinds import Visibility


class Door(StrEnum):
    """How something comes in."""

    REMOTE = "remote"  # posts of other servers
    LOCAL = "local"  # posts of people here, new and edited
    CHAT = "chat"  # messages of people here in chats


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wants to say.

    Shapes:  host: their server's, empty for people here; author: name, then display name, for rules about
             these; text: plain, with the warning, what a poll asks and what files are described as;
             links: addresses it leads to, without people and hashtags; mentions: how many people it names,
             known here or not; mentioned_ids: those of them that are known; files: how many
    """

    door: Door
    author_id: int
    host: str = ""
    author: tuple[str, str] = ("", "")
    text: str = ""
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: int = 0
    mentioned_ids: tuple[int, ...] = ()
    files: int = 0
    visibility: Visibility = Visibility.PUBLIC
    is_reply: bool = False
    is_edit: bool = False
    uri: str = ""


class Facts(Protocol):
    """What policies may ask about an author and a text. Each question may cost a statement."""

    async def known_hours(self, said: Said) -> float:
        """For how long this server has known the author, in hours."""
        ...

    async def is_trusted(self, said: Said) -> bool:
        """Whether somebody here follows the author; of people here: whether anybody does."""
        ...

    async def strangers(self, said: Said) -> int:
        """How many of the people here whom it names do not follow the author."""
        ...

    async def others_who_said(self, said: Said, fingerprint: str, hours: int) -> int:
        """How many other accounts said the same within this time; this one is counted from now on."""
        ...

    async def ask(self, url: str, headers: dict[str, str], body: bytes, seconds: float) -> bytes | None:
        """What an address answers with 200; None when it does not, or not in time."""
        ...
