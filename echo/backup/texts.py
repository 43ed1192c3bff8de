"""Texts of the house in a backup: Markdown files beside the database, which names none of them."""

from __future__ import annotations

import re
from pathlib import Path

from echo.backup.manifest import TEXTS_FOLDER, Manifest
from echo.backup.places import Reader
from echo.config import Config

# What a backup says of names is not believed: none of these leads out of the folder.
_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.md")


def read(config: Config, data: Path) -> dict[str, bytes]:
    """The texts of a server, by their names in a backup."""
    return {
        TEXTS_FOLDER + path.name: path.read_bytes()
        for path in sorted(_folder(config, data).glob("*.md"))
        if _NAME.fullmatch(path.name)
    }


def write(reader: Reader, found: Manifest, config: Config, data: Path) -> None:
    """Put the texts of a backup where this server keeps its own."""
    folder = _folder(config, data)
    for name in found.sha256:
        text = name.removeprefix(TEXTS_FOLDER)
        if name.startswith(TEXTS_FOLDER) and _NAME.fullmatch(text):
            folder.mkdir(parents=True, exist_ok=True)
            with reader.open(name) as file:
                (folder / text).write_bytes(file.read())


def _folder(config: Config, data: Path) -> Path:
    return Path(config.instance.texts) if config.instance.texts else data / "texts"
