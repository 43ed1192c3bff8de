"""The shapes of what people bring along and take away. They are extensions of ours."""

from __future__ import annotations

from echo.render.entity import Entity


class Import(Entity, frozen=True, kw_only=True):
    """A file that is brought in. `kind`, `mode`: words of Mastodon; `reason`: why it was refused."""

    id: str
    kind: str
    mode: str
    state: str
    reason: str | None
    total: int
    done: int
    failed: int
    created_at: str
    finished_at: str | None


class ImportFailure(Entity, frozen=True, kw_only=True):
    """A line of the file that could not be done."""

    line: int
    about: str
    reason: str


class Export(Entity, frozen=True, kw_only=True):
    """A table that can be taken along: `url` is its address in the API."""

    kind: str
    rows: int
    url: str


class Archive(Entity, frozen=True, kw_only=True):
    """A file with all that somebody has here. `state`: waiting, ready, failed, gone."""

    id: str
    state: str
    size: int
    url: str | None
    created_at: str
    expires_at: str | None


class Moved(Entity, frozen=True, kw_only=True):
    """Addresses of accounts: where somebody has moved to, and which may move here."""

    moved_to: str | None
    moved_at: str | None
    aliases: list[str]
