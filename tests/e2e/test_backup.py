"""A server is saved while people post, and comes back in another place as it was at that moment."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from echo import db
from echo.cli.common import Common, opened
from echo.policy import passwords
from tests.e2e.invariants import look_inside
from tests.e2e.servers import Server, eventually, running, start, stop
from tests.e2e.sinks import Mood, Sinks
from tests.e2e.test_faults import author, follow_from, post
from tests.media import pictures

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
POSTERS = 3


@pytest.fixture
def server() -> Iterator[Server]:
    with running("saved") as started:
        yield started


@pytest.fixture
def place() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="echo backup "))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def ctl(data: Path, *arguments: str, status: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "echo.cli.main", *arguments, "--data", str(data), "--json"],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == status, done.stderr + done.stdout
    return json.loads(done.stdout)


class Posters:
    """People who post without a pause; what was acknowledged, in order."""

    def __init__(self, server: Server, token: str) -> None:
        self._server, self._token = server, token
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self._threads = [threading.Thread(target=self._post, args=(n,)) for n in range(POSTERS)]

    def __enter__(self) -> Posters:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _post(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            answer = post(self._server, self._token, f"{number} posts {count}", f"{number}-{count}")
            if answer.status_code == 200:
                self.acknowledged.append(answer.json()["id"])


def schedule(server: Server, token: str, at: datetime) -> None:
    requests.post(
        f"{server.url}/api/v1/statuses",
        data={"status": "later", "scheduled_at": at.isoformat()},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).raise_for_status()


def post_picture(server: Server, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    file = requests.post(
        f"{server.url}/api/v2/media", files={"file": ("a.png", pictures.png())}, headers=headers, timeout=30
    ).json()
    made = requests.post(
        f"{server.url}/api/v1/statuses",
        data={"status": "look", "media_ids[]": file["id"]},
        headers=headers,
        timeout=30,
    ).json()
    return str(made["id"])


def inside(data: Path) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        async with opened(Common(data=data)):
            person = await db.fetch_one("SELECT password_hash FROM users WHERE email_key LIKE 'story@%'")
            assert person is not None
            verdict = await passwords.verify("correct horse battery", person["password_hash"])
            return {
                "posts": await db.fetch_value("SELECT count(*) FROM posts"),
                "later": await db.fetch_value("SELECT failure FROM scheduled_posts"),
                "may_log_in": verdict.matches,
            }

    return asyncio.run(look())


def test_r_28_a_backup_under_load_becomes_the_server_of_that_moment(server: Server, place: Path) -> None:
    with Sinks(2) as sinks:
        token = author(server)
        server.person("story")
        follow_from(server, sinks, "author")
        picture = post_picture(server, token)
        schedule(server, token, datetime.now(UTC) + timedelta(minutes=6))
        sinks.all[1].mood = Mood.FAILING  # so that something waits in the backup
        with Posters(server, token) as posters:
            eventually(lambda: len(posters.acknowledged) > 30)
            before = list(posters.acknowledged)
            made = ctl(server.data, "backup", str(place / "saved.tar"), "--media")
            later = len(posters.acknowledged)
            eventually(lambda: len(posters.acknowledged) > later + 10)
        lost = posters.acknowledged[later + POSTERS :]
        assert ctl(server.data, "backup", "--check", str(place / "saved.tar"))["damaged"] == []
        sinks.all[1].mood = Mood.WELL
        server.ctl("federation", "retry")
        eventually(lambda: len(sinks.all[1].arrived) >= len(posters.acknowledged), seconds=60)
        stop(server)
        port, sent = int(server.url.rsplit(":", 1)[1]), sinks.arrivals()

        fresh = place / "fresh"
        done = ctl(fresh, "restore", str(place / "saved.tar"))
        assert done["whole"]
        assert done["files"] == made["media_files"] >= 2
        assert done["held"]["deliveries"] + done["held"]["jobs"] > 0
        ctl(fresh, "restore", str(place / "saved.tar"), status=1)
        found = inside(fresh)
        assert found["posts"] == made["tables"]["posts"]
        assert found["may_log_in"]

        again = start(fresh, port, env={"PATH": os.environ["PATH"]})
        try:
            check_serves(again, token, before, lost, picture)
            new = post(again, token, "back again", "back-again")
            assert new.status_code == 200
            uri = new.json()["uri"] + "/activity"
            eventually(lambda: all(uri in sink.arrived for sink in sinks.all))
            state = asyncio.run(look_inside(again))
            assert state["off"] == [], "counters"
            assert state["leased"] == 0
        finally:
            stop(again)
        twice = [uri for sink in sinks.all for uri, times in sink.arrived.items() if times > 1]
        assert twice == [], "an activity was sent again"
        assert sinks.arrivals() == sent + len(sinks.all)


def check_serves(server: Server, token: str, before: list[str], lost: list[str], picture: str) -> None:
    """What was acknowledged before the backup began is there, what came after is not."""
    headers = {"Authorization": f"Bearer {token}"}

    def status(status_id: str) -> int:
        return requests.get(
            f"{server.url}/api/v1/statuses/{status_id}", headers=headers, timeout=30
        ).status_code

    assert {status(status_id) for status_id in before} == {200}
    assert {status(status_id) for status_id in lost} == {404}
    shown = requests.get(f"{server.url}/api/v1/statuses/{picture}", headers=headers, timeout=30).json()
    assert requests.get(shown["media_attachments"][0]["url"], timeout=30).status_code == 200
