"""A bovine_herd server with one actor, told what to do over loopback.

Run by the interpreter of the folder where bovine_herd is installed, not by Echo's. The server answers nobody
who does not sign. What is said goes through its outbox, as a client of ActivityPub would put it there.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bovine.clients import lookup_uri_with_webfinger
from bovine_herd import BovineHerd, handle_outbox_item, process_inbox_item, process_outbox_item
from bovine_process.types import ProcessingItem
from bovine_store.actor.register import endpoint_path_function_from_endpoint, register
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, jsonify, request

HOST, PORT, CONTROL_PORT, WORK = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
ORIGIN = f"https://{HOST}"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Json = dict[str, Any]

seen: list[Json] = []
follows: dict[str, Json] = {}
done: dict[str, Json] = {}
state: dict[str, Any] = {}


async def receive(item: ProcessingItem, actor: Any) -> None:
    """The server's own reading of what arrived; what it believed is remembered, a follow is answered."""
    arrived = json.loads(json.dumps(item.data))
    await process_inbox_item(item, actor)
    seen.append(arrived)
    if arrived["type"] == "Follow":
        follows[arrived["actor"]] = arrived
        await accept(arrived["actor"])


async def take(item: ProcessingItem, actor: Any) -> None:
    """Work on it beside the answer."""
    site.add_background_task(receive, item, actor)


site, control = Quart("site"), Quart("control")
BovineHerd(site, start_background_task_inbox=take, db_url=f"sqlite://{WORK}/bovine.sqlite3")


@site.before_serving
async def settle_in() -> None:
    name = await register("bo", endpoint_path_function_from_endpoint(f"{ORIGIN}/endpoints/"))
    state["actor"] = await site.config["bovine_store"].actor_for_name(name.bovine_name)
    state["session"] = site.config["session"]


def me() -> Any:
    return state["actor"].actor_object


async def say(activity: Json) -> Json:
    """Put an activity into the outbox; it with the ids that the server gave."""
    made = {"@context": "https://www.w3.org/ns/activitystreams", "actor": me().id, **activity}
    async with site.app_context():
        item = await handle_outbox_item(ProcessingItem(me().id, made), state["actor"])
        said = json.loads(json.dumps(item.data))
        await process_outbox_item(item, state["actor"])
    done[said["id"]] = said
    return said


async def fetch(address: str) -> Json:
    found: Json = await state["actor"].retrieve(address)
    return found


async def find(handle: str) -> Json:
    address, _ = await lookup_uri_with_webfinger(state["session"], f"acct:{handle}")
    return {"id": (await fetch(address or ""))["id"]}


async def follow(actor: str) -> Json:
    done[actor] = await say({"type": "Follow", "object": actor, "to": [actor]})
    return {}


async def unfollow(actor: str) -> Json:
    await say({"type": "Undo", "object": done[actor]["id"], "to": [actor]})
    return {}


async def lock(*, on: bool) -> Json:
    raise ValueError("unsupported: a bovine actor has no word for being locked")


async def accept(actor: str) -> Json:
    await say({"type": "Accept", "object": follows[actor]["id"], "to": [actor]})
    return {}


async def post(
    *,
    text: str,
    cw: str | None,
    media: str | None,
    poll: list[str] | None,
    in_reply_to: str | None,
    mention: dict[str, str] | None,
    direct: bool,
) -> Json:
    if media:
        raise ValueError("unsupported: the server keeps no files")
    named = [mention["actor"]] if mention else []
    note: Json = {
        "type": "Question" if poll else "Note",
        "attributedTo": me().id,
        "content": f"<p>{text}</p>",
        "published": datetime.now(UTC).isoformat(),
        "to": named if direct else [PUBLIC],
        "cc": [] if direct else [me().followers, *named],
    }
    if cw:
        note |= {"summary": cw, "sensitive": True}
    if poll:
        note["endTime"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        note["oneOf"] = [{"type": "Note", "name": one, "replies": {"totalItems": 0}} for one in poll]
    if in_reply_to:
        note["inReplyTo"] = in_reply_to
    if mention:
        note["tag"] = [{"type": "Mention", "href": mention["actor"], "name": f"@{mention['handle']}"}]
    said = await say({"type": "Create", "object": note, "to": note["to"], "cc": note["cc"]})
    return {"id": said["object"]["id"]}


async def edit(post: str, text: str) -> Json:
    note = {**await fetch(post), "content": f"<p>{text}</p>", "updated": datetime.now(UTC).isoformat()}
    await say({"type": "Update", "object": note, "to": [PUBLIC], "cc": [me().followers]})
    return {}


async def delete(post: str) -> Json:
    await say({"type": "Delete", "object": post, "to": [PUBLIC], "cc": [me().followers]})
    return {}


async def mark(kind: str, post: str) -> Json:
    author = (await fetch(post))["attributedTo"]
    return {"id": (await say({"type": kind, "object": post, "to": [author, PUBLIC]}))["id"]}


async def undo(activity: str, post: str) -> Json:
    author = (await fetch(post))["attributedTo"]
    await say({"type": "Undo", "object": activity, "to": [author, PUBLIC]})
    return {}


async def vote(question: str, option: str) -> Json:
    author = (await fetch(question))["attributedTo"]
    ballot = {"type": "Note", "attributedTo": me().id, "name": option, "inReplyTo": question, "to": [author]}
    await say({"type": "Create", "object": ballot, "to": [author]})
    return {}


async def block(actor: str) -> Json:
    await say({"type": "Block", "object": actor, "to": [actor]})
    return {}


async def followers() -> Json:
    return {"followers": list(await state["actor"].resolve_endpoints([me().followers]))}


async def what_was_seen() -> Json:
    return {"seen": seen}


COMMANDS: dict[str, Callable[..., Awaitable[Json]]] = {
    "find": find,
    "follow": follow,
    "unfollow": unfollow,
    "lock": lock,
    "accept": accept,
    "post": post,
    "edit": edit,
    "delete": delete,
    "undo": undo,
    "vote": vote,
    "block": block,
    "like": lambda post: mark("Like", post),
    "boost": lambda post: mark("Announce", post),
    "seen": what_was_seen,
    "followers": followers,
}


@control.post("/")
async def do() -> Any:
    asked = json.loads(await request.get_data())
    try:
        return jsonify(await COMMANDS[asked.pop("do")](**asked))
    except Exception as error:
        logging.exception("it failed")
        return jsonify({"error": f"{type(error).__name__}: {error}"}), 500


async def over_tls(scope: Any, read: Any, write: Any) -> None:
    """The site as people reach it: the front before it has ended TLS."""
    if scope["type"] == "http":
        scope = {**scope, "scheme": "https", "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
    await site(scope, read, write)


async def main() -> None:
    inside, outside = Config(), Config()
    inside.bind, outside.bind = [f"127.0.0.1:{CONTROL_PORT}"], [f"127.0.0.1:{PORT}"]
    both = asyncio.gather(serve(over_tls, outside), serve(control, inside))  # type: ignore[arg-type]
    while "session" not in state:
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    await both


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(main())
