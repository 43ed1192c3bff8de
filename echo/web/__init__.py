"""Server-rendered pages."""

from quart import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
