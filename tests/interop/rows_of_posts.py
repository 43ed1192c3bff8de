"""Rows of the story, posts: words, warnings, pictures, polls, replies, mentions, edits, deletions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.interop.story import OURS, THEIRS, Scene, row, upload, within


def arrives(scene: Scene, post: str) -> Any:
    """A post of the peer in alice's home; its number is kept for later rows."""
    status = within(lambda: scene.received(post))
    scene.kept[post] = status.id
    return status


@row("post", OURS)
def post(scene: Scene) -> None:
    status = scene.alice.client.status_post("Tea at five, with <b>cake</b> & jam.")
    scene.kept["our post"] = status
    within(lambda: scene.peer.shows(status.uri, "Tea at five"))


@row("post", THEIRS)
def their_post(scene: Scene) -> None:
    scene.kept["their post"] = scene.peer.post("Coffee at four.")
    status = arrives(scene, scene.kept["their post"])
    assert "Coffee at four." in status.content, status.content
    assert status.visibility == "public", status.visibility
    assert status.account.acct == scene.peer.handle


@row("content warning", OURS)
def warn(scene: Scene) -> None:
    status = scene.alice.client.status_post("He did it.", spoiler_text="The end of the film")
    within(lambda: scene.peer.shows(status.uri, "He did it.", "The end of the film"))


@row("content warning", THEIRS)
def their_warning(scene: Scene) -> None:
    status = arrives(scene, scene.peer.post("She did it.", warning="The end of the book"))
    assert status.spoiler_text == "The end of the book", status.spoiler_text
    assert status.sensitive
    assert "She did it." in status.content


@row("media", OURS)
def show(scene: Scene) -> None:
    media = upload(scene.alice, "A blue square")
    status = scene.alice.client.status_post("Look.", media_ids=[media])
    within(lambda: scene.peer.shows(status.uri, "Look.", "A blue square"))


@row("media", THEIRS)
def their_picture(scene: Scene) -> None:
    status = arrives(scene, scene.peer.post("Look here.", media="A square of theirs"))
    assert [one.type for one in status.media_attachments] == ["image"], status.media_attachments
    assert status.media_attachments[0].description == "A square of theirs"


@row("poll", OURS)
def ask(scene: Scene) -> None:
    poll = scene.alice.client.make_poll(["Tea", "Coffee"], expires_in=3600)
    status = scene.alice.client.status_post("Which?", poll=poll)
    within(lambda: scene.peer.shows(status.uri, "Which?", "Coffee"))
    scene.peer.vote(status.uri, "Coffee")
    within(lambda: scene.alice.client.status(status.id).poll.options[1].votes_count == 1)


@row("poll", THEIRS)
def their_question(scene: Scene) -> None:
    status = arrives(scene, scene.peer.post("Which one?", poll=["Red", "Green"]))
    assert [one.title for one in status.poll.options] == ["Red", "Green"], status.poll
    assert status.poll.expires_at < datetime.now(UTC) + timedelta(days=31)
    scene.alice.client.poll_vote(status.poll.id, [1])
    within(lambda: scene.peer.was_told("Create", "Green"))


@row("reply", OURS)
def reply(scene: Scene) -> None:
    status = scene.alice.client.status_reply(scene.now(scene.kept["their post"]), "Make it six.", untag=False)
    within(lambda: scene.peer.shows(status.uri, "Make it six.", scene.kept["their post"]))


@row("reply", THEIRS)
def their_reply(scene: Scene) -> None:
    ours = scene.kept["our post"]
    reply = scene.peer.post(
        "I bring the jam.", reply_to=ours.uri, mention=(scene.alice_id, scene.alice.handle)
    )
    below = within(lambda: scene.alice.client.status_context(ours.id).descendants)
    assert [one.uri for one in below] == [reply]
    assert below[0].in_reply_to_id == ours.id
    scene.kept[reply] = below[0].id


@row("mention, direct", OURS)
def whisper(scene: Scene) -> None:
    status = scene.alice.client.status_post(f"@{scene.peer.handle} a secret", visibility="direct")
    within(lambda: scene.peer.shows(status.uri, "a secret"))


@row("mention, direct", THEIRS)
def their_whisper(scene: Scene) -> None:
    told = scene.peer.post(
        f"@{scene.alice.handle} between us", mention=(scene.alice_id, scene.alice.handle), direct=True
    )

    def heard() -> Any:
        notes = scene.alice.client.notifications(types=["mention"])
        return next((note.status for note in notes if note.status.uri == told), None)

    assert within(heard).visibility == "direct"


@row("like, and its undoing", OURS)
def like(scene: Scene) -> None:
    theirs = scene.kept["their post"]
    scene.alice.client.status_favourite(scene.kept[theirs])
    within(lambda: scene.peer.was_told("Like", theirs))
    scene.alice.client.status_unfavourite(scene.kept[theirs])
    within(lambda: scene.peer.was_told("Undo Like", theirs))


@row("like, and its undoing", THEIRS)
def their_like(scene: Scene) -> None:
    ours = scene.kept["our post"]
    mark = scene.peer.like(ours.uri)
    within(lambda: scene.alice.client.status(ours.id).favourites_count == 1)
    scene.peer.unlike(ours.uri, mark)
    within(lambda: scene.alice.client.status(ours.id).favourites_count == 0)


@row("boost, and its undoing", OURS)
def boost(scene: Scene) -> None:
    theirs = scene.kept["their post"]
    scene.alice.client.status_reblog(scene.kept[theirs])
    within(lambda: scene.peer.was_told("Announce", theirs))
    scene.alice.client.status_unreblog(scene.kept[theirs])
    within(lambda: scene.peer.was_told("Undo Announce", theirs))


@row("boost, and its undoing", THEIRS)
def their_boost(scene: Scene) -> None:
    ours = scene.kept["our post"]
    mark = scene.peer.boost(ours.uri)
    within(lambda: scene.alice.client.status(ours.id).reblogs_count == 1)
    scene.peer.unboost(ours.uri, mark)
    within(lambda: scene.alice.client.status(ours.id).reblogs_count == 0)


@row("edit", OURS)
def edit(scene: Scene) -> None:
    ours = scene.kept["our post"]
    scene.alice.client.status_update(ours.id, "Tea at half past five.")
    within(lambda: scene.peer.shows(ours.uri, "Tea at half past five."))


@row("edit", THEIRS)
def their_edit(scene: Scene) -> None:
    theirs = scene.kept["their post"]
    scene.peer.edit(theirs, "Coffee at half past four.")
    within(lambda: "half past four" in scene.now(theirs).content)
    assert scene.now(theirs).edited_at is not None


@row("delete", OURS)
def delete(scene: Scene) -> None:
    status = scene.alice.client.status_post("Soon gone.")
    within(lambda: scene.peer.shows(status.uri, "Soon gone."))
    scene.alice.client.status_delete(status.id)
    within(lambda: scene.peer.has_lost(status.uri))


@row("delete", THEIRS)
def their_deletion(scene: Scene) -> None:
    theirs = scene.peer.post("Gone in a moment.")
    arrives(scene, theirs)
    scene.peer.delete(theirs)
    within(lambda: scene.received(theirs) is None)
