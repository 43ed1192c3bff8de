"""What is still to be asked of other servers about a thread, and how much of it may be; kept as JSON."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from federation.causes import NEW_ACCOUNTS, NEW_POSTS

# Mastodon's figures.
MOST_REPLIES = 1_000
MOST_PAGES = 500
MOST_OF_POST = 500
# Climbs, each as far as `ingest.PARENTS`: GoToSocial goes up 512 posts.
MOST_CLIMBS = 50
# Pages in a row that name nothing new: nobody has so many of them in earnest.
FRUITLESS_PAGES = 3


class Do(StrEnum):
    ABOVE = "above"  # what the first known post of the thread answers
    OPEN = "open"  # how its servers tell of the thread: a context, or replies
    POST = "post"  # a post, and replies to it
    LEAF = "leaf"  # a post that a context names
    PAGE = "page"  # a page of replies
    CONTEXT = "context"  # a page of a context


class Step(msgspec.Struct, frozen=True):
    """Shapes:  source: of a post: what it must answer, or be in; of a page: the post or context it is of"""

    do: Do
    address: str = ""
    source: str = ""
    fruitless: int = 0


class Plan(msgspec.Struct):
    """The steps to do, the next one first, and what is left of every budget."""

    steps: list[Step]
    baseline: int = 0
    seen: set[str] = msgspec.field(default_factory=set)
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    replies: int = MOST_REPLIES
    pages: int = MOST_PAGES
    climbs: int = MOST_CLIMBS
    new_accounts: int = NEW_ACCOUNTS
    new_posts: int = NEW_POSTS

    def want(self, do: Do, address: str, source: str) -> bool:
        """Plan to look at a post, unless that was planned before, or is too much."""
        if address in self.seen or self.replies <= 0 or self.counts.get(source, 0) >= MOST_OF_POST:
            return False
        self.seen.add(address)
        self.replies -= 1
        self.counts[source] = self.counts.get(source, 0) + 1
        self.steps.append(Step(do, address, source))
        return True

    def turn(self, do: Do, address: str, source: str, fruitless: int = 0) -> bool:
        """Plan to read a page, unless it was read before, or is too much."""
        place = f"{address}#page"
        if place in self.seen or self.pages <= 0 or fruitless >= FRUITLESS_PAGES:
            return False
        self.seen.add(place)
        self.pages -= 1
        self.steps.append(Step(do, address, source, fruitless))
        return True
