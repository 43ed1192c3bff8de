"""Convert an image in a child process that can do nothing else, and believe nothing it says unchecked.

A child per image, so that nothing of one file can reach the next. It is forked by a program that has
everything imported (`echo.media.children`): starting one costs a few milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import msgspec

from echo.errors import Invalid, Unavailable
from echo.media import children
from echo.media.headers import check, read_header
from echo.media.result import MEGABYTE, ImageResult, Limits, Picture, Refusal, Refused, Size

# Who comes when so many wait for their turn is told to wait by other means: a worker, or `Retry-After`.
BUSY_WAITING = 8
_MOST_WAITING = 64
# A large image takes half a gigabyte while it is converted. A worker converts too: that keeps two cores busy.
_AT_ONCE = 2 if (os.cpu_count() or 1) > 2 else 1
_WALL_SECONDS = 30.0
_ANSWER_BYTES = 96 * MEGABYTE

_WORDS = {
    Refusal.TYPE: "Validation failed: File content type is invalid",
    Refusal.BROKEN: "Validation failed: File content type is invalid",
    Refusal.BYTES: "Validation failed: File file size is too large",
    Refusal.PIXELS: "Validation failed: File has too many pixels",
    Refusal.FRAMES: "Validation failed: File has too many frames",
    Refusal.RATE: "Validation failed: File has too many frames in a second",
    Refusal.DURATION: "Validation failed: File is too long",
}

_COLOUR_NAMES = ("background", "foreground", "accent")
_LOOK = re.compile(r"[0-9a-f]{16}", re.ASCII)
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


class _Described(msgspec.Struct, frozen=True):
    bytes: int
    width: int
    height: int


class _Answer(msgspec.Struct, frozen=True):
    original: _Described | None = None
    preview: _Described | None = None
    blurhash: str = ""
    is_animated: bool = False
    colours: dict[str, str] = {}
    look: str = ""
    cut_look: str = ""
    refused: Refusal | None = None
    detail: str = ""


async def convert(source: bytes | Path, *, limits: Limits | None = None) -> ImageResult:
    """The image as it is kept and shown, converted in a confined child process.

    Shapes:  source: the uploaded file, or where it lies
    Raises:  Invalid (422) with Mastodon's words when the file is not taken; Unavailable (503) when too many
             wait already
    Source:  security-reliability S-F01 to S-F08
    """
    used = limits if limits is not None else Limits()
    try:
        data = source if isinstance(source, bytes) else await asyncio.to_thread(_read, source, used)
        check(data, used)
        async with _turn():
            return await _run_child(data, used)
    except Refused as refused:
        raise invalid(refused) from refused


def invalid(refused: Refused) -> Invalid:
    """What people are told of a refusal, in Mastodon's words where it has some."""
    return Invalid(_WORDS[refused.reason], detail=str(refused))


def _read(path: Path, limits: Limits) -> bytes:
    with path.open("rb") as file:
        return file.read(limits.max_bytes + 1)


@dataclass(slots=True)
class _Turns:
    """Who comes first is served first. Shapes:  waiting: how many have no turn yet"""

    free: asyncio.Semaphore
    waiting: int = 0


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()


def _turns_here() -> _Turns:
    return _turns.setdefault(asyncio.get_running_loop(), _Turns(asyncio.Semaphore(_AT_ONCE)))


def is_busy() -> bool:
    """Whether so many images wait in this process that one more is better left to a worker."""
    return _turns_here().waiting >= BUSY_WAITING


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """Wait until few enough images are being converted in this process."""
    turns = _turns_here()
    if turns.waiting >= _MOST_WAITING:
        raise Unavailable(detail="too many images wait to be converted")
    turns.waiting += 1
    try:
        await turns.free.acquire()
    finally:
        turns.waiting -= 1
    try:
        yield
    finally:
        turns.free.release()


async def _run_child(data: bytes, limits: Limits) -> ImageResult:
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            answer, status = await children.ask(
                msgspec.json.encode(asdict(limits)), data, most_bytes=_ANSWER_BYTES
            )
    except TimeoutError as error:
        raise Refused(Refusal.BROKEN, "took too long") from error
    except children.TooMuch as error:
        raise Refused(Refusal.BROKEN, "answer too large") from error
    if status != 0:
        raise Refused(Refusal.BROKEN, f"child ended with {status}")
    return _decode(answer)


def _decode(answer: bytes) -> ImageResult:
    head, _, body = answer.partition(b"\n")
    try:
        told = msgspec.json.decode(head, type=_Answer)
    except msgspec.MsgspecError as error:
        raise Refused(Refusal.BROKEN, "unreadable answer") from error
    if told.refused is not None:
        raise Refused(told.refused, told.detail)
    if told.original is None or told.preview is None:
        raise Refused(Refusal.BROKEN, "incomplete answer")
    split = told.original.bytes
    if split < 0 or len(body) != split + told.preview.bytes:
        raise Refused(Refusal.BROKEN, "incomplete answer")
    original = _picture(body[:split], told.original)
    preview = _picture(body[split:], told.preview)
    colours = {
        name: told.colours[name] for name in _COLOUR_NAMES if _COLOUR.fullmatch(told.colours.get(name, ""))
    }
    look, cut_look = (one if _LOOK.fullmatch(one) else "" for one in (told.look, told.cut_look))
    return ImageResult(original, preview, told.blurhash[:100], told.is_animated, colours, look, cut_look)


def _picture(data: bytes, told: _Described) -> Picture:
    """The child has seen hostile bytes: what it returns is named by what it is, not by what it says."""
    header = read_header(data)
    if header is None or header.size != (told.width, told.height):
        raise Refused(Refusal.BROKEN, "answer is no image")
    return Picture(data, header.content_type, header.extension, Size(told.width, told.height))
