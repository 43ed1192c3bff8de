"""A small site on pubby (a library that federates websites): one actor, told what to do over loopback.

Run by the interpreter of the folder where pubby is installed, not by Echo's.
Everything on the wire (signatures, deliveries, WebFinger, the inbox) is the library's, not ours.
"""

import json
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, jsonify, request
from pubby import ActivityPubHandler, FollowPolicy, Object, accept_follow_request, deliver_activity
from pubby.crypto import generate_rsa_keypair
from pubby.server.adapters.flask import bind_activitypub
from pubby.storage.adapters.db import init_db_storage
from pubby.webfinger import resolve_actor_url
from werkzeug.serving import make_server

HOST, PORT, CONTROL_PORT, WORK = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
ORIGIN = f"https://{HOST}"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = "https://www.w3.org/ns/activitystreams"
PICTURE = (WORK / "picture.png").read_bytes()

Json = dict[str, Any]
seen: list[Json] = []
objects: dict[str, Any] = {}
done: dict[str, Json] = {}
follows: dict[str, Json] = {}
locked = False
private_key, _ = generate_rsa_keypair()
storage = init_db_storage(f"sqlite:///{WORK}/pubby.db")
handler = ActivityPubHandler(
    storage=storage,
    actor_config={"base_url": ORIGIN, "username": "pia", "name": "Pia of pubby", "summary": "A peer"},
    private_key=private_key,
    deliver=lambda inbox, activity: deliver(inbox, activity),
    allow_private_targets=True,
    follow_policy=lambda *_: FollowPolicy.MANUAL if locked else FollowPolicy.ACCEPT,
)
ME, FOLLOWERS = handler.actor_id, handler.followers_url
process = handler.inbox.process
tasks = ThreadPoolExecutor(max_workers=2)


def deliver(inbox: str, activity: Json) -> None:
    """The application's own delivery, as the manual has it: the library's dials no private address."""
    tasks.submit(
        deliver_activity, activity, inbox, key_id=handler.key_id, private_key=private_key
    ).add_done_callback(lambda done: print(inbox, done.exception() or done.result(), file=sys.stderr))


def process_and_remember(activity: Json, **how: Any) -> Any:
    """The library's own reading of an activity; what it believed is remembered."""
    answer = process(activity, **how)
    seen.append(activity)
    return answer


handler.inbox.process = process_and_remember
site, control = Flask("site"), Flask("control")
bind_activitypub(site, handler)


@site.get("/picture.png")
def picture() -> Response:
    return Response(PICTURE, content_type="image/png")


@site.get("/posts/<name>")
def post(name: str) -> Response | tuple[Response, int]:
    found = objects.get(f"{ORIGIN}/posts/{name}")
    if found is None:
        return jsonify({"error": "gone"}), 410
    answer = jsonify({"@context": CONTEXT, **found.to_dict()})
    answer.headers["Content-Type"] = "application/activity+json"
    return answer


def fetch(address: str) -> Json:
    """A document of somebody else; signed, because servers in secure mode want that."""
    return (
        handler.inbox._fetch_actor(address)
        or requests.get(address, headers={"Accept": "application/activity+json"}, timeout=10).json()
    )


def author_of(address: str) -> str:
    return fetch(address)["attributedTo"]


def publish(activity: Json) -> Json:
    handler.publish_activity(activity)
    done[activity["id"]] = activity
    return {"id": activity["id"]}


def plain(kind: str, target: str, **more: Any) -> Json:
    return {
        "@context": CONTEXT,
        "id": f"{ORIGIN}/done/{uuid.uuid4()}",
        "type": kind,
        "actor": ME,
        **more,
        "to": [target],
    }


def find(handle: str) -> Json:
    name, domain = handle.split("@")
    actor = fetch(resolve_actor_url(name, domain))
    return {"id": actor["id"], "type": actor["type"]}


def follow(actor: str) -> Json:
    follows[actor] = plain("Follow", actor, object=actor)
    return publish(follows[actor])


def unfollow(actor: str) -> Json:
    return publish({**handler.outbox.build_undo_activity(follows[actor]), "to": [actor], "cc": []})


def lock(*, on: bool) -> Json:
    global locked
    locked = handler.manually_approves = on
    handler.publish_actor_update()
    return {}


def accept(actor: str) -> Json:
    asked = next(one for one in storage.get_follow_requests() if one.actor_id == actor)
    accept_follow_request(storage, asked, actor_id=ME, key_id=handler.key_id, private_key=private_key)
    return {}


def write(
    *,
    text: str,
    cw: str | None,
    media: str | None,
    poll: list[str] | None,
    in_reply_to: str | None,
    mention: dict[str, str] | None,
    direct: bool,
) -> Json:
    if poll:
        raise ValueError("unsupported: the library has no Question objects")
    new = f"{ORIGIN}/posts/{uuid.uuid4()}"
    named = [mention["actor"]] if mention else []
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{ORIGIN}/picture.png", "name": media}
    objects[new] = Object(
        id=new,
        type="Note",
        content=f"<p>{text}</p>",
        url=new,
        attributed_to=ME,
        published=datetime.now(UTC),
        summary=cw,
        sensitive=bool(cw),
        in_reply_to=in_reply_to,
        to=named if direct else [PUBLIC],
        cc=[] if direct else [FOLLOWERS, *named],
        tag=[{"type": "Mention", "href": named[0], "name": f"@{mention['handle']}"}] if mention else [],
        attachment=[picture] if media else [],
    )
    handler.publish_object(objects[new])
    return {"id": new}


def edit(post: str, text: str) -> Json:
    objects[post].content = f"<p>{text}</p>"
    objects[post].updated = datetime.now(UTC) + timedelta(seconds=1)
    handler.publish_object(objects[post], activity_type="Update")
    return {}


def delete(post: str) -> Json:
    handler.publish_object(objects.pop(post), activity_type="Delete")
    return {}


def like(post: str) -> Json:
    made = handler.outbox.build_like_activity(post)
    return publish({**made, "to": [author_of(post)], "cc": []})


def boost(post: str) -> Json:
    made = handler.outbox.build_announce_activity(post)
    return publish({**made, "cc": [FOLLOWERS, author_of(post)]})


def undo(activity: str, post: str) -> Json:
    made = handler.outbox.build_undo_activity(done[activity])
    return publish({**made, "to": [author_of(post)], "cc": []})


def vote(question: str, option: str) -> Json:
    raise ValueError("unsupported: the library has no votes")


def block(actor: str) -> Json:
    raise ValueError("unsupported: the library blocks whole servers only, and tells nobody")


COMMANDS: dict[str, Callable[..., Json]] = {
    "find": find,
    "follow": follow,
    "unfollow": unfollow,
    "lock": lock,
    "accept": accept,
    "post": write,
    "edit": edit,
    "delete": delete,
    "like": like,
    "boost": boost,
    "undo": undo,
    "vote": vote,
    "block": block,
    "seen": lambda: {"seen": seen},
    "followers": lambda: {"followers": [one.actor_id for one in storage.get_followers(actor_id=ME)]},
}


@control.post("/")
def do() -> Response | tuple[Response, int]:
    asked = json.loads(request.get_data())
    try:
        return jsonify(COMMANDS[asked.pop("do")](**asked))
    except Exception as error:
        control.logger.exception("it failed")
        return jsonify({"error": f"{type(error).__name__}: {error}"}), 500


if __name__ == "__main__":
    servers = [make_server("127.0.0.1", PORT, site, threaded=True)]
    servers.append(make_server("127.0.0.1", CONTROL_PORT, control, threaded=True))
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for thread in threads:
        thread.join()
