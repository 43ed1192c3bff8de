"""The actor who speaks with relays, as a document: an Application without an account."""

from __future__ import annotations

from quart import Blueprint

from activitypub import objects as wire
from activitypub import write
from activitypub.objects import Collection
from activitypub.vocabulary import ActorKind
from echo import addresses
from echo.errors import NotFound
from echo.http.access import signed
from echo.store import federation_reads, relays
from federation.admission import answers_unsigned, show_to_all
from federation.answers import Answer, activity_json
from federation.network import network

blueprint = Blueprint("federation_relay_documents", __name__)

NAME = "relay"


@blueprint.get("/relay")
@signed
@answers_unsigned
async def relay_actor() -> Answer:
    show_to_all()
    here = addresses.here()
    server = await federation_reads.actor(await network().keys.server_actor_id())
    if server is None:
        raise NotFound
    found = wire.Actor(
        id=here.relay,
        kind=ActorKind.APPLICATION,
        inbox=here.shared_inbox,
        shared_inbox=here.shared_inbox,
        outbox=f"{here.relay}/outbox",
        followers=here.relay_followers,
        following=f"{here.relay}/following",
        preferred_username=NAME,
        name=f"Relay of {here.domain}",
        url=f"{here.base}/",
        public_keys=(wire.PublicKey(id=here.relay_key, owner=here.relay, pem=server.public_pem),),
        manually_approves_followers=True,
        published=server.created_at,
        webfinger=f"{NAME}@{here.domain}",
    )
    return activity_json(write.write_actor(found))


@blueprint.get("/relay/<name>")
@signed
async def relay_collection(name: str) -> Answer:
    """How many relays there are, and nothing more."""
    if name not in ("followers", "following", "outbox"):
        raise NotFound
    total = 0 if name == "outbox" else len(await relays.accepted())
    place = f"{addresses.here().relay}/{name}"
    return activity_json(
        write.write_collection(Collection(kind="OrderedCollection", id=place, total_items=total))
    )
