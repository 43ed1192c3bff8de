"""Policy: words and phrases, in texts, links or names. For short lists that an admin writes, and for long
ones (profanity and slurs) that are pasted or imported: none comes with Echo.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import regex

from echo.policy.pipeline.said import Facts, Said
from echo.policy.pipeline.settings import LIST_ENTRIES, Doc, Finder, Finding, Kind, Settings, choice
from echo.policy.pipeline.texts import folded

# For every policy that looks for something in the parts of a post.
WHERE = choice(
    "Where",
    "In which parts of a post it looks.",
    text="In the text, the content warning, the poll and the descriptions of files",
    links="In the addresses that it links to",
    author="In the name and the display name of its author",
)


class Words(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: Annotated[
        list[Annotated[str, Doc(max_length=200)]],
        Doc(
            title="Words and phrases",
            description="One a line. Case, accents and invisible characters make no difference.",
            max_length=LIST_ENTRIES,
        ),
    ] = []
    whole_words: Annotated[
        bool, Doc(title="Whole words", description="Off: also where they are part of a longer word.")
    ] = True
    where: Annotated[
        list[Literal["text", "links", "author"]],
        WHERE,
    ] = msgspec.field(default_factory=lambda: ["text"])


def _prepare(settings: Words) -> Finder:
    wanted = {folded(word).strip() for word in settings.words} - {""}
    pattern = r"(?<!\w)\L<words>(?!\w)" if settings.whole_words else r"\L<words>"
    compiled = regex.compile(pattern, words=sorted(wanted)) if wanted else None

    async def find(said: Said, _: Facts) -> Finding | None:
        for part in parts(said, settings.where) if compiled is not None else ():
            match = compiled.search(folded(part)) if compiled is not None else None
            if match is not None:
                return Finding(f"“{match.group()}”")
        return None

    return find


def parts(said: Said, where: list[Literal["text", "links", "author"]]) -> list[str]:
    """The texts of a post that a rule looks at."""
    found: list[str] = []
    if "text" in where:
        found.append(said.text)
    if "links" in where:
        found.extend(said.links)
    if "author" in where:
        found.extend(said.author)
    return found


KIND = Kind("words", "Words and word lists", "Finds words and phrases.", Words, _prepare)
