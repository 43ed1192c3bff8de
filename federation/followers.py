"""Whether two servers agree on who follows whom: a digest goes along with what only followers may read.

Where the digests differ, the one who received it fetches the list of its own people and mends both sides.

Source:  FEP-8fcf
"""

from __future__ import annotations

import logging
from collections import defaultdict

from activitypub import iri
from activitypub.document import Document
from activitypub.errors import Malformed
from activitypub.objects import Collection
from activitypub.read import read_collection
from activitypub.synchronisation import HEADER, Synchronisation, digest_of, read_header, write_header
from echo import addresses
from echo.actions import follow_repairs
from echo.kinds import FollowState, Visibility
from echo.models import Account
from echo.store import accounts, followers
from federation import fetch
from federation.errors import FederationError
from federation.judge import is_same_origin
from federation.knocking import Sign
from federation.loads import Load
from federation.network import allow_http, network

log = logging.getLogger(__name__)

# Mastodon's figure: who has more followers sends no digests.
MOST_FOLLOWERS = 25_000
# A list must fit into one document: some read no second page.
MOST_OF_HOST = 8_000
MOST_PAGES = 10
# Nobody here follows them: that is what all zeros say.
NOBODY = digest_of(())


async def header_for(account_id: int, inbox: str) -> str | None:
    """What the server of an inbox is told of its followers of somebody here; None when it is too much."""
    host = iri.host_of(inbox, allow_http=True)
    digests = network().digests.get(account_id)
    if digests is None:
        digests = await _digests(account_id)
        network().digests.put(account_id, digests)
    if host is None or "" in digests:
        return None
    here = addresses.here()
    return write_header(
        Synchronisation(
            collection=here.collection(account_id, "followers"),
            url=here.collection(account_id, "followers_synchronization"),
            digest=digests.get(host, NOBODY),
        )
    )


async def along(sign: Sign, load: Load, inbox: str) -> Sign:
    """The headers of a delivery; of what only followers may read, with the digest of these followers."""
    value = await header_for(load.sender_id, inbox) if load.visibility == Visibility.FOLLOWERS else None
    if value is None:
        return sign
    return lambda knock: {**sign(knock), HEADER: value}


async def hear(sender: Account, text: str) -> None:
    """Compare what came with a delivery with what is known here; have it looked at where it differs."""
    told = read_header(text, allow_http=allow_http())
    if told is None or told.collection != sender.followers_uri or not is_same_origin(told.url, sender.uri):
        return
    rows = await followers.here(sender.id)
    known = digest_of(row["uri"] for row in rows if row["state"] == FollowState.ACCEPTED)
    if known != told.digest:
        await follow_repairs.note_difference(sender.id, told.url, told.digest)


async def mend_followers(account_id: int, url: str, digest: str) -> None:
    """Fetch the list of our people who follow somebody, and agree with it. Their next post is another try."""
    account = await accounts.find(account_id)
    if account is None or not account.host or not is_same_origin(url, account.uri):
        return
    try:
        uris = await _listed(url)
    except (FederationError, Malformed) as error:
        log.info("%s: %s", url, error)
        return
    here = addresses.here()
    ours = {
        found for uri in uris if (found := here.actor_id_in(uri)) is not None and here.actor(found) == uri
    }
    mended = await follow_repairs.agree(account, ours, is_whole=digest_of(uris) == digest)
    log.info("%s: %s follows mended", account.uri, mended)


async def _digests(account_id: int) -> dict[str, str]:
    """The digest for each server that followers are of; an empty name when there are too many."""
    rows = await followers.elsewhere(account_id, at_most=MOST_FOLLOWERS)
    if len(rows) >= MOST_FOLLOWERS:
        return {"": ""}
    uris: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        uris[row["host"]].append(row["uri"])
    return {host: digest_of(found) for host, found in uris.items() if len(found) <= MOST_OF_HOST}


async def _listed(url: str) -> set[str]:
    """Ids of our people on a list: pages are turned on the same server, a few at most."""
    found: set[str] = set()
    seen: set[str] = set()
    place: str | None = url
    while place is not None and place not in seen and len(seen) < MOST_PAGES and is_same_origin(place, url):
        seen.add(place)
        page = _read(await fetch.collection(place))
        inner = None if page.first is None else page.first.document
        pages = [page] if inner is None else [page, _read(inner)]
        found.update(item.id for one in pages for item in one.items if item.id is not None)
        place = _following(pages)
    return {uri for uri in found if addresses.here().is_ours(uri)}


def _read(document: Document) -> Collection:
    return read_collection(document, at_most=MOST_OF_HOST, allow_http=allow_http())


def _following(pages: list[Collection]) -> str | None:
    first = pages[0].first
    if len(pages) == 1 and first is not None and first.id is not None:
        return first.id
    return pages[-1].next
