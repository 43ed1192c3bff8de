"""What `echoctl doctor` looks at about files: whether they can be kept, and whether videos can be read."""

from __future__ import annotations

from echo.cli.common import Common
from echo.cli.findings import Finding
from echo.config import Config
from echo.errors import EchoError
from echo.media import ffmpeg, keys
from echo.runtime import open_media_store


async def files(config: Config, common: Common) -> Finding:
    """A file can be stored, read and removed where files are kept."""
    place = f"bucket {config.object_store.bucket}" if config.object_store.bucket else "a folder"
    store, key, content = open_media_store(config, common.data), keys.new_key(keys.RAW), b"a file of doctor"
    try:
        await store.put(key, content, keys.RAW_TYPE)
        is_same = await store.read(key) == content
        await store.delete(key)
    except (EchoError, OSError) as error:
        advice = "Check [object_store]." if config.object_store.bucket else "Check media.path and the disk."
        return Finding("files", "failed", f"{place}: {error}"[:300], advice)
    if not is_same:
        return Finding("files", "failed", f"{place}: what was read is not what was stored")
    return Finding("files", "ok", f"kept in {place}")


async def video(config: Config, _: Common) -> Finding:
    """There is an ffmpeg, unless it is switched off."""
    found = ffmpeg.find_binary(config.media.ffmpeg)
    if found is not None:
        return Finding("video", "ok", found)
    if config.media.ffmpeg.lower() == "off":
        return Finding("video", "ok", "switched off")
    return Finding("video", "warning", "no ffmpeg", "Install ffmpeg, or set media.ffmpeg; only images work.")
