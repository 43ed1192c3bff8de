"""Who is told: inboxes, a shared one for each server where that serves everybody there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from activitypub import iri
from echo import addresses
from echo.db import Row
from echo.kinds import Held, Visibility
from echo.policy.visibility import OPEN
from echo.store import audience, groups, outbound
from echo.store.federation_reads import PostSource
from echo.store.outbound import Inbox
from federation.network import is_our_host


async def of_post(source: PostSource) -> list[Inbox]:
    """Followers and the people a post or boost is directed to; of a direct post only these people."""
    return await _asked(source) if source.held else places(await _audience(source))


async def of_edit(source: PostSource) -> list[Inbox]:
    """Today's audience; of an open post also those who were told of it or did something with it."""
    if source.held:
        return await _asked(source)
    inboxes = await _audience(source)
    if source.visibility in OPEN:
        inboxes |= await _others(source)
    return places(inboxes)


async def of_counts(source: PostSource) -> list[Inbox]:
    """Everybody who may have the poll, and the servers of those who voted in it."""
    inboxes = await _audience(source)
    if source.visibility != Visibility.DIRECT:
        voters = await audience.of_accounts(source.author_id, await audience.voters(source.id))
        inboxes |= {row["shared_inbox"] or row["inbox"] for row in voters}
    return places(inboxes)


async def of_deletion(source: PostSource) -> list[Inbox]:
    """Everybody who may have the post."""
    return places(await _audience(source) | await _others(source))


async def of_followers(account_id: int) -> list[Inbox]:
    """The servers of somebody's followers."""
    return places(await audience.of_followers(account_id))


async def of_everybody() -> list[Inbox]:
    """Every server we know."""
    return places(await audience.of_everybody())


async def of_one(account_id: int) -> list[Inbox]:
    """One person elsewhere, at their own inbox; nobody for people here."""
    return places([await audience.of_one(account_id)])


async def passing_on(source: PostSource) -> frozenset[str]:
    """The hosts that pass an open post on: of whom it answers, and of those who boosted it."""
    if source.visibility not in OPEN or source.boost_of_uri:
        return frozenset()
    hosts = (iri.host_of(url, allow_http=True) for url in await audience.of_answered_and_boosters(source.id))
    return frozenset(host for host in hosts if host is not None)


async def of_author(source: PostSource) -> list[Inbox]:
    """The author of a post elsewhere, and the communities it is in: they pass on who likes it."""
    people = [source.author_id, *await groups.addressed_by(source.id)]
    return places([await audience.of_one(account_id) for account_id in people])


def places(urls: Iterable[str]) -> list[Inbox]:
    """Addresses with their hosts, each once; none of ours, and none that cannot be one."""
    found, here = {}, addresses.here()
    for url in urls:
        # Read once: there may be many thousands.
        host = iri.host_of(url, allow_http=True)
        if host is not None and not is_our_host(host) and not here.is_ours(url):
            found[url] = Inbox(host, url)
    return [found[url] for url in sorted(found)]


async def _asked(source: PostSource) -> list[Inbox]:
    """Who has to say yes first; nobody any more, once that was a no."""
    is_waiting = source.held == Held.WAITING and source.asked_id is not None
    return await of_one(source.asked_id) if is_waiting and source.asked_id is not None else []


async def _audience(source: PostSource) -> set[str]:
    people = [row["id"] for row in await audience.people_of_post(source.id) if not row["interacted"]]
    rows = await audience.of_accounts(source.author_id, people)
    if source.visibility == Visibility.DIRECT:
        return _one_by_one(rows)
    return {row["shared_inbox"] or row["inbox"] for row in rows} | set(
        await audience.of_followers(source.author_id)
    )


async def _others(source: PostSource) -> set[str]:
    """Those who got the post, or boosted, liked or answered it."""
    people = [row["id"] for row in await audience.people_of_post(source.id) if row["interacted"]]
    rows = await audience.of_accounts(source.author_id, people)
    shared = {row["shared_inbox"] or row["inbox"] for row in rows}
    return shared | set(await outbound.inboxes_told(source.id))


def _one_by_one(rows: Sequence[Row]) -> set[str]:
    """Own inboxes; the shared one only where it saves a delivery."""
    counts = Counter(row["shared_inbox"] for row in rows if row["shared_inbox"])
    return {row["shared_inbox"] if counts[row["shared_inbox"]] > 1 else row["inbox"] for row in rows}
