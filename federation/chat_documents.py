"""The log of a group of ours, for the servers of those in it: they fetch what was lost on the way."""

from __future__ import annotations

from quart import Blueprint

from activitypub import group_chats as wire
from activitypub import write
from activitypub.document import Document
from activitypub.objects import Collection, ObjectRef
from echo.errors import NotFound, TooMany
from echo.http.access import signed
from echo.store import chat_servers, chats
from federation import group_links
from federation.admission import SEAL, proven
from federation.answers import Answer, activity_json, number, page_mark
from federation.group_chats import written

blueprint = Blueprint("federation_chat_documents", __name__)
# A page fits into what a server reads of an answer, also when every message is long.
PAGE = 50


@blueprint.get("/ap/chats/<chat_id>/events")
@signed
async def events(chat_id: str) -> Answer:
    """Events after `after` in order, without those that nobody of the server that asks may read."""
    asking, chat = await proven(), await chats.find_for_worker(number(chat_id))
    if chat is None or not chat.local or not await chat_servers.is_known_at(chat.id, asking.host):
        raise NotFound
    after = page_mark("after") or 0
    rows = await chat_servers.readable_at(chat.id, asking.host, after, PAGE + 1)
    shown = [wire.write(await written(chat, row)) for row in rows[:PAGE]]
    page = Collection(
        kind="OrderedCollectionPage",
        id=f"{chat.uri}/events?after={after}",
        next=f"{chat.uri}/events?after={rows[PAGE - 1].seq}" if len(rows) > PAGE else None,
        items=tuple(ObjectRef(id=one["id"], document=Document(one)) for one in shown),
    )
    answer = activity_json(write.write_collection(page), seconds=0)
    answer.headers.update(SEAL)
    return answer


@blueprint.get("/ap/chats/links/<token>")
@signed
async def link(token: str) -> Answer:
    """What is behind a join link, for the server of somebody who holds it."""
    asking = await proven()
    if not await group_links.may_try(asking.host):
        raise TooMany
    found = await chats.find_by_link(token)
    if found is None:
        raise NotFound
    answer = activity_json(wire.write_link(await group_links.written(found, token)), seconds=0)
    answer.headers.update(SEAL)
    return answer
