"""The followers of somebody here that are of the server that asks: told to nobody else."""

from __future__ import annotations

from quart import Blueprint

from activitypub import write
from activitypub.objects import Collection, ObjectRef
from echo import addresses
from echo.http.access import signed
from echo.store import followers
from federation.admission import SEAL, proven
from federation.answers import Answer, activity_json
from federation.documents import local_actor
from federation.followers import MOST_OF_HOST

blueprint = Blueprint("federation_follower_documents", __name__)


@blueprint.get("/ap/actors/<account_id>/followers_synchronization")
@signed
async def synchronization(account_id: str) -> Answer:
    """Source:  FEP-8fcf; one page, because some read no second one"""
    asking = await proven()
    source = await local_actor(account_id)
    uris = await followers.uris_of_host(source.id, asking.host, at_most=MOST_OF_HOST)
    found = Collection(
        kind="OrderedCollection",
        id=addresses.here().collection(source.id, "followers_synchronization"),
        items=tuple(ObjectRef(id=uri) for uri in uris),
    )
    answer = activity_json(write.write_collection(found), seconds=0)
    answer.headers.update(SEAL)
    return answer
