"""The followers of somebody here that are of the server that asks: told to nobody else."""

from __future__ import annotations

from quart import Blueprint, current_app, request

from activitypub import write
from activitypub.objects import Collection, ObjectRef
from echo import addresses
from echo.errors import Forbidden
from echo.http.access import signed
from echo.store import followers
from federation.answers import Answer, activity_json
from federation.authenticate import Incoming, KnownKeys, Sender, claim_of, prove
from federation.documents import local_actor
from federation.followers import MOST_OF_HOST
from federation.inbox_routes import target
from federation.network import network

blueprint = Blueprint("federation_follower_documents", __name__)


@blueprint.get("/ap/actors/<account_id>/followers_synchronization")
@signed
async def synchronization(account_id: str) -> Answer:
    """Source:  FEP-8fcf; one page, because some read no second one"""
    asking = await _asking()
    source = await local_actor(account_id)
    uris = await followers.uris_of_host(source.id, asking.host, at_most=MOST_OF_HOST)
    found = Collection(
        kind="OrderedCollection",
        id=addresses.here().collection(source.id, "followers_synchronization"),
        items=tuple(ObjectRef(id=uri) for uri in uris),
    )
    answer = activity_json(write.write_collection(found), seconds=0)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Accept, Signature"
    return answer


async def _asking() -> Sender:
    """Who asks, proven by a signature. Raises Untrusted, Forbidden for servers that are blocked."""
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    claim = claim_of(Incoming(request.method, target(), headers, b""))
    if await network().blocked.have(claim.key_id):
        raise Forbidden(detail=f"{claim.key_id} is of a server that is blocked")
    known: KnownKeys = current_app.extensions.setdefault("echo_readers", KnownKeys())
    return await prove(claim, known)
