"""Runs ffmpeg behind walls: an argument list, a folder of its own, limits, and no way to anything else."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

import echo
from echo.media.result import MEGABYTE, Refusal, Refused
from echo.media.walls import Allowance

_IMPORT_ROOT = str(Path(echo.__file__).resolve().parent.parent)
_TOLD_BYTES = 64 * 1024  # what is kept of the end of standard error
_NOBODY = 65534
PREFIX = "echo-media-"
MEMORY_BYTES = 2048 * MEGABYTE  # H.264 of 3840 x 2160 takes 1,200 at its peak
# Decoders of what people upload. The others, hundreds of them, are nobody's loss and a large target.
_DECODERS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,theora,mjpeg,png,gif,webp,"
    "aac,aac_fixed,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,libvorbis,flac,alac,ac3,ac3_fixed,eac3,"
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw"
)


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended: its status, and the end of what it wrote to standard error."""

    status: int
    told: str


def find_binary(setting: str) -> str | None:
    """The ffmpeg to use; None when there is none or it is switched off.

    Shapes:  setting: `media.ffmpeg` of the configuration: "", "off" or a path
    """
    if setting.lower() in ("off", "none", "false", "no"):
        return None
    return _located(setting)


@lru_cache(maxsize=8)
def _located(setting: str) -> str | None:
    found = shutil.which(setting or "ffmpeg")
    if found or setting:
        return os.path.realpath(found) if found else None
    try:
        installed = importlib.import_module("imageio_ffmpeg")  # not before it is needed
        return os.path.realpath(str(installed.get_ffmpeg_exe()))
    except (ImportError, RuntimeError, OSError):
        return None


@asynccontextmanager
async def workshop() -> AsyncIterator[Path]:
    """A folder for one file's work, gone afterwards. What a crash leaves is swept by `sweep_workshops`."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=PREFIX))
    try:
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)  # the program does not run as root
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def sweep_workshops(older_than: float) -> int:
    """Remove folders that a killed process left; how many there were.

    Shapes:  older_than: seconds since 1970
    """
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            if folder.stat().st_mtime < older_than:
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
        except OSError:
            continue
    return swept


def source(demuxer: str, name: str, max_pixels: int) -> list[str]:
    """The arguments before and with an input: a named format, allow-listed decoders, a plain local file."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", _formats_of(demuxer)),
        *("-codec_whitelist", _DECODERS, "-max_pixels", str(max_pixels), "-threads", "2"),
        *("-max_streams", "64", "-f", demuxer, "-i", f"file:{name}"),
    ]


def _formats_of(demuxer: str) -> str:
    """A demuxer's full list of names, by which the list of allowed ones knows it."""
    long_names = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
    return long_names.get(demuxer, demuxer)


async def run(
    binary: str, folder: Path, arguments: Sequence[str], *, wall_seconds: float, file_bytes: int
) -> Run:
    """Run ffmpeg in a folder; it ends with the process that started it, and when its time is over.

    Raises:  Refused when it takes too long
    """
    allowance = Allowance(
        # Two threads may use twice the time on the wall; what is far beyond it is no honest file.
        memory_bytes=MEMORY_BYTES,
        cpu_seconds=int(2 * wall_seconds) + 1,
        file_bytes=file_bytes,
    )
    limits = msgspec.json.encode({"allowance": asdict(allowance), "folder": str(folder)}).decode()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-s", "-S", "-m", "echo.media.launch", limits, binary),
        *("-hide_banner", "-nostdin", "-y", "-filter_threads", "2", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={"PYTHONPATH": _IMPORT_ROOT, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(wall_seconds):
            told = await _listen(child)
            status = await child.wait()
    except TimeoutError as error:
        raise Refused(Refusal.BROKEN, f"longer than {wall_seconds} s") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return Run(status, told)


async def _listen(child: asyncio.subprocess.Process) -> str:
    kept = b""
    assert child.stderr is not None
    while piece := await child.stderr.read(1 << 14):
        kept = (kept + piece)[-_TOLD_BYTES:]
    return kept.decode("utf-8", "replace")
