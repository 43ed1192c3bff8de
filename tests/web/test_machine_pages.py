"""The pages that show how the server is: dashboard, queues, storage, logs."""

from __future__ import annotations

import logging
import re

import pytest

from echo import clock, logs
from echo.actions import pruning
from echo.kinds import Role
from echo.models import AuditRow, Job
from echo.store import recent_logs
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_the_dashboard_draws_what_it_says(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    alice = await make.person("alice")
    await make.post(alice)
    await make.remote_post(await make.stranger())
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/admin")
    assert page.status == 200
    assert '<a href="/admin" aria-current="page">Dashboard</a>' in page.text
    # Each picture is said in words, and stands below in a table; nothing in it has a style of its own.
    assert page.text.count("<svg viewBox") == 6
    assert 'aria-label="Posts written here: from 0 to 1 a day in 30 days, 1 on the last"' in page.text
    assert f'<th scope="row">{clock.now().date()}</th><td class="num">1</td>' in page.text
    assert " style=" not in page.text
    assert "<script" not in page.text
    assert re.search(r"<rect [^>]+height=\"120.0\"", page.text)
    assert "Sign-ups" in page.text
    assert "Who comes back" in page.text
    assert '<a href="/admin/queues">Queues</a>' in page.text
    # Moderators see figures, but not the machine.
    await people.person("mod", role=Role.MODERATOR)
    await browser.get("/logout")
    other = Browser(browser.client)
    await other.log_in("mod", PASSWORD)
    theirs = await other.get("/admin")
    assert theirs.status == 200
    assert "/admin/queues" not in theirs.text
    for path in ("/admin/queues", "/admin/storage", "/admin/logs"):
        assert (await other.get(path)).status == 404


async def test_dead_jobs_are_tried_again_and_deleted_on_a_page(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    now = clock.now()
    await Job.all().delete()
    for name in ("search.keep_post", "search.keep_post", "media.process"):
        await Job.create(
            name=name,
            arguments={"post_id": 7},
            created_at=now,
            due_at=now,
            dead=True,
            last_error="<b>boom</b>",
        )
    page = await browser.get("/admin/queues")
    assert page.status == 200
    assert "&lt;b&gt;boom" in page.text
    by_name = next(f for f in page.forms if f.values.get("name") == "search.keep_post")
    done = await browser.submit(by_name, do="requeue")
    assert done.location == "/admin/queues?done=requeued"
    assert "The jobs are tried again." in (await browser.get(done.location)).text
    assert await Job.filter(dead=False).count() == 2
    one = next(f for f in (await browser.get("/admin/queues")).forms if "job_id" in f.values)
    assert (await browser.submit(one, do="drop")).location == "/admin/queues?done=dropped"
    assert await Job.filter(dead=True).count() == 0
    assert [row.deed for row in await AuditRow.all().order_by("id")] == ["job.requeue", "job.drop"]
    one.values.pop("job_id")
    assert (await browser.submit(one, do="drop")).status == 404


async def test_the_page_of_storage(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    await make.remote_post(await make.stranger())
    await pruning.prune()
    page = await browser.get("/admin/storage")
    assert page.status == 200
    assert "Posts of people whom nobody here follows" in page.text
    assert re.search(r"Copies of their files: 0 B of 5\.0 GiB</label>", page.text)
    assert '<th scope="row" class="literal">posts</th>' in page.text


async def test_the_page_of_logs_shows_no_secret(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    logs.RECENT.take()
    log = logging.getLogger("echo.test")
    log.addHandler(logs.RECENT)
    try:
        log.warning("slow: GET /x?access_token=sesame-hush")
        try:
            raise ValueError("password=sesame-hush <script>")
        except ValueError:
            log.exception("job %s failed", "x")
    finally:
        log.removeHandler(logs.RECENT)
    await recent_logs.keep()
    page = await browser.get("/admin/logs")
    assert page.status == 200
    assert "access_token=[secret]" in page.text
    assert "job x failed" in page.text
    assert "hush" not in page.text
    assert "&lt;script&gt;" in page.text
    errors = await browser.get("/admin/logs?level=error")
    assert "access_token" not in errors.text
    root = await make.person(role=Role.ADMIN)
    asked = {"Host": "echo.test", **(await make.with_scopes(root, "admin:read")).headers}
    told = await browser.client.get("/api/v1/echo/admin/logs?level=error&limit=1", headers=asked)
    (line,) = await told.get_json()
    assert (line["level"], line["text"], "4711" in str(line)) == ("error", "job x failed", False)
    assert line["trace"]
    closed = {"Host": "echo.test", **(await make.with_scopes(root, "read")).headers}
    assert (await browser.client.get("/api/v1/echo/admin/logs", headers=closed)).status_code == 403
    for _ in range(recent_logs.MOST + 20):
        logs.RECENT.emit(logging.LogRecord("echo.test", logging.WARNING, "", 1, "again", None, None))
    await recent_logs.keep()
    for _ in range(4):
        for _ in range(logs.MOST_WAITING):
            logs.RECENT.emit(logging.LogRecord("echo.test", logging.WARNING, "", 1, "again", None, None))
        await recent_logs.keep()
    assert len(await recent_logs.listing()) == recent_logs.MOST


@pytest.mark.parametrize(
    "text",
    [
        "GET /api?access_token=4711secret&x=1",
        '{"access_token": "4711secret", "scope": "read"}',
        "{'client_secret': '4711secret'}",
        "Authorization: Bearer 4711secretlonger",
        "password=b'4711secret'",
        "token='4711secret'",
        "otp_attempt=4711secret",
        "POST /setup/4711secretlongsecretlong HTTP/1.1",
        "GET /confirm/4711secretlongsecretlong",
        "postgresql://echo:4711secret@db/echo",
        "-----BEGIN PRIVATE KEY-----\n4711secret\n-----END PRIVATE KEY-----",
        "Cookie: 4711secret; other=4711secret",
        "User(id=1, password_hash='4711secret')",
        "code_verifier=4711secret",
    ],
)
def test_s_g17_secrets_are_taken_out_in_every_spelling(text: str) -> None:
    assert "4711secret" not in logs.redact(text)


@pytest.mark.parametrize("first", ["b", "B", "0", "-"])
def test_s_g17_a_secret_is_taken_out_from_its_first_letter_on(first: str) -> None:
    text = logs.redact(f"/?access_token={first}4711secret&x=1 {{'code': b'{first}4711secret', 'x': 1}}")
    assert text == "/?access_token=[secret]&x=1 {'code': b[secret], 'x': 1}"


@pytest.mark.parametrize(
    "text",
    ["status code 200", "author: alice", "no code", "the token ended", "authority = x", "GET /tags/code"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert logs.redact(text) == text
