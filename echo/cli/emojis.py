"""`echoctl emojis`: the custom emojis of this server."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from echo.actions import emojis
from echo.actions.emojis import IMAGE_BYTES, EmojiDraft
from echo.cli.common import Common, opened, say, table
from echo.errors import EchoError, NotFound
from echo.policy.roles import Staff
from echo.store import emojis as store

app = App(name="emojis", help="Custom emojis of this server.")
ENDINGS = {".png", ".gif", ".webp"}
# A larger archive is a mistake.
MEMBERS_MAX = 10_000
# What an archive may unpack to, whatever of it is looked at.
UNPACKED_BYTES = 512 * 1024 * 1024


@app.command(name="import")
async def import_(
    path: Path,
    *,
    category: str = "",
    prefix: str = "",
    replace: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> int:
    """Take pictures in: PNG, GIF or WebP of at most 256 kB; the name of the file is the shortcode.

    Parameters
    ----------
    path: A picture, a folder of them, or an archive (.tar, .tar.gz).
    category: Under which they are shown.
    prefix: Put before every shortcode.
    replace: Exchange the pictures of those that there are already.
    """
    counts: dict[str, int] = {"added": 0, "skipped": 0, "refused": 0}
    refused: list[dict[str, object]] = []
    async with opened(common):
        for name, content in _pictures(path):
            draft = EmojiDraft(shortcode=prefix + Path(name).stem, content=content, category=category)
            try:
                counts["added" if await emojis.add(Staff.shell(), draft, replace=replace) else "skipped"] += 1
            except EchoError as error:
                counts["refused"] += 1
                refused.append({"name": name, "reason": error.public})
    text = f"{counts['added']} added, {counts['skipped']} there already, {counts['refused']} refused"
    say(common, {**counts, "reasons": refused}, text + ("\n" + table(refused) if refused else ""))
    return int(bool(refused))


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All of them."""
    async with opened(common):
        rows = [
            {name: row[name] for name in ("shortcode", "category", "visible", "featured")}
            for row in await store.listing(only_visible=False)
        ]
    say(common, rows, table(rows, empty="no emojis"))


@app.command
async def remove(*shortcodes: str, common: Common = Common()) -> None:
    """Take some away, from old posts too."""
    async with opened(common):
        for shortcode in shortcodes:
            await emojis.remove(Staff.shell(), shortcode.strip(":"))
    say(common, {"removed": list(shortcodes)}, f"{len(shortcodes)} removed")


@app.command
async def hide(
    *shortcodes: str, undo: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Do not show some to choose from; who knows the shortcode can still write it.

    Parameters
    ----------
    undo: Show them again.
    """
    async with opened(common):
        for shortcode in shortcodes:
            await emojis.change(Staff.shell(), shortcode, visible=undo)
    say(common, {"hidden": not undo, "shortcodes": list(shortcodes)}, "done")


@app.command
async def feature(
    *shortcodes: str, undo: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> None:
    """Show some first in their category.

    Parameters
    ----------
    undo: Not any more.
    """
    async with opened(common):
        for shortcode in shortcodes:
            await emojis.change(Staff.shell(), shortcode, featured=not undo)
    say(common, {"featured": not undo, "shortcodes": list(shortcodes)}, "done")


def _pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of a file, folder or archive with their names; what is too large is cut, and refused."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.suffix.lower() in ENDINGS and file.is_file():
                yield file.name, _start(file)
    elif not path.is_file():
        raise NotFound(f"There is no file {path}")
    elif path.suffix.lower() in ENDINGS:
        yield path.name, _start(path)
    else:
        yield from _unpacked(path)


def _start(file: Path) -> bytes:
    with file.open("rb") as opened_file:
        return opened_file.read(IMAGE_BYTES + 1)


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """Nothing is written to a folder, so names in the archive can lead nowhere."""
    try:
        with tarfile.open(path, "r:*") as archive:
            left_bytes = UNPACKED_BYTES
            for number, member in enumerate(archive):
                left_bytes -= member.size
                if number >= MEMBERS_MAX:
                    raise EchoError(f"{path} has more than {MEMBERS_MAX} members")
                if left_bytes < 0:
                    raise EchoError(f"{path} unpacks to more than {UNPACKED_BYTES} bytes")
                name = Path(member.name).name
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and Path(name).suffix.lower() in ENDINGS and name[0] != ".":
                    yield name, content.read(IMAGE_BYTES + 1)
    except (tarfile.TarError, EOFError) as error:
        raise EchoError(f"{path} is no archive that can be read") from error
