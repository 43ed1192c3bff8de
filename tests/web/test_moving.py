"""Bringing things along and taking them away, on pages."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from quart.datastructures import FileStorage

from echo import clock
from echo.actions import import_rows
from echo.models import Account, Archive, Import, User
from federation import own_archive
from tests import make
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def bring(
    browser: Browser, content: bytes, *, path: str = "/settings/imports", **values: str
) -> tuple[int, str, str]:
    """Send the form with a file; status, where to, and the page."""
    form = (await browser.get("/settings/imports")).form(path)
    response = await browser.client.post(
        path,
        form=form.values | {"mode": "merge"} | values,
        files={"file": FileStorage(io.BytesIO(content), filename="blocked.csv")},
        headers={"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())},
        scheme="https",
    )
    return response.status_code, response.headers.get("Location", ""), await response.get_data(as_text=True)


async def test_tables_come_and_go_by_pages(browser: Browser) -> None:
    user = await people.person("alice")
    await make.person("bob")
    for path in ("/settings/imports", "/settings/exports", "/settings/exports/blocks.csv"):
        assert (await browser.get(path)).status == 302
    await browser.log_in("alice", PASSWORD)
    assert (await bring(browser, b"bob@echo.test\nnobody\n"))[:2] == (303, "/settings/imports?done=import")
    made = await Import.get(account_id=user.id)
    await import_rows.work(made.id)
    listed = await browser.get("/settings/imports?done=import")
    assert "The file is taken in" in listed.text
    page = await browser.get(f"/settings/imports/{made.id}")
    assert "1 of 2 done" in page.text
    assert "<script" not in page.text
    table = await browser.get(f"/settings/imports/{made.id}/failures.csv")
    assert table.text == "Account address,Problem\n"
    blocks = await browser.get("/settings/exports/blocks.csv")
    assert (blocks.text, blocks.headers["content-type"]) == ("bob@echo.test\n", "text/csv; charset=utf-8")
    assert "attachment" in blocks.headers["content-disposition"]
    assert "blocks.csv" in (await browser.get("/settings/exports")).text
    status, _, text = await bring(browser, b"\0")
    assert status == 422
    assert "not a table" in text
    assert (await browser.submit(page.form(f"/settings/imports/{made.id}/forget"))).status == 303
    assert (await browser.get(f"/settings/imports/{made.id}")).status == 404

    other = await people.person("eve")
    theirs = await Import.create(
        account_id=other.id, kind="blocking", state="done", created_at=other.created_at
    )
    for path in (f"/settings/imports/{theirs.id}", f"/settings/imports/{theirs.id}/failures.csv"):
        assert (await browser.get(path)).status == 404
    assert (await browser.send("POST", "/settings/imports", values={"csrf": "guessed"})).status == 403


async def test_s_f15_an_archive_is_for_its_owner_alone_and_for_a_while(browser: Browser) -> None:
    alice, eve = await people.person("alice"), await people.person("eve")
    await browser.log_in("alice", PASSWORD)
    page = await browser.get("/settings/exports")
    assert (await browser.submit(page.form("/settings/exports/archives"))).location.endswith("?done=archive")
    assert (await browser.submit(page.form("/settings/exports/archives"))).status == 422
    made = await Archive.get(account_id=alice.id)
    path = f"/settings/exports/archives/{made.secret}"
    assert (await browser.get(path)).status == 404, "it is not made yet"
    await own_archive.build(made.id)
    assert path in (await browser.get("/settings/exports")).text
    whole = await browser.get(path)
    assert (whole.status, whole.headers["content-type"]) == (200, "application/zip")
    assert "no-store" in whole.headers["cache-control"]
    assert (await browser.get(f"{path}x")).status == 404

    await browser.submit((await browser.get("/account")).form("/logout"))
    assert (await browser.get(path)).status == 302
    await browser.log_in("eve", PASSWORD)
    assert (await browser.get(path)).status == 404, "somebody else's"
    await User.filter(id=alice.id).update(disabled_at=alice.created_at)
    alone = Browser(browser.client)
    await alone.log_in("alice", PASSWORD)
    assert (await alone.get(path)).status != 200
    await User.filter(id=alice.id).update(disabled_at=None)
    assert (await alone.get(path)).status == 200
    await Account.filter(id=alice.id).update(suspended_at=alice.created_at)
    assert (await alone.get(path)).status != 200
    await Account.filter(id=alice.id).update(suspended_at=None)
    clock.shift(timedelta(days=7, minutes=1))
    later = Browser(browser.client)
    await later.log_in("alice", PASSWORD)
    assert (await later.get(path)).status == 404, "its time is over"
    assert eve.id != alice.id


async def test_s_f10_an_archive_that_is_not_decent_is_refused_on_the_page(browser: Browser) -> None:
    user = await people.person("alice")
    await browser.log_in("alice", PASSWORD)
    bad = io.BytesIO()
    with zipfile.ZipFile(bad, "w") as archive:
        for name in ("actor.json", "outbox.json", "../../etc/passwd"):
            archive.writestr(name, b"{}")
    status, _, text = await bring(browser, bad.getvalue(), path="/settings/imports/posts")
    assert (status, "lead out of it" in text) == (422, True)
    assert await Import.filter(account_id=user.id).count() == 0
