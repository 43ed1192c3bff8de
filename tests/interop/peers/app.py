"""A peer that is an app of ours on somebody's framework, told what to do over loopback."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.interop.peers.peer import NotSupported

UNSUPPORTED = "unsupported: "
APPS = Path(__file__).parent.parent / "apps"


def installed_version(home: Path, package: str) -> str:
    """The version of a Python package in a virtual environment."""
    asked = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.check_output([str(home / "bin/python"), "-c", asked], text=True).strip()


class AppPeer:
    """Speaks to the control port of the app."""

    def __init__(self, handle: str, control_port: int) -> None:
        self.handle = handle
        self._control = f"http://127.0.0.1:{control_port}/"

    def ask(self, command: str, **arguments: Any) -> Any:
        """Have the app do something; its answer."""
        body = json.dumps({"do": command, **arguments}).encode()
        request = urllib.request.Request(self._control, data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = json.load(error)["error"]
            if UNSUPPORTED in said:
                raise NotSupported(said.split(UNSUPPORTED, 1)[1].splitlines()[0]) from error
            raise AssertionError(f"{command}: {said[:600]}") from error

    def find(self, handle: str) -> str:
        return str(self.ask("find", handle=handle)["id"])

    def follow(self, actor: str) -> None:
        self.ask("follow", actor=actor)

    def unfollow(self, actor: str) -> None:
        self.ask("unfollow", actor=actor)

    def follows(self, actor: str) -> bool:
        return self._seen("Accept", actor, by=actor)

    def is_followed_by(self, actor: str) -> bool:
        return actor in self.ask("followers")["followers"]

    def lock(self, *, on: bool) -> None:
        self.ask("lock", on=on)

    def accept(self, actor: str) -> None:
        self.ask("accept", actor=actor)

    def post(
        self,
        text: str,
        *,
        warning: str = "",
        media: str = "",
        poll: list[str] | None = None,
        reply_to: str = "",
        mention: tuple[str, str] | None = None,
        direct: bool = False,
    ) -> str:
        named = {"actor": mention[0], "handle": mention[1]} if mention else None
        arguments = {
            "text": text,
            "cw": warning or None,
            "media": media or None,
            "poll": poll,
            "in_reply_to": reply_to or None,
            "mention": named,
            "direct": direct,
        }
        return str(self.ask("post", **arguments)["id"])

    def edit(self, post: str, text: str) -> None:
        self.ask("edit", post=post, text=text)

    def delete(self, post: str) -> None:
        self.ask("delete", post=post)

    def like(self, post: str) -> Any:
        return self.ask("like", post=post)["id"]

    def unlike(self, post: str, like: Any) -> None:
        self.ask("undo", activity=like, post=post)

    def boost(self, post: str) -> Any:
        return self.ask("boost", post=post)["id"]

    def unboost(self, post: str, boost: Any) -> None:
        self.ask("undo", activity=boost, post=post)

    def vote(self, question: str, option: str) -> None:
        self.ask("vote", question=question, option=option)

    def look_up(self, what: str, *, traverse: bool = False) -> Any:
        """What the framework's own look-up makes of an address, with the items of a collection."""
        return self.ask("lookup", what=what, traverse=traverse)

    def block(self, actor: str) -> None:
        self.ask("block", actor=actor)

    def shows(self, post: str, *parts: str) -> bool:
        return any(
            activity["type"] in ("Create", "Update") and all(part in told for part in (post, *parts))
            for activity, told in self._all()
        )

    def has_lost(self, post: str) -> bool:
        return self._seen("Delete", post)

    def was_told(self, kind: str, about: str) -> bool:
        return self._seen(kind, about)

    def _all(self) -> list[tuple[Any, str]]:
        return [(one, json.dumps(one, ensure_ascii=False)) for one in self.ask("seen")["seen"]]

    def _seen(self, kind: str, about: str, by: str = "") -> bool:
        outer, _, inner = kind.partition(" ")
        for activity, told in self._all():
            is_by = not by or activity.get("actor") == by
            if activity["type"] == outer and about in told and is_by:
                within = activity.get("object")
                if not inner or (isinstance(within, dict) and within.get("type") == inner):
                    return True
        return False


@contextmanager
def running(command: list[str], log: Path, *, folder: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A process that says `ready` on its own line when it serves."""
    with log.open("a") as errors:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | env
        )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ready":
                break
        else:
            raise AssertionError(f"{command[0]} did not start: {log.read_text()[-2000:]}")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
