"""S-B09: whatever address a stranger writes into whatever field, nothing inside our own house is dialled."""

from __future__ import annotations

from typing import Any

import pytest

from echo import ports
from echo.store import host_pages, inbound
from federation import resolve
from federation.errors import FederationError
from tests import make
from tests.federation.peer import PUBLIC, Actor, Peer, jrd, key_pair
from tests.federation.test_handlers import followed, says
from tests.federation.test_outbox import follow_of
from tests.fediverse import Echo, Router, settle_down

CANARIES = ["https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x", "https://localhost/x"]
OUTSIDE = {"one.test", "evil.test"}


def dialled_inside(router: Router) -> list[str]:
    """Hosts that were asked although nobody may."""
    return [request.headers["host"] for request in router.asked if request.headers["host"] not in OUTSIDE]


@pytest.mark.parametrize("canary", CANARIES)
async def test_s_b09_documents_point_inside(one: Echo, evil: Peer, router: Router, canary: str) -> None:
    mallory = evil.person("mallory")
    await followed(mallory, one)
    alice = await make.person("alice")
    fields: list[dict[str, Any]] = [
        {"inReplyTo": canary},
        {"attributedTo": canary},
        {"tag": [{"type": "Mention", "href": canary, "name": "@x@y.test"}], "to": [PUBLIC, canary]},
        {"attachment": [{"type": "Image", "url": canary}], "icon": canary, "url": canary},
        {"replies": canary, "context": canary},
    ]
    for field in fields:
        await says(mallory, one, mallory.creates(mallory.note("x", **field)))
    for activity in (
        mallory.does("Announce", canary),
        mallory.does("Create", {"id": canary, "type": "Note"}),
        mallory.does("Update", {**mallory.document, "icon": {"url": canary}}),
        mallory.does("Follow", alice.account.uri),
    ):
        assert (await mallory.sends(one, activity)).status_code in (202, 400)
    await settle_down([one])
    assert dialled_inside(router) == []


@pytest.mark.parametrize("canary", CANARIES)
async def test_s_b09_keys_names_and_searches_point_inside(
    one: Echo, evil: Peer, router: Router, canary: str
) -> None:
    ghost = Actor(evil, "ghost", key_pair(1))
    answer = await ghost.sends(one, ghost.creates(ghost.note()), key_id=f"{canary}#main-key")
    assert answer.status_code == 401
    directory = ports.directory()
    assert await directory.account_by_iri(canary) is None
    assert await directory.post_by_iri(canary) is None
    host = canary.split("/")[2]
    assert await directory.account_by_handle("x", host) is None
    evil.pages["/.well-known/webfinger?resource=acct:x@evil.test"] = jrd("acct:x@evil.test", canary)
    assert await directory.account_by_handle("x", "evil.test") is None
    evil.pages["/.well-known/webfinger?resource=acct:y@evil.test"] = jrd(f"acct:y@{host}", ghost.id)
    evil.serve(ghost.id, {**ghost.document, "webfinger": f"y@{host}"})
    assert await directory.account_by_handle("y", "evil.test") is not None
    evil.serve_status("https://evil.test/hop", 302, location=canary)
    with pytest.raises(FederationError):
        await resolve.post("https://evil.test/hop", budget=resolve.Budget(5))
    assert dialled_inside(router) == []


@pytest.mark.parametrize("canary", CANARIES)
async def test_s_b09_inboxes_point_inside(one: Echo, evil: Peer, router: Router, canary: str) -> None:
    alice = await make.person("alice")
    mallory = evil.person("mallory", inbox=canary, endpoints={"sharedInbox": canary})
    try:
        await follow_of(mallory, alice)
    except FederationError:
        return  # an actor without a good inbox is none
    await make.post(alice)
    await settle_down([one])
    [row] = await host_pages.delivery_listing()
    assert (row["state"], row["attempts"]) == ("dead", 1)
    assert dialled_inside(router) == []


async def test_reasons_are_counted(one: Echo, evil: Peer) -> None:
    mallory = evil.person("mallory")
    for _ in range(3):
        await says(mallory, one, mallory.creates(mallory.note()))
    [row] = await inbound.reasons()
    assert (row["reason"], row["kind"], row["count"]) == ("unrelated", "Create", 3)
    assert (row["hosts"], row["most_from"]) == (1, "evil.test")
    assert len(await inbound.reasons(host="evil.test")) == 1
    assert await inbound.reasons(host="peer.test") == []
    assert len(await inbound.listing(host="evil.test")) == 3
    assert await inbound.listing(host="peer.test") == []
