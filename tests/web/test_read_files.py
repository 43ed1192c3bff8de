"""Pages come from memory: a process serves on while files of another release take the place of its own."""

from __future__ import annotations

import pytest

from echo.web import page
from tests.web.browser import Browser


def _no_file(*_: object, **__: object) -> None:
    raise AssertionError("a page opens no file")


async def test_pages_open_no_files(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    made = page._environment().cache
    assert made is not None
    made.clear()
    for name in ("builtins.open", "io.open"):
        monkeypatch.setattr(name, _no_file)
    assert (await browser.get("/login")).status == 200
    assert (await browser.get("/@nobody")).status == 404
    assert made.keys()
