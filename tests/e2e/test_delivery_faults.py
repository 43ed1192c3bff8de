"""Deliveries through trouble: peers in every mood, processes killed and stopped, a frozen Valkey."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.e2e.invariants import History, check_invariants, memory, object_of
from tests.e2e.servers import Server, eventually, running, start
from tests.e2e.sinks import Mood, Sinks
from tests.e2e.test_faults import IN_FLIGHT, author, follow_from, kill_workers, post

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
# A minute of waiting is 60 ms; nobody is waited for longer than two seconds.
QUICK = {"ECHO_FEDERATION__RETRY_SCALE": "0.001", "ECHO_FEDERATION__TIMEOUT_SECONDS": "2"}
PATIENCE_SECONDS = 120
WEB_KILLS = 5


def is_settled(server: Server) -> bool:
    """Whether no work is left."""
    status = server.ctl("queues", "status")
    return not status["jobs"] and not status["deliveries"]["pending"] and not status["inbound"]["pending"]


def has_all(sinks: Sinks, number: int, history: History) -> bool:
    """Whether an inbox has heard of every post that is still there."""
    heard = {object_of(activity) for activity in sinks.all[number].order}
    return set(history.posts) - history.deleted <= heard


def edit(server: Server, token: str, status_id: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{server.url}/api/v1/statuses/{status_id}"
    assert requests.put(url, data={"status": text}, headers=headers, timeout=30).status_code == 200


def delete(server: Server, token: str, history: History, uri: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{server.url}/api/v1/statuses/{history.posts[uri]}"
    assert requests.delete(url, headers=headers, timeout=30).status_code == 200
    history.deleted.add(uri)


def test_r_10_r_12_peers_in_every_mood_hold_up_nobody_and_get_everything_in_the_end() -> None:
    moods = [mood for mood in Mood if mood != Mood.WELL for _ in range(3)]
    with running("moods", env=QUICK) as server, Sinks(len(moods) + 2) as sinks:
        token, history = author(server), History()
        follow_from(server, sinks, "author")
        for sink, mood in zip(sinks.all, moods, strict=False):
            sink.mood = mood
        before = memory(server)
        for number in range(20):
            history.note(post(server, token, f"post {number}", f"k{number}"))
        posts = list(history.posts)
        for uri in posts[:6]:
            for version in range(2):
                edit(server, token, history.posts[uri], f"version {version}")
        for uri in posts[4:8]:
            delete(server, token, history, uri)
        for number in (-1, -2):
            eventually(lambda number=number: has_all(sinks, number, history), seconds=PATIENCE_SECONDS)
        for sink in sinks.all:
            sink.mood = Mood.WELL
        server.ctl("federation", "retry")
        eventually(lambda: is_settled(server), seconds=PATIENCE_SECONDS)
        # Who cut connections has taken everything many times: that is nobody's fault but theirs.
        cut = sum(n - 1 for sink in sinks.all for n in sink.arrived.values())
        check_invariants(server, sinks, history, duplicates_at_most=cut, memory_before=before)
        assert max(sink.most_under_way for sink in sinks.all) <= 4


def test_r_03_r_08_killed_web_processes_and_a_frozen_valkey_lose_and_double_nothing() -> None:
    with running("killed", env=QUICK) as server, Sinks(5) as sinks:
        token, history = author(server), History()
        follow_from(server, sinks, "author")
        before, stop = memory(server), threading.Event()

        def kill_now_and_then() -> None:
            for _ in range(WEB_KILLS):
                stop.wait(random.uniform(0.2, 2.0))
                for pid in server.pids("web"):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        try:
            for number in range(40):
                persist(server, token, history, number)
        finally:
            stop.set()
            killer.join(10)
        valkey = engine(server, "valkey-server")
        os.kill(valkey, signal.SIGSTOP)
        try:
            for number in range(40, 43):
                persist(server, token, history, number)
        finally:
            os.kill(valkey, signal.SIGCONT)
        eventually(lambda: is_settled(server), seconds=PATIENCE_SECONDS)
        assert len(history.posts) == 43
        check_invariants(server, sinks, history, duplicates_at_most=0, memory_before=before)


def test_r_24_r_01_stopped_and_killed_while_delivering_and_begun_again() -> None:
    with running("stopped", env=QUICK) as server, Sinks(10, delay_seconds=0.1) as sinks:
        token, history = author(server), History()
        follow_from(server, sinks, "author")
        before = memory(server)
        for number in range(20):
            history.note(post(server, token, f"post {number}", f"k{number}"))
        kills = 3
        for _ in range(kills):
            time.sleep(0.4)
            kill_workers(server)
        assert server.stop() == 0
        again = start(server.data, int(server.url.rpartition(":")[2]), env=QUICK)
        try:
            eventually(lambda: is_settled(again), seconds=PATIENCE_SECONDS)
            check_invariants(
                again, sinks, history, duplicates_at_most=kills * IN_FLIGHT, memory_before=before
            )
        finally:
            again.stop()


def persist(server: Server, token: str, history: History, number: int) -> None:
    """Post as a stubborn client does: again with the same key until there is an answer."""

    def is_answered() -> bool:
        with suppress(requests.RequestException):
            answer = post(server, token, f"post {number}", f"k{number}")
            if answer.status_code == 200:
                history.note(answer)
                return True
        return False

    eventually(is_answered, seconds=60)


def engine(server: Server, name: str) -> int:
    """The process of an engine of this server."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "comm").read_text().strip() == name and str(server.data) in (
                    entry / "cmdline"
                ).read_bytes().decode(errors="replace") + os.readlink(entry / "cwd"):
                    return int(entry.name)
    raise AssertionError(f"no {name}")
