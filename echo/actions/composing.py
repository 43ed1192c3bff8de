"""From what was typed to what is stored: mentions looked up, HTML written, limits checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echo import addresses, ports, settings
from echo.errors import Invalid, Unavailable
from echo.store import accounts, emojis, trend_reviews
from echo.text import length, markup
from echo.text.emojis import shortcodes
from echo.text.markdown import render_markdown
from echo.text.markup import MentionTarget
from echo.text.mentions import Handle

# How long posting may wait for the servers of people it names, in seconds.
LOOKUP_SECONDS = 4.0
MENTIONS_MAX = 50
EMOJIS_MAX = 100


PLAIN, MARKDOWN = "text/plain", "text/markdown"
CONTENT_TYPES = (PLAIN, MARKDOWN)


@dataclass(frozen=True, slots=True)
class Composed:
    """A text made ready: clean HTML, the people it names and its hashtags.

    Shapes:  pieces: the HTML of each text that was given; html: all of it; hashtags: folded, and as they were
             written first
    """

    pieces: tuple[str, ...]
    mentioned_ids: tuple[int, ...]
    hashtags: Mapping[str, str]

    @property
    def html(self) -> str:
        return "".join(self.pieces)


def tidy(text: str, spoiler: str, *, has_more: bool) -> tuple[str, str]:
    """Text and content warning, trimmed; a warning over nothing becomes the text.

    Shapes:  has_more: files or a poll, which need no text
    Raises:  Invalid when there is nothing, and when it is longer than this server allows
    """
    text, spoiler = text.strip(), spoiler.strip()
    if not text and not has_more:
        text, spoiler = spoiler, ""
    if not text and not has_more:
        raise Invalid("Validation failed: Text can't be blank")
    limit = settings.here().limits.post_characters
    if length.count(text, spoiler, allow_ports=settings.here().dev.enabled) > limit:
        raise Invalid(f"Validation failed: Text character limit of {limit} exceeded")
    return text, spoiler


async def compose(*texts: str, content_type: str = PLAIN) -> Composed:
    """Find and look up what texts name, then write their HTML. Asks other servers, so call it outside of a
    transaction. A name that nobody answers to stays text.

    Raises:  Invalid for hashtags that moderators do not allow
    """
    with_ports = settings.here().dev.enabled
    found = markup.find("\n\n".join(texts), allow_ports=with_ports)
    targets = await look_up(found.mentions[:MENTIONS_MAX])
    render = render_markdown if content_type == MARKDOWN else markup.render
    rendered = [
        render(
            text,
            mention_urls={handle: target for handle, (_, target) in targets.items()},
            tag_url=addresses.here().tag_page,
            allow_ports=with_ports,
        )
        for text in texts
    ]
    named = (targets[handle][0] for piece in rendered for handle in piece.mentions if handle in targets)
    tags: dict[str, str] = {}
    for name, typed in (tag for piece in rendered for tag in piece.hashtags.items()):
        tags.setdefault(name, typed)
    refused = await trend_reviews.unusable(tuple(tags))
    if refused:
        names = ", ".join(f"#{name}" for name in refused)
        raise Invalid(f"Validation failed: Text contained a disallowed hashtag: {names}")
    return Composed(tuple(piece.html for piece in rendered), tuple(dict.fromkeys(named)), tags)


async def emojis_in(*texts: str) -> list[dict[str, str]]:
    """The custom emojis that texts of people here use, as they are kept beside the texts."""
    return await emojis.find(shortcodes(*texts)[:EMOJIS_MAX])


async def look_up(handles: Sequence[Handle]) -> dict[Handle, tuple[int, MentionTarget]]:
    """Account id and mention target of each handle that somebody answers to."""
    keys = {handle: _key(handle) for handle in handles}
    known = await accounts.find_by_handles(list(set(keys.values())))
    unknown = {key for key in keys.values() if key not in known and key[1]}
    if unknown:
        await _fetch(unknown)
        known |= await accounts.find_by_handles(list(unknown))
    found = {}
    for handle, key in keys.items():
        row = known.get(key)
        if row is not None:
            acct = row["username"] + (f"@{row['domain']}" if row["domain"] else "")
            found[handle] = (int(row["id"]), MentionTarget(url=row["url"] or row["uri"], acct=acct))
    return found


def _key(handle: Handle) -> tuple[str, str]:
    """Name and handle host as they are stored: no host for people here."""
    name, domain = handle
    ours = {addresses.here().domain.lower(), addresses.here().host.lower()}
    return name.lower(), "" if domain is None or domain.lower() in ours else domain.lower()


async def _fetch(handles: set[tuple[str, str]]) -> None:
    directory = ports.directory()

    async def ask(name: str, domain: str) -> None:
        try:
            await directory.account_by_handle(name, domain)
        except Unavailable:
            return

    tasks = [asyncio.create_task(ask(name, domain)) for name, domain in handles]
    _, late = await asyncio.wait(tasks, timeout=LOOKUP_SECONDS)
    for task in late:
        task.cancel()
